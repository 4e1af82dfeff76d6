"""The words of a query: what is an operator, what is text. Never raises."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from difang.search.tree import FIELDS

_QUOTES = {'"': '"＂', "＂": '"＂', "“": "”“", "”": "”“", "「": "」", "『": "』", "〝": "〞"}
_STRAIGHT = '"＂'
_KEEPS_SPACES = {"【": "】", "《": "》", "〈": "〉"}
_LONGEST_KEPT = 60  # characters within 【】; beyond that the bracket was left open by mistake
_MOST_SIDE_BY_SIDE = 100  # phrases; a query has no more terms
_OPEN, _CLOSE = "(（", ")）"
MINUS = "-－−"
OPERATORS = MINUS + _OPEN
"""What may stand before a word without a space."""
CLOSING = tuple(_CLOSE)

_OTHER_NAMES = {
    "标题": "title", "標題": "title", "频道": "channel", "頻道": "channel", "责编": "editor", "責編": "editor",
    "编辑": "editor", "編輯": "editor", "记者": "reporter", "記者": "reporter", "来源": "source", "來源": "source",
    "栏目": "section", "欄目": "section", "类型": "kind", "類型": "kind", "模板": "template",
}  # fmt: skip
_FIELD = re.compile(rf"({'|'.join([*FIELDS, 'from', 'to', *_OTHER_NAMES])})\s*[:：]\s*", re.IGNORECASE)
_LONGEST_FIELD = 40  # characters of its name and the spaces around its colon
_WIDE = {code: code - 0xFEE0 for code in range(ord("Ａ"), ord("ｚ") + 1)}


class Sort(Enum):
    """What a lexeme is."""

    WORD = "a run of characters up to the next space"
    PHRASE = "what stands between quotes"
    FIELD = "a field's name with its colon"
    MINUS = "the minus before what must not occur"
    OR = "OR"
    AND = "AND"
    OPEN = "("
    CLOSE = ")"
    LONE_QUOTE = "a quote that nothing closes"


@dataclass(frozen=True, slots=True)
class Lexeme:
    """One word of the query: its sort and its text (of a field, the field's name)."""

    sort: Sort
    text: str


def lexemes(query: str) -> Iterator[Lexeme]:
    """The words in order. Operators stand at the beginning of a word; inside one they are mere punctuation."""
    # Zero-width characters come along when text is pasted; neither index knows them.
    query = "".join(character for character in query if unicodedata.category(character) != "Cf")
    at, depth = 0, 0
    while at < len(query):
        character = query[at]
        if character.isspace() or not character.isprintable():
            at += 1
        elif character in _OPEN:
            yield Lexeme(Sort.OPEN, character)
            at, depth = at + 1, depth + 1
        elif character in _CLOSE:
            yield Lexeme(Sort.CLOSE, character)
            at, depth = at + 1, max(0, depth - 1)
        elif character in MINUS and query[at + 1 : at + 2].strip():
            yield Lexeme(Sort.MINUS, character)
            at += 1
        elif character in _QUOTES and (end := _end_of_phrase(query, at, depth)):
            yield Lexeme(Sort.PHRASE, query[at + 1 : end])
            at = end + 1
        elif found := field_at(query, at):
            name, at = found
            yield Lexeme(Sort.FIELD, name)
        else:
            end = _end_of_word(query, at, depth)
            yield from _word(query[at:end])
            at = end


def field_at(query: str, at: int = 0) -> tuple[str, int] | None:
    """The field whose name and colon stand there, and where what is asked of it begins."""
    found = _FIELD.match(query[at : at + _LONGEST_FIELD].translate(_WIDE))
    if found is None:
        return None
    name = found[1].lower()
    return _OTHER_NAMES.get(name, name), at + found.end()


def _word(text: str) -> Iterator[Lexeme]:
    if (operator := text.translate(_WIDE)) in ("OR", "AND"):
        yield Lexeme(Sort[operator], operator)
        return
    if text[0] in _STRAIGHT:
        yield Lexeme(Sort.LONE_QUOTE, text[0])
        text = text[1:]
    if text:
        yield Lexeme(Sort.WORD, text)


def lone_quote(words: str) -> bool:
    """Whether a quote within words has no other half; those that have one are phrases or stand around a name."""
    curled = sum(map(words.count, "“”"))  # often two of the same kind
    angled = ((words.count(first), words.count(last)) for first, last in ("「」", "『』", "〝〞"))
    return curled % 2 == 1 or any(one != other for one, other in angled) or any(map(words.count, _STRAIGHT))


def lone_bracket(text: str) -> Sort | None:
    """OPEN or CLOSE where a word ends in a bracket without its other half; one further inside is punctuation."""
    opened = 0
    for character in text[:-1]:
        opened = opened + 1 if character in _OPEN else max(0, opened - (character in _CLOSE))
    if text[-1] in _OPEN:
        return Sort.OPEN
    return Sort.CLOSE if text[-1] in _CLOSE and not opened else None


def _end_of_phrase(query: str, at: int, depth: int) -> int | None:
    """Where the quote opened at `at` closes, None where it opens no phrase.

    Chinese quotes also stand in running text (“十五五”规划): they make a phrase only when they stand alone, or
    several side by side do (“地铁”“招标”).
    """
    first = _closing_quote(query, at)
    if first is None or query[at] in _STRAIGHT:
        return first
    last = first
    for _ in range(_MOST_SIDE_BY_SIDE):
        after = query[last + 1 : last + 2]
        if not after.strip() or (after in _CLOSE and depth) or after in _STRAIGHT:
            return first
        end = _closing_quote(query, last + 1) if after in _QUOTES else None
        if end is None:
            return None
        last = end
    return None


def _closing_quote(query: str, at: int) -> int | None:
    return next((place for mark in _QUOTES[query[at]] if (place := query.find(mark, at + 1)) >= 0), None)


def _end_of_word(query: str, at: int, depth: int) -> int:
    inner = 0
    kept_to = at
    for place in range(at, len(query)):
        character = query[place]
        if place < kept_to:
            continue
        if character in _KEEPS_SPACES:
            kept_to = query.find(_KEEPS_SPACES[character], place, place + _LONGEST_KEPT)
        elif character.isspace() or not character.isprintable():
            return place
        elif character in _OPEN:
            inner += 1
        elif character in _CLOSE:
            if depth and not inner:
                return place
            inner = max(0, inner - 1)
        elif character in _STRAIGHT and place > at and _closes_later(query, place):
            return place
    return len(query)


def _closes_later(query: str, at: int) -> bool:
    return any(query.find(mark, at + 1) >= 0 for mark in _STRAIGHT)
