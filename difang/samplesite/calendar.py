"""Calendar: when the article number n of a channel appears, and how many have appeared by a moment."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from difang.samplesite.dice import Dice

CHINA = timezone(timedelta(hours=8))
FIRST_DAY = date(2010, 1, 1)
_OPENING, _MINUTES = 6 * 60, 16 * 60  # articles appear between 06:00 and 22:00


@dataclass(frozen=True, kw_only=True, slots=True)
class Calendar:
    """First `archive` older articles spread from 2010 to the day before `start`, then `per_day` a day without end."""

    seed: int
    start: date
    archive: int
    per_day: int

    def published(self, channel: int, n: int) -> datetime:
        """When article n of the channel appears, to the minute; never earlier than the articles before it."""
        dice = Dice(self.seed, "when", channel, n)
        if n < self.archive:
            span = (self.start - FIRST_DAY).days
            day = FIRST_DAY + timedelta(days=(n * span + dice.below(span)) // self.archive)
            return self._at(day, dice.below(_MINUTES))
        days, slot = divmod(n - self.archive, self.per_day)
        width = _MINUTES / self.per_day
        return self._at(self.start + timedelta(days=days), int(slot * width + dice.below(100) / 100 * width))

    def appeared(self, channel: int, now: datetime) -> int:
        """How many articles of the channel have appeared by now; the archive is older than any now."""
        days = (now.date() - self.start).days
        if days < 0:
            return self.archive
        first = self.archive + days * self.per_day
        today = range(first, first + self.per_day)
        return first + bisect_right(today, now, key=lambda n: self.published(channel, n))

    def bulletin(self, n: int) -> bool:
        """Whether article n is the first of its day: the daily bulletin."""
        return n >= self.archive and (n - self.archive) % self.per_day == 0 and self.per_day >= 10

    @staticmethod
    def _at(day: date, minute: int) -> datetime:
        hours, minutes = divmod(_OPENING + minute, 60)
        return datetime(day.year, day.month, day.day, hours, minutes, tzinfo=CHINA)
