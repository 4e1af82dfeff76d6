"""A stage for schedulers: a ledger, a clock that is moved by hand, crawls that take as long as one says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from difang.crawler.channels import Channel
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run, Tally
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.schedule.scheduler import NAME, Scheduler
from tests.services.clock import HandClock

MINUTE = timedelta(minutes=1)


@dataclass(kw_only=True)
class Crawls:
    """Begins due runs as the runner does, and ends each after `lasting`; `begun` holds all of them."""

    ledger: Ledger
    clock: HandClock
    lasting: timedelta = timedelta(0)
    at_once: int = 9
    begun: list[Run] = field(default_factory=list)
    _running: list[tuple[datetime, str]] = field(default_factory=list)

    def tick(self, may_begin: Callable[[Connection], bool] | None) -> None:
        self._end()
        while self.ledger.plans.due(self.clock.now()) and (
            run := self.ledger.plans.claim(
                runner="test", at_once=self.at_once, now=self.clock.now(), may_begin=may_begin
            )
        ):
            self.begun.append(run)
            self._running.append((self.clock.now() + self.lasting, run.id))
        self._end()

    def _end(self) -> None:
        now = self.clock.now()
        for over in [one for one in self._running if one[0] <= now]:
            self.ledger.runs.end(over[1], RunState.FINISHED, None, Tally())
            self._running.remove(over)

    def die(self) -> None:
        """The process that crawls is gone."""
        for _, run_id in self._running:
            self.ledger.runs.end(run_id, RunState.LOST, "Its process ended without a word.", Tally())
        self._running.clear()


class Stage:
    """One service after another, on one ledger."""

    def __init__(self, ledger: Ledger, channels: Sequence[Channel]) -> None:
        self.ledger = ledger
        self.clock = HandClock()
        self.channels = channels
        self.crawls = Crawls(ledger=ledger, clock=self.clock)
        self._number = 0
        self.restart()

    def restart(self) -> Scheduler:
        """Another process of the service; the one before is gone without a word."""
        self._number += 1
        self.scheduler = self.process(f"here/{self._number}/x")
        return self.scheduler

    def process(self, holder: str, *, gone: bool = True) -> Scheduler:
        """A further process; `gone` whether it takes every holder before it for dead."""
        lease = self.ledger.lease(
            NAME, seconds=10, elapsed=self.clock.awake, holder=holder, died=lambda other: gone and other != holder
        )
        return Scheduler(self.ledger, self.channels, clock=self.clock, lease=lease)

    def tick(self) -> bool:
        leading = self.scheduler.tick()
        self.crawls.tick(self.scheduler.may_begin)
        return leading

    def live(self, span: timedelta, step: timedelta = 5 * MINUTE) -> None:
        """Let time pass, with a round of the scheduler every `step`."""
        until = self.clock.now() + span
        while self.clock.now() < until:
            self.clock.go_on(step)
            self.tick()

    def states(self, slug: str = "sd") -> Counter[str]:
        """Cause and state of every run of the channel that was due."""
        runs = self.ledger.schedule.firings(slug, until=self.clock.now())
        return Counter(f"{run.cause} {run.state}" for run in runs)
