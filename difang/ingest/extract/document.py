"""A parsed page: its tree, its meta tags, its breadcrumb."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, field
from functools import cache, lru_cache
from urllib.parse import urljoin, urlsplit

from lxml import etree

from difang.ingest.extract.encoding import Decoded
from difang.ingest.extract.nearest import Nearest
from difang.ingest.extract.template import Found, select
from difang.ingest.extract.templates import templates
from difang.ingest.extract.text import text_of, tidy

_PARSER = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False, huge_tree=True)
# ids are not collected: advertisements make new ones in every page, and lxml would keep them all


_DEEPEST = 2048
"""Elements within each other; libxml2 stops at the next one."""
_FEW = 8
"""Elements; for fewer a walk up from each is quicker than remembering the way."""
_HEADINGS = ("h1", "h2", "h3", "h4", "h5")
_LOOKED_UP = ("meta", "title", "div", "dd", *_HEADINGS)
_METAS = frozenset(("catalogs", "contentid", "keywords", "publishdate", "source"))
_SIMPLE = re.compile(r"(div|dd|p|h[1-5])([.#][\w-]+)|(h[1-5])")
_CLASS_OR_ID = re.compile(r"[.#]([\w-]+)")
_BREAK = re.compile(r"[\t\n\r]+")
_PLAIN = re.compile(r"https?://[\w.:-]+/[\w/.~-]*")
_PLAIN_PATH = re.compile(r"/[\w-][\w/-]*(?:\.\w+)?")
_ORIGIN = re.compile(r"https?://[\w.:-]+(?=/)")
TRAILS = ("#rwb_navpath", "#p_navigator", ".path", ".nav_path", ".route")
"""What holds the breadcrumb."""


@dataclass(kw_only=True)
class Document:
    """A page as a tree, made by `parse`; reading its body takes the tree apart.

    `source` and `utf8` are the whole page, `root` the tree of `parsed`, which may be the first part of it.
    `looked_everywhere` tells that something was looked for in the whole page that the first part did not give,
    `cut_short` that the page is deeper than the parser goes, which reads none of the rest.
    """

    source: str
    utf8: bytes
    parsed: bytes
    root: etree._Element
    stray_bytes: int
    encoding: str
    meta: dict[str, str] = field(default_factory=dict)
    refresh: str | None = None
    title: str = ""
    looked_everywhere: bool = False
    cut_short: bool = False
    _headings: dict[str, list[etree._Element]] = field(default_factory=dict)
    _blocks: dict[str, list[etree._Element]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Look at all that is looked up by name later in one walk; a walk for each took longer than parsing."""
        blocks = self._blocks
        for element in self.root.iter(*_LOOKED_UP):
            tag = element.tag
            if tag == "div" or tag == "dd":
                get = element.get
                for key in _keys(get("id"), get("class")):  # names_on, a call less
                    blocks.setdefault(key, []).append(element)
            elif tag == "meta":
                self._keep_meta(element)
            elif tag == "title":
                self.title = self.title or tidy(element.text)
            else:
                self._headings.setdefault(tag, []).append(element)
                for key in names_on(element):
                    blocks.setdefault(key, []).append(element)

    def _keep_meta(self, element: etree._Element) -> None:
        if name := element.get("name"):
            if (name := name.lower()) in _METAS:
                self.meta.setdefault(name, tidy(element.get("content")))
        elif (element.get("http-equiv") or "").lower() == "refresh":
            self.refresh = element.get("content") or ""

    def everywhere(self) -> etree._Element:
        """The root, for a search that the rest of the page could have an answer to."""
        self.looked_everywhere = True
        return self.root

    def subheadings(self) -> Iterator[etree._Element]:
        """All headings but those of the first rank."""
        return (heading for tag, headings in self._headings.items() if tag != "h1" for heading in headings)

    def find(self, selector: str) -> list[etree._Element]:
        """All elements of the page the selector finds, in the order of the page."""
        return self.find_in(self.root, selector)

    def find_in(self, part: etree._Element, selector: str) -> list[etree._Element]:
        """Those below `part`."""
        steps = _simple(selector)
        if not steps:
            named = all(name in self.utf8 for name in names_of(selector))  # far quicker than the walk it may save
            return select(part, selector) if named else []
        tag, name = steps[-1]
        if name and tag != "p" and name not in self._blocks:  # most of what is asked for
            return []
        found = self._named(part, tag, name)
        if found and len(steps) > 1:
            found = _below(self.find_in(part, selector.split()[0]), found)
        return found

    def _named(self, part: etree._Element, tag: str, name: str) -> list[etree._Element]:
        if tag == "p":  # there are too many of them to keep
            known = name[1:].encode() in self.utf8
            return [element for element in part.iterdescendants("p") if name in names_on(element)] if known else []
        candidates = self._blocks.get(name) if name else self._headings.get(tag)
        if not candidates:
            return []
        found = [element for element in candidates if element.tag == tag]
        return found if part is self.root else _below([part], found)

    def first_in(
        self, part: etree._Element, selectors: tuple[str, ...], *, above: etree._Element | None = None
    ) -> Found | None:
        """The first element below `part` with text that one of the selectors finds, in the order of the selectors.

        It is one that ends before `above` begins, where that is given.
        """
        for selector in selectors:
            for element in outermost(self.find_in(part, selector)):  # where it holds no text, what is in it does not
                if (text := text_of(element)) and (above is None or _ends_before(element, above)):
                    return Found(element=element, text=text, selector=selector)
        return None

    def blocks(self, name: str) -> list[etree._Element]:
        """The `div` and `dd` elements and headings of this `.class` or `#id`, of those that are looked up at all."""
        return self._blocks.get(name, [])


