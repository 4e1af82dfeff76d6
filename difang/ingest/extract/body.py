"""The body: a container's lines go through trafilatura, which makes the text of them."""

from __future__ import annotations

from functools import cache

from lxml import etree
from trafilatura.main_extractor import handle_textelem
from trafilatura.settings import Extractor

_ALLOWED = {"quote"}


def body_text(lines: list[str]) -> str:
    """The paragraphs joined by newlines, as trafilatura's handler of text elements gives them back.

    The lines stand in one quotation (trafilatura's `quote`), whose line ends it keeps. What trafilatura does around
    its handlers (finding the container, pruning, rescue by other extractors) has nothing to do here and is left out,
    so this is not its public call: docs/decisions/0003-how-the-body-goes-through-trafilatura.md.
    """
    quotation = etree.Element("quote")
    quotation.text = "\n".join(lines)
    handled = handle_textelem(quotation, _ALLOWED, _options())
    return "" if handled is None else str(handled.text)


@cache
def _options() -> Extractor:
    return Extractor()
