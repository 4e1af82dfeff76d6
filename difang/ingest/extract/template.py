"""A template: the declaration of one page layout of the site, where each field stands, as CSS selectors or XPath."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from cssselect import HTMLTranslator
from lxml import etree

from difang.ingest.article import Kind


@dataclass(frozen=True, kw_only=True)
class Template:
    """One layout; each field lists selectors, of which the first that finds something not blank gives the value.

    A selector is CSS, or an XPath that begins with `./`.

    A template reads a page in which it finds `body`, the container of the text, and one of `needs`, where it has any;
    of several, the one with the highest `rank`. `head` is the part of the page that holds the headline and what belongs
    to it; `noise` is what stands inside the body and is no part of it. `body`, `head` and `editors` are looked for in
    the whole page, the others in `head`. A heading, and a `div` or `dd` with one class or id (`div.edit`), cost
    next to nothing to find, any other selector a walk through the page or the head.
    """

    name: str
    body: tuple[str, ...]
    needs: tuple[str, ...] = ()
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


def select(within: etree._Element, selector: str) -> list[Any]:
    """All elements (or texts, if an XPath asks for them) below `within` the selector finds, in the page's order."""
    return cast("list[Any]", _compiled(selector)(within))


@cache
def _compiled(selector: str) -> etree.XPath:
    path = selector if selector.startswith("./") else HTMLTranslator().css_to_xpath(selector, prefix="descendant::")
    return etree.XPath(path)
