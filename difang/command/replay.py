"""`difang replay`: a forward proxy that answers with the responses of WARC files."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import click
from aiohttp import web
from warcio.recordloader import ArcWarcRecord

from difang.command.counted import counted
from difang.ingest.errors import UsageError
from difang.ingest.page import Page
from difang.ingest.warc_originals import Originals
from difang.ingest.warc_revisit import Revisit, revisit_of
from difang.samplesite import proxy
from difang.samplesite.capture import BrokenCapture, Capture, response_at
from difang.samplesite.response import Response


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

    A page captured again and stored without its body (a revisit record) answers with the body it refers to.
    The first line printed is the address it listens on. Ends on SIGTERM or Ctrl-C.
    """
    capture = Capture(_revisit)
    try:
        for file in files:
            capture.read(file)
    except BrokenCapture as error:
        raise UsageError(f"{error}; replay a whole file, or cut the broken end off") from error
    without = _put_revisits(capture, files)
    if not len(capture):
        raise UsageError(f"{', '.join(map(str, files))}: no captured response; give files with response records")

    if without:
        click.echo(
            f"Of {counted(len(without), 'page')} captured again, such as {without[0]}, the body lies in none of these"
            " files; give the one that has it too.",
            err=True,
        )

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        response = capture.answer(proxy.target_of(request))
        if log:
            click.echo(f"{response.status} {request.method} {proxy.target_of(request)}", err=True)
        return proxy.sent(response)

    try:
        asyncio.run(proxy.listen(handle, host=host, port=port, ready=click.echo))
    except proxy.PortTaken as error:
        raise UsageError(str(error)) from error


def _revisit(record: ArcWarcRecord) -> Revisit | None:
    with suppress(ValueError):  # without a time it tells no page
        return revisit_of(record)
    return None


def _put_revisits(capture: Capture[Revisit], files: Sequence[Path]) -> list[str]:
    """Let pages captured again answer as they were then; the addresses of those whose body is in none of the files."""
    if not capture.again:
        return []
    originals = Originals(capture.again.values())
    for file in files:
        originals.look(file)
    read: dict[tuple[Path, int], Response | None] = {}  # each is answered with, by one address or more
    without = []
    for url, revisit in capture.again.items():
        place = originals.of(revisit)
        if place and (place.path, place.start) not in read:
            read[place.path, place.start] = response_at(place.path, place.start)
        if place and (original := read[place.path, place.start]):
            capture.put(url, _as_then(revisit, original))
        else:
            without.append(url)
    return without


def _as_then(revisit: Revisit, original: Response) -> Response:
    page = revisit.page(
        Page(
            url=revisit.url,
            final_url=revisit.url,
            status=original.status,
            headers=original.headers,
            body=original.body,
            fetched_at=revisit.fetched_at,
            run_id="",
            position=None,
        )
    )
    return Response(status=page.status, headers=page.headers, body=page.body)
