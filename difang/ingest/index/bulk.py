"""Bulk requests that fit the server: several in flight, smaller and later while it is busy, larger again after."""

from __future__ import annotations

import random
import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace

from difang.ingest.errors import RetryLater
from difang.ingest.index.port import WriteResult, Written

MOST_DOCUMENTS = 500
MOST_BYTES = 4_000_000
IN_FLIGHT = 3
"""Requests at a time: with their bytes the bound of what is in memory beside the caller's own batch."""

FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 8.0
PAUSES = 6
"""Pauses in a row (about 16 s) without one document taken, after which the caller is told to come back later."""

LONGEST_WRITE_SECONDS = 120.0
"""Well below the lease of the pages, so that nobody else begins with them meanwhile."""

LARGE = 1_000_000
"""Bytes of a document that may be why a server is busy; articles have a few thousand."""

REFUSALS = 5
"""Calls in which a large document is refused while smaller ones are taken, until it is no more tried."""

_GROWTH = 1.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """One document as the server takes it: two lines of JSON."""

    id: str
    action: bytes
    source: bytes

    @property
    def size(self) -> int:
        """Bytes of both lines."""
        return len(self.action) + len(self.source) + 2


class Busy(Exception):
    """The server could not take a whole request now (429, 503 and the like); nothing is known of its documents."""


class TooMuch(Exception):
    """The server takes no such request: it is too large, or one document spoils it for all; half of it may do."""


Send = Callable[[Sequence[Operation]], list[WriteResult]]
"""One bulk request: a result each, in order. Raises Busy, TooMuch, or RetryLater where the server is out of reach."""


class Pace:
    """How large requests are and how long the next pause is; lives as long as the connection it is learnt on."""

    def __init__(self, *, most: int = MOST_DOCUMENTS, chance: random.Random | None = None) -> None:
        self._most = most
        self._size = float(most)
        self._busy = 0
        self._chance = chance or random.Random()

    @property
    def size(self) -> int:
        """Documents a request holds at most now."""
        return int(self._size)

    @property
    def in_flight(self) -> int:
        """Requests at a time now: one, while the server is busy."""
        return 1 if self._busy else IN_FLIGHT

    @property
    def pauses(self) -> int:
        """Pauses since a document was taken."""
        return self._busy

    def taken(self) -> None:
        """The server took documents: requests grow, there is no pause."""
        self._busy = 0
        self._size = min(self._most, self._size * _GROWTH + 1)

    def shrink(self, sent: int) -> None:
        """The next request is at most half as large as one of so many documents."""
        while self._size > 1 and self.size >= sent:
            self._size = max(1.0, self._size / 2)

    def pause(self) -> float:
        """The server is busy: seconds to wait, growing, and never the same for two writers."""
        longest = min(FIRST_PAUSE_SECONDS * 2.0**self._busy, LONGEST_PAUSE_SECONDS)
        self._busy += 1
        return longest * self._chance.uniform(0.5, 1.0)


class BulkWriter:
    """Sends operations in requests of bounded count and bytes; gives every operation its result."""

    def __init__(self, send: Send, *, pace: Pace | None = None, sleep: Callable[[float], object] = time.sleep) -> None:
        """`send` is called from several threads at a time."""
        self._send = send
        self._pace = pace or Pace()
        self._sleep = sleep
        self._refused: Counter[str] = Counter()
        self._pool = ThreadPoolExecutor(IN_FLIGHT, thread_name_prefix="bulk")

    def write(self, operations: Sequence[Operation]) -> list[WriteResult]:
        """A result each, in any order; RETRY for what the server did not take for about two minutes.

        REJECTED is also what is LARGE and was refused in REFUSALS calls, though smaller ones were taken.
        Raises RetryLater where the server is out of reach, or took not one document for PAUSES pauses.
        """
        results = _Writing(self._pool, self._send, self._pace, self._sleep, operations).results()
        sizes = {operation.id: operation.size for operation in operations}
        if not any(result.written is Written.KEPT for result in results):
            return results
        return [self._given_up(result, sizes[result.id]) for result in results]

    def _given_up(self, result: WriteResult, size: int) -> WriteResult:
        if result.written is not Written.RETRY or size < LARGE:
            return result
        self._refused[result.id] += 1
        if self._refused[result.id] < REFUSALS:
            return result
        del self._refused[result.id]
        reason = f"{result.reason}; it has {size:,} bytes, and smaller ones are taken"
        return replace(result, written=Written.REJECTED, reason=reason)

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()


