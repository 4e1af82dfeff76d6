"""A tree as a question to one article: the same answer as both indexes give, without an index."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from difang.ingest.index.analysis import is_han, pairs
from difang.search.alerts.traits import Traits
from difang.search.moments import end_of, start_of
from difang.search.tree import All, Besides, Either, Most, Name, Not, Published, Recent, Run, Told, Tree

Predicate = Callable[[Traits], bool]


def predicate_of(tree: Tree) -> Predicate:
    """Whether the tree finds an article; made once, asked of many."""
    match tree:
        case Run(run, title):
            return _run(run, title=title)
        case Most():
            return _most(tree)
        case Name(field, key, prefix):
            return _name(field, key, prefix=prefix)
        case Published():
            return _published(tree)
        case Not(part):
            inner = predicate_of(part)
            return lambda traits: not inner(traits)
        case All(parts):
            every = [predicate_of(part) for part in parts]
            return lambda traits: all(holds(traits) for holds in every)
        case Either(parts):
            some = [predicate_of(part) for part in parts]
            return lambda traits: any(holds(traits) for holds in some)
        case Told() | Recent() | Besides():
            raise ValueError("no reader's query asks for a story or an order")


def _run(run: tuple[str, ...], *, title: bool) -> Predicate:
    if len(run) == 1:
        token = run[0]
        return (lambda traits: token in traits.title_tokens) if title else (lambda traits: token in traits.tokens)
    if len(run) == 2 and all(map(is_han, run)) and not title:
        pair = run[0] + run[1]
        return lambda traits: pair in traits.pairs
    phrase = f" {' '.join(run)} "
    return (lambda traits: phrase in traits.title) if title else (lambda traits: phrase in traits.text)


def _most(tree: Most) -> Predicate:
    tokens, needed, pairs_needed = frozenset(tree.tokens), tree.needed, tree.pairs_needed
    if tree.title:
        phrases = [f" {first} {second} " for first, second in dict.fromkeys(pairwise(tree.tokens))]
        return lambda traits: (
            len(tokens & traits.title_tokens) >= needed
            and (not pairs_needed or sum(phrase in traits.title for phrase in phrases) >= pairs_needed)
        )
    neighbours = frozenset(pairs(tree.tokens))
    return lambda traits: (
        len(tokens & traits.tokens) >= needed and (not pairs_needed or len(neighbours & traits.pairs) >= pairs_needed)
    )


def _name(field: str, key: str, *, prefix: bool) -> Predicate:
    if prefix:
        return lambda traits: any(name.startswith(key) for name in traits.names[field])
    return lambda traits: key in traits.names[field]


def _published(tree: Published) -> Predicate:
    first = None if tree.since is None else start_of(tree.since)
    end = None if tree.until is None else end_of(tree.until)
    return lambda traits: (first is None or traits.published >= first) and (end is None or traits.published < end)
