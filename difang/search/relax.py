"""A pasted sentence finds, besides what holds most of it, the articles that fit best: measured in docs/search.md."""

from __future__ import annotations

from dataclasses import dataclass

from difang.ingest.index.analysis import is_han
from difang.search.engine import Engine, Sort
from difang.search.parser import Query
from difang.search.tree import All, Besides, Either, Most, Name, Published, Run, Tree, every

RELAXED = (
    "that most of its parts must occur: the hundred articles that fit best are found besides, whatever they hold of it;"
    " saved searches and their alerts are without them"
)
"""What `ignored` says of a relaxed query."""

BEST = 100
"""How many articles a relaxed query finds besides what it finds as typed."""

_PASTED = 10  # characters beyond which a query is a pasted sentence, whose reader looks for one certain article
_FEW = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Meant:
    """What a query finds, by relevance or time, in counts, exports and feeds alike.

    `besides` are the articles a relaxed query finds besides, of any other none. `as_typed` is how many articles hold
    what was typed, filters aside; None where nobody had to count them.
    """

    tree: Tree
    besides: tuple[str, ...] = ()
    as_typed: int | None = None


def meant(read: Query, engine: Engine, *, before: tuple[str, ...] | None = None) -> Meant:
    """The tree to search for; `before` is what the page before found besides, which then holds.

    Only plain terms, one of them long, are relaxed: AND, OR, a minus, brackets and title: are meant strictly. Quotes
    and short terms give way where no article holds what they ask for and the text was pasted (`is_pasted`) or holds a
    long term besides; a sentence, or numbers with their units, beside them are text that was pasted in any case. A
    short query that stands in some article as it was typed is a name, and finds what holds most of it. Names and dates
    narrow down what the terms find, as facets do. Raises RetryLater.
    """
    strict = Meant(tree=read.tree)
    plain = _plain(read)
    is_long = any(isinstance(term, Most) for term in plain)
    if before == () or not plain or not (is_long or read.pasted):
        return strict
    terms, filters = _parted(read.tree)
    tokens = tuple(token for term in plain for token in term.tokens)
    as_typed = None
    if before is None:
        is_sentence = sum(1 if is_han(token) else 2 for token in tokens) > _PASTED  # a word is about two characters
        is_exact = not is_long or any(term.quoted for term in plain if isinstance(term, Run)) or _is_listed(read, plain)
        if is_exact or not is_sentence:
            as_typed = _total(engine, every(terms))
            if as_typed >= (1 if is_exact else _FEW):
                return strict
        if not is_sentence and _total(engine, every([Run(term.tokens) for term in plain])):
            return strict
    any_part = Most(tokens, needed=1, pairs_needed=0)
    besides = before or tuple(engine.best(any_part, BEST))
    found = Besides(every(terms), besides, any_part)
    return Meant(tree=every([found, *filters]), besides=besides, as_typed=as_typed)


def _is_listed(read: Query, plain: list[Run | Most]) -> bool:
    """Whether somebody typed one term after the other (人民代表大会 北京): short ones beside long ones, no sentence."""
    is_sentence = any(isinstance(term, Most) and term.is_sentence for term in plain)
    return any(isinstance(term, Run) for term in plain) and not is_sentence and not read.pasted


def any_term(read: Query) -> Tree | None:
    """Of several short terms any one, for where no article holds them all; None for any other query."""
    terms, filters = _parted(read.typed)
    if len(terms) < 2 or not all(isinstance(term, Run) for term in terms):
        return None
    return every([Either(tuple(terms)), *filters])


def _parted(tree: Tree) -> tuple[list[Tree], list[Tree]]:
    """The terms, and what only narrows them down."""
    parts = tree.parts if isinstance(tree, All) else (tree,)
    filters = [part for part in parts if _is_filter(part)]
    return [part for part in parts if part not in filters], filters


def _is_filter(tree: Tree) -> bool:
    if isinstance(tree, Either):
        return bool(tree.parts) and all(map(_is_filter, tree.parts))
    return isinstance(tree, Name | Published)


def _plain(read: Query) -> list[Run | Most]:
    """The terms, where all of them are words or quoted ones without a field; else nothing."""
    terms, _ = _parted(read.typed)
    plain = [term for term in terms if isinstance(term, Run | Most) and not term.title]
    return [] if read.operators or len(plain) < len(terms) else plain


def _total(engine: Engine, tree: Tree) -> int:
    return engine.find(tree, sort=Sort.NEWEST, limit=1, after=None, facets=False).total
