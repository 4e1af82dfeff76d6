"""What a reader chose from the facets: any of the values of one facet, and something of each facet."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from datetime import date

from difang.ingest.errors import UsageError
from difang.ingest.index.analysis import as_compared, key, spelling
from difang.search.tree import Either, Name, Published, Tree, understood

NAMED = ("channel", "editor", "reporter", "source", "section", "kind", "template")
MOST_CHOSEN = 50
"""Values of one facet."""
_MOST_SHOWN = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Within:
    """Values as the facets give them; a month narrows its year down where both are chosen, else any may hold.

    Raises UsageError for a month or year that is none, and for more values than MOST_CHOSEN.
    """

    channel: tuple[str, ...] = ()
    editor: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    reporter: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    template: tuple[str, ...] = ()
    year: tuple[str, ...] = ()
    month: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, values in self.chosen():
            if len(values) > MOST_CHOSEN:
                raise UsageError(f"At most {MOST_CHOSEN} values of one facet can be chosen, not {len(values)}.")
            if name not in NAMED:
                for value in values:
                    days_of(value)

    def __bool__(self) -> bool:
        return next(self.chosen(), None) is not None

    def chosen(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each facet something was chosen of, with the values."""
        for field in fields(self):
            if values := getattr(self, field.name):
                yield field.name, values

    def turned(self, facet: str, value: str) -> Within:
        """The same with this value chosen, or left if it was chosen; one too many, and the first is let go."""
        values: tuple[str, ...] = getattr(self, facet)
        left = tuple(one for one in values if one != value)
        return replace(self, **{facet: left if value in values else (*values, value)[-MOST_CHOSEN:]})

    def trees(self, leaving: str = "") -> list[Tree]:
        """A tree for each facet; without that of the facet `leaving` (year and month are one)."""
        gone = ("year", "month") if leaving in ("year", "month") else (leaving,)
        named = [_named(name, values) for name, values in self.chosen() if name in NAMED and name not in gone]
        narrowed = {month[:4] for month in self.month}
        times = () if "year" in gone else (*(year for year in self.year if year not in narrowed), *self.month)
        return [*named, *([_any([Published(*days_of(value)) for value in times])] if times else [])]

    def as_query(self) -> str:
        """The choice in the query language, for what knows no facets; empty where nothing is chosen."""
        return " ".join(f"({understood(tree)})" for tree in self.trees())


def days_of(value: str) -> tuple[date, date]:
    """First and last day of a month 2026-03 or a year 2026; raises UsageError for what is neither."""
    try:
        year, _, month = value.partition("-")
        if not value.isascii() or len(year) != 4 or (len(value) != 4 and len(month) != 2):
            raise ValueError(value)
        if not month:
            return date(int(year), 1, 1), date(int(year), 12, 31)
        return date(int(year), int(month), 1), date(int(year), int(month), monthrange(int(year), int(month))[1])
    except ValueError as error:
        raise UsageError(f"{value[:_MOST_SHOWN]!r} is no year or month; write it as 2026 or 2026-03.") from error


def _named(name: str, values: tuple[str, ...]) -> Tree:
    # A value without a letter has no key, and then no article either.
    read = [as_compared(name, value) for value in values]
    return _any([Name(name, found, spelled="".join(spelling(value))) for value in read if (found := key(value))])


def _any(trees: list[Tree]) -> Tree:
    return trees[0] if len(trees) == 1 else Either(tuple(trees))
