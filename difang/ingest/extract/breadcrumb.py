"""The breadcrumb (路径) of a page: above the headline, in old layouts at the foot of the page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from difang.ingest.extract.document import TRAILS, Document, names_on, outermost, tree_of
from difang.ingest.extract.template import select
from difang.ingest.extract.text import text_of, tidy

_CLINK = b"clink"
_TRAILS = frozenset(TRAILS)
_DAY = re.compile(r"(?:19|20)\d\d\s*[年\-/.]")
_UNSEEN = ((b"<!--", b"-->"), (b"<script", b"</script"))


@dataclass(frozen=True, kw_only=True)
class Crumb:
    """One step of the breadcrumb: its words and where it leads."""

    text: str
    href: str


def crumbs_of(document: Document) -> list[Crumb]:
    """The breadcrumb, in printed order."""
    trails = (trail for name in TRAILS for trail in outermost(document.blocks(name)))
    links = _first_clinks(trails) or _at_foot(document) or _clinks(document.root) or _bare_links(document.root)
    if not links:
        document.everywhere()
    return [Crumb(text=text_of(link), href=link.get("href") or "") for link in links]


def _first_clinks(parts: Iterable[etree._Element]) -> list[etree._Element]:
    return next((links for part in parts if (links := _clinks(part))), [])


def _clinks(part: etree._Element) -> list[etree._Element]:
    return [link for link in part.iter("a") if "clink" in (link.get("class") or "").split()]


def _at_foot(document: Document) -> list[etree._Element]:
    # the links below the parsed part of the page, which are parsed on their own
    utf8, end = document.utf8, len(document.parsed)
    first = utf8.find(_CLINK, end)
    if first < 0:
        return []
    if _CLINK in document.parsed or any(utf8.rfind(a, 0, first) > utf8.rfind(b, 0, first) for a, b in _UNSEEN):
        document.everywhere()
        return []
    foot = tree_of(utf8[max(utf8.rfind(b"<div", end, first), end) :])
    if foot is None:
        return []
    return _first_clinks(
        outermost([div for div in foot.iter("div") if not _TRAILS.isdisjoint(names_on(div))])
    ) or _clinks(foot)


def _bare_links(root: etree._Element) -> list[etree._Element]:
    # where no link bears the class: the first links parted by > alone that begin with 人民网
    homes = select(root, "./descendant::a[normalize-space()='人民网']")
    for around in dict.fromkeys(home.getparent() for home in homes):
        links = [] if around is None else [link for link in around if link.tag == "a"]
        if len(links) > 1 and all(_parts(link) for link in links[:-1]) and (_parts(links[-1]) or _dates(links[-1])):
            return links
    return []


def _parts(link: etree._Element) -> bool:
    return tidy(link.tail).strip(" >＞→/|") in ("", "正文")


def _dates(link: etree._Element) -> bool:
    # before 2009 the time stands behind the last step
    return bool(_DAY.match(tidy(link.tail)))