class _Writing:
    """One call of `write`."""

    def __init__(
        self,
        pool: ThreadPoolExecutor,
        send: Send,
        pace: Pace,
        sleep: Callable[[float], object],
        operations: Sequence[Operation],
    ) -> None:
        self._pool, self._send, self._pace, self._sleep = pool, send, pace, sleep
        self._waiting = deque(operations)
        self._flying: dict[Future[list[WriteResult]], list[Operation]] = {}
        self._done: list[WriteResult] = []
        self._busy: str | None = None
        self._ends = time.monotonic() + LONGEST_WRITE_SECONDS

    def results(self) -> list[WriteResult]:
        try:
            while self._waiting or self._flying:
                self._start()
                finished, _ = wait(self._flying, return_when=FIRST_COMPLETED)
                for future in finished:
                    self._land(future, self._flying.pop(future))
                if self._busy is not None and not self._flying and not self._patient(self._busy):
                    break
        finally:
            wait(self._flying)  # nothing is sent any more when the caller hears of the end
        return self._done

    def _start(self) -> None:
        if self._busy is not None and self._flying:
            return  # first see what becomes of the others
        while self._waiting and len(self._flying) < self._pace.in_flight:
            chunk = self._chunk()
            self._flying[self._pool.submit(self._send, chunk)] = chunk

    def _chunk(self) -> list[Operation]:
        chunk = [self._waiting.popleft()]
        size = chunk[0].size
        while self._waiting and len(chunk) < self._pace.size and size + self._waiting[0].size <= MOST_BYTES:
            size += self._waiting[0].size
            chunk.append(self._waiting.popleft())
        return chunk

    def _land(self, future: Future[list[WriteResult]], chunk: list[Operation]) -> None:
        try:
            results = future.result()
        except Busy as busy:
            self._again(chunk, str(busy), sent=len(chunk))
        except TooMuch as much:
            self._halves(chunk, str(much))
        else:
            self._take(results, {operation.id: operation for operation in chunk})

    def _take(self, results: list[WriteResult], sent: dict[str, Operation]) -> None:
        busy = [result for result in results if result.written is Written.RETRY]
        self._done += [result for result in results if result.written is not Written.RETRY]
        if len(busy) < len(results):
            self._pace.taken()
        if busy:
            self._again([sent[result.id] for result in busy], busy[0].reason or "busy", sent=len(sent))

    def _again(self, chunk: list[Operation], reason: str, *, sent: int) -> None:
        self._pace.shrink(sent)
        if len(chunk) == 1 and chunk[0].size >= LARGE and any(other.size < LARGE for other in self._waiting):
            self._waiting.append(chunk[0])  # it tells nothing of how the server is
            return
        if len(chunk) == 1:
            self._waiting.append(chunk[0])  # what the server may never take keeps nothing else from it
        else:
            self._waiting.extendleft(reversed(chunk))
        self._busy = reason

    def _halves(self, chunk: list[Operation], reason: str) -> None:
        if len(chunk) == 1:
            self._done.append(WriteResult(id=chunk[0].id, written=Written.REJECTED, reason=reason))
            return
        self._waiting.extendleft(reversed(chunk))
        self._pace.shrink(len(chunk))

    def _patient(self, reason: str) -> bool:
        """Pause before the next try; False where there is to be none."""
        if self._pace.pauses >= PAUSES and not self._done:
            raise RetryLater(f"Elasticsearch takes no documents now ({reason}); see the server's health and its log.")
        if self._pace.pauses >= PAUSES or time.monotonic() > self._ends:
            self._done += [
                WriteResult(id=operation.id, written=Written.RETRY, reason=reason) for operation in self._waiting
            ]
            self._waiting.clear()
            return False
        self._sleep(self._pace.pause())
        self._busy = None
        return True
