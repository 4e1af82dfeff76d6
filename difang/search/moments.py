"""Days of Beijing time as seconds since 1970."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from difang.ingest.index.entry import BEIJING

_DAY = timedelta(days=1)


def start_of(day: date) -> int:
    """Its first second."""
    return int(datetime.combine(day, time(), BEIJING).timestamp())


def end_of(day: date) -> int:
    """The first second after it."""
    return start_of(day) + int(_DAY.total_seconds())
