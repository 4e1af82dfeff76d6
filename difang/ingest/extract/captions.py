"""Captions of images: in a picture table's cell, or in the centred paragraph below; one read leaves the body."""

from __future__ import annotations

import re
from itertools import islice

from lxml import etree

from difang.ingest.extract.lines import lines_of
from difang.ingest.extract.nearest import Nearest
from difang.ingest.extract.text import opening_of, remove, tidy

_CAPTION = re.compile(r"^(?:图|圖|▲|△)|[摄攝]\s*[)）]?\s*[。.]?$")
_SENTENCE_END = re.compile(r"[。！？]")
_CENTRED = re.compile(r"text-align\s*:\s*center", re.IGNORECASE)
_BLOCKS = frozenset(("p", "div", "center", "td", "th", "li", "figure", "h1", "h2", "h3", "h4", "dd", "dt"))
_LONGEST_CAPTION = 200
_MOST_CELLS = 5000
_MOST_BLANKS = 10


class Captions:
    """Takes the captions of a body's images out of it; the images are asked for in the order of the page.

    Every step remembers what it read, so that a thousand images in one table or paragraph cost no more than apart.
    """

    def __init__(self, body: etree._Element) -> None:
        """`body` is the container of the text; what stands around it is not looked at."""
        self._table = Nearest(lambda element: element.tag == "table", below=body)
        self._block = Nearest(lambda element: element.tag in _BLOCKS, below=body)
        self._centred = Nearest(_is_centred, below=body)
        self._tables: dict[etree._Element, _PictureTable] = {}
        self._texts: dict[etree._Element, str | None] = {}

    def take(self, image: etree._Element) -> str | None:
        """The caption of this image, which leaves the body; None where it has none."""
        table = self._table.of(image)
        if table is not None:
            pictures = self._tables.get(table) or self._tables.setdefault(table, _PictureTable(table))
            if pictures.has_captions:
                return pictures.take(image)
        block = self._block.of(image.getparent())
        if block is None or self._centred.of(image.getparent()) is None:
            return None
        return self._take_beside(block)

    def _take_beside(self, block: etree._Element) -> str | None:
        beside = self._text(block)
        if beside is None:
            return None
        if beside:
            if not _CAPTION.search(beside):
                return None
            _blank(block)
            self._texts[block] = ""
            return beside
        following = self._following(block)
        if following is None or not self._stands_centred(following):
            return None
        text = self._text(following)
        if not text or not _CAPTION.search(text):
            return None
        remove(following)
        return text

    def _following(self, block: etree._Element) -> etree._Element | None:
        # what follows the block and those that hold nothing, unless it holds an image or too much text
        while (
            (parent := block.getparent()) is not None
            and parent.tag == "center"
            and len(parent) == 1
            and not parent.tail
        ):
            block = parent
        element: etree._Element | None = block
        for _ in range(_MOST_BLANKS):
            if element is None or tidy(element.tail):
                return None
            element = element.getnext()
            if element is None or (text := self._text(element)) is None:
                return None
            if element.tag == "img" or element.find(".//img") is not None:
                return None
            if text:
                return element
        return None

    def _text(self, element: etree._Element) -> str | None:
        # the element's text; None where it is too long for a caption
        if element not in self._texts:
            text = opening_of(element, _LONGEST_CAPTION)
            self._texts[element] = text if len(text) <= _LONGEST_CAPTION else None
        return self._texts[element]

    def _stands_centred(self, element: etree._Element) -> bool:
        if self._centred.of(element) is not None:
            return True
        return len(element) > 0 and not tidy(element.text) and _is_centred(element[0])


class _PictureTable:
    """A table with at least as many images as cells with text, each of which can be a caption."""

    def __init__(self, table: etree._Element) -> None:
        self._parts = list(islice(table.iter("img", "td", "th"), _MOST_CELLS + 1))
        self._places = {part: place for place, part in enumerate(self._parts)}
        self._texts = {part: text for part in self._parts if part.tag != "img" and (text := _own_text(part))}
        images = sum(part.tag == "img" for part in self._parts)
        if len(self._parts) > _MOST_CELLS or len(self._texts) > images:
            self._texts = {}
        if any(len(text) > _LONGEST_CAPTION for text in self._texts.values()) or any(map(_is_prose, self._texts)):
            self._texts = {}
        self._at = 0

    @property
    def has_captions(self) -> bool:
        """Whether there are captions that no image has got yet."""
        return bool(self._texts)

    def take(self, image: etree._Element) -> str | None:
        """The text of the cell the image stands in, else of the next one behind it that has any left."""
        cell = next(image.iterancestors("td", "th"), None)
        if cell not in self._texts:
            cell = self._next_behind(image)
        if cell is None:
            return None
        _blank(cell)
        return self._texts.pop(cell)

    def _next_behind(self, image: etree._Element) -> etree._Element | None:
        self._at = max(self._at, self._places[image])
        while self._at < len(self._parts):
            cell = self._parts[self._at]
            if cell in self._texts and not _own_text(cell):
                del self._texts[cell]  # an image of a table within this one has got it
            if cell in self._texts:
                return cell
            self._at += 1
        return None


def _own_text(cell: etree._Element) -> str:
    return "" if cell.find(".//td") is not None else opening_of(cell, _LONGEST_CAPTION)


def _is_prose(cell: etree._Element) -> bool:
    # paragraphs, or more than one finished sentence, without what a caption begins or ends with
    words = [line.words for line in lines_of(cell) if line.words]
    if not words or any(map(_CAPTION.search, words)):
        return False
    sentences = sum(len(_SENTENCE_END.findall(line)) for line in words)
    return sentences > 1 or (sentences > 0 and len(words) > 1)


def _is_centred(element: etree._Element) -> bool:
    if element.tag == "center" or (element.get("align") or "").lower() in ("center", "middle"):
        return True
    style = element.get("style")
    return bool(style and _CENTRED.search(style))


def _blank(block: etree._Element) -> None:
    for part in block.iter():
        if part.tag != "img":
            part.text = None
        if part is not block:
            part.tail = None
