"""The lines of a body container, as a reader sees them, each with what it holds of links and images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from lxml import etree

from difang.ingest.extract.text import BLOCKS, NEVER_TEXT, opening_of, tidy

# no page's text holds a NUL, since the parser lets none through
_LINK, _LINK_END, _IMAGE, _BREAK = "\0(", "\0)", "\0*", "\0|"
_MARKS = re.compile(r"\0[()*]")
_PARTS = re.compile(r"(\0[()])")
MARKED = "IMG"
"""The tag of images whose places are wanted; the parser gives none in capitals."""
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPOKEN_FOR = re.compile(r"^[(（\[【]?\s*(?:原标题|原標題|责编|责任编辑|責編|責任編輯)")
_LONGEST_LABEL = 12
_LONGEST_CELL = 60
_MOST_BREAKS = 3
_APART, _IN_ROW, _IN_CELL = range(3)
"""Where the walk is: in no row that is one line, in one, in a cell of it."""
_CELLS = frozenset(("td", "th"))
_ORNAMENT = re.compile(r"[\s·•■□●◆▪\-—|]+|\0\*")
_INLINE = ("", "")
_ENDS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(BLOCKS, (_BREAK, _BREAK)),
    "a": (_LINK, _LINK_END),
    MARKED: (_IMAGE, ""),
}


class Line(NamedTuple):
    """One line: its words, whether all of them or any of them are linked, how many images stand in it.

    `beside` is what stands beside the links of a line that has any, without white space and ornaments.
    """

    words: str
    linked: bool = False
    has_link: bool = False
    images: int = 0
    beside: str = ""


def lines_of(container: etree._Element) -> list[Line]:
    """The container's lines that hold words or images, in order.

    A block element or a line break begins a line; a table's row is one line, its cells parted by a space, unless they
    hold several paragraphs or long ones. Scripts and what is hidden are left out, but a hidden original title or editor
    line stays.
    """
    found = []
    depth = 0
    for text in "".join(_pieces(container)).split(_BREAK):
        if not text or text.isspace():
            continue
        if not depth and _LINK not in text and _IMAGE not in text:
            if words := tidy(text):
                found.append(Line(words))
            continue
        line, depth = _line(text, depth)
        if line.words or line.images:
            found.append(line)
    return found


def is_hidden(element: etree._Element) -> bool:
    """Whether the element's own style or its attribute `hidden` hides it."""
    style = element.get("style")
    return bool(style and _HIDDEN.search(style)) or element.get("hidden") is not None


def _pieces(container: etree._Element) -> list[str]:
    # the text with a mark wherever a line, a link or an image begins or ends; one walk, and no change to the tree,
    # whose texts grow longer, and cost more to change, with each element that is taken out between them
    pieces = [container.text or ""]
    above: list[tuple[Iterator[etree._Element], int, str]] = []
    children: Iterator[etree._Element] = iter(container)
    joined = _APART
    while True:
        for child in children:
            tag, tail = child.tag, child.tail or ""
            if tag in NEVER_TEXT or (is_hidden(child) and not _SPOKEN_FOR.match(opening_of(child, _LONGEST_LABEL))):
                pieces.append(tail)
                continue
            begin, end = _ENDS.get(tag, _INLINE)
            if joined == _IN_ROW and tag in _CELLS:
                begin, end, tail = "", " ", ""
            elif joined == _IN_CELL and begin == _BREAK:
                begin = end = " "
            pieces += (begin, child.text or "")
            if len(child):
                above.append((children, joined, end + tail))
                children = iter(child)
                if joined:
                    joined = _IN_CELL
                elif tag == "tr" and _is_one_line(child):
                    joined = _IN_ROW
                break
            pieces += (end, tail)
        else:
            if not above:
                return pieces
            children, joined, end = above.pop()
            pieces.append(end)


def _is_one_line(row: etree._Element) -> bool:
    # a row of short cells, each with one paragraph at most; a cell that holds a text or a list has lines of its own
    found: dict[etree._Element, int] = {}
    for element in row.iterdescendants("p", "br", "div", "tr", "li"):
        if is_hidden(element):
            continue
        cell = element.getparent()
        if element.tag in ("tr", "li") or cell is None or cell.tag not in _CELLS:
            return False
        found[cell] = found.get(cell, 0) + 1
        if found[cell] > (1 if element.tag != "br" else _MOST_BREAKS):
            return False
    return not found or (len(row) > 1 and all(len(opening_of(cell, _LONGEST_CELL)) <= _LONGEST_CELL for cell in found))


def _line(text: str, depth: int) -> tuple[Line, int]:
    begins_linked = depth > 0
    outside = []
    for part in _PARTS.split(text):
        if part == _LINK:
            depth += 1
        elif part == _LINK_END:
            depth = max(0, depth - 1)
        elif not depth:
            outside.append(part)
    has_link = begins_linked or _LINK in text
    beside = _ORNAMENT.sub("", "".join(outside)) if has_link else ""
    words = tidy(_MARKS.sub("", text))
    images = text.count(_IMAGE)
    return Line(words, linked=has_link and not beside, has_link=has_link, images=images, beside=beside), depth
