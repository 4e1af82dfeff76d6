"""The forward proxy: an HTTP/1.1 server that is asked for whole addresses, as `http_proxy` makes clients ask.

aiohttp's low-level server keeps the request's target as it was sent, closes connections at will and needs no routes.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime

from aiohttp import web

from difang.samplesite.response import Response

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class PortTaken(OSError):
    """The address to listen on is not free."""


def sent(response: Response, at: datetime | None = None) -> web.Response:
    """The response as aiohttp sends it; `at` is the time of the clock it is dated by, ours where none is given."""
    dated = (("Date", format_datetime(at.astimezone(UTC), usegmt=True)),) if at else ()
    return web.Response(status=response.status, headers=(*response.headers, *dated), body=response.body)


def target_of(request: web.BaseRequest) -> str:
    """The target as sent: http://host/path from a proxy's client, /path from one that asks this server itself."""
    return request.raw_path


async def listen(handler: Handler, *, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Answer until SIGTERM or SIGINT; `ready` is told the address, port 0 takes a free one. Raises PortTaken."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    runner = web.ServerRunner(web.Server(handler, handler_cancellation=True), handle_signals=False, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        await runner.cleanup()
        raise PortTaken(
            f"the address {host}:{port} cannot be listened on ({error.strerror}); choose another --port"
        ) from error
    ready(f"http://{host}:{runner.addresses[0][1]}")
    try:
        await stop.wait()
    finally:
        await runner.cleanup()
