"""Addresses of the site: which URLs can be articles, and what a URL alone tells of one.

Forms as in docs/site.md: /GB/<cat>/<id>.html (to 2012), /n/, /n1/ and /n2/YYYY/MMDD/c<cat>-<id>.html, later pages
with -<k>, the BIG5 mirror, column listings /GB/<cat>/index<k>.html.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from urllib.parse import urljoin, urlsplit

_DATED = re.compile(r"^/(?:n|n1|n2)/(\d{4})/(\d{2})(\d{2})/c(?:\d+-)+?(\d{5,})(?:-(\d{1,3}))?\.html?$")
_NUMBERED = re.compile(r"^/GB/(?:\d+/)+(\d{5,})(?:-(\d{1,3}))?\.html?$")
_LISTING = re.compile(r"^/(?:GB/(?:\d+/)+)?(?:index(\d*)\.html?)?$")
_MIRROR = re.compile(r"^/BIG5(?=/)")
_SPACE = re.compile(r"[\t\n\r]+|^\s+|\s+$")


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """What an article's URL tells: `url` canonical (page 1, no mirror), `number` the site's id, `day` if printed."""

    url: str
    host: str
    number: str
    page: int
    day: date | None
    mirror: bool


def is_mirror(url: str) -> bool:
    """Whether the address is of an article on the traditional-Chinese mirror (…/BIG5/n2/…)."""
    address = article_address(url)
    return address is not None and address.mirror


def clean_href(base: str, href: str) -> str | None:
    """The absolute http(s) URL a page's href means, or None where it is no web address; never raises.

    Newlines inside an href are dropped, as browsers do (js-n2-2022-0213-35131671.html holds such a link); the scheme
    https becomes http, because certificates of the sub-domains do not match.
    """
    try:
        parts = urlsplit(urljoin(base, _SPACE.sub("", href)))
        if parts.scheme not in ("http", "https") or not parts.hostname:
            return None
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return None
    query = f"?{parts.query}" if parts.query else ""
    return f"http://{parts.hostname.lower()}{port}{parts.path or '/'}{query}"


def article_address(url: str) -> Address | None:
    """What the URL tells if it has an article form (dated or numbered, mirror and later pages too), else None.

    A date that does not exist (/n2/2022/0231/…) gives `day` None, not an error.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    path, mirrored = _MIRROR.subn("", parts.path)
    if found := _DATED.match(path):
        year, month, day, number, page = found.groups()
        try:
            when = date(int(year), int(month), int(day))
        except ValueError:
            when = None
    elif found := _NUMBERED.match(path):
        (number, page), when = found.groups(), None
    else:
        return None
    if page is not None:
        path = path[: found.start(found.lastindex or 0) - 1] + path[found.end(found.lastindex or 0) :]
    return Address(
        url=f"http://{host}{path}",
        host=host,
        number=number,
        page=int(page or 1),
        day=when,
        mirror=bool(mirrored),
    )


def is_listing(url: str) -> bool:
    """Whether the URL has the form of a front page or a column listing (any page of it)."""
    return bool(_LISTING.match(urlsplit(url).path))


def key_of(url: str, *, regional: bool) -> str:
    """The id an article at this URL has when its page prints none: `people:L_<n>`, `people:<n>`, or `url:` + 32 hex.

    The last number of the URL counts, with L_ on a regional host, because the two systems number apart.
    """
    address = article_address(url)
    if address is None:
        return "url:" + hashlib.sha256(url.encode()).hexdigest()[:32]
    return f"people:{'L_' if regional else ''}{address.number}"
