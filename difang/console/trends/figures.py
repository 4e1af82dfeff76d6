"""The figures of trends: exact counts of up to five queries by month, week or day, and by channel."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from difang.ingest.errors import UsageError
from difang.search.index import SearchIndex

MOST_QUERIES = 5
MOST_PERIODS = 800
"""A plot of more has less than a pixel for each."""


class Step(StrEnum):
    """How long the periods are."""

    MONTH = "month"
    WEEK = "week"  # from Monday to Sunday
    DAY = "day"


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    """One query: its counts by period, in the order of the figures' periods, and by channel slug.

    `ignored` is what a search for it says it ignored.
    """

    query: str
    understood: str
    ignored: list[str]
    total: int
    counts: tuple[int, ...]
    channels: dict[str, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What is plotted: `periods` by their first day, without a gap; `names` of channels by slug."""

    step: Step
    periods: tuple[date, ...]
    series: tuple[Series, ...]
    names: dict[str, str]


def figures_of(
    search: SearchIndex, queries: Sequence[str], step: Step, *, since: date | None, until: date | None
) -> Figures:
    """Ask for each query once; raises UsageError for too many queries or periods, RetryLater from the index."""
    if len(queries) > MOST_QUERIES:
        raise UsageError(f"At most {MOST_QUERIES} queries are compared.")
    if since and until and since > until:
        raise UsageError(f"{since} lies after {until}; turn the two days round.")
    tallies = [search.tally(query, since=since, until=until) for query in queries]
    days = [day for tally in tallies for day in tally.days]
    first, last = since or min(days, default=None), until or max(days, default=None)
    periods = tuple(_periods(first, last, step)) if first and last else ()
    names = dict(pair.split(" ", 1) for tally in tallies for pair in tally.channels)
    series = []
    for query, tally in zip(queries, tallies, strict=True):
        counted: Counter[date] = Counter()
        for day, count in tally.days.items():
            counted[begin_of(day, step)] += count
        series.append(
            Series(
                query=query,
                understood=search.read(query).understood,
                ignored=search.ignored(query),
                total=sum(tally.days.values()),
                counts=tuple(counted[period] for period in periods),
                channels={name.split(" ", 1)[0]: count for name, count in tally.channels.items()},
            )
        )
    return Figures(step=step, periods=periods, series=tuple(series), names=names)


def begin_of(day: date, step: Step) -> date:
    """The first day of the period a day belongs to."""
    if step is Step.MONTH:
        return day.replace(day=1)
    return day - timedelta(days=day.weekday()) if step is Step.WEEK else day


def end_of(first: date, step: Step) -> date:
    """The last day of the period that begins with `first`."""
    return _next(first, step) - timedelta(days=1)


def _periods(first: date, last: date, step: Step) -> Iterator[date]:
    period = begin_of(first, step)
    for _ in range(MOST_PERIODS):
        yield period
        if period.year == date.max.year or (period := _next(period, step)) > last:
            return
    raise UsageError(f"There are more than {MOST_PERIODS} {step}s between {first} and {last}; choose longer ones.")


def _next(period: date, step: Step) -> date:
    if step is Step.MONTH:
        return (period + timedelta(days=31)).replace(day=1)
    return period + timedelta(days=7 if step is Step.WEEK else 1)
