"""Pages of no known layout: the container with the most paragraph text is taken for the body."""

from __future__ import annotations

from lxml import etree

from difang.ingest.extract.document import Document
from difang.ingest.extract.template import Template
from difang.ingest.extract.text import text_of

GENERIC = Template(name="generic", marks=(), body=(), published=("body",), source=("body",), byline=())
"""Reads what no template knows."""

_LEAST_TEXT = 40
_NEVER_BODY = "nav|header|footer|aside"


def find_body(document: Document) -> etree._Element | None:
    """The element whose own paragraphs hold the most text outside links; None where none holds 40 characters."""
    scores: dict[etree._Element, float] = {}
    for paragraph in document.root.iter("p", "br", "td", "div"):
        text = _own_text(paragraph)
        if len(text) < 8:
            continue
        parent = paragraph.getparent() if paragraph.tag in ("p", "br") else paragraph
        if parent is not None:
            scores[parent] = scores.get(parent, 0) + len(text)
    best = max(scores, key=lambda element: scores[element], default=None)
    return best if best is not None and scores[best] >= _LEAST_TEXT else None


def _own_text(element: etree._Element) -> str:
    if element.tag == "p":
        linked = sum(len(text_of(link)) for link in element.iter("a"))
        text = text_of(element)
        return text if linked < len(text) / 2 else ""
    if element.tag == "br":
        return (element.tail or "").strip()
    return (element.text or "").strip()
