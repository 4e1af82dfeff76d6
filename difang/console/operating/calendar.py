"""A year of days of a channel: which are proven whole by an audit, which lack something, which were never compared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from difang.crawler.ledger.coverage import DayCoverage

WEEKS = 53


class Sort(StrEnum):
    """What is known of a day."""

    WHOLE = "whole"  # audited after its end, nothing missing
    LACKING = "lacking"  # audited after its end, something missing or failed
    SEEN = "seen"  # not audited; new articles came
    UNKNOWN = "unknown"


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """One day; `column` (week) and `row` (weekday from Monday 0) in the picture; `number` of articles found or seen."""

    day: date
    sort: Sort
    number: int
    missing: int
    column: int
    row: int


def year(coverage: Sequence[DayCoverage], seen: Mapping[date, int], today: date) -> list[Day]:
    """The days of the last 53 weeks up to today, the oldest first."""
    audited = {day.day: day for day in coverage}
    first = today - timedelta(days=today.weekday(), weeks=WEEKS - 1)
    return [_day(day, audited.get(day), seen.get(day, 0), (day - first).days) for day in _days(first, today)]


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def _day(day: date, audited: DayCoverage | None, seen: int, place: int) -> Day:
    if audited is not None and audited.day_was_over:
        missing = audited.missing + audited.outcomes.get("failed", 0)
        sort, number = (Sort.WHOLE if audited.complete else Sort.LACKING), audited.found
    else:
        missing, number = 0, seen
        sort = Sort.SEEN if seen else Sort.UNKNOWN
    return Day(day=day, sort=sort, number=number, missing=missing, column=place // 7, row=place % 7)
