"""Synonyms: a file of words that mean the same, and a query's tree with them in it, so that both indexes agree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from difang.ingest.errors import UsageError
from difang.ingest.index.analysis import tokens
from difang.search.tree import All, Either, Most, Not, Run, Tree

MOST_ADDED = 200
"""Words a query may gain; Elasticsearch takes no more than about a thousand clauses on a small machine."""

TOO_MANY = f"synonyms beyond {MOST_ADDED} added words"
"""What `ignored` says of a query whose synonyms would be more."""

Word = tuple[str, ...]
_COMMA = re.compile(r"(?<!\\),")


@dataclass(frozen=True, kw_only=True, slots=True)
class Synonyms:
    """Word (its tokens) to what is looked for in its place, itself among them unless the rule replaces it."""

    rules: dict[Word, tuple[Word, ...]] = field(default_factory=dict)

    def expanded(self, tree: Tree) -> tuple[Tree, bool]:
        """The tree with each unquoted term's synonyms, and whether there was room for all of them."""
        if not self.rules:
            return tree, True
        expansion = _Expansion(self.rules)
        return expansion.of(tree), expansion.room >= 0


def read_synonyms(file: Path) -> Synonyms:
    """The file's rules: `a, b, c` mean each other, `a, b => c` looks for c alone; # begins a comment.

    The form is the one of Solr and Elasticsearch. Raises UsageError naming file and line.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The synonyms in {file} cannot be read: {error}.") from error
    rules: dict[Word, dict[Word, None]] = {}
    for number, line in enumerate(lines, start=1):
        if not (rule := line.partition("#")[0].strip()):
            continue
        left, arrow, right = rule.partition("=>")
        sides = [_words(side) for side in ((left, right) if arrow else (left, left))]
        if not all(sides) or (not arrow and len(sides[0]) < 2):
            raise UsageError(f"Line {number} of {file} is no rule: write `a, b` or `a => b`, words parted by commas.")
        for word in sides[0]:
            rules.setdefault(word, {}).update(dict.fromkeys([word, *sides[1]] if not arrow else sides[1]))
    return Synonyms(rules={word: tuple(others) for word, others in rules.items()})


def _words(side: str) -> list[Word]:
    words = [tuple(tokens(part.replace("\\,", ","))) for part in _COMMA.split(side)]
    return list(dict.fromkeys(words)) if all(words) else []


class _Expansion:
    """One query's; `room` is how many words may still be added, below 0 where they would have been more."""

    def __init__(self, rules: dict[Word, tuple[Word, ...]]) -> None:
        self._rules = rules
        self._longest = max(map(len, rules))
        self.room = MOST_ADDED

    def of(self, tree: Tree) -> Tree:
        match tree:
            case Run(quoted=False) | Most():
                return self._term([tree])
            case Not(part):
                return Not(self.of(part))
            case Either(parts):
                return Either(tuple(_flat(self.of(part) for part in parts)))
            case All(parts):
                found = tuple(self._in_a_row(parts))
                return found[0] if len(found) == 1 else All(found)
        return tree

    def _in_a_row(self, parts: Sequence[Tree]) -> Iterable[Tree]:
        """Terms in a row may be one word of several, such as `new york`; the longest such word counts."""
        at = 0
        while at < len(parts):
            row = self._longest_word(parts[at : at + self._longest])
            yield self._term(row) if row else self.of(parts[at])
            at += max(1, len(row))

    def _longest_word(self, parts: Sequence[Tree]) -> list[Run | Most]:
        row: list[Run | Most] = []
        for part in parts:
            if not isinstance(part, Run) or part.quoted or (row and part.title != row[0].title):
                break
            row.append(part)
        while row and _joined(row) not in self._rules:
            row.pop()
        return row

    def _term(self, row: Sequence[Run | Most]) -> Tree:
        word = _joined(row)
        others = self._rules.get(word, (word,))
        typed = All(tuple(row)) if len(row) > 1 else row[0]
        if others == (word,) or self.room < 0:
            return typed
        self.room -= len(others)
        if self.room < 0:
            return typed
        found = [typed if other == word else Run(other, row[0].title, quoted=True) for other in others]
        return found[0] if len(found) == 1 else Either(tuple(found))


def _joined(row: Sequence[Run | Most]) -> Word:
    return tuple(token for term in row for token in term.tokens)


def _flat(parts: Iterable[Tree]) -> Iterable[Tree]:
    for part in parts:
        yield from part.parts if isinstance(part, Either) else (part,)
