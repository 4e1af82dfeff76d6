"""A parsed page: its tree, its meta tags, its breadcrumb."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from lxml import etree

from difang.ingest.extract.encoding import Decoded
from difang.ingest.extract.template import select
from difang.ingest.extract.text import text_of, tidy


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

    @property
    def title(self) -> str:
        """The text of the `title` element, on one line."""
        element = next(self.root.iter("title"), None)
        return "" if element is None else tidy(element.text)

    def crumbs(self) -> list[Crumb]:
        """The breadcrumb, in printed order."""
        links = select(self.root, "a.clink")
        return [Crumb(text=text_of(link), href=link.get("href") or "") for link in links]


def parse(decoded: Decoded) -> Document | None:
    """The page of this text, or None where there is no element in it."""
    # a parser a page: one kept for long remembers the errors of every page it read
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, collect_ids=False)
    try:
        root = etree.fromstring(decoded.text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError):
        return None
    if root is None or not isinstance(root.tag, str):
        return None
    document = Document(source=decoded.text, root=root, stray_bytes=decoded.stray_bytes, encoding=decoded.encoding)
    for tag in root.iter("meta"):
        if name := tag.get("name"):
            document.meta.setdefault(name.lower(), tidy(tag.get("content")))
        elif (tag.get("http-equiv") or "").lower() == "refresh":
            document.refresh = tag.get("content") or ""
    return document


def absolute(base: str, href: str | None) -> str | None:
    """The absolute web address an attribute means on the page `base`, or None where it is none; never raises."""
    if not href:
        return None
    try:
        url = urljoin(base, "".join(href.split("\n")).replace("\r", "").replace("\t", "").strip())
        parts = urlsplit(url)
        return url if parts.scheme in ("http", "https") and parts.netloc else None
    except ValueError:
        return None
