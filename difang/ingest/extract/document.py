"""A parsed page: its tree, its meta tags, its breadcrumb."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from urllib.parse import urljoin, urlsplit

from lxml import etree

from difang.ingest.extract.encoding import Decoded
from difang.ingest.extract.template import Found, select
from difang.ingest.extract.text import text_of, tidy

_PARSER = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
# ids are not collected: advertisements make new ones in every page, and lxml would keep them all


_HEADINGS = ("h1", "h2", "h3", "h4", "h5")
_LOOKED_UP = ("meta", "title", "div", "dd", "script", *_HEADINGS)
_METAS = frozenset(("catalogs", "contentid", "keywords", "publishdate", "source"))
_SIMPLE = re.compile(r"(div|dd|h[1-5])([.#][\w-]+)|(h[1-5])")
_CLASS_OR_ID = re.compile(r"[.#]([\w-]+)")
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
    utf8: bytes
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
        blocks = self._blocks
        for element in self.root.iter(*_LOOKED_UP):
            tag = element.tag
            if tag == "div" or tag == "dd":
                get = element.get
                for key in _keys(get("id"), get("class")):
                    blocks.setdefault(key, []).append(element)
            elif tag == "meta":
                self._keep_meta(element)
            elif tag == "script":
                if text := element.text:
                    self.scripts.append(text)
            elif tag == "title":
                self.title = self.title or tidy(element.text)
            else:
                self._headings.setdefault(tag, []).append(element)
                for key in _keys(element.get("id"), element.get("class")):
                    blocks.setdefault(key, []).append(element)

    def _keep_meta(self, element: etree._Element) -> None:
        if name := element.get("name"):
            if (name := name.lower()) in _METAS:
                self.meta.setdefault(name, tidy(element.get("content")))
        elif (element.get("http-equiv") or "").lower() == "refresh":
            self.refresh = element.get("content") or ""

    def find(self, selector: str) -> list[etree._Element]:
        """All elements of the page the selector finds, in the order of the page."""
        return self.find_in(self.root, selector)

    def find_in(self, part: etree._Element, selector: str) -> list[etree._Element]:
        """Those below `part`."""
        steps = _simple(selector)
        if not steps:
            named = all(name in self.utf8 for name in _names_of(selector))  # far quicker than the walk it may save
            return select(part, selector) if named else []
        found = self._named(*steps[-1])
        if found and part is not self.root:
            found = [element for element in found if part in element.iterancestors()]
        if found and len(steps) > 1:
            around = self.find_in(part, selector.split()[0])
            found = [element for element in found if any(above in around for above in element.iterancestors())]
        return found

    def _named(self, tag: str, name: str) -> list[etree._Element]:
        if not name:
            return self._headings.get(tag, [])
        return [element for element in self._blocks.get(name, ()) if element.tag == tag]

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
        links = next((links for trail in trails if (links := _clinks(trail))), None)
        links = links or _clinks(self.root) or _breadcrumb(self.root)
        return [Crumb(text=text_of(link), href=link.get("href") or "") for link in links]


@lru_cache(maxsize=4096)
def _keys(id_: str | None, classes: str | None) -> tuple[str, ...]:
    # the pages of a layout repeat the same few dozen attributes
    named = (f".{name}" for name in classes.split()) if classes else ()
    return (f"#{id_}", *named) if id_ else tuple(named)


@cache
def _names_of(selector: str) -> tuple[bytes, ...]:
    # the classes and ids a CSS selector names, all of which a page it finds something in must hold
    return () if selector.startswith("./") else tuple(name.encode() for name in _CLASS_OR_ID.findall(selector))


@cache
def _simple(selector: str) -> tuple[tuple[str, str], ...]:
    # one or two steps, each a tag and a name or a heading; empty for any other selector
    steps = [_SIMPLE.fullmatch(step) for step in selector.split()]
    if len(steps) > 2 or not all(steps):
        return ()
    return tuple((step[1] or step[3], step[2] or "") for step in steps if step)


def parse(decoded: Decoded) -> Document | None:
    """The page of this text, or None where there is no element in it."""
    try:
        root = etree.fromstring(decoded.utf8, _PARSER)
    except (etree.LxmlError, ValueError):
        return None
    if root is None or not isinstance(root.tag, str):
        return None
    return Document(
        source=decoded.text,
        utf8=decoded.utf8,
        root=root,
        stray_bytes=decoded.stray_bytes,
        encoding=decoded.encoding,
    )


def _clinks(part: etree._Element) -> list[etree._Element]:
    return [link for link in part.iter("a") if "clink" in (link.get("class") or "").split()]


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
