"""One process at a time moves an index that many can write: it holds the ledger's lease and the index's own mark."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Event, Thread
from typing import TYPE_CHECKING, NamedTuple, Protocol

from difang.ingest.errors import DifangError, RetryLater

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

    from difang.crawler.ledger.ledger import Ledger

LEASE = "index migration"
GONE_SECONDS = 30.0
"""Without a sign of life, and a mover on another machine counts as dead; on this machine one sees at once."""

_BEAT_SECONDS = 0.5
_DEPOSED = "Another process moves the index now, because this one stood still; see `difang index status`."


class _Holder(NamedTuple):
    name: str
    since: datetime
    sign: tuple[int, int]


class _Claim(Protocol):
    """What only one process holds at a time."""

    def take(self) -> bool: ...

    def holder(self) -> _Holder | None: ...

    def beat(self) -> bool:
        """Give a sign of life; False where another holds it now."""
        ...

    def release(self) -> None: ...


@contextmanager
def only_mover(ledger: Ledger, *, gone: float = GONE_SECONDS) -> Iterator[Callable[[], None]]:
    """Nobody else with this ledger moves the index meanwhile; what is yielded raises DifangError where it is not so.

    Raises DifangError where another process moves it; one that was killed is not waited for.
    """
    with _only(_Lease(ledger, gone)) as prove:
        yield prove


@contextmanager
def only_mover_there(client: Elasticsearch, *, gone: float = GONE_SECONDS) -> Iterator[Callable[[], None]]:
    """The same among all that share the Elasticsearch, whatever ledger they have."""
    with _only(_Mark(client, gone)) as prove:
        yield prove


class _Lease:
    def __init__(self, ledger: Ledger, gone: float) -> None:
        self._ledger = ledger
        self._lease = ledger.lease(LEASE, seconds=gone, elapsed=time.monotonic)

    def take(self) -> bool:
        return self._lease.take(datetime.now(UTC))

    def holder(self) -> _Holder | None:
        held = self._ledger.lease_held(LEASE)
        return _Holder(held.holder, held.since, (held.number, held.beat)) if held and held.holder else None

    def beat(self) -> bool:
        from difang.crawler.ledger.lease import Deposed

        try:
            with self._lease.leading():
                return True
        except Deposed:
            return False

    def release(self) -> None:
        self._lease.release()


class _Mark:
    def __init__(self, client: Elasticsearch, gone: float) -> None:
        from difang.ingest.index.moving.mark import Mark

        self._mark = Mark(client, seconds=gone, elapsed=time.monotonic)

    def take(self) -> bool:
        return self._mark.take()

    def holder(self) -> _Holder | None:
        held = self._mark.held()
        return _Holder(held.holder, held.since, held.sign) if held else None

    def beat(self) -> bool:
        return self._mark.beat()

    def release(self) -> None:
        self._mark.release()


@contextmanager
def _only(claim: _Claim) -> Iterator[Callable[[], None]]:
    _take(claim)
    over, deposed = Event(), Event()
    beating = Thread(target=_beat, args=(claim, over, deposed), name="mover", daemon=True)
    beating.start()

    def prove() -> None:
        if deposed.is_set():
            raise DifangError(_DEPOSED)

    try:
        yield prove
    finally:
        over.set()
        beating.join()
        with suppress(RetryLater):
            claim.release()


def _take(claim: _Claim) -> None:
    """Wait no longer than it takes to see whether the holder lives."""
    first = claim.holder()
    while not claim.take():
        held = claim.holder()
        if held and first and held.sign != first.sign:
            machine, pid, _ = held.name.rsplit("/", 2)
            raise DifangError(
                f"The index is being moved since {held.since:%H:%M} UTC by process {pid} on {machine}; wait until it is"
                " done, or stop it: the next call goes on."
            )
        first = first or held
        time.sleep(_BEAT_SECONDS / 4)


def _beat(claim: _Claim, over: Event, deposed: Event) -> None:
    while not over.wait(_BEAT_SECONDS):
        try:
            if not claim.beat():
                deposed.set()
                return
        except RetryLater:  # while it is out of reach nobody else can take it either
            continue
