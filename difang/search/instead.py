"""“Did you mean”: where a query finds little, others in which one word is written with other characters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from difflib import get_close_matches

from pypinyin import lazy_pinyin

from difang.ingest.index.analysis import key
from difang.search.lexer import Lexeme, Sort, lexemes
from difang.search.suggest import sounds_at
from difang.search.vocabulary import NAMES, Vocabulary, as_spoken

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
    sound = "".join(lazy_pinyin(as_spoken(lexeme.text, typed)))
    heard: Counter[str] = Counter()
    for word in vocabulary.words:
        if field in NAMES and word.kind != field:
            continue
        place = sounds_at(sound, word, whole=True)
        if place is not None:
            end = word.begins.index(word.begins[place] + len(sound))
            heard[word.label if field in NAMES else word.folded[place:end]] += word.count
            if field == "text" and word.kind in NAMES and end - place == len(word.folded):
                heard[f'{word.kind}:"{word.label}"'] += word.count
    heard.pop(typed, None)
    if not heard and field in NAMES:
        names = {word.folded: word.label for word in vocabulary.words if word.kind == field}
        return [names[name] for name in get_close_matches(typed, names, n=2)]
    return [text for text, _ in heard.most_common(3)]
