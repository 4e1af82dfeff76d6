"""The replica's server: the hosts through the proxy; truth, clock, faults and visits at its own addresses."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from difang.samplesite import control
from difang.samplesite.faults import Fault, Faults, failing
from difang.samplesite.proxy import sent, target_of
from difang.samplesite.response import plain
from difang.samplesite.site import Site
from difang.samplesite.visits import Visits

_SILENCE_SECONDS = 3600


class Replica:
    """Answers every request; `latency` in seconds delays what the hosts answer, `log` is told each request."""

    def __init__(
        self, site: Site, faults: Faults, *, latency: float = 0.0, log: Callable[[str], None] | None = None
    ) -> None:
        self.site, self.faults, self.latency, self.log = site, faults, latency, log
        self.visits = Visits()

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request: in absolute form to a host, in origin form to the replica itself."""
        target = target_of(request)
        if not target.startswith("http://"):
            return await self._own(request)
        try:
            host = (urlsplit(target).hostname or "").lower()
        except ValueError:
            return sent(plain(400, "not an address"))
        self.visits.begin(host)
        status = 0
        try:
            response = await self._host(request, target, host)
            status = response.status
            return response
        finally:
            self.visits.end(host, target, status, request.headers.get("User-Agent", ""))
            if self.log:
                self.log(f"{status} {request.method} {target}")

    async def _host(self, request: web.BaseRequest, target: str, host: str) -> web.Response:
        if self.latency:
            await asyncio.sleep(self.latency)
        if fault := self.faults.hit(host, target):
            return await _failing(request, fault)
        if request.method not in ("GET", "HEAD"):
            return sent(plain(405, "only GET and HEAD"))
        return sent(self.site.answer(target, request.headers), self.site.now)

    async def _own(self, request: web.BaseRequest) -> web.StreamResponse:
        known = {
            "/truth/articles": self._articles,
            "/truth/addresses": self._addresses,
            "/truth/summary": self._summary,
            "/control/clock": self._clock,
            "/control/faults": self._set_faults,
            "/control/requests": self._requests,
            "/control/health": self._health,
        }
        answer = known.get(request.path)
        if answer is None:
            return _json({"error": f"ask for one of {', '.join(known)}, or through the proxy for a host"}, 404)
        try:
            return await answer(request)
        except (ValueError, TypeError, OverflowError) as error:
            return _json({"error": str(error)}, 400)

    async def _articles(self, request: web.BaseRequest) -> web.StreamResponse:
        asked = request.query
        since, until = (date.fromisoformat(asked[name]) if name in asked else None for name in ("since", "until"))
        return await _lines(request, self.site.truth(asked.get("channel"), since, until))

    async def _addresses(self, request: web.BaseRequest) -> web.StreamResponse:
        return await _lines(request, self.site.addresses())

    async def _summary(self, request: web.BaseRequest) -> web.StreamResponse:
        outcomes = Counter(entry["outcome"] for entry in self.site.addresses())
        by_channel: Counter[str] = Counter()
        for channel in self.site.channels:
            by_channel[channel.slug] = sum(map(self.site.edition.visible, self.site.edition.plans(channel)))
        return _json(
            {
                "now": self.site.now.isoformat(),
                "seed": self.site.seed,
                "articles": by_channel.total(),
                "addresses": outcomes.total(),
                "outcomes": outcomes,
                "channels": by_channel,
            }
        )

    async def _clock(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "POST":
            control.set_clock(self.site, await request.json())
        return _json({"now": self.site.now.isoformat()})

    async def _set_faults(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "POST":
            orders = await request.json()
            for order in orders if isinstance(orders, list) else [orders]:
                control.set_fault(self.site, self.faults, order)
        return _json(control.state(self.site, self.faults))

    async def _requests(self, request: web.BaseRequest) -> web.StreamResponse:
        if request.method == "POST":
            self.visits = Visits()
        return _json(self.visits.told(with_log="log" in request.query))

    async def _health(self, request: web.BaseRequest) -> web.StreamResponse:
        return _json({"status": "ok", "now": self.site.now.isoformat()})


async def _failing(request: web.BaseRequest, fault: Fault) -> web.Response:
    if answer := failing(fault):
        return sent(answer)
    if fault.kind == "timeout":
        await asyncio.sleep(_SILENCE_SECONDS)
    if request.transport is not None:
        request.transport.abort()
    raise ConnectionResetError("broken on purpose")


def _json(value: Any, status: int = 200) -> web.Response:
    return web.json_response(value, status=status, dumps=lambda v: json.dumps(v, ensure_ascii=False))


async def _lines(request: web.BaseRequest, records: Iterable[dict[str, Any]]) -> web.StreamResponse:
    """The records as JSON lines, a few at a time so that other requests are not kept waiting."""
    response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson; charset=utf-8"})
    await response.prepare(request)
    for batch in _batches(iter(records), 20):
        await response.write("".join(f"{json.dumps(one, ensure_ascii=False)}\n" for one in batch).encode())
        await asyncio.sleep(0)
    await response.write_eof()
    return response


def _batches(records: Iterator[dict[str, Any]], size: int) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for record in records:
        batch.append(record)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch
