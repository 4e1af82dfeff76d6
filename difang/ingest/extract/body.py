"""The body: a container's lines go through trafilatura, which makes the text of them."""

from __future__ import annotations

from copy import deepcopy
from functools import cache

import trafilatura
from lxml import etree, html
from trafilatura.settings import Extractor, use_config


def body_text(lines: list[str]) -> str:
    """The paragraphs joined by newlines, as trafilatura reads them off a page that holds these lines and nothing else.

    The lines stand in one paragraph, parted by breaks: trafilatura tries its many patterns on each element, and an
    element a line made reading four times as slow.
    """
    if not lines:
        return ""
    page = html.Element("html")
    paragraph = etree.SubElement(etree.SubElement(etree.SubElement(page, "body"), "article"), "p")
    paragraph.text = lines[0]
    for line in lines[1:]:
        etree.SubElement(paragraph, "br").tail = line
    document = trafilatura.bare_extraction(page, options=_options())
    if not isinstance(document, trafilatura.settings.Document):
        return ""
    return "\n".join(" ".join(str(text).split()) for text in document.body.itertext() if text.strip())


@cache
def _options() -> Extractor:
    config = deepcopy(use_config())
    # what is handed over is body already: no minimum that would send trafilatura to look elsewhere
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "0")
    return Extractor(config=config, output_format="xml", fast=True, recall=True, comments=False)
