"""Passages: the places of a text where a query is found, marked with <em>, by the same analysis as the index's."""

from __future__ import annotations

import html
import re
import unicodedata
from bisect import bisect_left, bisect_right
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
        windows = _best(text, spans) or ([(0, _beginning(text))] if text else [])
        return [_passage(text, marked, start, end) for start, end in windows]

    def _spans(self, text: str) -> list[Span]:
        if self._pattern is None:
            return []
        folded, offsets = flat(text)
        found: list[Span] = []
        at = 0
        while len(found) < _MOST_MATCHES and (match := self._pattern.search(folded, at)):
            start, end = match.span()
            found.append((start, end) if offsets is None else (offsets[start], offsets[end - 1] + 1))
            at = start + 1  # neighbouring pairs overlap, and join
        return found


def _runs(tree: Tree) -> Iterator[tuple[str, ...]]:
    for part in wanted(tree):
        yield part.tokens
        if isinstance(part, Most):
            yield from zip(part.tokens, part.tokens[1:], strict=False)
            yield from ((token,) for token in part.tokens if not is_han(token) and len(token) > 1)


@lru_cache(maxsize=256)
def _pattern(runs: tuple[tuple[str, ...], ...]) -> re.Pattern[str] | None:
    """Every alternative begins with a plain character, so that the engine can leap to the next place that has one."""
    if not runs:
        return None
    longest_first = sorted(dict.fromkeys(runs), key=len, reverse=True)
    return re.compile("|".join(map(_one, longest_first)))


def _one(run: tuple[str, ...]) -> str:
    return " *".join(re.escape(token) if is_han(token) else _word(token) for token in run)


def _word(token: str) -> str:
    first, rest = re.escape(token[0]), re.escape(token[1:])
    return f"{first}(?<!{_LETTER}{first}){rest}(?!{_LETTER})"


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
    ends = [match.end() for match in _SENTENCE_END.finditer(text)] if spans else []
    windows, last = [], -1
    for at, (start, stop) in enumerate(spans):
        begin = _begin(ends, start)
        if begin == last:
            continue  # the window before begins there too and holds all that this one holds
        last, end = begin, _reach(text, ends, begin)
        inside = {text[s:e] for s, e in spans[at : bisect_left(spans, (end, 0))] if e <= end}
        windows.append((-sum(map(len, inside)), begin, max(end, stop)))
    chosen: list[Span] = []
    for _, begin, end in sorted(windows):
        if all(end <= other[0] or begin >= other[1] for other in chosen):
            chosen.append((begin, end))
            if len(chosen) == PASSAGES:
                break
    return sorted(chosen)


def _begin(ends: list[int], start: int) -> int:
    """The beginning of the sentence, or some characters before where that is far."""
    before = bisect_right(ends, start)
    nearest = max(0, start - _BEFORE)
    return max(nearest, ends[before - 1]) if before else nearest


def _reach(text: str, ends: list[int], begin: int) -> int:
    """The end of a sentence at about the length of a passage, or that length."""
    last = bisect_right(ends, begin + LONG)
    if last and ends[last - 1] > begin + LONG // 2:
        return ends[last - 1]
    return min(len(text), begin + LONG)


def _beginning(text: str) -> int:
    return _reach(text, [match.end() for match in _SENTENCE_END.finditer(text, 0, LONG)], 0)


def _passage(text: str, marked: list[Span], begin: int, end: int) -> str:
    body = _render(text, marked, begin, end).strip()
    opens = begin == 0 or _SENTENCE_END.search(text, max(0, begin - 3), begin) is not None
    closes = end == len(text) or _SENTENCE_END.search(text, max(0, end - 3), end) is not None
    return f"{'' if opens else '…'}{body}{'' if closes else '…'}"


def _render(text: str, marked: list[Span], begin: int, end: int) -> str:
    pieces, at = [], begin
    for start, stop in marked[bisect_right(marked, begin, key=_stop) :]:
        if start >= end:
            break
        start, stop = max(start, begin), min(stop, end)
        if start < stop:
            pieces += [_escaped(text[at:start]), "<em>", _escaped(text[start:stop]), "</em>"]
            at = stop
    return "".join([*pieces, _escaped(text[at:end])])


def _stop(span: Span) -> int:
    return span[1]


def _escaped(text: str) -> str:
    return html.escape(" ".join(text.split("\n")), quote=False)
