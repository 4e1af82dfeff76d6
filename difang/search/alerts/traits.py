"""An article as saved searches look at it: its tokens, neighbours, runs and names, computed once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from difang.ingest.index.entry import Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """What an index would keep of it; `text` and `title` are parts of tokens between spaces, so that a run is `in` it.

    `named` are its names as `field:name`; with tokens and pairs they are whatever an anchor can be.
    """

    tokens: frozenset[str]
    pairs: frozenset[str]
    title_tokens: frozenset[str]
    text: str
    title: str
    names: dict[str, list[str]]
    published: int
    named: frozenset[str]


def traits_of(entry: Entry) -> Traits:
    """The traits of an entry, the very one both indexes are told of."""
    names = frozenset(named(field, key) for field, keys in entry.names.items() for key in keys)
    return Traits(
        tokens=_words(entry.text),
        pairs=_words(entry.pairs()),
        title_tokens=_words(entry.title),
        text=_spaced(entry.text),
        title=_spaced(entry.title),
        names=entry.names,
        published=entry.published,
        named=names,
    )


def named(field: str, key: str) -> str:
    """The term of a name; no token holds a colon."""
    return f"{field}:{key}"


def _words(parts: Sequence[str]) -> frozenset[str]:
    return frozenset().union(*(part.split(" ") for part in parts)) - {""}


def _spaced(parts: tuple[str, ...]) -> str:
    """A line break between parts, so that no run goes from one into the next."""
    return "\n".join(f" {part} " for part in parts)
