"""The body: a container's lines go through trafilatura, which makes the text of them."""

from __future__ import annotations

from copy import deepcopy
from functools import cache

from lxml import etree, html
from trafilatura.main_extractor import extract_content
from trafilatura.settings import Extractor, use_config


def body_text(lines: list[str]) -> str:
    """The paragraphs joined by newlines, as trafilatura's main extractor reads them off a tree that holds these alone.

    The lines stand in quotations (trafilatura's `quote`), whose line ends it keeps: it tries some forty patterns on
    every element, and with an element a line the body alone took longer (0.6 ms for 20 lines) than parsing the page.
    Its other stages (metadata, comments, rescue by other extractors) have nothing to do here and are left out, so this
    is not its public call: docs/decisions/0003-how-the-body-goes-through-trafilatura.md.
    """
    if not lines:
        return ""
    page = html.Element("body")
    article = etree.SubElement(page, "article", {"class": "post"})  # what trafilatura looks for first
    etree.SubElement(article, "quote").text = lines[0]
    if len(lines) > 1:
        etree.SubElement(article, "quote").text = "\n".join(lines[1:])
    body, _ = extract_content(page, _options())
    return "\n".join(str(text).strip() for text in body.itertext())


@cache
def _options() -> Extractor:
    config = deepcopy(use_config())
    # what is handed over is body already: no minimum that would send trafilatura to look elsewhere
    config.set("DEFAULT", "MIN_EXTRACTED_SIZE", "0")
    # images, tables and links are not in the tree; allowed, they are not looked for to be taken out
    return Extractor(config=config, fast=True, recall=True, comments=False, images=True, tables=False, links=True)
