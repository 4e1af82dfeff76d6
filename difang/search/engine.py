"""The engine as a port: what search asks of an index, in trees and places, and gets back as records."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

from difang.ingest.index.analysis import is_han
from difang.search.tree import Tree

FACETS = ("channel", "editor", "source", "section", "kind", "month", "year")
"""Counted with every search that asks for facets."""


class MoreFacet(StrEnum):
    """Facets that are counted where they are asked for by name."""

    REPORTER = "reporter"
    TEMPLATE = "template"


HAN_WEIGHT = 1.25
"""What a Han character of a long term counts beside a pair of neighbours (measured: docs/search.md)."""

WORD_WEIGHT = 3.5
"""What a run of letters or digits counts: it is a word by itself, where a Han character is a part of one."""


def weight_of(token: str) -> float:
    """What a token of a long term counts beside a pair of neighbours."""
    return HAN_WEIGHT if is_han(token) else WORD_WEIGHT


class Sort(StrEnum):
    """The order of hits; those that tie stand newest first, then by id."""

    RELEVANCE = "relevance"  # BM25, and a little for what is recent
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where a hit stands in its order, so that the next page can begin behind it.

    `order` is the entry's (published_at to the minute, then the id's hash), `rank` counts hits from 1;
    `besides` are the articles a relaxed query found besides on its first page (difang/search/relax.py), of any other
    none; `as_of` is the day from which it was told what is recent.
    """

    score: float
    order: int
    id: str
    rank: int
    besides: tuple[str, ...] = ()
    as_of: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One hit: the stored record (an article's fields and first_seen) and its place."""

    record: dict[str, Any]
    place: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """One page of rows, the exact number of all hits, and counts by value for each facet, in no certain order."""

    total: int = 0
    rows: list[Row] = field(default_factory=list)
    counts: dict[str, list[tuple[str, int]]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Member:
    """What a list of hits must know of an article to fold it with those of the same story."""

    id: str
    url: str
    channel: str
    story: str

    @classmethod
    def of(cls, record: dict[str, Any]) -> Member:
        """The member a stored record (or these fields of it) tells of."""
        return cls(**{name: record[name] for name in MEMBER_FIELDS})


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """Exact numbers of hits by day of Beijing time and by channel (`slug name`), zeros left out."""

    days: dict[date, int] = field(default_factory=dict)
    channels: dict[str, int] = field(default_factory=dict)


MEMBER_FIELDS = ("id", "url", "channel", "story")

MOST_MEMBERS = 10_000
"""Elasticsearch gives no more on one page; a story has 300 at most."""


class Engine(Protocol):
    """The same tree gives the same hits, counts and order of time on every engine; all methods raise RetryLater."""

    def find(self, tree: Tree, *, sort: Sort, limit: int, after: Place | None, facets: bool) -> Found:
        """One page; an index not made yet has no hits."""
        ...

    def best(self, tree: Tree, count: int) -> list[str]:
        """The ids of the first so many by relevance; how many there are is not counted, so it may be cheap."""
        ...

    def counts(self, tree: Tree, names: Collection[str]) -> dict[str, list[tuple[str, int]]]:
        """The counts by value of these facets (or `day`, of Beijing, as 2026-03-01) alone, in no certain order."""
        ...

    def members(self, tree: Tree, stories: Sequence[str], *, sort: Sort) -> list[Member]:
        """The hits of the tree that belong to these stories, in order; at most MOST_MEMBERS."""
        ...

    def stream(self, tree: Tree) -> Iterator[dict[str, Any]]:
        """The records of all hits as they are now, newest first, whatever is written meanwhile."""
        ...

    def documents(self) -> int:
        """How many articles there are to search."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
