"""How far a page has to be parsed: mostly to a little beyond its editor line, a third to two thirds of the page.

What stands below the article (related news, comments, the site's foot) is half of a page and holds no field. That the
first part is enough is proved each time and not assumed: the body's container must be closed, nothing may have been
looked for in the whole page, and the rest may hold neither a second container of the layout nor the list of a
special. docs/decisions/0008-no-further-than-the-article-goes.md tells what it saves.
"""

from __future__ import annotations

import re

from lxml import etree

from difang.ingest.extract.document import Document, names_of
from difang.ingest.extract.encoding import Decoded
from difang.ingest.extract.kind import TOPICS
from difang.ingest.extract.template import Template

_BEYOND = 1400
"""Bytes after the editor line in which most layouts close the container: a share line, a list of related news."""
_LEAST_SAVED = 4000
_ATTRIBUTE = re.compile(rb"(?:class|id)\s*=\s*[\"']?[^\"'<>]*$", re.IGNORECASE)
_TOPICS = tuple(name.encode() for name in TOPICS)


def first_part_of(decoded: Decoded) -> bytes | None:
    """The UTF-8 of the page as far as its article most likely goes; None where all or most of it is to be parsed."""
    text, utf8 = decoded.text, decoded.utf8
    at = _first_editor_word(text)
    if at < 0:
        return None
    editor = utf8.find(text[at - 1 : at + 1].encode(), at - 1)  # no character takes less than a byte
    end = utf8.find(b"<", editor + _BEYOND)
    if end < 0 or len(utf8) - end < _LEAST_SAVED or any(utf8.find(name, end) >= 0 for name in _TOPICS):
        return None
    return utf8[:end]


def is_enough(document: Document, template: Template, body: etree._Element) -> bool:
    """Whether the body's container ends in the parsed part, and the rest of the page holds no second one.

    Never where the template names no head: its fields are looked for in the whole page.
    """
    if not template.head:
        return False
    element: etree._Element | None = body
    while element is not None and element.getnext() is None:
        element = element.getparent()
    if element is None:
        return False
    names = {name for selector in template.body for name in names_of(selector)}
    return not any(_is_attribute(document.utf8, name, len(document.parsed)) for name in names)


def _first_editor_word(text: str) -> int:
    # where 责编 or 责任编辑 ends in 编; looking for one character takes a thirtieth of looking for two
    at = text.find("编")
    while at >= 0 and not text.endswith(("责", "责任"), 0, at):
        at = text.find("编", at + 1)
    return at


def _is_attribute(utf8: bytes, name: bytes, start: int) -> bool:
    at = utf8.find(name, start)
    while at >= 0:
        if _ATTRIBUTE.search(utf8, max(at - 100, 0), at):
            return True
        at = utf8.find(name, at + 1)
    return False
