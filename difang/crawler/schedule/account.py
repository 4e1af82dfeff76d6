"""The account: that every firing the schedule names is in the ledger, and what became of each."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise, takewhile

from difang.crawler.ledger.firings import InForce
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.crawler.ledger.schedule_book import Books, Planned
from difang.crawler.schedule.scheduler import NAME
from difang.crawler.schedule.timing import Timing

DAYS = 35
"""So far back the account goes; older runs may be cleared away."""

_UNDER_WAY = timedelta(seconds=5)
"""A firing is in the ledger before it happens; the newest seconds belong to the round that is being written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """planned = ahead + waiting + running + finished + failed + cancelled + lost + missed; missed = caught_up + open_.

    `withdrawn` firings were taken back before they began, with a reason, and count in nothing else. `named` is how many
    firings the timings name up to the last word of a leader; `faults` says of each that is not accounted for.
    """

    planned: int
    ahead: int
    waiting: int
    running: int
    finished: int
    failed: int
    cancelled: int
    lost: int
    missed: int
    caught_up: int
    open_: int
    withdrawn: int
    named: int
    faults: tuple[str, ...]

    @property
    def balanced(self) -> bool:
        """Whether the sums are right and nothing is unaccounted for."""
        ended = self.finished + self.failed + self.cancelled + self.lost
        whole = self.ahead + self.waiting + self.running + ended + self.missed
        return whole == self.planned and self.missed == self.caught_up + self.open_ and not self.faults


def account(ledger: Ledger, now: datetime, days: int = DAYS) -> Account:
    """The account of the last days up to now, read out of the ledger alone."""
    start = now - timedelta(days=days)
    books = ledger.schedule.books(start)
    held = ledger.lease_held(NAME)
    firings = [run for run in books.runs if run.cause is RunCause.SCHEDULE]
    states = Counter(run.state for run in firings)
    ahead = sum(run.due_at > now for run in firings if run.state is RunState.PLANNED)
    named, faults = _named(books, start, min(now, held.seen_at) - _UNDER_WAY if held else start)
    open_ = {run_id for missed in ledger.schedule.missed() for run_id in missed.runs}
    not_made_up = sum(run.id in open_ for run in firings if run.state is RunState.MISSED)
    return Account(
        planned=len(firings),
        ahead=ahead,
        waiting=states[RunState.PLANNED] - ahead,
        running=states[RunState.RUNNING],
        finished=states[RunState.FINISHED],
        failed=states[RunState.FAILED],
        cancelled=states[RunState.CANCELLED],
        lost=states[RunState.LOST],
        missed=states[RunState.MISSED],
        caught_up=states[RunState.MISSED] - not_made_up,
        open_=not_made_up,
        withdrawn=len(books.withdrawn),
        named=named,
        faults=tuple(faults + _wrong_catch_ups(books)),
    )


def _named(books: Books, start: datetime, until: datetime) -> tuple[int, list[str]]:
    """How many firings the timings name, and which of them are nowhere in the ledger."""
    there: defaultdict[str, set[datetime]] = defaultdict(set)
    for run in books.runs:
        if run.cause is RunCause.SCHEDULE:
            there[run.channel].add(run.due_at)
    for channel, due_at in books.withdrawn:
        there[channel].add(due_at)
    named, faults = 0, []
    for channel, timings in books.timings.items():
        for one, after in pairwise([*timings, None]):
            assert one is not None  # noqa: S101 - only the last is
            end = min(after.since, until) if after else until
            for due_at in _moments(one, max(one.since, start), end):
                named += 1
                if due_at not in there[channel] and not _in_stretch(books, channel, due_at):
                    faults.append(f"{channel}: the firing of {due_at:%Y-%m-%d %H:%M:%S}Z is not in the ledger.")
    return named, faults


def _moments(in_force: InForce, start: datetime, end: datetime) -> list[datetime]:
    if in_force.paused:
        return []
    timing = Timing(every=in_force.every, cron=in_force.cron, offset=in_force.offset)
    return list(takewhile(lambda moment: moment <= end, timing.firings(start)))


def _in_stretch(books: Books, channel: str, moment: datetime) -> bool:
    return any(first <= moment <= until for first, until in books.stretches.get(channel, ()))


def _wrong_catch_ups(books: Books) -> list[str]:
    """Missed runs that refer to no run of their channel; without any reference only where the channel is paused."""
    channels = {run.id: run.channel for run in books.runs}
    paused = {channel for channel, timings in books.timings.items() if timings[-1].paused}
    return [
        f"{run.channel}: the missed run {run.id} is made up for by no run of its channel."
        for run in books.runs
        if run.state is RunState.MISSED and not _made_up(run, channels, paused)
    ]


def _made_up(run: Planned, channels: dict[str, str], paused: set[str]) -> bool:
    if run.caught_up_by is None:
        return run.channel in paused
    return channels.get(run.caught_up_by) == run.channel
