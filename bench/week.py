"""A week of the site, compressed: 33 channels on schedule, the service away twice, everything found, and how soon.

python -m bench.week [channels] [days] [hours between two crawls] [articles a day] [hours between beginnings]

The replica's clock and ours are one and jump: the scheduler looks every five minutes, what is due begins every four
hours, the runs of that time together in one process. Crawls and ingest are real, in forks.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from difang.command import wiring
from difang.command.truth import Difference, Truth, difference
from difang.crawler.channel_table import load_channels
from difang.crawler.channels import Channel, named
from difang.crawler.ledger.freshness import Delay
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.crawler.schedule.scheduler import Scheduler
from difang.crawler.watch.rhythm import BEIJING
from tests.services.replica import Replica, replica
from tests.services.simulation import Simulation

START = datetime(2026, 3, 2, 0, 0, tzinfo=BEIJING)
"""A Monday."""

TICK = timedelta(minutes=5)
HOUR = timedelta(hours=1)
MOST = 100_000


class SimulatedClock:
    """The scheduler's clock: the simulation's, all three ways of measuring in step."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation

    def now(self) -> datetime:
        return self._simulation.now.astimezone(UTC)

    def elapsed(self) -> float:
        return self._simulation.now.timestamp()

    def awake(self) -> float:
        return self._simulation.now.timestamp()


@dataclass(frozen=True, kw_only=True)
class Week:
    """What became of the firings that were due, what was found of what was published, and how soon."""

    planned: int
    states: Counter[RunState]
    caught_up: int
    catch_ups: int
    unaccounted: int
    found: Difference
    delays: dict[str, Delay]
    issues: Counter[str]


def main(channels: int = 33, days: int = 7, hours: int = 12, per_day: int = 10, begin: int = 4) -> None:
    """Print the accounts of the week."""
    slugs = tuple(channel.slug for channel in load_channels(None))[:channels]
    outages = (timedelta(days=1, hours=10), 7 * HOUR), (timedelta(days=max(days - 3, 1), hours=21), 13 * HOUR)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, week_replica(slugs, per_day) as site:
        simulation = Simulation(site, Path(folder), START)
        week = live(
            simulation, slugs, length=timedelta(days=days), every=hours * HOUR, outages=outages, begin=begin * HOUR
        )
    print(
        f"{channels} channels, {days} days, a crawl every {hours} h (begun every {begin} h), {per_day} articles a day,"
        f" outages of 7 and 13 h: {time.monotonic() - began:.0f} s"
    )
    print_week(week)


def week_replica(slugs: Sequence[str], per_day: int) -> AbstractContextManager[Replica]:
    """The site on the first day, at midnight."""
    size = ("--days", "1", "--per-day", str(per_day), "--archive", "5", "--crawl-delay", "0")
    return replica("--channels", ",".join(slugs), "--now", f"{START:%Y-%m-%dT%H:%M}", *size)


def live(
    simulation: Simulation,
    slugs: Sequence[str],
    *,
    length: timedelta,
    every: timedelta,
    outages: Sequence[tuple[timedelta, timedelta]],
    begin: timedelta,
) -> Week:
    """Let the time pass, as the service would; an outage is (when, how long), from the start."""
    channels = named(wiring.channel_table(simulation.settings), slugs)
    start, away = simulation.now, list(outages)
    while simulation.now < start + length:
        if away and simulation.now >= start + away[0][0]:
            simulation.advance(away.pop(0)[1])
        _begin_due(simulation, channels, every, begin)
    _begin_due(simulation, channels, every, timedelta(0))
    simulation.crawl(*slugs)  # a last look with the clock stopped: what appeared since each channel's last firing
    return _week(simulation, start)


def _begin_due(simulation: Simulation, channels: Sequence[Channel], every: timedelta, length: timedelta) -> None:
    """Look every five minutes for so long, then begin what is due."""
    until = simulation.now + length
    with simulation.here() as ledger:
        scheduler = Scheduler(ledger, channels, every=every, clock=SimulatedClock(simulation))
        assert scheduler.tick()
        while simulation.now < until:
            simulation.advance(TICK)
            scheduler.tick()
        due = ledger.plans.due(simulation.now)
        scheduler.stop()
    if due:
        simulation.carry_out(due)


def _week(simulation: Simulation, start: datetime) -> Week:
    with simulation.here() as ledger:
        runs = _runs(ledger)
        delays = ledger.freshness.delays(start.date())
        issues = Counter(issue.kind for issue in ledger.issues.unresolved())
    firings = [run for run in runs if run.cause is RunCause.SCHEDULE and run.due_at and run.due_at <= simulation.now]
    states = Counter(run.state for run in firings)
    with closing(wiring.open_search(simulation.settings)) as search:
        found = difference(Truth(simulation.site.url), search)
    return Week(
        planned=len(firings),
        states=states,
        caught_up=sum(run.state is RunState.MISSED and run.caught_up_by is not None for run in firings),
        catch_ups=sum(run.cause is RunCause.CATCH_UP for run in runs),
        unaccounted=sum(run.state not in (RunState.FINISHED, RunState.MISSED) for run in firings),
        found=found,
        delays=delays,
        issues=issues,
    )


def _runs(ledger: Ledger) -> list[Run]:
    return ledger.runs.newest(MOST)


def print_week(week: Week) -> None:
    """The accounts, the difference to the truth, and the delays."""
    finished, missed = week.states[RunState.FINISHED], week.states[RunState.MISSED]
    print(f"planned {week.planned} = finished {finished} + missed {missed} + other {week.unaccounted}")
    print(f"of the missed, caught up {week.caught_up}, by {week.catch_ups} runs of their own or the next firing")
    found = week.found
    print(f"published {found.published}, found {found.found}, missing {len(found.missing)}, difference {found.total}")
    print(f"unresolved issues: {dict(week.issues) or 'none'}")
    print("| channel | articles | median | 95 % |\n|---|---|---|---|")
    for channel, delay in sorted(week.delays.items()):
        print(f"| {channel} | {delay.articles} | {_hours(delay.median)} | {_hours(delay.p95)} |")


def _hours(span: timedelta) -> str:
    return f"{span / HOUR:.1f} h"


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
