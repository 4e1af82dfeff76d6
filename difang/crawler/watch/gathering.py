"""Gathering: the histories of the channels, out of the ledger."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta

from difang.crawler.channels import Channel
from difang.crawler.ledger.discoveries import Counts
from difang.crawler.ledger.freshness import KEPT
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.looks import Look
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.crawler.watch.finding import EndedRun, History, RunPages
from difang.crawler.watch.unread import ENOUGH
from difang.ingest.outcome import Outcome

_RUNS_OF = timedelta(days=4)
"""Runs further back say nothing of now; a channel not crawled for so long has missed runs as its issue."""

_MOST_RUNS = 10
_OF_THE_PAST = (RunCause.BACKFILL, RunCause.RETRY, RunCause.AUDIT)
_EXAMPLES = 5
_READ = (Outcome.INDEXED, Outcome.UPDATED, Outcome.PART)
_ENDS = (RunState.FINISHED, RunState.FAILED, RunState.LOST)


def histories(ledger: Ledger, channels: Sequence[Channel], now: datetime) -> list[History]:
    """What the ledger knows of these channels; a few queries in all, however many channels."""
    hours = ledger.freshness.hours(now - KEPT)
    newest = ledger.freshness.newest()
    looks: dict[str, list[Look]] = defaultdict(list)
    for look in ledger.looks.all():
        looks[look.channel].append(look)
    runs = _usual_runs(ledger, now)
    counts = ledger.runs.counts([run for of in runs.values() for run in of])
    found = []
    for channel in channels:
        mine = runs.get(channel.slug, [])
        last = newest.get(channel.slug)
        unread = [run for run in mine if counts[run.id].queued]
        ended = [run for run in mine if run.state in _ENDS]
        pages = [_pages(run, counts[run.id]) for run in mine]
        found.append(
            History(
                channel=channel,
                since=last.since if last else None,
                newest=last.appeared_at if last else None,
                seen_until=_seen_until(ended, unread),
                hours=hours.get(channel.slug, {}),
                looks=looks.get(channel.slug, ()),
                runs=tuple(_ended(run, counts[run.id].discovered) for run in ended[:_MOST_RUNS]),
                pages=pages,
                aside=_aside(ledger, pages),
            )
        )
    return found


def _usual_runs(ledger: Ledger, now: datetime) -> dict[str, list[Run]]:
    """Channel → its newest runs over the whole channel, newest first."""
    runs: dict[str, list[Run]] = defaultdict(list)
    for run in ledger.runs.begun_since(now - _RUNS_OF):
        if run.request.whole and not run.asked_for and run.cause not in _OF_THE_PAST:
            runs[run.channel].append(run)
    return runs


def _seen_until(ended: Sequence[Run], unread: Sequence[Run]) -> datetime | None:
    """When the channel was looked at last, with all found then worked on: before the oldest run with unread pages."""
    begun = [run.started_at for run in ended if run.state is RunState.FINISHED and run.started_at]
    waiting = [run.started_at for run in unread if run.started_at]
    return max((at for at in begun if not waiting or at < min(waiting)), default=None)


def _pages(run: Run, counts: Counts) -> RunPages:
    return RunPages(
        run=run.id,
        aside=counts.outcomes.get(Outcome.SET_ASIDE, 0),
        read=sum(counts.outcomes.get(outcome, 0) for outcome in _READ),
    )


def _aside(ledger: Ledger, pages: Sequence[RunPages]) -> tuple[str, ...]:
    """Some of the pages set aside, the newest first, where they are so many that they may be an issue."""
    runs = [one.run for one in pages if one.aside]
    return ledger.run_lists.set_aside(runs, _EXAMPLES) if sum(one.aside for one in pages) >= ENOUGH else ()


def _ended(run: Run, discovered: int) -> EndedRun:
    return EndedRun(
        id=run.id,
        state=run.state,
        sentence=run.sentence,
        started_at=run.started_at or run.planned_at,
        seen=discovered + run.known,
    )
