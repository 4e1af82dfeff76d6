"""When a channel fires: at an interval or by cron, in Asia/Shanghai, moved by the channel's place in the jitter.

The grid of firings depends on nothing but its timing, so that a restart, another leader or a clock that was set plans
the very same moments. That is why the jitter is no die thrown for each firing, as APScheduler's is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from apscheduler.triggers.base import BaseTrigger
from apscheduler.triggers.cron import CronTrigger
from apscheduler.triggers.interval import IntervalTrigger

from difang.ingest.errors import UsageError

ZONE = ZoneInfo("Asia/Shanghai")
SHORTEST, LONGEST = timedelta(minutes=5), timedelta(days=7)
"""Between two firings of a channel that an operator may ask for; as in the channel table."""

_ANCHOR = datetime(2020, 1, 1, tzinfo=ZONE)
_SECOND = timedelta(seconds=1)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_WEEKDAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, kw_only=True, slots=True)
class Timing:
    """Either `every` or `cron` (minute, hour, day, month, weekday); `offset` moves every firing, whole seconds."""

    every: timedelta | None = None
    cron: str | None = None
    offset: timedelta = timedelta(0)

    def after(self, moment: datetime) -> datetime:
        """The first firing after the moment, in UTC; raises UsageError for a cron that never fires (again)."""
        start = moment.replace(microsecond=0) + _SECOND - self.offset
        found: datetime | None = _trigger(self.every, self.cron).get_next_fire_time(None, start)
        if found is None:
            raise UsageError(f"The cron {self.cron!r} never fires; correct its day or month.")
        return found.astimezone(UTC) + self.offset

    def firings(self, after: datetime) -> Iterator[datetime]:
        """All firings after the moment, without end."""
        while True:
            after = self.after(after)
            yield after

    def __str__(self) -> str:
        if self.every is None:
            return f"cron {self.cron}"
        minutes, seconds = divmod(round(self.every.total_seconds()), 60)
        return f"every {minutes} min" if not seconds else f"every {minutes * 60 + seconds} s"


def check(timing: Timing, now: datetime) -> None:
    """Raises UsageError, in one sentence, where an operator's timing is no cron, never fires, or too often or rarely.

    A cron may pause as long as it likes, but two firings must lie at least five minutes apart.
    """
    if timing.every is not None and not SHORTEST <= timing.every <= LONGEST:
        raise UsageError(f"The interval must lie between 5 minutes and 7 days, but is {str(timing).split(' ', 1)[1]}.")
    firings = list(islice(timing.firings(now), 300))
    if any(later - earlier < SHORTEST for earlier, later in pairwise(firings)):
        raise UsageError(f"The cron {timing.cron!r} fires twice within 5 minutes; that is too often for a site.")


def length_of(text: str) -> timedelta:
    """A length of time as operators write it: 90m, 2h, 1d; raises UsageError for what is none."""
    found = re.fullmatch(r"(\d{1,6})([smhd])", text.strip(), re.ASCII)
    if not found:
        raise UsageError(f"{text!r} is no length of time; write it as 90m, 2h or 1d.")
    return timedelta(seconds=int(found[1]) * _UNITS[found[2]])


def written(length: timedelta) -> str:
    """A length of whole seconds as length_of reads it, in the largest unit that needs no fraction."""
    seconds = round(length.total_seconds())
    unit = next(unit for unit in ("d", "h", "m", "s") if seconds % _UNITS[unit] == 0 and (seconds or unit == "m"))
    return f"{seconds // _UNITS[unit]}{unit}"


@lru_cache(maxsize=500)
def _trigger(every: timedelta | None, cron: str | None) -> BaseTrigger:
    if every is not None:
        return IntervalTrigger(seconds=round(every.total_seconds()), start_date=_ANCHOR, timezone=ZONE)
    fields = (cron or "").split()
    if len(fields) != 5:
        raise UsageError(
            f"The cron {cron!r} must have five parts: minute, hour, day, month, weekday, as in '0 8 * * *'."
        )
    minute, hour, day, month, weekday = fields
    if day != "*" and weekday != "*":
        raise UsageError(f"The cron {cron!r} names a day and a weekday; cron takes either, so leave one of them as *.")
    try:
        return CronTrigger(
            minute=minute, hour=hour, day=day, month=month, day_of_week=_weekdays(weekday), timezone=ZONE
        )
    except (ValueError, LookupError) as error:
        raise UsageError(f"The cron {cron!r} cannot be read ({_first_line(error)}).") from error


def _weekdays(field: str) -> str:
    """Cron counts from Sunday = 0 (or 7), APScheduler from Monday = 0, so that numbers become names."""
    if field == "*":
        return field
    numbers = {number for part in field.lower().split(",") for number in _weekdays_of(part)}
    return ",".join(dict.fromkeys(_WEEKDAYS[number] for number in sorted(numbers)))


def _weekdays_of(part: str) -> range:
    found = re.fullmatch(r"(?:\*|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:/([0-9]{1,3}))?", part, re.ASCII)
    if not found:
        raise ValueError(f"{part!r} is no weekday; write them as 1-5, mon,wed or */2")
    low, high, step = found.groups()
    first = _weekday(low) if low else 0
    last = _weekday(high) if high else first if low and not step else 6
    last = last or (7 if first else 0)  # fri-sun ends on the seventh day
    if first > last:
        raise ValueError(f"the weekdays {part!r} run backwards; begin with the earlier one")
    if step and not int(step):
        raise ValueError(f"the step of {part!r} is 0, which leads nowhere")
    return range(first, last + 1, int(step or 1))


def _weekday(word: str) -> int:
    if word in _WEEKDAYS:
        return _WEEKDAYS.index(word)
    if word not in tuple("01234567"):
        raise ValueError(f"{word!r} is no weekday; they are 0 to 7 or sun to sat")
    return int(word)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__
