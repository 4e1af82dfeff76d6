"""The engine on the embedded index."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Occur, Order, Query

from difang.ingest.errors import RetryLater
from difang.ingest.index.folder import open_existing
from difang.ingest.index.generations import active
from difang.search.days import day_buckets, value_of
from difang.search.embedded_query import query_of
from difang.search.engine import (
    FACETS,
    MOST_MEMBERS,
    Found,
    Member,
    Place,
    Row,
    Sort,
)
from difang.search.tree import All, Told, Tree, ranks

_MOST_VALUES = 10_000
_SPARE = 64  # more than asked for, because those that tie at the end of a page come in any order
_PAGE = 500
_LEAST, _GREATEST = -(2**63), 2**63 - 1
_TROUBLE = (ValueError, OSError)

Hit = tuple[float, tantivy.DocAddress]


class EmbeddedEngine:
    """Reads the folder another part (or process) writes; each search sees the last commit."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._generation: Path | None = None
        self._index: tantivy.Index | None = None

    def find(self, tree: Tree, *, sort: Sort, limit: int, after: Place | None, facets: bool) -> Found:
        """One search, one count of facets."""
        try:
            if (searcher := self._searcher()) is None:
                return Found()
            return self._find(searcher, tree, sort, limit, after, facets)
        except _TROUBLE as error:
            raise self._trouble(error) from error

    def best(self, tree: Tree, count: int) -> list[str]:
        """One search without a count, which leaves out what cannot be among the best (block-max WAND)."""
        try:
            if (searcher := self._searcher()) is None:
                return []
            ranked, _ = _ranked(searcher, query_of(tree, self._schema()), count, counted=False)
            return [str(searcher.doc(address)["id"][0]) for _, _, address in ranked[:count]]
        except _TROUBLE as error:
            raise self._trouble(error) from error

    def counts(self, tree: Tree, names: Collection[str]) -> dict[str, list[tuple[str, int]]]:
        """One aggregation."""
        try:
            if (searcher := self._searcher()) is None:
                return {}
            return _counts(searcher, query_of(tree, self._schema()), names)
        except _TROUBLE as error:
            raise self._trouble(error) from error

    def members(self, tree: Tree, stories: Sequence[str], *, sort: Sort) -> list[Member]:
        """One search."""
        told = All((tree, Told(tuple(stories))))
        rows = self.find(told, sort=sort, limit=MOST_MEMBERS, after=None, facets=False).rows
        return [Member.of(row.record) for row in rows]

    def stream(self, tree: Tree) -> Iterator[dict[str, Any]]:
        """From one searcher, which sees one commit."""
        try:
            if (searcher := self._searcher()) is None:
                return
            query, after = query_of(tree, self._schema()), None
            while rows := self._by_time(searcher, query, Sort.NEWEST, _PAGE, after):
                yield from (row.record for row in rows)
                after = rows[-1].place
        except _TROUBLE as error:
            raise self._trouble(error) from error

    def documents(self) -> int:
        """In the last commit."""
        searcher = self._searcher()
        return searcher.num_docs if searcher else 0

    def close(self) -> None:
        """Let go of the files."""
        self._index = None

    def _searcher(self) -> tantivy.Searcher | None:
        generation = active(self._folder)
        if self._index is None or self._generation != generation:
            self._index, self._generation = open_existing(generation), generation
        if self._index is None:
            return None
        self._index.reload()
        return self._index.searcher()

    def _schema(self) -> tantivy.Schema:
        assert self._index is not None  # noqa: S101 (only asked for beside a searcher)
        return self._index.schema

    def _trouble(self, error: Exception) -> RetryLater:
        self._index = None
        return RetryLater(f"The index in {self._folder} cannot be read now: {error}.")

    def _find(
        self, searcher: tantivy.Searcher, tree: Tree, sort: Sort, limit: int, after: Place | None, facets: bool
    ) -> Found:
        query = query_of(tree, self._schema())
        if sort is Sort.RELEVANCE and ranks(tree):
            total, rows = self._by_score(searcher, query, limit, after)
        else:
            total = _total(searcher.search(query, limit=1))
            by = Sort.NEWEST if sort is Sort.RELEVANCE else sort
            rows = self._by_time(searcher, query, by, limit, after) if total else []
        return Found(total=total, rows=rows, counts=_counts(searcher, query, FACETS) if facets else {})

    def _by_score(
        self, searcher: tantivy.Searcher, query: Query, limit: int, after: Place | None
    ) -> tuple[int, list[Row]]:
        # Tantivy sets memory aside for as many as are asked for, and a cursor can claim any rank.
        wanted = min(limit + (after.rank if after else 0), searcher.num_docs)
        ranked, found = _ranked(searcher, query, wanted, counted=True)
        if after is not None:
            behind = (-after.score, -after.order)
            ranked = [hit for hit in ranked if (-hit[0], -hit[1]) > behind]
        first = after.rank + 1 if after else 1
        rows = [
            _row(searcher, address, score, order, rank)
            for rank, (score, order, address) in enumerate(ranked[:limit], start=first)
        ]
        return _total(found), rows

    def _by_time(
        self, searcher: tantivy.Searcher, query: Query, sort: Sort, limit: int, after: Place | None
    ) -> list[Row]:
        if after is not None:
            query = Query.boolean_query([(Occur.Must, query), (Occur.Must, self._behind(sort, after))])
        direction = Order.Asc if sort is Sort.OLDEST else Order.Desc
        hits = searcher.search(query, limit=limit, count=False, order_by_field="order", order=direction).hits
        first = after.rank + 1 if after else 1
        return [_row(searcher, address, 0.0, int(order), rank) for rank, (order, address) in enumerate(hits, first)]

    def _behind(self, sort: Sort, after: Place) -> Query:
        older = sort is not Sort.OLDEST
        return Query.range_query(
            self._schema(),
            "order",
            tantivy.FieldType.Integer,
            lower_bound=_LEAST if older else after.order,
            upper_bound=after.order if older else _GREATEST,
            include_lower=older,
            include_upper=not older,
        )


