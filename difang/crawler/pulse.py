"""The pulse of the runs of one process: they say that they live, and hear when they are to end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from difang.crawler.crawl import Crawl
from difang.crawler.ledger.runs import Runs

BEAT_SECONDS = 5.0
_LISTEN_SECONDS = 2.0


class Pulse:
    """Called about once a second; between two heartbeats it listens for those who want a run to end."""

    def __init__(self, runs: Runs, crawls: Sequence[Crawl], *, clock: Callable[[], float] = time.monotonic) -> None:
        """`crawls` may grow until the first call; `clock` gives seconds."""
        self._runs = runs
        self._crawls = crawls
        self._clock = clock
        self._beaten = self._listened = clock()
        self._counted = False
        self._waits: dict[str, str | None] = {}

    def tick(self) -> None:
        """Do what is due; raises RetryLater where the ledger is out of reach."""
        living = {crawl.run_id: crawl for crawl in self._crawls if crawl.running}
        for crawl in living.values():
            crawl.end_if_overdue()
        now = self._clock()
        if now - self._listened > _LISTEN_SECONDS:
            self._listened = now
            for run_id, by in self._runs.cancels(list(living)).items():
                living[run_id].cancel(by)
        tallies = {run_id: crawl.tally for run_id, crawl in living.items()}
        first = not self._counted and any(tally.requests for tally in tallies.values())  # seen at once to be at work
        if first or now - self._beaten > BEAT_SECONDS:
            self._beaten = now
            self._counted |= first
            counted = self._runs.beat(tallies)
            for run_id in living.keys() - counted:
                living[run_id].stop("It was silent for so long that it was declared lost.")
        for run_id, crawl in living.items():
            if (sentence := crawl.waits_for) != self._waits.get(run_id):
                self._runs.tell(run_id, sentence)
                self._waits[run_id] = sentence
