"""What a page kept without its address tells of it: of which article it is a page, and of which number."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from lxml import etree

from difang.ingest.address import Address, article_address, clean_href
from difang.ingest.extract.breadcrumb import crumbs_of
from difang.ingest.extract.document import Document
from difang.ingest.extract.headline import without_site_trail
from difang.ingest.extract.result import Hosts
from difang.ingest.extract.text import text_of

_SAVED_FROM = re.compile(
    r"<!--\s*(?:saved from url=\(\d+\)|Page saved with SingleFile\s+url:\s*)(https?://[^\s<>\"']+)"
)
_FIRST_LINES = 4096
"""Characters; browsers write where a page was saved from before its head."""
_PRINTED = re.compile(r"""(?:newsid value|var href)\s*=\s*["'](http://[^"'<>\s]+\.html)["']""")
_COUNTER = re.compile(r"/(c|f)\.gif\?id=(\d{5,})")
_CATALOG = re.compile(r"(?:L_)?(\d+)")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_NUMBER_IN_TITLE = re.compile(r"[(（](\d{1,3})[)）]$")
_PAGE_FILE = re.compile(r"([^/?#]+?)(?:-([2-9]|[1-9]\d))?\.html?")
_PAGERS = frozenset(("zdfy", "page_n"))
_ARROWS = {"next": 1, "prev": -1}
_OWN_DOMAINS = (".people.com.cn", ".people.cn", ".peopledaily.com.cn")
_NOWHERE = "http://nowhere.invalid/"


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnAddress:
    """`address` is the article's, its host empty where that is not told; `page` None where the number is not told.

    `last` is the highest page its page numbers name where they lead to files a browser saved beside it.
    """

    address: Address | None
    page: int | None
    last: int = 1

    @property
    def url(self) -> str:
        """The article's canonical address, empty where it is not told in full."""
        return self.address.url if self.address and self.address.host else ""


def saved_from(document: Document) -> str | None:
    """The address a browser left in the page it saved (`<!-- saved from url=(0047)http://… -->`)."""
    found = _SAVED_FROM.search(document.source, 0, _FIRST_LINES)
    return clean_href(found[1], found[1]) if found else None


def counter_of(document: Document) -> re.Match[str] | None:
    """The address of the counter image: `f` (the regional system) or `c`, and the article's number."""
    return _COUNTER.search(document.source)


def own_address(document: Document, content_id: str | None, hosts: Hosts) -> OwnAddress:
    """What the page tells: the address old layouts print for bookmarks, its page numbers, the parts of it in tags."""
    host = breadcrumb_host(document, hosts)
    printed = _PRINTED.search(document.source)
    if printed and (whole := clean_href(_NOWHERE, printed[1])):
        address = article_address(whole)
        number = address.number if address else None
    else:
        address = None
        counter = counter_of(document)
        number = content_id.removeprefix("L_") if content_id else counter[2] if counter else None
    links = [link for link in _pager(document) if number in (None, link.address.number)]
    if address is None and len({link.address.number for link in links}) == 1:
        first = links[0].address
        on_page = "" if first.host == urlsplit(_NOWHERE).hostname else first.host
        address = article_address(f"//{on_page or host}{urlsplit(first.url).path}")
    address = address or _of_tags(document, content_id, host)
    if address is None:
        return OwnAddress(address=None, page=None)
    if address.page > 1:
        return OwnAddress(address=article_address(address.url), page=address.page)
    last = max((link.address.page for link in links), default=1)
    page = _by_arrows(links) or _by_title(document, last)
    return OwnAddress(address=address, page=page, last=1 if links else _last_file(document))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Link:
    """A link to a page of an article; `step` is 1 for the next page, -1 for the one before, else 0."""

    address: Address
    step: int


def _pager(document: Document) -> Iterator[_Link]:
    for link in document.everywhere().iter("a"):
        step = _step(link)
        if not step and not any(_is_pager(around) for around in link.iterancestors("div")):
            continue
        url = clean_href(_NOWHERE, link.get("href") or "")
        if url and (address := article_address(url)):
            yield _Link(address=address, step=step)


def _last_file(document: Document) -> int:
    # x.html, x-2.html, x-3.html: page numbers as a browser that saves rewrites them
    named = (
        _PAGE_FILE.fullmatch((link.get("href") or "").rsplit("/", 1)[-1])
        for link in document.root.iter("a")
        if any(_is_pager(around) for around in link.iterancestors("div"))
    )
    found = [name for name in named if name]
    numbers = {int(name[2] or 1) for name in found}
    return max(numbers) if len({name[1] for name in found}) == 1 and len(numbers) == len(found) else 1


def _step(link: etree._Element) -> int:
    name = link.get("id") or ""
    if name in _ARROWS:
        return _ARROWS[name]
    image = link.find(".//img")
    file = "" if image is None else (image.get("src") or "").rsplit("/", 1)[-1]
    return next((step for word, step in _ARROWS.items() if file.startswith(f"{word}_page")), 0)


def _is_pager(element: etree._Element) -> bool:
    return not _PAGERS.isdisjoint((element.get("class") or "").split())


def _by_arrows(links: list[_Link]) -> int | None:
    told = {link.address.page - link.step for link in links if link.step}
    page = told.pop() if len(told) == 1 else 0
    return page if page > 0 else None


def _by_title(document: Document, last: int) -> int | None:
    # later pages are called 标题 (2)--频道--人民网; a headline of its own may end in a number as well
    found = _NUMBER_IN_TITLE.search(without_site_trail(document.title))
    if found is None or not 1 < int(found[1]) <= last + 1:
        return None
    headlines = (text_of(heading) for heading in document.root.iter("h1"))
    return None if any(_NUMBER_IN_TITLE.search(headline) for headline in headlines) else int(found[1])


def _of_tags(document: Document, content_id: str | None, host: str) -> Address | None:
    catalog = _CATALOG.fullmatch(document.meta.get("catalogs", ""))
    day = _DAY.fullmatch(document.meta.get("publishdate", ""))
    if not (content_id and catalog and day and host):
        return None
    form = "n" if day[1] < "2016" else "n2" if content_id.startswith("L_") else "n1"
    number = content_id.removeprefix("L_")
    return article_address(f"http://{host}/{form}/{day[1]}/{day[2]}{day[3]}/c{catalog[1]}-{number}.html")


def breadcrumb_host(document: Document, hosts: Hosts) -> str:
    """The first host of the site the breadcrumb leads to, except the front page of all."""
    for crumb in crumbs_of(document):
        try:
            name = urlsplit(crumb.href).hostname or ""
        except ValueError:
            continue
        if (name in hosts or name.endswith(_OWN_DOMAINS)) and name not in ("www.people.com.cn", "www.people.cn"):
            return name
    return ""
