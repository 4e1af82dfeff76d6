"""The routes a monitor asks: /metrics for numbers, /readyz for every part."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import closing
from ipaddress import ip_address

from fastapi import APIRouter, Depends
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from difang.console.metrics.figures import Figures
from difang.console.pages import LOOKING
from difang.console.people.gate import ANYONE, AnyVisitor
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import Role
from difang.ingest.errors import DifangError
from difang.ingest.index.port import ArticleIndex
from difang.ingest.queue import PageQueue

KEPT_SECONDS = 5.0
_SHARE = 20
"""What was computed is kept at least this many times as long as computing took: a monitor costs 5 % at most."""

_FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip", "via")


class _Kept:
    """The text of the metrics, computed by one thread at a time and kept for a moment."""

    def __init__(self, figures: Figures) -> None:
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(figures)
        self._lock = threading.Lock()
        self._text = b""
        self._until = 0.0

    def text(self) -> bytes:
        with self._lock:
            began = time.monotonic()
            if began >= self._until:
                self._text = generate_latest(self._registry)
                took = time.monotonic() - began
                self._until = time.monotonic() + max(KEPT_SECONDS, took * _SHARE)
            return self._text


def router(*, ledger: Ledger, open_queue: Callable[[], PageQueue], index: ArticleIndex, figures: Figures) -> APIRouter:
    """The routes; `index` is asked whether it answers."""
    routes = APIRouter(include_in_schema=False)
    kept = _Kept(figures)

    @routes.get("/metrics")
    def metrics(request: Request, visitor: AnyVisitor) -> Response:
        if not (_is_near(request) or visitor.role.may(Role.READER)):
            raise HTTPException(401, "From another machine /metrics needs a token of scope read.")
        return Response(kept.text(), media_type=CONTENT_TYPE_LATEST)

    @routes.api_route("/readyz", methods=LOOKING, dependencies=[Depends(ANYONE)])
    def readyz() -> JSONResponse:
        def queue() -> None:
            with closing(open_queue()) as opened:
                opened.counts()

        asked = {"ledger": ledger.people.any, "queue": queue, "index": index.status}
        parts = {name: _answers(ask) for name, ask in asked.items()}
        ready = all(parts.values())
        said = {name: "ok" if well else "away" for name, well in parts.items()}
        return JSONResponse({"ready": ready, "parts": said}, status_code=200 if ready else 503)

    return routes


def _answers(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except (DifangError, OSError):
        return False
    return True


def _is_near(request: Request) -> bool:
    """Whether a program of this machine asks, and no proxy for somebody else."""
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
