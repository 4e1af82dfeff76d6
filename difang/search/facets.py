"""Facet rows: values counted as they can be chosen, whatever way each article prints them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from difang.ingest.index.analysis import as_compared, key
from difang.search.result import FacetValue

MOST_FACET_VALUES = 100

_BY_TIME = ("month", "year")


def rows(name: str, counts: Iterable[tuple[str, int]], *, most: int = MOST_FACET_VALUES) -> list[FacetValue]:
    """Months and years newest first and all of them; others by count, then by value."""
    if name in _BY_TIME:
        return [FacetValue(value=text, label=text, count=count) for text, count in sorted(counts, reverse=True)]
    return sorted(_grouped(name, counts), key=lambda row: (-row.count, row.value))[:most]


def _grouped(name: str, counts: Iterable[tuple[str, int]]) -> Iterable[FacetValue]:
    """One row for what a query takes for one name, such as 欧阳青 and 歐陽青, called as most articles call it.

    A name without letter or digit has no row: there would be nothing to choose it by.
    """
    printed: dict[str, list[tuple[int, str, str]]] = defaultdict(list)
    for text, count in counts:
        value, label = text.split(" ", 1) if name == "channel" else (text, text)
        if named := key(as_compared(name, value)):
            printed[named].append((-count, value, label))
    for same in printed.values():
        _, value, label = min(same)
        yield FacetValue(value=value, label=label, count=-sum(count for count, _, _ in same))
