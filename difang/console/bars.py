"""The histogram as bars to be drawn: places and heights for an SVG image, so that the page needs no script."""

from __future__ import annotations

from dataclasses import dataclass

from difang.search.histogram import Bar, Histogram, Unit

HEIGHT = 72
"""Of the tallest bar, in the image's units; a bar's place is 10 wide."""
PLACE, _WIDTH, _LEAST = 10, 8, 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """One bar and where it stands."""

    bar: Bar
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """The bars; `width` of the image, `most` hits of a bar, `marks` the first, middle and last value."""

    unit: Unit
    width: int
    most: int
    drawn: list[Drawn]
    marks: list[str]


def chart(histogram: Histogram) -> Chart | None:
    """The chart, None where a single bar would say nothing."""
    bars = histogram.bars
    if len(bars) < 2:
        return None
    most = max(bar.count for bar in bars)
    drawn = [_drawn(place, bar, most) for place, bar in enumerate(bars)]
    middle = [bars[len(bars) // 2].value] if len(bars) > 4 else []
    marks = [bars[0].value, *middle, bars[-1].value]
    return Chart(unit=histogram.unit, width=PLACE * len(bars), most=most, drawn=drawn, marks=marks)


def _drawn(place: int, bar: Bar, most: int) -> Drawn:
    height = max(_LEAST, round(HEIGHT * bar.count / most, 1)) if bar.count else 0
    x = PLACE * place + (PLACE - _WIDTH) / 2
    return Drawn(bar=bar, x=x, y=round(HEIGHT - height, 1), width=_WIDTH, height=height)
