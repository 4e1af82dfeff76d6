"""How often silence alarms falsely over simulated half years, and how soon when a channel does fall silent.

python -m bench.freshness [half years of each sort of channel]
"""

from __future__ import annotations

import random
import sys
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise

from difang.crawler.watch.rhythm import learn
from difang.crawler.watch.silence import SHORTEST
from tests.unit.crawler.publishing import MIDNIGHT, Publisher, hours_of

DAYS = 180
VOLUME = (5, 200)
HOUR = timedelta(hours=1)
HOLIDAYS = frozenset(
    first + timedelta(days=n) for first, days in ((date(2026, 2, 16), 7), (date(2026, 5, 1), 4)) for n in range(days)
)
SORTS = {
    "100 a day": Publisher(a_day=100, holidays=HOLIDAYS),
    "40 a day": Publisher(a_day=40, holidays=HOLIDAYS),
    "20 a day": Publisher(a_day=20, holidays=HOLIDAYS),
    "20 a day in bursts of 4": Publisher(a_day=20, burst=4, holidays=HOLIDAYS),
    "5 a day": Publisher(a_day=5, holidays=HOLIDAYS),
    "15 a day, no weekends": Publisher(a_day=15, weekend=0.02, holidays=HOLIDAYS),
    "25 a day, office hours": Publisher(a_day=25, opening=9, closing=18, weekend=0.1, holidays=HOLIDAYS),
    "30 a day, days differ by half": Publisher(a_day=30, moody=0.5, burst=2, holidays=HOLIDAYS),
}


@dataclass(kw_only=True)
class Told:
    """False alarms on usual days and around holidays, and after how many hours a true silence was told."""

    days: int = 0
    false: int = 0
    around_holidays: int = 0
    hours: list[float] = field(default_factory=list)

    def line(self) -> str:
        late = sorted(self.hours)
        per = f"1 in {self.days // self.false} days" if self.false else f"none in {self.days} days"
        return (
            f"{per} | {self.around_holidays} | {late[len(late) // 2]:.0f} h | {late[len(late) * 9 // 10]:.0f} h |"
            f" {late[-1]:.0f} h"
        )


def main(half_years: int = 3) -> None:
    """Print a row for each sort of channel: false alarms, and the time until a true silence is told."""
    print(
        "| channel | false alarms | around holidays | told after: median | 90 % | longest |\n|---|---|---|---|---|---|"
    )
    every = Told()
    for name, publisher in SORTS.items():
        told = Told()
        for seed in range(half_years):
            _half_year(publisher, random.Random(f"{name}{seed}"), told)
        print(f"| {name} | {told.line()} |")
        every = Told(
            days=every.days + told.days,
            false=every.false + told.false,
            around_holidays=every.around_holidays + told.around_holidays,
            hours=every.hours + told.hours,
        )
    print(f"| all | {every.line()} |")


def _half_year(publisher: Publisher, dice: random.Random, told: Told) -> None:
    articles = list(publisher.articles(DAYS, dice))
    told.days += DAYS
    for earlier, later in pairwise(articles):
        if later - earlier > SHORTEST and later > _alarm(articles, earlier):
            if _touches_holiday(earlier, later):
                told.around_holidays += 1
            else:
                told.false += 1
    for day in range(20, DAYS, 13):
        stop = MIDNIGHT + timedelta(days=day, hours=dice.uniform(0, 24))
        last = articles[bisect_right(articles, stop) - 1]
        told.hours.append((_alarm(articles, last) - stop) / HOUR)


def _alarm(articles: Sequence[datetime], last: datetime) -> datetime:
    """When the silence after this article is told; the history ends with it."""
    rhythm = learn(hours_of(articles), since=articles[0], last=last, volume=VOLUME)
    return max(rhythm.alarm_at(last), last + SHORTEST)


def _touches_holiday(earlier: datetime, later: datetime) -> bool:
    return any((earlier + timedelta(days=n)).date() in HOLIDAYS for n in range((later - earlier).days + 2))


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
