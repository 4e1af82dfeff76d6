"""A proxy before the real Elasticsearch that does to bulk requests what networks and busy clusters do."""

from __future__ import annotations

import asyncio
import json
import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from aiohttp import ClientSession, web

_ITEM_BUSY = {"type": "es_rejected_execution_exception", "reason": "the fault proxy rejected it"}


class Fault(StrEnum):
    """What happens to a bulk request."""

    NONE = "none"
    TOO_MANY = "429"  # the whole request is refused
    UNAVAILABLE = "503"
    ITEMS = "items 429"  # every other document is refused, as a full write queue does it
    LOST = "lost"  # the server does the work, its answer never arrives
    RESET = "reset"  # the connection breaks before the server hears of it
    SLOW = "slow"  # the answer comes two seconds late
    PAGE = "page"  # a gateway before the server answers with a page of its own, as if all were well
    EMPTY = "empty"  # something answers with JSON that tells of nothing
    LESS = "less"  # the server does the work, and its answer lacks the last document


class FaultProxy:
    """`fault` meets a `share` of all bulk requests from now on; `done` counts what was done to how many."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._chance = random.Random(3)
        self.fault = Fault.NONE
        self.share = 1.0
        self.done: Counter[Fault] = Counter()
        self.url = ""

    def order(self, fault: Fault, share: float = 1.0) -> None:
        """Do this from now on."""
        self.fault, self.share = fault, share

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Pass the request on, or not."""
        fault = Fault.NONE
        if request.path.endswith("/_bulk") and self._chance.random() < self.share:
            fault = self.fault
        body = await request.read()
        self.done[fault] += 1
        match fault:
            case Fault.TOO_MANY | Fault.UNAVAILABLE:
                return web.json_response({"error": {"type": "busy"}, "status": int(fault)}, status=int(fault))
            case Fault.RESET:
                return _broken(request)
            case Fault.PAGE:
                return web.Response(text="<html>Sign in</html>", content_type="text/html")
            case Fault.EMPTY:
                return web.json_response({})
            case Fault.ITEMS:
                return await self._every_other(request, body)
        status, content_type, answer = await self._pass(request, body)
        if fault is Fault.LOST:
            return _broken(request)
        if fault is Fault.LESS:
            whole = json.loads(answer)
            answer = json.dumps({**whole, "items": whole["items"][:-1]}).encode()
        if fault is Fault.SLOW:
            await asyncio.sleep(2)
        return web.Response(
            status=status, body=answer, headers={"Content-Type": content_type, "X-Elastic-Product": "Elasticsearch"}
        )

    async def _pass(self, request: web.Request, body: bytes) -> tuple[int, str, bytes]:
        names = ("Content-Type", "Accept", "Authorization")
        headers = {name: request.headers[name] for name in names if name in request.headers}
        session: ClientSession = request.app[_SESSION]
        url = self._target + request.raw_path
        try:
            async with session.request(request.method, url, data=body, headers=headers) as answer:
                return answer.status, answer.headers.get("Content-Type", "application/json"), await answer.read()
        except OSError:
            return 502, "application/json", b'{"error":{"type":"no server"},"status":502}'

    async def _every_other(self, request: web.Request, body: bytes) -> web.StreamResponse:
        lines = body.splitlines(keepends=True)
        pairs = list(zip(lines[::2], lines[1::2], strict=True))
        passed = b"".join(action + source for action, source in pairs[::2])
        status, content_type, answer = await self._pass(request, passed)
        if status != 200:
            return web.Response(status=status, body=answer, headers={"X-Elastic-Product": "Elasticsearch"})
        items: list[Any] = json.loads(answer)["items"]
        for place, (action, _) in enumerate(pairs):
            if place % 2:
                [(verb, about)] = json.loads(action).items()
                items.insert(place, {verb: {"_id": about["_id"], "status": 429, "error": _ITEM_BUSY}})
        return web.Response(
            body=json.dumps({"errors": True, "items": items}),
            headers={"Content-Type": content_type, "X-Elastic-Product": "Elasticsearch"},
        )


_SESSION: web.AppKey[ClientSession] = web.AppKey("session", ClientSession)


def _broken(request: web.Request) -> web.StreamResponse:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


@contextmanager
def fault_proxy(target: str) -> Iterator[FaultProxy]:
    """The proxy in a thread of its own; `url` is its address."""
    proxy, loop, ready = FaultProxy(target), asyncio.new_event_loop(), threading.Event()
    stop = asyncio.Event()

    async def serve() -> None:
        app = web.Application(client_max_size=200_000_000)
        app.router.add_route("*", "/{rest:.*}", proxy.answer)
        async with ClientSession(auto_decompress=True) as session:
            app[_SESSION] = session
            runner = web.AppRunner(app, access_log=None)
            await runner.setup()
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            proxy.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
            ready.set()
            await stop.wait()
            await runner.cleanup()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),), name="fault proxy")
    thread.start()
    ready.wait()
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
