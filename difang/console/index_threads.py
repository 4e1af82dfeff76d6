"""Threads of their own for what reads the index: where it hangs, pages that need none of it do not wait behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import partial, wraps
from inspect import iscoroutinefunction
from typing import Any, TypeVar

from anyio import CapacityLimiter, to_thread
from anyio.lowlevel import RunVar
from fastapi.routing import APIRoute

T = TypeVar("T")

MOST_AT_ONCE = 40
"""Requests that read the index at once; as many as all others together have."""

_limiter: RunVar[CapacityLimiter] = RunVar("difang_index_threads")


class IndexRoute(APIRoute):
    """A route whose function runs on the index's threads."""

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        """As of any route."""
        super().__init__(path, endpoint if iscoroutinefunction(endpoint) else _apart(endpoint), **options)


async def pieces_of(pieces: Iterator[T]) -> AsyncIterator[T]:
    """The same pieces, each made on the index's threads."""
    end = object()
    while (piece := await _run(partial(next, pieces, end))) is not end:
        yield piece


def _apart(endpoint: Callable[..., T]) -> Callable[..., Awaitable[T]]:
    @wraps(endpoint)
    async def asked(*values: Any, **named: Any) -> T:
        return await _run(partial(endpoint, *values, **named))

    return asked


async def _run(function: Callable[[], T]) -> T:
    try:
        limiter = _limiter.get()
    except LookupError:
        limiter = CapacityLimiter(MOST_AT_ONCE)
        _limiter.set(limiter)
    return await to_thread.run_sync(function, limiter=limiter)
