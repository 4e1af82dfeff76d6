"""Search: a reader's query in, a page of results out, or all hits as a stream."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from difang.ingest.errors import UsageError
from difang.ingest.index.analysis import key
from difang.ingest.index.entry import BEIJING
from difang.search.cursor import cursor_of, damaged, place_of
from difang.search.engine import Engine, Found, Member, MoreFacet, Row, Sort, Tally
from difang.search.facets import rows as facet_rows
from difang.search.fold import fellows, fold_on, story_of
from difang.search.histogram import Histogram, Unit, histogram, unit_for
from difang.search.instead import FEW, instead
from difang.search.parser import Query, parse
from difang.search.passages import Marker
from difang.search.relax import RELAXED, any_term, meant
from difang.search.result import FacetValue, Hit, ResultPage
from difang.search.suggest import Suggestion, suggestions
from difang.search.synonyms import TOO_MANY, Synonyms
from difang.search.tree import All, Name, Published, Recent, Told, Tree, ranks, understood
from difang.search.vocabulary import Known
from difang.search.within import Within

MOST_HITS = 1_000
"""The longest page; beyond it is what cursors and exports are for."""
EVERYWHERE = Within()
_LONGEST_STORY = 300

Counts = dict[str, list[tuple[str, int]]]


def today_in_beijing() -> date:
    """The day it is there now."""
    return datetime.now(BEIJING).date()


class SearchIndex:
    """The read side of the index, whatever engine stands behind it."""

    def __init__(
        self, engine: Engine, today: Callable[[], date] = today_in_beijing, *, synonyms: Synonyms | None = None
    ) -> None:
        """`synonyms` are looked for beside the terms of every query."""
        self._engine = engine
        self._today = today
        self._known = Known(engine)
        self._synonyms = synonyms or Synonyms()

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
        within: Within = EVERYWHERE,
        also: Collection[MoreFacet] = (),
    ) -> ResultPage:
        """One page of what the query finds, published from `since` to `until` (days of Beijing time, both included).

        With `fold` the list has one hit a story (docs/stories.md); the total and the facets count articles always.
        `within` is what was chosen from the facets; a facet something was chosen of counts what its other values would
        find. `also` names facets that are counted beside the usual ones, which takes a second count.

        Raises UsageError for a limit or cursor that cannot be, RetryLater where the index is out of reach; never for
        the query, whose odd parts are told in `ignored`.
        """
        begun = time.monotonic()
        if not 0 <= limit <= MOST_HITS:
            raise UsageError(f"A page holds 0 to {MOST_HITS} hits, not {limit}; go on with the cursor, or export.")
        read = self._parsed(query)
        filters = _filters(since, until, within)
        full = _narrowed(read.tree, filters)
        sense = understood(full).strip()
        after = place_of(cursor, sense, sort) if cursor else None
        as_of = after.as_of if after and after.as_of else self._today()
        what = meant(read, self._engine, before=after.besides if after else None)
        order = _ordered(_narrowed(what.tree, filters), sort, as_of)
        # One row more than asked for tells whether there is a next page.
        found = self._engine.find(order, sort=sort, limit=limit + 1, after=after, facets=facets)
        if after is not None and after.rank > found.total and after.rank > self._engine.documents():
            raise damaged()  # nobody came so far; takedowns may leave fewer hits than pages have shown
        typed = found.total if what.as_typed is None else min(what.as_typed, found.total)
        listed = fold_on(self._engine, order, sort, limit + 1, found) if fold and limit else found.rows
        rows = listed[:limit]
        more = len(listed) > limit and rows
        told = fellows(self._engine, rows)
        marker = Marker(what.tree)
        further = self._engine.counts(_narrowed(what.tree, filters), also) if facets and also else {}
        return ResultPage(
            query=query,
            understood=sense,
            ignored=[*read.ignored, RELAXED] if what.besides else list(read.ignored),
            total=found.total,
            hits=[_hit(row, marker, told.get(story_of(row) or "", ())) for row in rows],
            facets=_facets(
                {**found.counts, **further, **self._own_counts(what.tree, since, until, within)} if facets else {}
            ),
            headlines=[marker.marked(row.record["title"]) for row in rows],
            histogram=self._histogram(_narrowed(what.tree, filters), found) if facets else None,
            instead=self._instead(query, typed, since, until, within) if facets and after is None else None,
            any_of=None if found.total or not facets else self._any_of(read, filters),
            next=cursor_of(rows[-1].place, sense, sort, besides=what.besides, as_of=as_of) if more else None,
            took_ms=round((time.monotonic() - begun) * 1000),
        )

    def _total(self, tree: Tree) -> int:
        return self._engine.find(tree, sort=Sort.NEWEST, limit=1, after=None, facets=False).total

    def _own_counts(self, tree: Tree, since: date | None, until: date | None, within: Within) -> Counts:
        """Of each facet something was chosen of: what its values would find, the choice of the other facets kept."""
        counts: Counts = {}
        named = {"year": ("year", "month"), "month": ("year", "month")}
        for name, _ in within.chosen():
            if name not in counts:
                left = [*_filters(since, until, Within()), *within.trees(leaving=name)]
                counts |= self._engine.counts(_narrowed(tree, left), named.get(name, (name,)))
        if within.year and "month" in counts:  # those of other years are offered once their year is chosen
            counts["month"] = [
                (month, count) for month, count in counts["month"] if month[:4] in within.year or month in within.month
            ]
        return counts

    def _histogram(self, tree: Tree, found: Found) -> Histogram | None:
        months = dict(found.counts.get("month", ()))
        if not months:
            return None
        unit = unit_for(months)
        if unit is Unit.MONTH:
            return histogram(unit, months)
        if unit is Unit.YEAR:
            return histogram(unit, dict(found.counts["year"]))
        days = dict(self._engine.counts(tree, ("day",)).get("day", ()))
        return histogram(unit, days) if days else None

    def _instead(self, query: str, total: int, since: date | None, until: date | None, within: Within) -> str | None:
        """Another query that sounds the same and finds more, where this one finds little."""
        if total > FEW or not query.strip():
            return None
        for better in instead(query, self._known.vocabulary()):
            if self._total(_narrowed(self._parsed(better).tree, _filters(since, until, within))) > total:
                return better
        return None

    def _any_of(self, read: Query, filters: list[Tree]) -> str | None:
        tree = any_term(read)
        return understood(tree) if tree is not None and self._total(_narrowed(tree, filters)) else None

    def suggest(self, text: str, *, most: int = 8) -> list[Suggestion]:
        """What somebody who typed this may be looking for: names and headlines, also by pinyin."""
        return suggestions(text, self._known.vocabulary(), most=most)

    def by_editor(self, editor: str, *, most: int) -> list[Hit]:
        """The newest articles of an editor."""
        named = key(editor)
        return self._listed(Name("editor", named), Sort.NEWEST, most) if named else []

    def of_story(self, story: str) -> list[Hit]:
        """The articles that tell this story, oldest first; up to 300, as many as a story has."""
        return self._listed(Told((story,)), Sort.OLDEST, _LONGEST_STORY)

    def _listed(self, tree: Tree, sort: Sort, most: int) -> list[Hit]:
        marker = Marker(tree)
        found = self._engine.find(tree, sort=sort, limit=most, after=None, facets=False)
        return [_hit(row, marker, ()) for row in found.rows]

    def export(
        self, query: str, *, since: date | None = None, until: date | None = None, within: Within = EVERYWHERE
    ) -> Iterator[dict[str, Any]]:
        """The whole records of all hits, newest first, as they were when it began; any number of them."""
        for record in self._engine.stream(self._meant(query, since, until, within)):
            record.pop("first_seen", None)
            record.pop("story", None)
            yield record

    def tally(self, query: str, *, since: date | None = None, until: date | None = None) -> Tally:
        """How many hits of each day and of each channel."""
        counts = self._engine.counts(self._meant(query, since, until), ("day", "channel"))
        days = {date.fromisoformat(day): count for day, count in counts.get("day", ())}
        return Tally(days=days, channels=dict(counts.get("channel", ())))

    def ignored(self, query: str) -> list[str]:
        """What a search for the query says it ignored; raises RetryLater."""
        read = self._parsed(query)
        return [*read.ignored, RELAXED] if meant(read, self._engine).besides else list(read.ignored)

    def _meant(self, query: str, since: date | None, until: date | None, within: Within = EVERYWHERE) -> Tree:
        return _narrowed(meant(self._parsed(query), self._engine).tree, _filters(since, until, within))

    def read(
        self, query: str, since: date | None = None, until: date | None = None, within: Within = EVERYWHERE
    ) -> Query:
        """How the query is understood, before a sentence is relaxed: what saved searches ask of each article."""
        read = self._parsed(query)
        tree = _narrowed(read.tree, _filters(since, until, within))
        return replace(read, tree=tree, understood=understood(tree).strip())

    def _parsed(self, query: str) -> Query:
        read = parse(query, self._today())
        tree, whole = self._synonyms.expanded(read.tree)
        ignored = read.ignored if whole else (*read.ignored, TOO_MANY)
        return replace(read, tree=tree, understood=understood(tree), ignored=ignored)

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


def _filters(since: date | None, until: date | None, within: Within) -> list[Tree]:
    if since and until and since > until:
        raise UsageError(f"{since} lies after {until}; turn the two days round.")
    return [*within.trees(), *([Published(since, until)] if since or until else [])]


def _narrowed(tree: Tree, filters: list[Tree]) -> Tree:
    return All((tree, *filters)) if filters else tree


def _ordered(tree: Tree, sort: Sort, as_of: date) -> Tree:
    return Recent(tree, as_of) if sort is Sort.RELEVANCE and ranks(tree) else tree


def _facets(counts: Counts) -> dict[str, list[FacetValue]]:
    return {name: facet_rows(name, of) for name, of in counts.items()}
