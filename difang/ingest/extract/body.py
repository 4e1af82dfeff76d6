"""The body: a container's lines go through trafilatura, which makes the text of them."""

from __future__ import annotations

from copy import deepcopy
from functools import cache

from lxml import etree, html
from trafilatura import bare_extraction
from trafilatura.settings import Document, Extractor, use_config


def body_text(lines: list[str]) -> str:
    """The paragraphs joined by newlines, as trafilatura reads them off a page that holds these alone.

    The lines stand in quotations, whose line ends trafilatura keeps: it tries some forty patterns on every element, and
    with an element a line the body alone took longer than parsing the page (docs/decisions). Raises ValueError where
    trafilatura refuses the page.
    """
    if not lines:
        return ""
    page = html.Element("html")
    # an article of this class is what trafilatura looks for first
    article = etree.SubElement(etree.SubElement(page, "body"), "article", {"class": "post"})
    etree.SubElement(article, "blockquote").text = lines[0]
    if len(lines) > 1:
        etree.SubElement(article, "blockquote").text = "\n".join(lines[1:])
    document = bare_extraction(page, options=_options())
    if not isinstance(document, Document):
        raise ValueError("trafilatura found no text in the lines of the body")
    return "\n".join(str(text).strip() for text in document.body.itertext())


@cache
def _options() -> Extractor:
    config = deepcopy(use_config())
    # what is handed over is body already: no minimum that would send trafilatura to look elsewhere
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "0")
    config.set("DEFAULT", "MIN_OUTPUT_SIZE", "0")
    # images, tables and links are not on the page; allowed, they are not looked for to be taken out
    return Extractor(config=config, fast=True, recall=True, comments=False, images=True, tables=False, links=True)
