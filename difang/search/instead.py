"""“Did you mean”: where a query finds little, others in which one word is written with other characters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

from difang.ingest.index.analysis import key
from difang.search.lexer import Lexeme, Sort, lexemes
from difang.search.suggest import as_typed, sounds_at
from difang.search.vocabulary import NAMES, PEOPLE, Vocabulary, Word, as_spoken, sounds

FEW = 2
"""Hits up to which another query is looked for."""
_MOST_TRIED = 4
_LONGEST = 200  # characters of a query
_SHORTEST, _LONGEST_WORD = 2, 20


def instead(query: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Up to four other queries, the likeliest first; nobody has asked yet what they find."""
    if len(query) > _LONGEST:
        return
    tried, field = 0, "text"
    for lexeme in lexemes(query):
        if lexeme.sort in (Sort.WORD, Sort.PHRASE):
            for better in _others(lexeme, field, vocabulary):
                yield _replaced(query, lexeme, better)
                tried += 1
                if tried == _MOST_TRIED:
                    return
        field = lexeme.text if lexeme.sort is Sort.FIELD else "text"


def _replaced(query: str, lexeme: Lexeme, better: str) -> str:
    """A whole name takes the place of the quotes, too."""
    quoted = lexeme.sort is Sort.PHRASE and ":" in better and f'"{lexeme.text}"' in query
    return query.replace(f'"{lexeme.text}"' if quoted else lexeme.text, better, 1)


def _others(lexeme: Lexeme, field: str, vocabulary: Vocabulary) -> list[str]:
    """Up to three for this one: words that sound the same, a name that does; among names what looks nearly the same."""
    typed = key(lexeme.text)
    if not _SHORTEST <= len(typed) <= _LONGEST_WORD:
        return []
    asked = [as_typed(sound.pinyin) for sound in sounds(as_spoken(lexeme.text, typed), surname=True)]
    heard: Counter[str] = Counter()
    for word in vocabulary.words:
        if field in NAMES and word.kind != field:
            continue
        if found := _heard(asked, word):
            place, end = found
            heard[word.label if field in NAMES else word.folded[place:end]] += word.count
            if field == "text" and word.kind in NAMES and end - place == len(word.folded):
                named = heard[f'editor:"{word.label}"'] if word.kind == "reporter" else 0
                heard[f'{word.kind}:"{word.label}"'] += 0 if named else word.count  # a reporter stands in the text, too
    heard.pop(typed, None)
    if not heard and field in NAMES:
        names = {word.folded: word.label for word in vocabulary.words if word.kind == field}
        return [names[name] for name in get_close_matches(typed, names, n=2)]
    return [text for text, _ in heard.most_common(3)]


def _heard(asked: list[str], word: Word) -> tuple[int, int] | None:
    """The characters of the word, first and behind the last, that sound like this; names of people in any reading."""
    for typed in asked if word.kind in PEOPLE else asked[:1]:
        for sound in (word.sound, *word.others):
            place = sounds_at(typed, sound, whole=True) if typed in word.known else None
            if place is not None:
                return place, sound.begins.index(sound.begins[place] + len(typed))
    return None
