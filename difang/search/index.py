"""Search: a reader's query in, a page of results out, or all hits as a stream."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from difang.ingest.errors import UsageError
from difang.ingest.index.entry import BEIJING
from difang.search.cursor import cursor_of, place_of
from difang.search.engine import Engine, Found, Member, Place, Row, Sort
from difang.search.fold import fellows, fold_on, story_of
from difang.search.parser import Query, parse
from difang.search.passages import Marker
from difang.search.relax import RELAXED, enough, relaxed
from difang.search.result import FacetValue, Hit, SearchResult
from difang.search.tree import All, Published, Tree, understood

MOST_HITS = 1_000
"""The longest page; beyond it is what cursors and exports are for."""
MOST_FACET_VALUES = 100
_BY_TIME = ("month", "year")


def today_in_beijing() -> date:
    """The day it is there now."""
    return datetime.now(BEIJING).date()


class SearchIndex:
    """The read side of the index, whatever engine stands behind it."""

    def __init__(self, engine: Engine, today: Callable[[], date] = today_in_beijing) -> None:
        self._engine = engine
        self._today = today

    def search(
        self,
        query: str,
        *,
        since: date | None = None,
        until: date | None = None,
        sort: Sort = Sort.RELEVANCE,
        limit: int = 10,
        cursor: str | None = None,
        facets: bool = True,
        fold: bool = True,
    ) -> SearchResult:
        """One page of what the query finds, published from `since` to `until` (days of Beijing time, both included).

        With `fold` the list has one hit a story (docs/stories.md); the total and the facets count articles always.

        Raises UsageError for a limit or cursor that cannot be, RetryLater where the index is out of reach; never for
        the query, whose odd parts are told in `ignored`.
        """
        begun = time.monotonic()
        if not 0 <= limit <= MOST_HITS:
            raise UsageError(f"A page holds 0 to {MOST_HITS} hits, not {limit}; go on with the cursor, or export.")
        if since and until and since > until:
            raise UsageError(f"{since} lies after {until}; turn the two days round.")
        read = self.read(query, since, until)
        after = place_of(cursor, read.understood, sort) if cursor else None
        tree, found = self._find(read.tree, sort, limit, after, facets=facets)
        ignored = list(read.ignored) if tree is read.tree else [*read.ignored, RELAXED]
        listed = fold_on(self._engine, tree, sort, limit + 1, found) if fold and limit else found.rows
        rows = listed[:limit]
        more = len(listed) > limit and rows
        told = fellows(self._engine, rows)
        marker = Marker(tree)
        return SearchResult(
            query=query,
            understood=read.understood,
            ignored=ignored,
            total=found.total,
            hits=[_hit(row, marker, told.get(story_of(row) or "", ())) for row in rows],
            facets=_facets(found),
            next=cursor_of(rows[-1].place, read.understood, sort, relaxed=tree is not read.tree) if more else None,
            took_ms=round((time.monotonic() - begun) * 1000),
        )

    def _find(self, tree: Tree, sort: Sort, limit: int, after: Place | None, *, facets: bool) -> tuple[Tree, Found]:
        """The page, and the tree it answers: the reader's, or a pasted sentence relaxed because it found too little.

        One row more than asked for tells whether there is a next page.
        """
        easier = relaxed(tree)
        if easier is None or after is None or not after.relaxed:
            found = self._engine.find(tree, sort=sort, limit=limit + 1, after=after, facets=facets)
            if easier is None or after is not None or found.total >= enough(easier):
                return tree, found
        return easier, self._engine.find(easier, sort=sort, limit=limit + 1, after=after, facets=facets)

    def export(self, query: str, *, since: date | None = None, until: date | None = None) -> Iterator[dict[str, Any]]:
        """The whole records of all hits, newest first, as they were when it began; any number of them."""
        for record in self._engine.stream(self.read(query, since, until).tree):
            record.pop("first_seen", None)
            record.pop("story", None)
            yield record

    def read(self, query: str, since: date | None = None, until: date | None = None) -> Query:
        """How the query is understood."""
        read = parse(query, self._today())
        if since is None and until is None:
            return read
        tree = All((read.tree, Published(since, until)))
        return Query(tree=tree, understood=understood(tree).strip(), ignored=read.ignored)

    def documents(self) -> int:
        """How many articles there are to search."""
        return self._engine.documents()

    def close(self) -> None:
        """Let go of files and connections."""
        self._engine.close()


def _hit(row: Row, marker: Marker, story: Sequence[Member]) -> Hit:
    record = row.record
    return Hit(
        id=record["id"],
        url=record["url"],
        title=record["title"],
        channel=record["channel"],
        channel_name=record["channel_name"],
        published_at=record["published_at"],
        source=record["source"],
        editors=list(record["editors"]),
        score=round(row.place.score, 4),
        passages=marker.passages(record["body"]),
        story=record.get("story") or record["id"],
        also_in=[{"channel": other.channel, "url": other.url} for other in story if other.id != record["id"]],
    )


def _facets(found: Found) -> dict[str, list[FacetValue]]:
    return {name: _values(name, counts) for name, counts in found.counts.items()}


def _values(name: str, counts: list[tuple[str, int]]) -> list[FacetValue]:
    """Months and years newest first and all of them; others by count, then by value."""
    if name in _BY_TIME:
        ordered = sorted(counts, reverse=True)
    else:
        ordered = sorted(counts, key=lambda pair: (-pair[1], pair[0]))[:MOST_FACET_VALUES]
    return [_value(name, text, count) for text, count in ordered]


def _value(name: str, text: str, count: int) -> FacetValue:
    value, label = text.split(" ", 1) if name == "channel" else (text, text)
    return FacetValue(value=value, label=label, count=count)
