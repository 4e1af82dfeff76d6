"""`difang replay`: a forward proxy that answers with the responses of WARC files."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
from aiohttp import web

from difang.ingest.errors import UsageError
from difang.samplesite import proxy
from difang.samplesite.capture import BrokenCapture, Capture


@click.command(
    epilog="""\b
Example:
  difang replay pages.warc.gz --port 8902 &
  http_proxy=http://127.0.0.1:8902 difang crawl --url http://js.people.com.cn/n2/2022/0213/c360307-35131671.html"""
)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8902,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--log", is_flag=True, help="Print each request on stderr.")
def command(files: tuple[Path, ...], host: str, port: int, log: bool) -> None:
    """Answer with captured responses; 404 for what FILES lack, robots.txt too. A broken file is refused whole.

    The first line printed is the address it listens on. Ends on SIGTERM or Ctrl-C.
    """
    capture = Capture()
    try:
        for file in files:
            capture.read(file)
    except BrokenCapture as error:
        raise UsageError(f"{error}; replay a whole file, or cut the broken end off") from error
    if not len(capture):
        raise UsageError(f"{', '.join(map(str, files))}: no captured response; give files with response records")

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        response = capture.answer(proxy.target_of(request))
        if log:
            click.echo(f"{response.status} {request.method} {proxy.target_of(request)}", err=True)
        return proxy.sent(response)

    try:
        asyncio.run(proxy.listen(handle, host=host, port=port, ready=click.echo))
    except proxy.PortTaken as error:
        raise UsageError(str(error)) from error
