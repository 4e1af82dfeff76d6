"""A pasted sentence that finds too little is asked again with less of it: measured in docs/search.md."""

from __future__ import annotations

from dataclasses import dataclass

from difang.ingest.index.analysis import is_han
from difang.search.engine import Sort
from difang.search.tree import All, Most, Run, Tree

RELAXED = "that every term must occur: too few articles hold them all, so {share} of all their parts is enough"
"""What `ignored` says of a relaxed query."""

_SHARES = {2: "half", 4: "a quarter", 8: "an eighth"}
_PASTED = 10  # characters beyond which a query is a pasted sentence, whose reader looks for one certain article
_NUMBERED = 6  # tokens beyond which a query with a number between its terms is one
_PAGE = 10
_POOL = 1_000
"""Hits from which the hundred that fit best are the best of all, also by less of the sentence."""


@dataclass(frozen=True, slots=True)
class Easier:
    """What to ask instead, in turn, as long as fewer than `enough` articles are found."""

    enough: int
    trees: tuple[Most, ...] = ()
    shares: tuple[int, ...] = ()

    def told(self, step: int) -> list[str]:
        """What `ignored` says where the query was relaxed so many times."""
        return [RELAXED.format(share=_SHARES[share]) for share in self.shares[step - 1 : step]] if step else []


STRICT = Easier(enough=0)


def easier(tree: Tree, sort: Sort) -> Easier:
    """The same terms as one, of which fewer and fewer tokens must occur; STRICT where the query means what it says.

    Only plain terms by relevance, at least one of them long, are a pasted sentence: an operator, a field, a date or an
    order by time are meant strictly, and so are quotes as long as anything is found.
    """
    parts = tree.parts if isinstance(tree, All) else (tree,)
    plain = [part for part in parts if isinstance(part, Run | Most) and not part.title]
    if sort is not Sort.RELEVANCE or len(plain) < len(parts):
        return STRICT
    quoted = any(isinstance(part, Run) and part.quoted for part in plain)
    long = any(isinstance(part, Most) for part in plain)
    if not long and (quoted or not any(_is_number_within(part, plain) for part in plain)):
        return STRICT
    tokens = tuple(token for part in plain for token in part.tokens)
    length = sum(1 if is_han(token) else 2 for token in tokens)  # a word is about two characters
    is_sentence = length > _PASTED
    shares = (4, 8) if is_sentence else (2, 4)
    return Easier(
        enough=1 if quoted else _POOL if is_sentence else _PAGE,
        trees=tuple(Most(tokens, needed=max(1, len(set(tokens)) // share), pairs_needed=0) for share in shares),
        shares=shares,
    )


def _is_number_within(part: Run | Most, plain: list[Run | Most]) -> bool:
    """Whether it is a number that somebody set apart by spaces in a sentence: 福建新增 1 例病例."""
    alone = len(part.tokens) == 1 and part.tokens[0].isdigit()
    return alone and len(plain) > 2 and sum(len(other.tokens) for other in plain) > _NUMBERED
