"""Rate limits: so many requests to the API a token, a user or an address, with headers that tell how many are left."""

from __future__ import annotations

import hashlib
import math
import time

from fastapi import HTTPException
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.requests import Request

from difang.console.people.visitor import Visitor
from difang.ingest.errors import UsageError

HEADERS = "rate_headers"
"""Where a request's state keeps the headers its answer is to carry."""


class RateLimit:
    """Counted in this process; several services behind one address each count what reaches them."""

    def __init__(self, *, anyone: str = "", known: str = "", typing: str = "") -> None:
        """Limits such as `60/minute`, of an address and of who is signed in or sends a token; empty: none.

        `typing` is that of suggestions, which a search box asks for by itself: they use up nothing of the others.
        Raises UsageError where a limit cannot be read.
        """
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._anyone = read_limit(anyone)
        self._known = read_limit(known)
        self._typing = read_limit(typing)

    @property
    def sentences(self) -> dict[str, str]:
        """The limits as settings write them, empty where there is none."""
        each = {"anyone": self._anyone, "known": self._known, "typing": self._typing}
        told = {name: f"{limit.amount}/{limit.get_expiry()} s" if limit else "" for name, limit in each.items()}
        return told if any(told.values()) else {}

    async def __call__(self, request: Request) -> None:
        """The dependency of a limited route, after the one that knows the visitor; raises HTTPException 429."""
        visitor: Visitor = request.state.visitor
        self._count(request, self._known if visitor.signed_in else self._anyone)

    async def suggesting(self, request: Request) -> None:
        """The same of a route that gives suggestions."""
        self._count(request, self._typing, "typing ")

    def _count(self, request: Request, limit: RateLimitItem | None, what: str = "") -> None:
        if limit is None:
            return
        visitor: Visitor = request.state.visitor
        who = what + _who(request, visitor)
        taken = self._limiter.hit(limit, who)
        window = self._limiter.get_window_stats(limit, who)
        reset = max(1, math.ceil(window.reset_time - time.time()))
        headers = {
            "ratelimit-limit": str(limit.amount),
            "ratelimit-remaining": str(window.remaining),
            "ratelimit-reset": str(reset),
        }
        setattr(request.state, HEADERS, headers)
        if not taken:
            sentence = f"More than {limit.amount} requests in {_period(limit)}; come back in {reset} s."
            advice = "" if visitor.signed_in or what else " Who signs in or sends a token has a limit of its own."
            raise HTTPException(429, sentence + advice, headers={**headers, "retry-after": str(reset)})


class Turns:
    """So many tries of something costly a user."""

    def __init__(self, limit: str) -> None:
        """`limit` such as `5/minute`."""
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._limit = parse(limit)

    def take(self, user: str) -> bool:
        """Whether the user may now; counts it."""
        return self._limiter.hit(self._limit, user)


def read_limit(text: str) -> RateLimitItem | None:
    """The limit a setting names, None for none; raises UsageError where it cannot be read."""
    if not text:
        return None
    try:
        limit = parse(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no rate limit; write it like 60/minute, or leave it empty for none.") from error
    if limit.amount < 1:
        raise UsageError(f"{text!r} lets nobody in; write at least 1/minute, or leave it empty for no limit.")
    return limit


def _period(limit: RateLimitItem) -> str:
    return f"{limit.get_expiry()} s"


def _who(request: Request, visitor: Visitor) -> str:
    if token := request.headers.get("authorization"):
        return "token " + hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
    if visitor.signed_in:
        return f"user {visitor.name}"
    return f"from {request.client.host}" if request.client else "from nowhere"
