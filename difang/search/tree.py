"""The tree a query is understood as; both indexes are asked by it, and `understood` is printed from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from dataclasses import field as dataclass_field
from datetime import date

from difang.ingest.index.analysis import is_han

MOST_WORDS = 4
"""Words of letters in a row up to which each must occur; more are a pasted sentence."""

_END_OF_RUN_LETTERS = "\u0530"

FIELDS = ("title", "channel", "editor", "reporter", "source", "section", "kind", "template")
"""What may stand before a colon, beside from: and to:; all but title: are names, compared whole."""


@dataclass(frozen=True, slots=True)
class Run:
    """These tokens one after the other, punctuation between them or not; in the title only where `title`.

    `spelled` is how people write them (spelled.py), for `understood`.
    """

    tokens: tuple[str, ...]
    title: bool = False
    quoted: bool = False
    spelled: tuple[str, ...] = dataclass_field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Most:
    """A long term: at least `needed` of its different tokens, `pairs_needed` of its different pairs of neighbours."""

    tokens: tuple[str, ...]
    needed: int
    pairs_needed: int
    title: bool = False
    spelled: tuple[str, ...] = dataclass_field(default=(), compare=False)

    @property
    def is_sentence(self) -> bool:
        """Whether it is longer than a name: its parts may stand anywhere."""
        return self.pairs_needed == 0


@dataclass(frozen=True, slots=True)
class Name:
    """The whole of one name in `field` is `key` (as analysis.key makes it), or begins with it where `prefix`."""

    field: str
    key: str
    prefix: bool = False
    spelled: str = dataclass_field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Published:
    """Published from the first moment of `since` to the last of `until`, days of Beijing time; None is open."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """Of one of these stories; no query says so, the list of hits asks it to fold reprints (fold.py)."""

    stories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Recent:
    """What `part` finds, ranked a little higher the nearer to the day `as_of` it was published (recency.py)."""

    part: Tree
    as_of: date


@dataclass(frozen=True, slots=True)
class Besides:
    """What `part` finds, and the articles of these ids besides, ranked by `ranked` alone (relax.py)."""

    part: Tree
    ids: tuple[str, ...]
    ranked: Most


@dataclass(frozen=True, slots=True)
class Not:
    """Not what `part` finds."""

    part: Tree


@dataclass(frozen=True, slots=True)
class All:
    """All of the parts; of no parts, every article."""

    parts: tuple[Tree, ...] = ()


@dataclass(frozen=True, slots=True)
class Either:
    """At least one of the parts; of no parts, no article."""

    parts: tuple[Tree, ...] = ()


Tree = Run | Most | Name | Published | Told | Recent | Besides | Not | All | Either


def every(parts: list[Tree]) -> Tree:
    """All of the parts, without a needless level."""
    return parts[0] if len(parts) == 1 else All(tuple(parts))


def wanted(tree: Tree) -> Iterator[Run | Most]:
    """The runs and long terms a hit may show: those not negated."""
    match tree:
        case Run() | Most():
            yield tree
        case All(parts) | Either(parts):
            for part in parts:
                yield from wanted(part)
        case Recent(part) | Besides(part):
            yield from wanted(part)


def ranks(tree: Tree) -> bool:
    """Whether the tree tells better hits from worse; names, dates and negations alone do not."""
    return next(wanted(tree), None) is not None


def understood(tree: Tree) -> str:
    """The tree as a query, every bracket written, that means the same tree."""
    match tree:
        case Run(run, title, quoted, spelled):
            text = _spaced(spelled or run, " " if quoted else "-")
            return f"{'title:' if title else ''}{f'“{text}”' if quoted else text}"
        case Most(title=title):
            return f"{'title:' if title else ''}{_long(tree)}"
        case Name(field, key, prefix, spelled):
            return f"{field}:{spelled or key}{'*' if prefix else ''}"
        case Published(since, until):
            ends = (("from", since), ("to", until))
            return " ".join(f"{word}:{day.isoformat()}" for word, day in ends if day is not None)
        case Told(stories):
            return " OR ".join(f"story:{story}" for story in stories)
        case Recent(part) | Besides(part):
            return understood(part)
        case Not(part):
            return f"-{_bracketed(part)}"
        case All(parts):
            return " ".join(_in_a_row(parts))
        case Either(parts):
            return " OR ".join(_bracketed(part) for part in parts)


def _long(tree: Most) -> str:
    """One word again, when it is read: all but a sentence of letters is one only without a space."""
    written = tree.spelled or tree.tokens
    if not _is_letters(tree):
        return _spaced(written, "-")
    words = sum(token[0].isalnum() for token in written)
    return _spaced(written if words > MOST_WORDS else tree.tokens, " ")  # 1.2 is one word, and its parts are two


def _in_a_row(parts: tuple[Tree, ...]) -> Iterator[str]:
    """Many words of letters in a row would be read as a sentence, and those beside one as part of it."""
    words = [part for part in parts if isinstance(part, Run) and not part.quoted and _of_letters(part)]
    apart = (Either, Most) if len(parts) > 1 and any(map(_is_letters, parts)) else Either
    for part in parts:
        if len(words) > MOST_WORDS and part in words:
            part = replace(part, quoted=True)
        yield _bracketed(part) if isinstance(part, apart) else understood(part)


def _bracketed(tree: Tree) -> str:
    period = isinstance(tree, Published) and tree.since and tree.until
    many = isinstance(tree, All | Either | Not) or _is_letters(tree)
    return f"({understood(tree)})" if period or many else understood(tree)


def _is_letters(tree: Tree) -> bool:
    if not isinstance(tree, Most) or tree.title:
        return False
    return all(token[0] < _END_OF_RUN_LETTERS for token in tree.spelled or tree.tokens)


def _of_letters(term: Run | Most) -> bool:
    return not term.title and not any(map(is_han, term.tokens))


def _spaced(run: tuple[str, ...], between: str) -> str:
    """Characters that are tokens by themselves close together, something between two runs of letters and digits."""
    text, open_run = "", False
    for token in run:
        is_run = token[0] < _END_OF_RUN_LETTERS
        if is_run and open_run and token[0].isalnum():  # else it brings the sign before it (spelled.py)
            text += "." if between != " " and text[-1].isdigit() and token[0].isdigit() else between
        text, open_run = text + token, is_run
    return text
