"""Times and days as the site prints them, in China's time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache

CHINA = timezone(timedelta(hours=8))
"""China keeps one time all year; the site prints no other."""

_TIME = re.compile(
    r"(\d{4})\s*[年\-/.．－]\s*(\d{1,2})\s*[月\-/.．－]\s*(\d{1,2})(?!\d)\s*日?"
    r"(?:\s*(?:[(（]?(?:星期|周)[一二三四五六日天][)）]?)?\s*(上午|下午|晚上(?!\s*12))?\s*T?(\d{1,2})\s*[:：时時]\s*(\d{1,2})(?!\d))?"
)
_AFTERNOON = ("下午", "晚上")


@dataclass(frozen=True, kw_only=True, slots=True)
class Printed:
    """A time as printed: `iso` to the minute with +08:00; `clock` is False where only the day is printed."""

    iso: str
    clock: bool
    text: str

    @property
    def day(self) -> date:
        """The day alone."""
        return date.fromisoformat(self.iso[:10])


@lru_cache(maxsize=1)  # the head is asked for its time more than once
def printed_time(text: str) -> Printed | None:
    """The first time in the text that exists: `2022年02月13日07:48`, `2018-10-9`, `2019/6/15 8:05`; else None."""
    for found in _TIME.finditer(text):
        year, month, day, half, hour, minute = found.groups()
        later = 12 if half in _AFTERNOON and int(hour) < 12 else 0
        try:
            moment = datetime(int(year), int(month), int(day), int(hour or 0) + later, int(minute or 0), tzinfo=CHINA)
        except ValueError:
            continue
        if moment.year >= 1990:
            return Printed(iso=moment.isoformat(), clock=hour is not None, text=found[0])
    return None


def impossible_time(text: str) -> str | None:
    """What the text prints in the form of a time where no such time exists, as 2022年02月30日07:48; else None."""
    found = _TIME.search(text)
    return found[0] if found and printed_time(text) is None else None


def day_only(day: date) -> Printed:
    """A day from an address or a meta tag, which know no clock."""
    moment = datetime(day.year, day.month, day.day, tzinfo=CHINA)
    return Printed(iso=moment.isoformat(), clock=False, text=day.isoformat())


def year_filled_in(month: int, day: int, published: date) -> date | None:
    """The day of which a text printed on `published` says only month and day; None where there is no such day.

    31 December printed on 1 January is the year before; a day up to a week ahead is taken, because night editions are
    dated the day after: 1 January printed on 31 December is the year after.
    """
    for year in (published.year + 1, published.year, published.year - 1):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found <= published + timedelta(days=7):
            return found
    return None


def month_filled_in(day: int, published: date) -> date | None:
    """The day of which a text printed on `published` says only the day of the month: the last such day, or tomorrow."""
    tomorrow = published + timedelta(days=1)
    month = tomorrow
    for _ in range(3):
        try:
            found = month.replace(day=day)
        except ValueError:
            found = None
        if found and found <= tomorrow:
            return found
        month = month.replace(day=1) - timedelta(days=1)
    return None
