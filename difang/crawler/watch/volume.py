"""Volume: a whole day that brought far more or far fewer articles than days of its channel do. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, floor, sqrt
from statistics import median

from difang.crawler.ledger.tables import Severity
from difang.crawler.watch.finding import Finding, History, Kind
from difang.crawler.watch.rhythm import BEIJING, HISTORY
from difang.crawler.watch.words import number

ENOUGH_DAYS = 6
"""So many workdays (weekend days) tell what a workday is like; before, the channel table does."""

WIDTH = 4.0
"""Standard deviations a usual day may lie off: chance alone goes that far on one day in 16,000."""

ENOUGH_CHANNELS = 5
"""So many channels together tell a holiday from a workday, and a workday on a Saturday from a weekend."""

_DAY = timedelta(days=1)
_MAD = 1.4826  # of a normal distribution: standard deviations a median deviation
_ALARMING_DAYS = 3
KEY = "day"


@dataclass(frozen=True, kw_only=True, slots=True)
class UsualDay:
    """Articles of a usual day: from `low` to `high`, `middle` in between."""

    low: int
    middle: float
    high: int

    def holds(self, count: int) -> bool:
        """Whether a day of so many is a usual one."""
        return self.low <= count <= self.high


@dataclass(frozen=True, kw_only=True, slots=True)
class DayFound:
    """What a whole day brought, and a usual one; `usual` is None where the day was not watched from its beginning."""

    day: date
    articles: int
    usual: UsualDay | None


def by_day(hours: Mapping[datetime, int]) -> Counter[date]:
    """Day in China → articles that appeared on it."""
    days: Counter[date] = Counter()
    for at, articles in hours.items():
        days[at.astimezone(BEIJING).date()] += articles
    return days


def usual_day(history: History, day: date) -> UsualDay:
    """What a day such as this (a workday, or one of a weekend) usually brings, from the eight weeks before it."""
    return _usual(history, day, by_day(history.hours), weekend=day.weekday() > 4)


def last_days(history: History, first: date, today: date) -> tuple[DayFound, ...]:
    """The days from the first to yesterday, each against what a workday, or a day of a weekend, brings by now."""
    days = by_day(history.hours)
    usual = {weekend: _usual(history, today, days, weekend=weekend) for weekend in (False, True)}
    watched = history.since.astimezone(BEIJING).date() if history.since else today
    return tuple(
        DayFound(day=day, articles=days[day], usual=usual[day.weekday() > 4] if day > watched else None)
        for day in (first + n * _DAY for n in range((today - first).days))
    )


def free_days(histories: Sequence[History], now: datetime) -> frozenset[date]:
    """Which of the last days were free: weekends, but for those on which all channels together went as on workdays."""
    today = now.astimezone(BEIJING).date()
    counted = [(history, by_day(history.hours)) for history in histories]
    return frozenset(day for day in (today - n * _DAY for n in range(_ALARMING_DAYS + 2)) if _is_free(day, counted))


def volume(history: History, free: Collection[date]) -> Finding | None:
    """The newest day that crawls have seen to its end, if it is no usual one; `free`: the free ones of the last."""
    last = _last_whole_day(history)
    if last is None or history.since is None or last <= history.since.astimezone(BEIJING).date():
        return None
    days = by_day(history.hours)
    outside = _outside(history, days, last, free)
    if not outside:
        return None
    usual = _usual(history, last, days, weekend=last in free)
    in_a_row = 1
    while in_a_row < _ALARMING_DAYS and _outside(history, days, last - in_a_row * _DAY, free) == outside:
        in_a_row += 1
    return Finding(
        kind=Kind.VOLUME,
        channel=history.channel.slug,
        key=KEY,
        severity=Severity.MEDIUM if in_a_row >= _ALARMING_DAYS else Severity.LOW,
        sentence=f"{history.channel.name}: {number(days[last], 'new article')} on {last:%A} {last}, usually "
        f"{usual.low} to {usual.high}{f'; so for {in_a_row} days' if in_a_row > 1 else ''}.",
        figures={
            "day": last.isoformat(),
            "articles": days[last],
            "usual_low": usual.low,
            "usual_middle": usual.middle,
            "usual_high": usual.high,
            "days_in_a_row": in_a_row,
            "table_low": history.channel.volume[0],
            "table_high": history.channel.volume[1],
        },
    )


def _last_whole_day(history: History) -> date | None:
    if history.seen_until is None:
        return None
    return history.seen_until.astimezone(BEIJING).date() - _DAY


def _outside(history: History, days: Counter[date], day: date, free: Collection[date]) -> int:
    """-1: fewer than usual, 1: more, 0: neither, or not known."""
    if history.since is None or day <= history.since.astimezone(BEIJING).date():
        return 0
    usual = _usual(history, day, days, weekend=day in free)
    return (days[day] > usual.high) - (days[day] < usual.low)


def _is_free(day: date, counted: Sequence[tuple[History, Counter[date]]]) -> bool:
    """Whether all channels together are nearer to their weekends than to their workdays; else as the calendar says."""
    total, workdays, weekends, channels = 0, 0.0, 0.0, 0
    for history, days in counted:
        last = _last_whole_day(history)
        kinds = [_counts(history, day, days, weekend=weekend) for weekend in (False, True)]
        if last and last >= day and all(len(kind) >= ENOUGH_DAYS for kind in kinds):
            total, channels = total + days[day], channels + 1
            workdays, weekends = workdays + median(kinds[0]), weekends + median(kinds[1])
    if channels < ENOUGH_CHANNELS:
        return day.weekday() > 4
    return abs(sqrt(total) - sqrt(weekends)) < abs(sqrt(total) - sqrt(workdays))


def _usual(history: History, day: date, days: Counter[date], *, weekend: bool) -> UsualDay:
    """Half a square root's spread is 0.5 whatever the volume is, so one width fits busy and quiet channels."""
    counts = _counts(history, day, days, weekend=weekend)
    low, high = history.channel.volume
    if len(counts) < ENOUGH_DAYS:
        return UsualDay(low=low, middle=median(counts) if counts else (low + high) / 2, high=high)
    middle = median(counts)
    off = [abs(2 * (sqrt(count) - sqrt(middle))) for count in counts]
    # few days do not show their spread yet
    spread = max(1.0, _MAD * median(off)) * (1 + 2 / len(counts))
    return UsualDay(
        low=ceil(max(0.0, sqrt(middle) - WIDTH * spread / 2) ** 2),
        middle=middle,
        high=floor((sqrt(middle) + WIDTH * spread / 2) ** 2),
    )


def _counts(history: History, before: date, days: Counter[date], *, weekend: bool) -> list[int]:
    return [days[day] for day in _watched_days(history, before) if (day.weekday() > 4) == weekend]


def _watched_days(history: History, before: date) -> Sequence[date]:
    """The whole days that were watched, of the eight weeks before this one."""
    if history.since is None:
        return []
    first = max(history.since.astimezone(BEIJING).date() + _DAY, before - HISTORY)
    return [first + n * _DAY for n in range((before - first).days)]
