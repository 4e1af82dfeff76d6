"""An editor line outside the body and outside any editor block: which places on the page are the article's own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from difang.ingest.extract.editors import EditorLine, editor_line
from difang.ingest.extract.furniture import is_furniture
from difang.ingest.extract.lines import Line, is_hidden, lines_of
from difang.ingest.extract.related import RELATED
from difang.ingest.extract.text import NEVER_TEXT, opening_of, remove, text_of, tidy

_LEVELS = 3
"""How many elements around the body can still be the article's column."""
_OTHERS = re.compile(r"comment|reply|relat|recommend|foot|copyright|rank|pinglun|liuyan", re.IGNORECASE)
_REMARKS = re.compile(r"^.{0,6}(?:评论|留言|跟帖|回复|評論|留言|跟帖|回覆).{0,6}$")
_LONGEST_BUTTON = 8
_LONGEST_LABEL = 30
_LONGEST_LINE = 200


def editor_line_beside(
    body: etree._Element, column: etree._Element | None, *, known: bool, empty_block: bool = False
) -> EditorLine | None:
    """The editor line right after the body or just above it; takes the tree apart.

    It is looked for in `column`, the part of the page that holds the article, or where that does not hold the body in
    the three elements around it. What stands in or after related news, comments or the site's foot is somebody else's;
    so is, in a layout that is known, what comes after another paragraph. Beside an empty editor block, which says that
    nobody is named, only the very next words of the column count, behind a share line or a button at most.
    """
    if empty_block:
        return _next_words(body, column)
    levels = _levels(body, column)
    if found := next((found for level in levels for found in _above(level)), None):
        return found
    for level in levels:
        for line in _lines_after(level):
            if found := editor_line(line.words):
                return found
            if _ends_article(line, known=known):
                if known:
                    return None
                break  # the article's column may go on around what held its text and related news
    return None


def _next_words(body: etree._Element, column: etree._Element | None) -> EditorLine | None:
    around = list(body.iterancestors())
    levels = [body, *around[: around.index(column)]] if column in around else [body]
    for level in levels:
        for line in _lines_after(level):
            if found := editor_line(line.words):
                return found
            if not (is_furniture(line) or (line.linked and len(line.words) <= _LONGEST_BUTTON)):
                return None
    return None


def _levels(body: etree._Element, column: etree._Element | None) -> list[etree._Element]:
    around = list(body.iterancestors())
    inside = around.index(column) if column in around else _LEVELS - 1
    return [body, *around[:inside]]


def _above(level: etree._Element) -> Iterator[EditorLine]:
    for element in level.itersiblings(preceding=True):
        if element.tag in NEVER_TEXT or ("编" not in (text := text_of(element)) and "編" not in text):
            continue
        for part in element.iter():
            if part.tag in NEVER_TEXT:
                continue
            text = opening_of(part, _LONGEST_LINE)
            if found := editor_line(tidy(part.text)) or (editor_line(text) if len(text) <= _LONGEST_LINE else None):
                yield found


def _lines_after(level: etree._Element) -> list[Line]:
    parent = level.getparent()
    if parent is None:
        return []
    parent.text = None
    for before in [*level.itersiblings(preceding=True), level]:
        if before is not level:
            before.tail = None
        remove(before)
    for part in list(parent.iterdescendants("div", "ul", "ol", "dl", "section", "footer", "aside", "form")):
        if _OTHERS.search(f"{part.get('class')} {part.get('id')}") or part.tag in ("footer", "aside"):
            remove(part)
    return [] if is_hidden(parent) else lines_of(parent)


def _ends_article(line: Line, *, known: bool) -> bool:
    words = line.words
    if not words or is_furniture(line):
        return False
    if line.has_link:
        return len(words) > _LONGEST_BUTTON
    return bool(RELATED.match(words) or _REMARKS.match(words)) or (known and len(words) > _LONGEST_LABEL)
