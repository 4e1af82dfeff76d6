"""A pasted sentence lists, besides what holds most of it, the articles that fit best: measured in docs/search.md."""

from __future__ import annotations

import math
from dataclasses import dataclass

from difang.ingest.index.analysis import is_han
from difang.search.engine import Sort
from difang.search.tree import All, Most, Run, Tree

RELAXED = (
    "that all or most of its parts must occur: by relevance the hundred articles that fit best are listed whatever they"
    " hold of it; exports, feeds, alerts and lists by time are without them"
)
"""What `ignored` says of a relaxed query."""

BEST = 100
"""How many articles a relaxed query lists besides what it finds as typed."""

_PASTED = 10  # characters beyond which a query is a pasted sentence, whose reader looks for one certain article
_NUMBERED = 6  # tokens beyond which a query with a number between its terms is one
_FEW = 20
_SEVERAL = 8  # characters, or four words: from so many on, several terms that find nothing are asked for as a sentence


@dataclass(frozen=True, slots=True)
class Easier:
    """The same terms as one of which any part counts, to be asked where fewer than `enough` articles are found."""

    any_part: Most
    enough: float

    @property
    def finds_nothing(self) -> bool:
        """Whether a query that is asked so has found nothing as it was typed."""
        return self.enough == 1


def easier(tree: Tree, sort: Sort) -> Easier | None:
    """How the query is relaxed; None where it means what it says.

    Only plain terms by relevance are relaxed: an operator, a field, a date or an order by time are meant strictly, and
    so are quotes and short terms as long as anything is found.
    """
    parts = tree.parts if isinstance(tree, All) else (tree,)
    plain = [part for part in parts if isinstance(part, Run | Most) and not part.title]
    if sort is not Sort.RELEVANCE or len(plain) < len(parts):
        return None
    tokens = tuple(token for part in plain for token in part.tokens)
    length = sum(1 if is_han(token) else 2 for token in tokens)  # a word is about two characters
    is_quoted = any(isinstance(part, Run) and part.quoted for part in plain)
    if not is_quoted and any(isinstance(part, Most) or _is_number_within(part, plain) for part in plain):
        enough = math.inf if length > _PASTED else _FEW
    else:
        enough = 1 if len(plain) > 1 and (length > _PASTED if is_quoted else length >= _SEVERAL) else 0
    return Easier(Most(tokens, needed=1, pairs_needed=0), enough) if enough else None


def _is_number_within(part: Run | Most, plain: list[Run | Most]) -> bool:
    """Whether it is a number that somebody set apart by spaces in a sentence: 福建新增 1 例病例."""
    alone = len(part.tokens) == 1 and part.tokens[0].isdigit()
    return alone and len(plain) > 2 and sum(len(other.tokens) for other in plain) > _NUMBERED