def _ranked(
    searcher: tantivy.Searcher, query: Query, wanted: int, *, counted: bool
) -> tuple[list[tuple[float, int, tantivy.DocAddress]], tantivy.SearchResult]:
    """Score, order and address of at least so many hits, in order, and the answer they come from."""
    while True:
        found = searcher.search(query, limit=wanted + _SPARE, count=counted)
        hits: list[Hit] = found.hits
        # All that tie with the last one wanted must be there before ties can be put in order.
        if len(hits) < wanted + _SPARE or hits[-1][0] < hits[wanted - 1][0]:
            break
        wanted += wanted + _SPARE
    orders = searcher.fast_field_values("order", [address for _, address in hits])
    ranked = [(score, int(order or 0), address) for (score, address), order in zip(hits, orders, strict=True)]
    return sorted(ranked, key=lambda hit: (-hit[0], -hit[1])), found


def _total(found: tantivy.SearchResult) -> int:
    return int(found.count)  # type: ignore[attr-defined]  # the library's stub forgets it


def _row(searcher: tantivy.Searcher, address: tantivy.DocAddress, score: float, order: int, rank: int) -> Row:
    record = json.loads(bytes(searcher.doc(address)["record"][0]))
    return Row(record=record, place=Place(score=score, order=order, id=record["id"], rank=rank))


def _counts(searcher: tantivy.Searcher, query: Query, names: Collection[str]) -> dict[str, list[tuple[str, int]]]:
    asked = {
        name: day_buckets("published") if name == "day" else {"terms": {"field": f"facet_{name}", "size": _MOST_VALUES}}
        for name in names
    }
    counted = searcher.aggregate(query, asked)
    return {
        name: [(value_of(bucket["key"]), bucket["doc_count"]) for bucket in counted[name]["buckets"]] for name in names
    }
