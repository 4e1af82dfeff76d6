"""Declaring runs lost, again and again, but not because of a silence that is our own."""

from __future__ import annotations

import time
from collections.abc import Callable

from difang.crawler.ledger.runs import SILENCE, Runs

_SECONDS = 5.0


class Sweeper:
    """Sweeps every few seconds; a dead process of this machine is noticed then, a silent one elsewhere in time.

    After the ledger was away, or this machine slept, the others get the time to speak before silence counts.
    """

    def __init__(self, runs: Runs, *, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds and goes on while the machine sleeps."""
        self._runs = runs
        self._clock = clock
        self._listening_since = self._swept = clock()

    def pause(self) -> None:
        """The ledger is away: nobody can be heard."""
        self._listening_since = self._clock()

    def tick(self) -> None:
        """Sweep where it is time; raises RetryLater."""
        now = self._clock()
        if 0 <= now - self._swept < _SECONDS:
            return
        if not 0 <= now - self._swept < _SECONDS * 4:
            self._listening_since = now
        self._swept = now
        self._runs.sweep(silent=now - self._listening_since >= SILENCE.total_seconds())
