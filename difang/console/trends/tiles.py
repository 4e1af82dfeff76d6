"""The grid map: every province a tile of the same size, about where it lies, shaded by its count."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SHADES = 6
"""Of tiles with any article; 0 is none."""

_ROWS = (
    ".  .  .  .  .  .  .  .  .  hlj",
    ".  .  .  .  .  .  .  nm .  jl",
    "xj .  .  .  .  .  .  bj tj ln",
    ".  gs nx .  sn sx he xiongan sd .",
    "xz qh .  .  cq hb henan ah js sh",
    ".  .  sc .  gz hn jx zj .  .",
    ".  .  yn .  gx gd fj .  .  .",
    ".  .  .  .  hi sz .  .  .  .",
)
"""Slugs of the channel table; the channels of Shenzhen and Xiongan stand beside their provinces."""

PLACES = {
    slug: (column, row)
    for row, line in enumerate(_ROWS, start=1)
    for column, slug in enumerate(line.split(), start=1)
    if slug != "."
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Tile:
    """A channel: column and row from 1, or 0 where the map does not know its place; `shade` 0 to SHADES."""

    slug: str
    name: str
    count: int
    shade: int
    column: int
    row: int


def tiles_of(counts: Mapping[str, int], names: Mapping[str, str]) -> list[Tile]:
    """All channels of the table, and those that are counted beside it, which come last.

    `names` are short names by slug. Shades are of equal width up to the greatest count.
    """
    most = max(counts.values(), default=0)
    slugs = [*PLACES, *sorted(counts.keys() - PLACES.keys())]
    return [_tile(slug, names.get(slug, slug), counts.get(slug, 0), most) for slug in slugs]


def _tile(slug: str, name: str, count: int, most: int) -> Tile:
    column, row = PLACES.get(slug, (0, 0))
    shade = -(-count * SHADES // most) if most else 0
    return Tile(slug=slug, name=name, count=count, shade=shade, column=column, row=row)
