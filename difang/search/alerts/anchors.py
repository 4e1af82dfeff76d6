"""Anchors: terms of which an article must have one to be found, so that most saved searches need not be asked."""

from __future__ import annotations

from difang.ingest.index.analysis import pairs
from difang.search.alerts.traits import named
from difang.search.tree import All, Either, Most, Name, Run, Tree

Anchors = frozenset[str]


def anchors_of(tree: Tree) -> Anchors | None:
    """A set of terms no article without any of which is found; None where there is no such set (a date, a negation)."""
    match tree:
        case Run(run):
            # The title is a part of the text, so its runs stand in the text as well.
            return frozenset(pairs(run)[:1] or run)
        case Most():
            return _of_most(tree)
        case Name(field, key, prefix=False):
            return frozenset((named(field, key),))
        case All(parts):
            known = [found for part in parts if (found := anchors_of(part)) is not None]
            return min(known, key=_cost, default=None)
        case Either(parts):
            each = [anchors_of(part) for part in parts]
            return None if None in each else frozenset().union(*(some for some in each if some))
    return None


def _of_most(tree: Most) -> Anchors:
    """Where so many of n must occur, one of any n - so many + 1 occurs; pairs are rarer than tokens."""
    if tree.pairs_needed and not tree.title:
        neighbours = list(dict.fromkeys(pairs(tree.tokens)))
        return frozenset(neighbours[: len(neighbours) - tree.pairs_needed + 1])
    tokens = sorted(dict.fromkeys(tree.tokens), key=len, reverse=True)
    return frozenset(tokens[: len(tokens) - tree.needed + 1])


def _cost(anchors: Anchors) -> float:
    """About how many articles have one of them: a single character stands in many, a pair in few, a name between."""
    return sum(30.0 if len(anchor) == 1 else 5.0 if ":" in anchor else 1.0 for anchor in anchors)
