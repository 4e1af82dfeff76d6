"""The plot over time: where lines, ticks and labels of an SVG stand; colours are the style sheet's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from difang.console.trends.figures import Figures, Step

WIDTH, HEIGHT = 960, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 16, 12, 32
_MOST_LABELS = 9
_MOST_DOTS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Tick:
    """A label and where it stands on its axis."""

    at: float
    label: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One query: the points of its line, and the places of its dots where they are few enough to be seen."""

    points: str
    dots: tuple[tuple[float, float], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """Everything the template draws, in units of a view of WIDTH by HEIGHT."""

    lines: tuple[Line, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    left: float = _LEFT
    right: float = WIDTH - _RIGHT
    bottom: float = HEIGHT - _BOTTOM
    width: int = WIDTH
    height: int = HEIGHT


def plot_of(figures: Figures) -> Plot:
    """The plot of figures that have periods."""
    top = _round_up(max((count for series in figures.series for count in series.counts), default=0))
    places = [_across(at, len(figures.periods)) for at in range(len(figures.periods))]
    return Plot(
        lines=tuple(_line(series.counts, places, top) for series in figures.series),
        across=tuple(_labels(figures.periods, places, figures.step)),
        up=tuple(Tick(at=_up(value, top), label=f"{value:,}") for value in _steps(top)),
    )


def _line(counts: Sequence[int], places: Sequence[float], top: int) -> Line:
    points = [(at, _up(count, top)) for at, count in zip(places, counts, strict=True)]
    dots = tuple(points) if len(points) <= _MOST_DOTS else ()
    return Line(points=" ".join(f"{x},{y}" for x, y in points), dots=dots)


def _across(at: int, of: int) -> float:
    if of == 1:
        return round((_LEFT + WIDTH - _RIGHT) / 2, 1)
    return round(_LEFT + at * (WIDTH - _LEFT - _RIGHT) / (of - 1), 1)


def _up(count: int, top: int) -> float:
    return round(HEIGHT - _BOTTOM - count * (HEIGHT - _TOP - _BOTTOM) / top, 1)


def _round_up(most: int) -> int:
    """The smallest of 4, 8, 20, 40, 80, 200 … that is not below: a quarter of it is a whole number."""
    power = 1
    while True:
        for digit in (4, 8, 20):
            if digit * power >= most:
                return digit * power
        power *= 10


def _steps(top: int) -> list[int]:
    return [top * quarter // 4 for quarter in range(5)]


def _labels(periods: Sequence[date], places: Sequence[float], step: Step) -> Iterator[Tick]:
    every = -(-len(periods) // _MOST_LABELS)
    for period, at in list(zip(periods, places, strict=True))[::every]:
        yield Tick(at=at, label=f"{period:%Y-%m}" if step is Step.MONTH else f"{period:%Y-%m-%d}")
