"""A search with what narrows it down as one query, for what knows the query language and no facets or days."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from difang.search.parser import parse
from difang.search.tree import All, Either, Published, Tree


def joined(query: str, narrowings: list[str], today: date) -> str | None:
    """The query that finds what `query` finds within the narrowings (queries too); None where none can be written.

    What somebody typed may begin or end with an operator, hold brackets as deep as they are read or be nothing at all,
    and then means something else beside other words: each way to write it is read again and compared.
    """
    more = " ".join(each for each in narrowings if each)
    if parse(more, today).ignored:
        return None
    wanted = _parts(query, today) | _parts(more, today)
    ways = (f"{query} {more}", f"{more} {query}", f"({query}) {more}", f"{more} ({query})")
    return next((way.strip() for way in ways if _parts(way.strip(), today) == wanted), None)


def finds_nothing(query: str, today: date) -> bool:
    """Whether no article could ever be found: nothing typed is understood, or it must end before it begins."""
    parts = _parts(query, today)
    times = [part for part in parts if isinstance(part, Published)]
    since = max((time.since for time in times if time.since), default=None)
    until = min((time.until for time in times if time.until), default=None)
    return Either() in parts or bool(since and until and since > until)


def _parts(query: str, today: date) -> frozenset[Tree]:
    return frozenset(_flat(parse(query, today).typed))


def _flat(tree: Tree) -> Iterator[Tree]:
    if isinstance(tree, All):
        for part in tree.parts:
            yield from _flat(part)
    else:
        yield tree
