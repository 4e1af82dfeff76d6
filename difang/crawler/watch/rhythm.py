"""A channel's rhythm: how many new articles each hour of the week usually brings, learnt from its own weeks.

Silence is measured in *expected articles*: the sum of what the hours since the last article usually bring. A night
or a weekend adds next to nothing to it, so it needs no rule of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import log
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")
HOUR = timedelta(hours=1)
HISTORY = timedelta(days=56)
"""Eight weeks: so many Mondays tell one Monday from another, and a season passes out of memory."""

DAY_WEIGHT = 3.0
"""So many days of one's own weigh as much as the channel table's figure."""

WEEK_WEIGHT = 4.0
"""So many Mondays weigh as much as all workdays together do for a Monday."""

_DAYTIME = range(6, 22)
_NIGHT = 0.02  # of an hour of the day, as long as nothing else is known
_WEEKEND = 0.5  # of a workday, likewise
_LONGEST = timedelta(days=60)
_WORKDAYS, _WEEKENDS = -1, -2  # beside the weekdays 0 to 6

ALLOWED = 1 / 10_000
"""False alarms a channel and day: as much as chance makes; what channels add is in docs/issues.md."""

_TAIL = 0.1  # the longest tenth of the gaps shows how their lengths fall off
_CHANCE_START, _CHANCE_SCALE = log(1 / _TAIL), 1.3  # of gaps that chance alone makes, a little burstier
_START_WEIGHT, _SCALE_WEIGHT = 15.0, 5.0
_OUTAGE = 6.0  # times the median excess; 2 % of what chance makes is longer
_PACE_WEIGHT = 5.0
_PACE_SPAN = timedelta(days=3)
_SLOWEST = 0.15


@dataclass(frozen=True, kw_only=True, slots=True)
class Rhythm:
    """`rates`: (weekday from Monday 0, hour) → articles an hour, Asia/Shanghai.

    `usual_silence` and `longest_silence`, in expected articles: nine of ten gaps end before the one, chance alone
    exceeds the other once in 1,000 days. `pace`: how the days before the last article went against the usual, at most
    1, so that a slow holiday is not taken for silence.
    """

    rates: Mapping[tuple[int, int], float]
    usual_silence: float
    longest_silence: float
    pace: float
    days: int  # it was learnt from

    def expected(self, start: datetime, end: datetime) -> float:
        """How many articles usually appear from start to end."""
        return sum(self._rate(at) * (until - at) / HOUR for at, until in _pieces(start, end))

    def usual_gap(self, now: datetime) -> timedelta:
        """How old the newest article usually is at this hour: one article is expected since."""
        return now - self._walk(now, 1.0, -1)

    def expected_by(self, last: datetime) -> datetime:
        """Before this, nine of ten times, there is something new after an article that appeared at `last`."""
        return self._walk(last, self.usual_silence / self.pace, 1)

    def alarm_at(self, last: datetime) -> datetime:
        """From this on silence after `last` is no chance."""
        return self._walk(last, self.longest_silence / self.pace, 1)

    def _rate(self, at: datetime) -> float:
        local = at.astimezone(BEIJING)
        return self.rates[local.weekday(), local.hour]

    def _walk(self, start: datetime, articles: float, step: int) -> datetime:
        """Go from start, forwards or back, until so many articles are expected; at most two months."""
        at, left = start, articles
        while abs(at - start) < _LONGEST:
            here = at.replace(minute=0, second=0, microsecond=0)
            end = here + HOUR if step > 0 else (here if here < at else here - HOUR)
            brings = self.expected(min(at, end), max(at, end))
            if brings >= left:
                return at + (end - at) * (left / brings)
            at, left = end, left - brings
        return at


def learn(
    hours: Mapping[datetime, int], *, since: datetime | None, last: datetime | None, volume: tuple[int, int]
) -> Rhythm:
    """The rhythm from the eight weeks before the last article, as far as they were watched.

    `hours`: start of an hour → articles; `volume`: the channel table's usual articles a day, whose lower figure counts
    as long as there is little history.
    """
    counts = _watched(hours, since, last)
    rates = _rates(counts, volume)
    gaps = sorted(_gaps(counts, rates))
    start, scale = _tail(gaps)
    days = len({at.astimezone(BEIJING).date() for at in counts})
    a_day = max(len(gaps) / days, 0.2) if days else 5.0
    early = Rhythm(rates=rates, usual_silence=start, longest_silence=start, pace=1.0, days=days)
    return Rhythm(
        rates=rates,
        usual_silence=start,
        longest_silence=start + scale * log(max(_TAIL * a_day / ALLOWED, 1.0)),
        pace=_pace(early, counts),
        days=days,
    )


def _watched(hours: Mapping[datetime, int], since: datetime | None, last: datetime | None) -> dict[datetime, int]:
    """Every full hour from the first watched one to the last article's, with its count, bursts cut."""
    if since is None or last is None:
        return {}
    start = max(since, last - HISTORY).replace(minute=0, second=0, microsecond=0) + HOUR
    number = max(0, (last - start) // HOUR + 1)
    every = {at: hours.get(at, 0) for at in (start + HOUR * n for n in range(number))}
    busy = sorted(count for count in every.values() if count)
    most = busy[len(busy) * 19 // 20] if busy else 0
    return {at: min(count, most) for at, count in every.items()}


def _rates(counts: Mapping[datetime, int], volume: tuple[int, int]) -> dict[tuple[int, int], float]:
    """Each hour of the week drawn towards the same hour of its kind of day, that towards the channel table."""
    watched: Counter[tuple[int, int]] = Counter()
    found: Counter[tuple[int, int]] = Counter()
    for at, count in counts.items():
        local = at.astimezone(BEIJING)
        for day in (local.weekday(), _kind_of_day(local.weekday())):
            watched[day, local.hour] += 1
            found[day, local.hour] += count
    rates = {}
    for weekday in range(7):
        for hour in range(24):
            own, kind = (weekday, hour), (_kind_of_day(weekday), hour)
            first = _first_rate(weekday, hour, volume)
            alike = (found[kind] + DAY_WEIGHT * first) / (watched[kind] + DAY_WEIGHT)
            rates[own] = (found[own] + WEEK_WEIGHT * alike) / (watched[own] + WEEK_WEIGHT)
    return rates


def _kind_of_day(weekday: int) -> int:
    return _WEEKENDS if weekday > 4 else _WORKDAYS


def _first_rate(weekday: int, hour: int, volume: tuple[int, int]) -> float:
    daytime = max(volume[0], 1) / len(_DAYTIME)
    return daytime * (_WEEKEND if weekday > 4 else 1.0) * (1.0 if hour in _DAYTIME else _NIGHT)


def _gaps(counts: Mapping[datetime, int], rates: Mapping[tuple[int, int], float]) -> Iterator[float]:
    """The gaps between hours that brought something, in expected articles, from the middle of one to the other's."""
    passed, middles = 0.0, []
    for at, count in counts.items():
        local = at.astimezone(BEIJING)
        rate = rates[local.weekday(), local.hour]
        if count:
            middles.append(passed + rate / 2)
        passed += rate
    yield from (later - earlier for earlier, later in pairwise(middles))


def _tail(gaps: list[float]) -> tuple[float, float]:
    """Where the longest tenth of the gaps begins and how slowly it falls off; few gaps are drawn towards chance.

    The scale is the mean excess; an outage in the history counts in it as a long gap and no more.
    """
    if not gaps:
        return _CHANCE_START, _CHANCE_SCALE
    begin = gaps[int(len(gaps) * (1 - _TAIL))]
    excess = [gap - begin for gap in gaps if gap >= begin]
    most = _OUTAGE * excess[len(excess) // 2]
    scale = sum(min(one, most) for one in excess) / len(excess)
    return (
        (len(gaps) * begin + _START_WEIGHT * _CHANCE_START) / (len(gaps) + _START_WEIGHT),
        (len(excess) * scale + _SCALE_WEIGHT * _CHANCE_SCALE) / (len(excess) + _SCALE_WEIGHT),
    )


def _pace(rhythm: Rhythm, counts: Mapping[datetime, int]) -> float:
    newest = list(counts)[-(_PACE_SPAN // HOUR) :]
    if not newest:
        return 1.0
    usual = rhythm.expected(newest[0], newest[-1] + HOUR)
    came = sum(counts[at] for at in newest)
    return max(_SLOWEST, min(1.0, (came + _PACE_WEIGHT) / (usual + _PACE_WEIGHT)))


def _pieces(start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The time from start to end, cut at full hours."""
    at = start
    while at < end:
        until = min(at.replace(minute=0, second=0, microsecond=0) + HOUR, end)
        yield at, until
        at = until
