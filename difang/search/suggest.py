"""Suggestions while somebody types: names and headlines that hold what was typed, in characters or in pinyin."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import asdict, dataclass
from itertools import islice
from typing import Any

from difang.ingest.index.analysis import key
from difang.search.lexer import CLOSING, OPERATORS, field_at
from difang.search.vocabulary import Sound, Vocabulary, Word

LONGEST_TYPED = 60
"""Characters of the last word that are looked at."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """A name or headline; `query` is the whole query that finds it, `count` how many articles bear the name.

    `kind` is channel, editor, reporter, source, section or title; `value` the facet's value or the article's id.
    """

    kind: str
    value: str
    label: str
    query: str
    count: int

    def to_dict(self) -> dict[str, Any]:
        """As JSON knows it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Typed:
    """The word being typed, the field it stands behind, what stands before both, and whether an operator is there."""

    before: str
    field: str
    word: str
    operator: bool


def suggestions(text: str, vocabulary: Vocabulary, *, most: int) -> list[Suggestion]:
    """Up to `most`: names that begin so, names that hold it, then headlines; of each the most frequent, or newest.

    A headline by itself takes the place of the whole query, so none is suggested behind a minus or a bracket.
    """
    typed = _parted(text)
    typed_key = key(typed.word)
    if not typed_key or len(typed.word) > LONGEST_TYPED:
        return []
    found: dict[tuple[bool, int], list[Word]] = {}
    sound = as_typed(typed_key)
    for word in vocabulary.words:
        if typed_key not in word.known and sound not in word.known:
            continue
        if word.kind != typed.field if typed.field else (typed.operator and word.kind == "title"):
            continue
        rank = _rank(typed_key, sound, word)
        if rank is not None:
            found.setdefault((word.kind == "title", rank), []).append(word)
    names = [word for place in sorted(found) for word in found[place] if not place[0]]
    titles = [word for place in sorted(found) for word in found[place] if place[0]]
    kept = [*islice(names, max(most - len(titles), most - most // 2)), *titles][:most]
    return [_suggestion(word, typed) for word in kept]


def as_typed(typed: str) -> str:
    """Pinyin as the vocabulary spells it: ü is v."""
    return typed.replace("ü", "v")


def sounds_at(typed: str, sound: Sound, *, whole: bool = False) -> int | None:
    """The character at which the typed pinyin begins, None where it does not stand there.

    With `whole` its last syllable must end where a character's ends.
    """
    at = sound.pinyin.find(typed)
    while at >= 0:
        place = bisect_left(sound.begins, at)
        if sound.begins[place] == at and (not whole or at + len(typed) in sound.begins):
            return place
        at = sound.pinyin.find(typed, at + 1)
    return None


def _rank(typed: str, sound: str, word: Word) -> int | None:
    """0 begins with it, 1 holds it; by sound 2 and 3; 3 also where it begins with it in another reading."""
    if typed in word.folded:
        return 0 if word.folded.startswith(typed) else 1
    if not sound.isascii():
        return None
    if typed == word.value:
        return 0
    place = sounds_at(sound, word.sound)
    if place is None and len(sound) > 1 and (at := word.sound.initials.find(sound)) >= 0:
        place = at
    if place is None:
        return 3 if any(_begins_with(sound, other) for other in word.others) else None
    return 2 if place == 0 else 3


def _begins_with(typed: str, sound: Sound) -> bool:
    return sound.pinyin.startswith(typed) or (len(typed) > 1 and sound.initials.startswith(typed))


def _parted(text: str) -> _Typed:
    quoted = text.count('"') % 2 == 1
    before, _, word = text.rpartition('"') if quoted else ("", "", text)
    if not quoted:
        word = text.rsplit(maxsplit=1)[-1] if text and not text[-1].isspace() else ""
        before = text[: len(text) - len(word)]
    else:
        begun = before.rsplit(maxsplit=1)[-1] if before and not before[-1].isspace() else ""
        before, word = before[: len(before) - len(begun)], begun + word
    field, operator = "", False
    while word:
        if word[0] in OPERATORS:
            before, word, operator = before + word[0], word[1:], True
        elif not field and (name := field_at(word)):
            field, word = name[0], word[name[1] :]
        else:
            break
    if word.endswith(CLOSING):
        word = ""
    return _Typed(before, field, word, operator)


def _suggestion(word: Word, typed: _Typed) -> Suggestion:
    plain = word.label.replace('"', " ")
    whole = word.kind == "title" and not typed.field
    query = f'"{plain}"' if whole else f'{_before(word, typed)}{word.kind}:"{plain}"'
    return Suggestion(kind=word.kind, value=word.value, label=word.label, query=query, count=word.count)


def _before(word: Word, typed: _Typed) -> str:
    """What stands before the name, less words that are a part of it: 赵 一 is one name, and so is shan dong."""
    before, part = typed.before, key(typed.word)
    while not (typed.field or typed.operator) and (words := before.split()):
        last = words[-1]
        joined = key(last) + part
        if last in ("OR", "AND") or not last.isalnum() or _rank(joined, as_typed(joined), word) is None:
            break
        before, part = before[: before.rindex(last)], joined
    return before
