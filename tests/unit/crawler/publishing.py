"""Invented channels: when their articles appear over simulated months, with nights, weekends and holidays."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from difang.crawler.watch.rhythm import BEIJING

MIDNIGHT = datetime(2026, 1, 5, tzinfo=BEIJING)
"""A Monday."""


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """`a_day` articles on a workday, `weekend` of that on a weekend, in bursts of `burst` on average.

    Each day has a level of its own, of a relative standard deviation `moody`; on `holidays` it goes as on weekends.
    """

    a_day: float
    weekend: float = 0.4
    burst: float = 1.0
    moody: float = 0.2
    opening: int = 6
    closing: int = 22
    holidays: frozenset[date] = frozenset()

    def rate(self, at: datetime, level: float) -> float:
        """Bursts an hour at this time: two peaks, morning and afternoon."""
        if not self.opening <= at.hour < self.closing:
            return 0.0
        free = at.weekday() > 4 or at.date() in self.holidays
        peak = 1.6 if at.hour in (9, 10, 15, 16) else 0.8
        return self.a_day * (self.weekend if free else 1.0) * level * peak / (16 * self.burst)

    def articles(self, days: int, dice: random.Random) -> Iterator[datetime]:
        """When articles appear, in order."""
        for day in range(days):
            level = max(0.1, dice.gauss(1.0, self.moody))
            for hour in range(24):
                at = MIDNIGHT + timedelta(days=day, hours=hour)
                bursts = _poisson(self.rate(at, level), dice)
                for minute in sorted(dice.uniform(0, 60) for _ in range(bursts)):
                    for _ in range(1 + _poisson(self.burst - 1, dice)):
                        yield at + timedelta(minutes=minute)


def hours_of(articles: Sequence[datetime]) -> Counter[datetime]:
    """The counts an hour as the ledger keeps them."""
    return Counter(at.replace(minute=0, second=0, microsecond=0) for at in articles)


def _poisson(mean: float, dice: random.Random) -> int:
    """Knuth's way; fine for a few an hour."""
    number, left = 0, dice.expovariate(1.0)
    while left < mean:
        number += 1
        left += dice.expovariate(1.0)
    return number
