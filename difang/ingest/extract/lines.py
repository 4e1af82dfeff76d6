"""The lines of a body container, as a reader sees them, each with what it holds of links and images."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple, cast

from lxml import etree

from difang.ingest.extract.text import BLOCKS, NEVER_TEXT, remove, set_tail, set_text, text_of, tidy

# noncharacters of Unicode, which no text holds: where a link begins and ends, where an image stands
_LINK, _LINK_END, IMAGE_MARK = "\ufdd0", "\ufdd1", "\ufdd2"
_MARKS = re.compile(f"[{_LINK}{_LINK_END}{IMAGE_MARK}]")
_PARTS = re.compile(f"([{_LINK}{_LINK_END}])")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_SPOKEN_FOR = re.compile(r"^[(（\[【]?\s*(?:原标题|原標題|责编|责任编辑|責編|責任編輯)")
_ORNAMENT = re.compile(rf"[\s·•■□●◆▪\-—|{IMAGE_MARK}]+")


class Line(NamedTuple):
    """One line: its words, whether all of them or any of them are linked, how many images stand in it."""

    words: str
    linked: bool = False
    has_link: bool = False
    images: int = 0


def lines_of(container: etree._Element) -> list[Line]:
    """The container's lines that hold words or images, in order; takes the container apart.

    A block element or a line break begins a line; a table's row is one line, its cells parted by a space, unless they
    hold paragraphs. Scripts and what is hidden are left out, but a hidden original title or editor line stays.
    """
    _flatten(container)
    found = []
    depth = 0
    for text in cast("Iterator[str]", container.itertext()):
        if text.isspace():
            continue
        if not depth and _LINK not in text and IMAGE_MARK not in text:
            if words := tidy(text):
                found.append(Line(words))
            continue
        line, depth = _line(text, depth)
        if line.words or line.images:
            found.append(line)
    return found


def is_hidden(element: etree._Element) -> bool:
    """Whether the element's own style hides it."""
    style = element.get("style")
    return bool(style and _HIDDEN.search(style))


def _flatten(container: etree._Element) -> None:
    parts = _parts_of(container)
    for element in parts.unseen:
        remove(element)
    for element in parts.hidden:
        if not _SPOKEN_FOR.match(text_of(element)):
            remove(element)
    for row in parts.rows:
        _join_cells(row)
    for link in parts.links:
        set_text(link, f"{_LINK}{link.text or ''}")
        set_tail(link, f"{_LINK_END}{link.tail or ''}")
    etree.strip_tags(container, *parts.inline)


class _Parts:
    """What `lines_of` treats in a way of its own, gathered in one walk: a walk for each took three times as long."""

    def __init__(self) -> None:
        self.unseen: list[etree._Element] = []
        self.hidden: list[etree._Element] = []
        self.rows: list[etree._Element] = []
        self.links: list[etree._Element] = []
        self.inline = {"span"}


def _parts_of(container: etree._Element) -> _Parts:
    parts = _Parts()
    for element in container.iterdescendants():
        tag = element.tag
        if tag in NEVER_TEXT:
            parts.unseen.append(element)
            continue
        if is_hidden(element):
            parts.hidden.append(element)
        if tag == "tr":
            parts.rows.append(element)
        elif tag not in BLOCKS:
            if tag == "a":
                parts.links.append(element)
            elif not tag.isidentifier():
                element.tag = "span"  # a broken page can hold tags whose names lxml does not take back
                continue
            parts.inline.add(tag)
    return parts


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
    linked = has_link and not _ORNAMENT.sub("", "".join(outside))
    line = Line(words=tidy(_MARKS.sub("", text)), linked=linked, has_link=has_link, images=text.count(IMAGE_MARK))
    return line, depth


def _join_cells(row: etree._Element) -> None:
    if any(row.find(f".//{tag}") is not None for tag in ("p", "br", "div", "tr", "li")):
        return
    for cell in row:
        if cell.tag in ("td", "th"):
            cell.tag = "span"
            cell.tail = " "