def outermost(elements: Sequence[etree._Element]) -> Sequence[etree._Element]:
    """Those of the elements that stand in no other of them."""
    if len(elements) < 2:
        return elements
    inner = set(_below(elements, elements))
    return [element for element in elements if element not in inner]


def _below(around: Sequence[etree._Element], elements: Sequence[etree._Element]) -> list[etree._Element]:
    if len(around) == 1 and len(elements) < _FEW:
        return [element for element in elements if around[0] in element.iterancestors()]
    above = Nearest(frozenset(around).__contains__)
    return [element for element in elements if above.of(element.getparent()) is not None]


def _ends_before(element: etree._Element, other: etree._Element) -> bool:
    around = [other, *other.iterancestors()]
    below: etree._Element | None = None
    step: etree._Element | None = element
    while step is not None and step not in around:
        below, step = step, step.getparent()
    if step is None or below is None or step is other:
        return False
    beside = around[around.index(step) - 1]
    return step.index(below) < step.index(beside)


def names_on(element: etree._Element) -> tuple[str, ...]:
    """The classes and the id of the element, as `.class` and `#id`, of those that are looked up at all."""
    return _keys(element.get("id"), element.get("class"))


@lru_cache(maxsize=4096)
def _keys(id_: str | None, classes: str | None) -> tuple[str, ...]:
    # the pages of a layout repeat the same few dozen attributes, of which few are ever looked up
    named = [f".{name}" for name in classes.split()] if classes else []
    if id_:
        named.append(f"#{id_}")
    return tuple(name for name in named if name in _looked_up_names())


@cache
def _looked_up_names() -> frozenset[str]:
    lists = (listed for template in templates() for listed in astuple(template) if isinstance(listed, tuple))
    selectors = (selector for listed in lists for selector in listed)
    return frozenset((*TRAILS, *(name for selector in selectors for _, name in _steps(selector))))


@cache
def names_of(selector: str) -> tuple[bytes, ...]:
    """The classes and ids a CSS selector names, all of which a page it finds something in must hold."""
    return () if selector.startswith("./") else tuple(name.encode() for name in _CLASS_OR_ID.findall(selector))


@cache
def _simple(selector: str) -> tuple[tuple[str, str], ...]:
    # the steps, if every name in them is kept while the page is walked
    steps = _steps(selector)
    return steps if all(not name or name in _looked_up_names() for _, name in steps) else ()


def _steps(selector: str) -> tuple[tuple[str, str], ...]:
    # one or two steps, each a tag and a name or a heading; empty for any other selector
    steps = [_SIMPLE.fullmatch(step) for step in selector.split()]
    if len(steps) > 2 or not all(steps):
        return ()
    return tuple((step[1] or step[3], step[2] or "") for step in steps if step)


def parse(decoded: Decoded, part: bytes | None = None) -> Document | None:
    """The page of this text, as a tree of this first part of its UTF-8 or of the whole; None without any element."""
    parsed = decoded.utf8 if part is None else part
    root = tree_of(parsed)
    if root is None:
        return None
    return Document(
        source=decoded.text,
        utf8=decoded.utf8,
        parsed=parsed,
        root=root,
        stray_bytes=decoded.stray_bytes,
        encoding=decoded.encoding,
        cut_short=_ends_too_deep(root),
    )


def _ends_too_deep(root: etree._Element) -> bool:
    depth, element = 1, root
    while len(element):
        depth, element = depth + 1, element[-1]
    return depth >= _DEEPEST


def tree_of(utf8: bytes) -> etree._Element | None:
    """The root of this page or part of one, None where there is no element in it."""
    try:
        root = etree.fromstring(utf8, _PARSER)
    except (etree.LxmlError, ValueError):
        return None
    return root if root is not None and isinstance(root.tag, str) else None


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
