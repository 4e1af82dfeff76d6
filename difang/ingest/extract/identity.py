"""Which article a page belongs to: its id, canonical address, channel, number of the page, the other pages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from difang.ingest.address import Address, article_address, clean_href, key_of
from difang.ingest.extract.document import Document
from difang.ingest.extract.own_address import OwnAddress, breadcrumb_host, counter_of, own_address, saved_from
from difang.ingest.extract.result import Host, Hosts
from difang.ingest.extract.trail import Trail
from difang.ingest.page import Page

_CONTENT_ID = re.compile(r"(?:L_)?\d{5,20}")
_PAGE = re.compile(rb"(\d{1,3})\.html?")
_MOST_PAGES = 200


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What tells a page's article from others; `parts` are the addresses of the article's other pages.

    `base` is what links and images of the page are relative to, empty where nothing tells it.
    `numbered` is False where nothing tells which of several pages it is, and it is taken for the first.
    """

    id: str
    url: str
    base: str
    urls: tuple[str, ...]
    host: Host
    page: int
    numbered: bool
    address: Address | None
    parts: tuple[str, ...]


def identify(page: Page, document: Document, hosts: Hosts, trail: Trail) -> Identity:
    """The identity of an article's page, from the page's own tags first, then from its address."""
    content_id = document.meta.get("contentid", "")
    told = content_id if _CONTENT_ID.fullmatch(content_id) else None
    fetched = article_address(page.final_url) or article_address(page.url)
    seen = (page.url,) if fetched and page.url == page.final_url == fetched.url else _seen(page)
    if not seen and (saved := saved_from(document)):
        fetched, seen = article_address(saved), (saved,)
    own = None if seen else own_address(document, told, hosts)
    url = fetched.url if fetched else (seen[-1] if own is None else own.url)
    address = fetched or (article_address(url) if own is None else own.address)
    number = (own.page if own else address and address.page) or 1
    trail.note("url", "address of the page" if seen else "what the page tells of its address", url)
    name = fetched.host if fetched else url or breadcrumb_host(document, hosts)
    host = host_of(name, hosts)
    trail.note("channel", "host name of the address" if url else "host name in the breadcrumb", url or host.channel)
    parts = other_pages(address.url, _last(document, address, own), number) if address else ()
    return Identity(
        id=_id(document, told, address, url, host, trail),
        url=url,
        base=_base(page, url, name),
        urls=seen or ((page_address(url, number),) if url else ()),
        host=host,
        page=number,
        numbered=own is None or own.page is not None,
        address=address,
        parts=parts,
    )


def _base(page: Page, url: str, host: str) -> str:
    if "://" in page.final_url:
        return page.final_url
    return url or (f"http://{host}/" if host else "")


def host_of(url: str, hosts: Hosts) -> Host:
    """What is known of the address's host; an unknown one gives its first label as channel and channel name."""
    name = (urlsplit(url).hostname or "") if "//" in url else url
    if known := hosts.get(name):
        return known
    label = name.removeprefix("www.").split(".")[0]
    return Host(channel=label, channel_name=label, regional=False)


def _seen(page: Page) -> tuple[str, ...]:
    cleaned = (clean_href(url, url) for url in dict.fromkeys((page.url, page.final_url)))
    return tuple(dict.fromkeys(url for url in cleaned if url))


def _id(document: Document, told: str | None, address: Address | None, url: str, host: Host, trail: Trail) -> str:
    if told:
        trail.note("id", "meta contentid", told)
        return f"people:{told}"
    if address and url:
        trail.note("id", "number of the address", url)
        return key_of(url, regional=host.regional)
    if counter := counter_of(document):
        trail.note("id", "counter image", counter[0])
        return f"people:{'L_' if counter[1] == 'f' else ''}{counter[2]}"
    if address:
        path = urlsplit(address.url).path
        trail.note("id", "number of the address, of which the host is not told", path)
        return key_of(address.url, regional=path.startswith("/n2/"))
    if not url:
        trail.note("id", "hash of the page", "")
        return f"url:{hashlib.sha256(document.utf8).hexdigest()[:32]}"
    trail.note("id", "hash of the address", url)
    return key_of(url, regional=host.regional)


def _last(document: Document, address: Address, own: OwnAddress | None) -> int:
    # the highest page the page names
    numbers = _numbers_after(f"{address.number}-".encode(), document.utf8)
    return min(max(numbers, default=1 if own is None else own.last), _MOST_PAGES)


def other_pages(url: str, last: int, page: int) -> tuple[str, ...]:
    """The addresses of the pages of the article at this canonical address without this page's own."""
    return tuple(page_address(url, k) for k in range(1, max(last, min(page, _MOST_PAGES)) + 1) if k != page)


def page_address(url: str, page: int) -> str:
    """The address of a page of the article at this canonical address."""
    stem, dot, suffix = url.rpartition(".")
    return f"{stem}-{page}{dot}{suffix}" if page > 1 else url


def _numbers_after(stem: bytes, source: bytes) -> Iterator[int]:
    # one pattern over the whole source takes ten times as long as `find`
    at = source.find(stem)
    while at >= 0:
        at += len(stem)
        if found := _PAGE.match(source, at):
            yield int(found[1])
        at = source.find(stem, at)
