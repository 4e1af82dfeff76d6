"""The histogram: how many articles fall into each day, month or year of the time the hits span."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from difang.search.within import days_of

LONGEST_BY_DAY = 2
"""Months up to which bars are days."""
LONGEST_BY_MONTH = 48
"""Months up to which bars are months."""
MOST_YEARS = 60
"""Years beyond which those without an article are left out, and the earliest ones too."""


class Unit(StrEnum):
    """What one bar stands for."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    """A day, month or year (`value` as 2026, 2026-03 or 2026-03-01), its first and last day, and the hits in it."""

    value: str
    first: str
    last: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Histogram:
    """Bars in order of time, those without a hit too."""

    unit: Unit
    bars: list[Bar]


def unit_for(months: Mapping[str, int]) -> Unit:
    """The unit for hits in these months."""
    span = _month(max(months)) - _month(min(months)) + 1
    return Unit.DAY if span <= LONGEST_BY_DAY else Unit.MONTH if span <= LONGEST_BY_MONTH else Unit.YEAR


def histogram(unit: Unit, counts: Mapping[str, int]) -> Histogram:
    """The bars of counts by day, month or year."""
    return Histogram(unit=unit, bars=[_bar(value, counts.get(value, 0)) for value in _values(unit, counts)])


def _values(unit: Unit, counts: Mapping[str, int]) -> list[str]:
    first, last = min(counts), max(counts)
    if unit is Unit.DAY:
        begin = date.fromisoformat(first)
        days = (date.fromisoformat(last) - begin).days
        return [(begin + timedelta(days=day)).isoformat() for day in range(days + 1)]
    if unit is Unit.MONTH:
        return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(_month(first), _month(last) + 1)]
    if int(last) - int(first) >= MOST_YEARS:
        return sorted(counts)[-MOST_YEARS:]
    return [f"{year:04}" for year in range(int(first), int(last) + 1)]


def _bar(value: str, count: int) -> Bar:
    first, last = (value, value) if len(value) > len("2026-03") else [day.isoformat() for day in days_of(value)]
    return Bar(value=value, first=first, last=last, count=count)


def _month(value: str) -> int:
    return int(value[:4]) * 12 + int(value[5:7]) - 1
