"""A pasted sentence that finds too little is asked again with less of it: measured in docs/search.md."""

from __future__ import annotations

from difang.ingest.index.analysis import is_han
from difang.search.tree import All, Most, Run, Tree

RELAXED = "that every term must occur: too few articles hold them all, so a quarter of all their parts is enough"
"""What `ignored` says of a relaxed query."""

_PASTED = 10  # characters beyond which a query is a pasted sentence, whose reader looks for one certain article
_NUMBERED = 6  # tokens beyond which a query with a number between its terms is one
_PAGE = 10
_MANY = 100
"""Hits beyond which nobody looks through those of a pasted sentence."""


def relaxed(tree: Tree) -> Most | None:
    """All terms as one of which a quarter of the tokens must occur, None where the query is no pasted sentence.

    Only plain terms, at least one of them long, are one: an operator, a field, a date or quotes are meant strictly.
    """
    parts = tree.parts if isinstance(tree, All) else (tree,)
    plain = [part for part in parts if isinstance(part, Run | Most) and not part.title]
    if len(plain) < len(parts) or any(isinstance(part, Run) and part.quoted for part in plain):
        return None
    if not any(isinstance(part, Most) or _is_number_within(part, plain) for part in plain):
        return None
    tokens = tuple(token for part in plain for token in part.tokens)
    return Most(tokens, needed=max(1, len(set(tokens)) // 4), pairs_needed=0)


def _is_number_within(part: Run | Most, plain: list[Run | Most]) -> bool:
    """Whether it is a number that somebody set apart by spaces in a sentence: 福建新增 1 例病例."""
    alone = len(part.tokens) == 1 and part.tokens[0].isdigit()
    return alone and len(plain) > 2 and sum(len(other.tokens) for other in plain) > _NUMBERED


def enough(easier: Most) -> int:
    """The hits from which the query as typed is left alone: a hundred for a sentence, a page for a few words."""
    length = sum(1 if is_han(token) else 2 for token in easier.tokens)  # a word is about two characters
    return _MANY if length > _PASTED else _PAGE
