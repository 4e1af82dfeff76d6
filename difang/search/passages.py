"""Passages: the places of a text where a query is found, marked with <em>, by the same analysis as the index's."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from difang.ingest.index.analysis import flat, is_han
from difang.search.tree import Most, Tree, wanted

PASSAGES = 3
LONG = 120
"""Characters of a passage, about."""

_BEFORE = 24
_MOST_MATCHES = 300
_SENTENCE_END = re.compile(r"[。！？!?\n]+[”’」』）]*")
_LETTER = "[!-\u2e7f]"

Span = tuple[int, int]


class Marker:
    """Marks what a tree is looking for; in titles and bodies of any length."""

    def __init__(self, tree: Tree) -> None:
        self._pattern = _pattern(tuple(_runs(tree)))

    def marked(self, text: str) -> str:
        """The whole text, HTML-escaped, with <em> around what is found."""
        text = unicodedata.normalize("NFC", text)
        return _render(text, _joined(self._spans(text)), 0, len(text))

    def passages(self, text: str) -> list[str]:
        """Up to three pieces of about 120 characters that hold most of what is looked for; else the beginning."""
        text = unicodedata.normalize("NFC", text).strip()
        spans = self._spans(text)
        marked = _joined(spans)
        windows = _best(text, spans) or ([(0, _reach(text, 0))] if text else [])
        return [_passage(text, marked, start, end) for start, end in windows]

    def _spans(self, text: str) -> list[Span]:
        if self._pattern is None:
            return []
        folded, offsets = flat(text)
        found = []
        for match in self._pattern.finditer(folded):
            start, end = match.span(1)
            found.append((start, end) if offsets is None else (offsets[start], offsets[end - 1] + 1))
            if len(found) >= _MOST_MATCHES:
                break
        return found


def _runs(tree: Tree) -> Iterator[tuple[str, ...]]:
    for part in wanted(tree):
        yield part.tokens
        if isinstance(part, Most):
            yield from zip(part.tokens, part.tokens[1:], strict=False)
            yield from ((token,) for token in part.tokens if not is_han(token) and len(token) > 1)


@lru_cache(maxsize=256)
def _pattern(runs: tuple[tuple[str, ...], ...]) -> re.Pattern[str] | None:
    """Looks at every place without moving on, so that neighbouring pairs overlap and join."""
    if not runs:
        return None
    longest_first = sorted(dict.fromkeys(runs), key=len, reverse=True)
    return re.compile(f"(?=({'|'.join(map(_one, longest_first))}))")


def _one(run: tuple[str, ...]) -> str:
    return " *".join(
        re.escape(token) if is_han(token) else f"(?<!{_LETTER}){re.escape(token)}(?!{_LETTER})" for token in run
    )


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _best(text: str, spans: list[Span]) -> list[Span]:
    """Windows that do not overlap, most different matches first chosen, in the order of the text."""
    windows = []
    for at, (start, _) in enumerate(spans):
        begin = _begin(text, start)
        end = _reach(text, begin)
        inside = {text[s:e] for s, e in spans[at : at + LONG] if e <= end}
        windows.append((-sum(map(len, inside)), begin, max(end, spans[at][1])))
    chosen: list[Span] = []
    for _, begin, end in sorted(windows):
        if all(end <= other[0] or begin >= other[1] for other in chosen):
            chosen.append((begin, end))
            if len(chosen) == PASSAGES:
                break
    return sorted(chosen)


def _begin(text: str, start: int) -> int:
    """The beginning of the sentence, or some characters before where that is far."""
    nearby = text[max(0, start - _BEFORE) : start]
    ends = [match.end() for match in _SENTENCE_END.finditer(nearby)]
    return start - len(nearby) + (ends[-1] if ends else 0)


def _reach(text: str, begin: int) -> int:
    """The end of a sentence at about the length of a passage, or that length."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text, begin, begin + LONG)]
    return ends[-1] if ends and ends[-1] > begin + LONG // 2 else min(len(text), begin + LONG)


def _passage(text: str, marked: list[Span], begin: int, end: int) -> str:
    body = _render(text, marked, begin, end).strip()
    opens = begin == 0 or _SENTENCE_END.search(text, max(0, begin - 3), begin) is not None
    closes = end == len(text) or _SENTENCE_END.search(text, max(0, end - 3), end) is not None
    return f"{'' if opens else '…'}{body}{'' if closes else '…'}"


def _render(text: str, marked: list[Span], begin: int, end: int) -> str:
    pieces, at = [], begin
    for start, stop in marked:
        start, stop = max(start, begin), min(stop, end)
        if start < stop:
            pieces += [_escaped(text[at:start]), "<em>", _escaped(text[start:stop]), "</em>"]
            at = stop
    return "".join([*pieces, _escaped(text[at:end])])


def _escaped(text: str) -> str:
    return html.escape(" ".join(text.split("\n")), quote=False)
