"""Which article a page belongs to: its id, canonical address, channel, number of the page, the other pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from difang.ingest.address import Address, article_address, clean_href, key_of
from difang.ingest.extract.breadcrumb import crumbs_of
from difang.ingest.extract.document import Document
from difang.ingest.extract.result import Host, Hosts
from difang.ingest.extract.trail import Trail
from difang.ingest.page import Page

_CONTENT_ID = re.compile(r"(?:L_)?\d{5,20}")
_CATALOG = re.compile(r"(?:L_)?(\d+)")
_COUNTER = re.compile(r"/(c|f)\.gif\?id=(\d{5,})")
_SELF = re.compile(r"""(?:newsid value|var href)\s*=\s*["'](http://[^"'<>\s]+\.html)["']""")
_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_PAGE = re.compile(rb"(\d{1,3})\.html?")
_MOST_PAGES = 200
_OWN_DOMAINS = (".people.com.cn", ".people.cn", ".peopledaily.com.cn")


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """What tells a page's article from others; `parts` are the addresses of the article's other pages."""

    id: str
    url: str
    urls: tuple[str, ...]
    host: Host
    page: int
    address: Address | None
    parts: tuple[str, ...]


def identify(page: Page, document: Document, hosts: Hosts, trail: Trail) -> Identity:
    """The identity of an article's page, from the page's own tags first, then from its address."""
    content_id = document.meta.get("contentid", "")
    told = content_id if _CONTENT_ID.fullmatch(content_id) else None
    fetched = article_address(page.final_url) or article_address(page.url)
    seen = (page.url,) if fetched and page.url == page.final_url == fetched.url else _seen(page)
    url = fetched.url if fetched else (seen[-1] if seen else _told_address(document, told))
    address = fetched or article_address(url)
    trail.note("url", "address of the page" if fetched or seen else "what the page tells of its address", url)
    host = host_of(fetched.host if fetched else url or _breadcrumb_host(document), hosts)
    trail.note("channel", "host name of the address" if url else "host name in the breadcrumb", url or host.channel)
    return Identity(
        id=_id(document, told, address, url, host, trail),
        url=url,
        urls=seen or ((url,) if url else ()),
        host=host,
        page=address.page if address else 1,
        address=address,
        parts=_other_pages(document, address) if address else (),
    )


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
    if address:
        trail.note("id", "number of the address", url)
        return key_of(url, regional=host.regional)
    if counter := _COUNTER.search(document.source):
        trail.note("id", "counter image", counter[0])
        return f"people:{'L_' if counter[1] == 'f' else ''}{counter[2]}"
    trail.note("id", "hash of the address", url)
    return key_of(url, regional=host.regional)


def _told_address(document: Document, told: str | None) -> str:
    # a saved page without its address: old layouts print it for bookmarks, newer ones hold all parts of it in tags
    if printed := _SELF.search(document.source):
        return printed[1]
    catalog = _CATALOG.fullmatch(document.meta.get("catalogs", ""))
    day = _DAY.fullmatch(document.meta.get("publishdate", ""))
    host = _breadcrumb_host(document)
    if not (told and catalog and day and host):
        return ""
    form = "n" if day[1] < "2016" else "n2" if told.startswith("L_") else "n1"
    return f"http://{host}/{form}/{day[1]}/{day[2]}{day[3]}/c{catalog[1]}-{told.removeprefix('L_')}.html"


def _breadcrumb_host(document: Document) -> str:
    for crumb in crumbs_of(document):
        try:
            name = urlsplit(crumb.href).hostname or ""
        except ValueError:
            continue
        if name.endswith(_OWN_DOMAINS) and name not in ("www.people.com.cn", "www.people.cn"):
            return name
    return ""


def _other_pages(document: Document, address: Address) -> tuple[str, ...]:
    stem = address.url.removesuffix(".html").removesuffix(".htm")
    numbers = {address.page, *_numbers_after(f"{address.number}-".encode(), document.utf8)}
    last = min(max(numbers), _MOST_PAGES)
    suffix = address.url[len(stem) :]
    return tuple(f"{stem}-{k}{suffix}" if k > 1 else address.url for k in range(1, last + 1) if k != address.page)


def _numbers_after(stem: bytes, source: bytes) -> Iterator[int]:
    # one pattern over the whole source takes ten times as long as `find`
    at = source.find(stem)
    while at >= 0:
        at += len(stem)
        if found := _PAGE.match(source, at):
            yield int(found[1])
        at = source.find(stem, at)
