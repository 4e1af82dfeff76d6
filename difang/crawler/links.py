"""What a page of the site links to: articles, listings, later pages; pure functions from bytes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from urllib.parse import urlsplit

from lxml import etree, html

from difang.ingest.address import article_address, clean_href, is_listing

_BEIJING = timezone(timedelta(hours=8))
_REFRESH = re.compile(r"""^\s*\d+\s*[;,]\s*url\s*=\s*['"]?([^'">]+)""", re.IGNORECASE)
_INDEX = re.compile(r"index(\d*)\.html?$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A link as found: absolute, and when its page changed last where a sitemap says so."""

    url: str
    lastmod: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Links:
    """Everything a page links to, in order, absolute; `refresh` where a meta tag sends the reader on."""

    urls: tuple[str, ...]
    refresh: str | None


def links_of(body: bytes, base: str) -> Links:
    """Every link of an HTML page. The bytes are read as Latin-1: the markup is ASCII in every encoding of the site."""
    try:
        tree = html.document_fromstring(body, parser=html.HTMLParser(encoding="iso-8859-1", huge_tree=True))
    except (etree.LxmlError, ValueError):  # no markup at all
        return Links(urls=(), refresh=None)
    hrefs = (clean_href(base, href) for link in tree.iter("a", "area") if (href := link.get("href")))
    urls = tuple(dict.fromkeys(url for url in hrefs if url))
    return Links(urls=urls, refresh=_refresh(tree, base))


def _refresh(tree: html.HtmlElement, base: str) -> str | None:
    for meta in tree.iter("meta"):
        if (meta.get("http-equiv") or "").lower() == "refresh" and (found := _REFRESH.match(meta.get("content") or "")):
            return clean_href(base, found[1].strip())
    return None


def articles_in(urls: Sequence[str], hosts: Sequence[str]) -> list[Link]:
    """The links of article form that lie on these hosts, without their query, each once."""
    found: dict[str, Link] = {}
    for url in urls:
        parts = urlsplit(url)
        if parts.hostname in hosts and article_address(url):
            plain = f"http://{parts.hostname}{parts.path}"
            found[plain] = Link(url=plain)
    return list(found.values())


def listings_in(urls: Sequence[str], hosts: Sequence[str]) -> list[str]:
    """The column listings (first pages) that lie on these hosts, each once; front pages are none."""
    found: dict[str, str] = {}
    for url in urls:
        parts = urlsplit(url)
        if parts.hostname in hosts and parts.path != "/" and is_listing(url) and _number(url) == 1:
            found.setdefault(listing_key(url), url)
    return [url for url in found.values() if urlsplit(url).path.startswith("/GB/")]


def listing_key(url: str) -> str:
    """What the forms of one listing's first page have in common: `…/`, `…/index.html` and `…/index1.html`."""
    return _INDEX.sub("", url) if _number(url) == 1 else url


def numbered_pages(urls: Sequence[str], url: str) -> dict[int, str]:
    """The pages of the listing of `url` that its pager links, by their number."""
    folder = _folder(url)
    return {_number(link): link for link in urls if _number(link) and _folder(link) == folder}


def page_number(url: str) -> int:
    """Which page of a listing this is, from 1; 0 where the address is no listing's."""
    return _number(url)


def page_numbered(url: str, number: int) -> str:
    """The page of that number of the listing that has a later page at `url`."""
    return re.sub(r"index\d+(?=\.html?$)", f"index{number if number > 1 else ''}", url)


def next_listing_page(urls: Sequence[str], url: str) -> str | None:
    """The later page of a listing that follows `url`: the lowest number above its own among the pager's links."""
    folder, number = _folder(url), _number(url)
    later = {_number(link): link for link in urls if _folder(link) == folder and _number(link) > number}
    return later[min(later)] if later else None


def later_pages(body: bytes, url: str) -> list[str]:
    """The addresses of an article's other pages that its page links: the same number on the same host, with -<k>."""
    address = article_address(url)
    if address is None:
        return []
    hrefs = re.findall(
        rb"""href\s*=\s*["']?([^"'>]*""" + address.number.encode() + rb"""-\d{1,3}\.html?)""", body, re.IGNORECASE
    )
    found: dict[int, str] = {}
    for href in hrefs:
        link = clean_href(url, href.decode("latin-1"))
        there = article_address(link) if link else None
        if link and there and (there.host, there.number) == (address.host, address.number) and there.page > 1:
            found.setdefault(there.page, link)
    return [found[page] for page in sorted(found)]


def sitemap_links(body: bytes, hosts: Sequence[str]) -> list[Link]:
    """The articles a sitemap lists on these hosts, newest word on each; whatever its elements' case or namespace."""
    try:
        root = etree.fromstring(body, etree.XMLParser(recover=True, resolve_entities=False, huge_tree=True))
    except (etree.LxmlError, ValueError):
        return []
    found: dict[str, Link] = {}
    for url, lastmod in _entries(root) if root is not None else ():
        for link in articles_in([url], hosts):
            before = found.get(link.url)
            if before is None or (lastmod and (before.lastmod is None or lastmod > before.lastmod)):
                found[link.url] = Link(url=link.url, lastmod=lastmod)
    return list(found.values())


def _entries(root: etree._Element) -> Iterator[tuple[str, datetime | None]]:
    for loc in root.iter("{*}loc"):
        parent = loc.getparent()
        url = clean_href("http://www.people.cn/", loc.text or "")
        if url and parent is not None:
            yield url, moment(parent.findtext("{*}lastmod"))


def moment(text: str | None) -> datetime | None:
    """A sitemap's time, aware; without a zone it is Beijing's. None where it is no time."""
    try:
        when = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return when if when.tzinfo else when.replace(tzinfo=_BEIJING)


def _folder(url: str) -> str:
    return _INDEX.sub("", url)


def _number(url: str) -> int:
    found = _INDEX.search(urlsplit(url).path)
    if found:
        return int(found[1] or 1)
    return 1 if url.endswith("/") else 0
