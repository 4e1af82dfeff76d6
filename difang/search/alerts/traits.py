"""An article as saved searches look at it: its tokens, neighbours, runs and names, computed once for all of them."""

from __future__ import annotations

from dataclasses import dataclass

from difang.ingest.index.entry import Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Traits:
    """What an index would keep of it; `text` and `title` are parts of tokens between spaces, so that a run is `in` it.

    `terms` are the tokens, pairs and `field:name` of the article: whatever an anchor can be.
    """

    tokens: frozenset[str]
    pairs: frozenset[str]
    title_tokens: frozenset[str]
    text: str
    title: str
    names: dict[str, list[str]]
    published: int
    terms: frozenset[str]


def traits_of(entry: Entry) -> Traits:
    """The traits of an entry, the very one both indexes are told of."""
    tokens = frozenset(token for part in entry.text for token in part.split(" ") if token)
    pairs = frozenset(pair for part in entry.pairs() for pair in part.split(" ") if pair)
    names = {named(field, key) for field, keys in entry.names.items() for key in keys}
    return Traits(
        tokens=tokens,
        pairs=pairs,
        title_tokens=frozenset(token for part in entry.title for token in part.split(" ") if token),
        text=_spaced(entry.text),
        title=_spaced(entry.title),
        names=entry.names,
        published=entry.published,
        terms=tokens | pairs | names,
    )


def named(field: str, key: str) -> str:
    """The term of a name; no token holds a colon."""
    return f"{field}:{key}"


def _spaced(parts: tuple[str, ...]) -> str:
    """A line break between parts, so that no run goes from one into the next."""
    return "\n".join(f" {part} " for part in parts)
