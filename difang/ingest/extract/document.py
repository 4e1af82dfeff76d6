"""A parsed page: its tree, its meta tags, its breadcrumb."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, cached_property
from urllib.parse import urljoin, urlsplit

from lxml import etree

from difang.ingest.extract.encoding import Decoded
from difang.ingest.extract.template import Found, select
from difang.ingest.extract.text import text_of, tidy

_PARSER = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
# ids are not collected: advertisements make new ones in every page, and lxml would keep them all


_HEADINGS = ("h1", "h2", "h3", "h4", "h5")
_LOOKED_UP = ("meta", "title", "div", "dd", "script", *_HEADINGS)
_SIMPLE = re.compile(r"(div|dd|h[1-5])([.#][\w-]+)|(h[1-5])")
_BREAK = re.compile(r"[\t\n\r]+")
_PLAIN = re.compile(r"https?://[\w.:-]+/[\w/.~-]*")
_PLAIN_PATH = re.compile(r"/[\w-][\w/-]*(?:\.\w+)?")
_ORIGIN = re.compile(r"https?://[\w.:-]+(?=/)")
_TRAILS = ("#rwb_navpath", "#p_navigator", ".path", ".nav_path", ".route")


@dataclass(frozen=True, kw_only=True)
class Crumb:
    """One step of the breadcrumb (路径): its words and where it leads."""

    text: str
    href: str


@dataclass(kw_only=True)
class Document:
    """A page as a tree, made by `parse`; reading its body takes the tree apart."""

    source: str
    root: etree._Element
    stray_bytes: int
    encoding: str
    meta: dict[str, str] = field(default_factory=dict)
    refresh: str | None = None
    title: str = ""
    scripts: list[str] = field(default_factory=list)
    _headings: dict[str, list[etree._Element]] = field(default_factory=dict)
    _blocks: dict[str, list[etree._Element]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look at all that is looked up by name later in one walk; a walk for each took longer than parsing."""
        for element in self.root.iter(*_LOOKED_UP):
            if element.tag in ("div", "dd"):
                self._keep_block(element)
            elif element.tag == "script":
                if element.text:
                    self.scripts.append(element.text)
            elif element.tag == "meta":
                self._keep_meta(element)
            elif element.tag == "title":
                self.title = self.title or tidy(element.text)
            else:
                self._headings.setdefault(element.tag, []).append(element)
                if element.attrib:
                    self._keep_block(element)

    def _keep_block(self, element: etree._Element) -> None:
        if id_ := element.get("id"):
            self._blocks.setdefault(f"#{id_}", []).append(element)
        if classes := element.get("class"):
            for name in classes.split():
                self._blocks.setdefault(f".{name}", []).append(element)

    def _keep_meta(self, element: etree._Element) -> None:
        if name := element.get("name"):
            self.meta.setdefault(name.lower(), tidy(element.get("content")))
        elif (element.get("http-equiv") or "").lower() == "refresh":
            self.refresh = element.get("content") or ""

    def find(self, selector: str) -> list[etree._Element]:
        """All elements of the page the selector finds, in the order of the page."""
        if not (simple := _simple(selector)):
            return select(self.root, selector)
        tag, name, heading = simple
        if heading:
            return self._headings.get(heading, [])
        return [element for element in self._blocks.get(name, ()) if element.tag == tag]

    def find_in(self, part: etree._Element, selector: str) -> list[etree._Element]:
        """Those below `part`."""
        if part is self.root:
            return self.find(selector)
        if not _simple(selector):
            return select(part, selector)
        return [element for element in self.find(selector) if part in element.iterancestors()]

    def first_in(self, part: etree._Element, selectors: tuple[str, ...]) -> Found | None:
        """The first element below `part` with text that one of the selectors finds, in the order of the selectors."""
        for selector in selectors:
            for element in self.find_in(part, selector):
                if text := text_of(element):
                    return Found(element=element, text=text, selector=selector)
        return None

    @cached_property
    def crumbs(self) -> list[Crumb]:
        """The breadcrumb, in printed order."""
        trails = (trail for name in _TRAILS for trail in self._blocks.get(name, ()))
        links = next((links for trail in trails if (links := select(trail, "a.clink"))), None)
        links = links or select(self.root, "a.clink") or _breadcrumb(self.root)
        return [Crumb(text=text_of(link), href=link.get("href") or "") for link in links]


@cache
def _simple(selector: str) -> tuple[str, str, str] | None:
    found = _SIMPLE.fullmatch(selector)
    return (found[1], found[2], found[3]) if found else None


def parse(decoded: Decoded) -> Document | None:
    """The page of this text, or None where there is no element in it."""
    try:
        root = etree.fromstring(decoded.utf8, _PARSER)
    except (etree.LxmlError, ValueError):
        return None
    if root is None or not isinstance(root.tag, str):
        return None
    return Document(source=decoded.text, root=root, stray_bytes=decoded.stray_bytes, encoding=decoded.encoding)


def _breadcrumb(root: etree._Element) -> list[etree._Element]:
    # where no link bears the class: the first links parted by > alone that begin with 人民网
    for home in select(root, "./descendant::a[normalize-space()='人民网']"):
        around = home.getparent()
        links = [] if around is None else [link for link in around if link.tag == "a"]
        if len(links) > 1 and all(tidy(link.tail).strip(" >＞→/|") in ("", "正文") for link in links):
            return links
    return []


def absolute(base: str, href: str | None) -> str | None:
    """The absolute web address an attribute means on the page `base`, or None where it is none; never raises."""
    if not href:
        return None
    if _PLAIN.fullmatch(href):
        return href
    if _PLAIN_PATH.fullmatch(href) and (origin := _ORIGIN.match(base)):
        return origin[0] + href
    try:
        url = urljoin(base, _BREAK.sub("", href).strip())
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.netloc else None
    except ValueError:
        return None
