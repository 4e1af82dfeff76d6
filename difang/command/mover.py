"""One process at a time moves an index that many can write: a lease in the ledger, held while it moves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from threading import Event, Thread
from typing import TYPE_CHECKING

from difang.ingest.errors import DifangError, RetryLater

if TYPE_CHECKING:
    from difang.crawler.ledger.lease import Lease
    from difang.crawler.ledger.ledger import Ledger

LEASE = "index migration"
GONE_SECONDS = 30.0
"""Without a sign of life, and a mover on another machine counts as dead; on this machine one sees at once."""

_BEAT_SECONDS = 0.5
_DEPOSED = "Another process moves the index now, because this one stood still; see `difang index status`."


@contextmanager
def only_mover(ledger: Ledger, *, gone: float = GONE_SECONDS) -> Iterator[Callable[[], None]]:
    """Nobody else moves the index meanwhile; what is yielded raises DifangError where that is true no more.

    Raises DifangError where another process moves it; one that was killed is not waited for.
    """
    lease = ledger.lease(LEASE, seconds=gone, elapsed=time.monotonic)
    _take(ledger, lease)
    over, deposed = Event(), Event()
    beating = Thread(target=_beat, args=(lease, over, deposed), name="mover", daemon=True)
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
            lease.release()


def _take(ledger: Ledger, lease: Lease) -> None:
    """Wait no longer than it takes to see whether the holder lives."""
    first = ledger.lease_held(LEASE)
    while not lease.take(datetime.now(UTC)):
        held = ledger.lease_held(LEASE)
        if held and held.holder and first and (held.number, held.beat) != (first.number, first.beat):
            machine, pid, _ = held.holder.rsplit("/", 2)
            raise DifangError(
                f"The index is being moved since {held.since:%H:%M} UTC by process {pid} on {machine}; wait until it is"
                " done, or stop it: the next call goes on."
            )
        first = first or held
        time.sleep(_BEAT_SECONDS / 4)


def _beat(lease: Lease, over: Event, deposed: Event) -> None:
    from difang.crawler.ledger.lease import Deposed

    while not over.wait(_BEAT_SECONDS):
        try:
            with lease.leading():
                pass
        except Deposed:
            deposed.set()
            return
        except RetryLater:  # without the ledger nobody else can take it either
            continue
