"""Room in the page queue: while the index does not keep up, the crawls wait, and no page is dropped."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable

from difang.ingest.errors import RetryLater
from difang.ingest.queue import PageQueue

_LOOK_SECONDS = 5.0
"""A look counts the queue's pages; between two looks a host gives two or three pages at the most."""

_ROOM_AGAIN = 0.9
"""Of the bound: crawls that wait go on together when the queue is down to this, not at every page that leaves it."""


class Room:
    """What all crawls of a process ask before they fetch the next page."""

    def __init__(
        self,
        queue: PageQueue,
        most: int,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`most` pages wait in the queue before crawls pause; `clock` gives seconds."""
        self._queue = queue
        self._most = most
        self._clock = clock
        self._sleep = sleep
        self._looked = -_LOOK_SECONDS
        self._full = False
        self.waiting = 0
        """Pages in the queue at the last look."""

    async def wait(self, told: Callable[[str], None]) -> None:
        """Return once there is room; `told` gets one sentence where that takes time."""
        if not self._is_full():
            return
        told(
            f"{self.waiting} pages wait in the page queue, more than the {self._most} of the setting queue_pages: the"
            " crawl pauses until they are worked on; see whether `difang ingest` runs and the index answers."
        )
        while self._is_full():
            await self._sleep(_LOOK_SECONDS)

    def _is_full(self) -> bool:
        if self._clock() - self._looked >= _LOOK_SECONDS:
            self._looked = self._clock()
            try:
                counts = self._queue.counts()
            except RetryLater:
                return self._full
            self.waiting = counts.ready + counts.later + counts.claimed
            self._full = self.waiting > self._most * (_ROOM_AGAIN if self._full else 1)
        return self._full
