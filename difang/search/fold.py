"""Folding: of the hits that tell the same story a list shows the first, and says where else the story stands."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from difang.search.engine import MOST_MEMBERS, Engine, Found, Member, Place, Row, Sort
from difang.search.tree import All, Tree

_EVERYTHING = All(())
_STORIES_AT_ONCE = MOST_MEMBERS // 300
_LONGEST_CHUNK = 200


def fold_on(engine: Engine, tree: Tree, sort: Sort, limit: int, first: Found) -> list[Row]:
    """Up to `limit` rows, no two of a story, from the hits `first` begins with; further ones are asked for as needed.

    A hit is left out where another hit of its story stands before it in the whole order, on whatever page: so a reader
    who goes from page to page meets each story once, and never misses one. (Elasticsearch's collapse can do this with
    no search_after, and with offsets up to 10,000 only.)
    """
    rows: list[Row] = []
    for chunk in _chunks(engine, tree, sort, limit, first):
        heads = _heads(engine, tree, sort, chunk)
        rows += [row for row in chunk if heads.get(story_of(row), row.place.id) == row.place.id]
        if len(rows) >= limit:
            break
    return rows[:limit]


def fellows(engine: Engine, rows: Sequence[Row]) -> dict[str, list[Member]]:
    """All articles of the rows' stories, whether the query finds them or not, oldest first."""
    found: dict[str, list[Member]] = defaultdict(list)
    for some in _at_once(rows):
        for member in engine.members(_EVERYTHING, some, sort=Sort.OLDEST):
            found[member.story].append(member)
    return found


def story_of(row: Row) -> str | None:
    """The story the row's article tells together with others."""
    story = row.record.get("story")
    return str(story) if story else None


def _chunks(engine: Engine, tree: Tree, sort: Sort, limit: int, first: Found) -> Iterator[list[Row]]:
    chunk, size = first.rows, limit
    while chunk:
        yield chunk
        if len(chunk) < size:
            return
        size = min(2 * size, max(size, _LONGEST_CHUNK))
        after: Place = chunk[-1].place
        chunk = engine.find(tree, sort=sort, limit=size, after=after, facets=False).rows


def _heads(engine: Engine, tree: Tree, sort: Sort, rows: Sequence[Row]) -> dict[str | None, str]:
    """Story to the id of the first of its articles the tree finds."""
    heads: dict[str | None, str] = {}
    for some in _at_once(rows):
        for member in engine.members(tree, some, sort=sort):
            heads.setdefault(member.story, member.id)
    return heads


def _at_once(rows: Iterable[Row]) -> Iterator[list[str]]:
    stories = sorted({story for row in rows if (story := story_of(row))})
    for start in range(0, len(stories), _STORIES_AT_ONCE):
        yield stories[start : start + _STORIES_AT_ONCE]
