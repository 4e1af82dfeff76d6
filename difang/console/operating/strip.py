"""The last weeks of a channel as a strip: what was found each day against a usual one, and what audits say of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from difang.console.languages import N_
from difang.crawler.ledger.coverage import DayCoverage
from difang.crawler.watch.volume import DayFound

_STEP, _BROAD, _GAP, _HEIGHT, _FOOT = 10, 8, 6, 20, 2


class Mark(StrEnum):
    """What is known of a day; the first matter most."""

    LACKING = "lacking"  # an audit found what we lack
    FEW = "few"  # fewer than usual
    MANY = "many"  # more than usual
    USUAL = "usual"
    WHOLE = "whole"  # an audit found that we have it all
    SEEN = "seen"  # new articles, before the channel was watched
    UNKNOWN = "unknown"


MARKS = {
    Mark.LACKING: N_("核对有缺"),
    Mark.FEW: N_("比平常少"),
    Mark.MANY: N_("比平常多"),
    Mark.USUAL: N_("和平常一样"),
    Mark.WHOLE: N_("核对完整"),
    Mark.SEEN: N_("开始监测以前"),
    Mark.UNKNOWN: N_("不知道"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Square:
    """A day of the strip; `share` of a usual day's articles from 0 to 1, `x` where it stands."""

    day: date
    mark: Mark
    share: float
    x: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Strip:
    """The days in a row, weeks apart from each other."""

    squares: tuple[Square, ...]

    @property
    def width(self) -> int:
        """Of the picture, in the units of its paths."""
        return self.squares[-1].x + _BROAD if self.squares else 0

    def days(self, mark: Mark) -> list[str]:
        """Those of the mark, as 11-24."""
        return [f"{square.day:%m-%d}" for square in self.squares if square.mark is mark]

    def marks(self) -> list[Mark]:
        """Those there are, in their order."""
        return [mark for mark in Mark if any(square.mark is mark for square in self.squares)]

    def ground(self, mark: Mark) -> str:
        """The path of the days of the mark, each over the whole height."""
        return "".join(f"M{square.x} 0h{_BROAD}v{_HEIGHT}h-{_BROAD}z" for square in self.squares if square.mark is mark)

    def bars(self, mark: Mark) -> str:
        """The path of their bars, as high as their share."""
        return "".join(_bar(square) for square in self.squares if square.mark is mark)


def strip(days: Sequence[DayFound], audited: Iterable[DayCoverage]) -> Strip:
    """The strip of a channel's days; `audited` days of this channel, others may be among them."""
    known = {one.day: one for one in audited}
    squares: list[Square] = []
    x = 0
    for day in days:
        if squares:
            x += _STEP + (_GAP if day.day.weekday() == 0 else 0)
        mark, share = _judged(day, known.get(day.day))
        squares.append(Square(day=day.day, mark=mark, share=share, x=x))
    return Strip(squares=tuple(squares))


def _judged(day: DayFound, audited: DayCoverage | None) -> tuple[Mark, float]:
    if audited is not None and audited.day_was_over:
        whole = max(audited.found, 1)
        lacking = audited.missing + audited.outcomes.get("failed", 0)
        return (Mark.WHOLE, 1.0) if audited.complete else (Mark.LACKING, max(0.0, 1 - lacking / whole))
    if day.usual is None:
        return (Mark.SEEN, 1.0) if day.articles else (Mark.UNKNOWN, 0.0)
    share = min(1.0, day.articles / max(day.usual.middle, 1.0))
    if day.articles < day.usual.low:
        return Mark.FEW, share
    return (Mark.MANY, 1.0) if day.articles > day.usual.high else (Mark.USUAL, share)


def _bar(square: Square) -> str:
    height = round(_FOOT + square.share * (_HEIGHT - _FOOT))
    return f"M{square.x} {_HEIGHT}h{_BROAD}v-{height}h-{_BROAD}z"
