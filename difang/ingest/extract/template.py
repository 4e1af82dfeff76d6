"""A template: the declaration of one page layout of the site, where each field stands, as CSS selectors or XPath."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import cast

from cssselect import HTMLTranslator
from lxml import etree

from difang.ingest.article import Kind
from difang.ingest.extract.text import text_of


@dataclass(frozen=True, kw_only=True)
class Template:
    """One layout; each field lists selectors, of which the first that finds something not blank gives the value.

    A selector is CSS, or an XPath that begins with `./`.

    `marks` are words of the page's source of which one must occur before any selector is tried (cheap), `head` is the
    part of the page that holds the headline and what belongs to it, `body` the container of the text; `noise` is what
    stands inside the body and is no part of it. `editors` is looked for in the whole page, the others in `head`.
    Of several templates that find a body, the one with the highest `rank` reads the page.
    """

    name: str
    marks: tuple[str, ...]
    body: tuple[str, ...]
    head: tuple[str, ...] = ()
    title: tuple[str, ...] = ("h1",)
    pre_title: tuple[str, ...] = ("h3.pre",)
    subtitle: tuple[str, ...] = ("h4.sub",)
    byline: tuple[str, ...] = (".author",)
    published: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    editors: tuple[str, ...] = ()
    noise: tuple[str, ...] = ()
    kind: Kind = Kind.ARTICLE
    rank: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a selector found: the element, its text on one line, and the selector, for --explain."""

    element: etree._Element
    text: str
    selector: str


def first(within: etree._Element, selectors: tuple[str, ...]) -> Found | None:
    """The first element with text that one of the selectors finds, in the order of the selectors."""
    for selector in selectors:
        for element in select(within, selector):
            if text := text_of(element):
                return Found(element=element, text=text, selector=selector)
    return None


def select(within: etree._Element, selector: str) -> list[etree._Element]:
    """All elements below `within` that the selector finds, in the order of the page."""
    return cast("list[etree._Element]", _compiled(selector)(within))


@cache
def _compiled(selector: str) -> etree.XPath:
    path = selector if selector.startswith("./") else HTMLTranslator().css_to_xpath(selector, prefix="descendant::")
    return etree.XPath(path, smart_strings=False)
