"""Sites for the tests of the replica, and how a plain reader walks them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import html as lxml_html

from difang.samplesite.calendar import CHINA
from difang.samplesite.site import Site

NOW = datetime(2026, 3, 2, 18, 0, tzinfo=CHINA)
_HREF = re.compile(r"""<a\s[^>]*?href=(?:"([^"]*)"|'([^']*)'|([^\s>]+))""", re.IGNORECASE)
_ARTICLE = re.compile(r"/(?:c\d+-)?\d{8,}\.html$")
_SPACE = re.compile(r"[\s\u3000]+")


def site(**options: Any) -> Site:
    """A small site whose clock stands at a fixed moment."""
    return Site(**{"seed": 1, "channels": ("sd", "js", "henan"), "days": 2, "per_day": 10, "now": NOW, **options})


def text_of(body: bytes, encoding: str) -> str:
    """The page's visible text without any white space; strict decoding."""
    decoded = body.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    parser = lxml_html.HTMLParser(encoding="utf-8")
    return _SPACE.sub("", str(lxml_html.fromstring(decoded.encode(), parser=parser).xpath("string()")))


def links(body: bytes, base: str, encoding: str) -> Iterator[str]:
    """The absolute links of a page as a browser follows them: newlines in an href do not count."""
    for found in _HREF.finditer(body.decode(encoding)):
        href = re.sub(r"[\t\n\r]", "", unescape(next(filter(None, found.groups()), "")))
        try:
            yield urljoin(base, href)
        except ValueError:
            continue


def walked(one: Site, slug: str) -> set[str]:
    """The article addresses of a channel's hosts that its front page and all its listings link."""
    channel = next(channel for channel in one.channels if channel.slug == slug)
    hosts = {channel.host, channel.old_host}
    waiting, seen, found = [f"http://{channel.host}{channel.columns[0].path}index.html"], set(), set()
    while waiting:
        url = waiting.pop()
        answer = one.answer(url)
        encoding = "utf-8" if "utf-8" in (answer.header("Content-Type") or "") else "gb18030"
        for link in links(answer.body, url, encoding):
            if (parts := urlsplit(link)).hostname not in hosts:
                continue
            if _ARTICLE.search(parts.path):
                found.add(link)
            elif parts.path.startswith("/GB/") and link not in seen:
                seen.add(link)
                waiting.append(link)
    return found
