"""The site: what every address of the regional hosts answers, and the truth about it, without any network."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from difang.samplesite import layout, sitemap
from difang.samplesite.alterations import scrambled
from difang.samplesite.calendar import CHINA, FIRST_DAY, Calendar
from difang.samplesite.channels import Channel, chosen
from difang.samplesite.edition import Edition
from difang.samplesite.example import Example, example_piece
from difang.samplesite.listings import Listings, declared, encoding_of
from difang.samplesite.mirror import traditional
from difang.samplesite.piece import Piece
from difang.samplesite.plan import Fate, Plan, Planner, place_of
from difang.samplesite.response import Response, encoded, page, plain
from difang.samplesite.truth import addresses_of, record

_ARTICLE = re.compile(r"^(/BIG5)?(/.+?)(\d{8,})(?:-(\d{1,3}))?\.html$")
_LISTING = re.compile(r"^(/GB/(?:\d+/)+)(?:index(\d*)\.html)?$")
_SITEMAP = re.compile(r"^/sitemap/cn/(\w+)/news_sitemap\.xml$")
_CENTRAL_HOSTS = ("www.people.cn", "www.people.com.cn")


class Site:
    """The regional hosts at one moment, everything computed from the seed.

    `channels` is how many of the 33 or their slugs; `archive` older articles of each are spread from 2010 to the
    first of the last `days` days, on each of which `per_day` appear; `now` is aware. Raises ValueError on a channel
    that does not exist or a number below its least.
    """

    def __init__(
        self,
        *,
        seed: int = 1,
        channels: int | tuple[str, ...] = 3,
        days: int = 7,
        per_day: int = 20,
        archive: int = 40,
        now: datetime | None = None,
        crawl_delay: float = 120,
    ) -> None:
        if min(days, per_day, archive) < 0 or per_day == 0:
            raise ValueError("days and archive are at least 0, articles a day at least 1")
        moment = (now or datetime.now(tz=CHINA)).astimezone(CHINA).replace(second=0, microsecond=0)
        start = moment.date() - timedelta(days=days)
        if start <= FIRST_DAY:
            start, archive = FIRST_DAY, 0
        calendar = Calendar(seed=seed, start=start, archive=archive, per_day=per_day)
        self.seed, self.crawl_delay = seed, crawl_delay
        self.edition = Edition(Planner(seed, calendar), chosen(channels), moment)
        self.listings = Listings(self.edition)
        self._hosts = {channel.host: channel for channel in self.edition.channels}
        self._hosts |= {channel.old_host: channel for channel in self.edition.channels if channel.old_host}

    @property
    def now(self) -> datetime:
        """The site's present moment, +08:00."""
        return self.edition.now

    @property
    def channels(self) -> tuple[Channel, ...]:
        """The channels that answer."""
        return self.edition.channels

    def advance(self, to: datetime | timedelta) -> None:
        """Move the clock to a moment or by a span; raises ValueError for a moment before the site's first day."""
        moment = self.now + to if isinstance(to, timedelta) else to.astimezone(CHINA)
        if moment.date() < self.edition.planner.calendar.start:
            raise ValueError(f"the site begins on {self.edition.planner.calendar.start:%Y-%m-%d}")
        self.edition.now = moment

    def answer(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """What the address answers now; 502 for hosts the replica does not play. Never raises on any URL."""
        try:
            parts = urlsplit(url)
            host = (parts.hostname or "").lower()
        except ValueError:
            return plain(400, "not an address")
        asked, path = headers or {}, parts.path or "/"
        channel = self._hosts.get(host)
        if channel is None and host not in _CENTRAL_HOSTS:
            return plain(502, f"the replica does not play the host {host}")
        if path == "/robots.txt":
            return plain(200, sitemap.robots(host, channel, self.crawl_delay), "text/plain")
        if channel is None:
            return self._central(host, path, asked)
        return self._listing(channel, path, asked) or self._article(channel, host, path, asked) or missing()

    def truth(
        self, channel: str | None = None, since: date | None = None, until: date | None = None
    ) -> Iterator[dict[str, Any]]:
        """One record per article that a polite reader can fetch now, oldest first in each channel."""
        for one in self.edition.channels:
            if channel not in (None, one.slug):
                continue
            for plan in self.edition.plans(one):
                day = plan.published.date()
                if (since and day < since) or (until and day > until) or not self.edition.visible(plan):
                    continue
                yield record(self.edition, plan)

    def addresses(self) -> Iterator[dict[str, str]]:
        """Every article address the site links or lists, with the outcome a full crawl must give it."""
        for channel in self.edition.channels:
            for plan in self.edition.plans(channel):
                yield from addresses_of(self.edition, plan)

    def example(
        self,
        *,
        generation: str = "C",
        kind: str = "article",
        n: int = 7,
        published: datetime | None = None,
        **forms: Any,
    ) -> Example:
        """One article of the first channel, the plainest but for the given forms (fields of Variants, and title).

        `n` chooses the story. It is no part of the site: its address answers something else or nothing. Raises
        ValueError for a layout and TypeError for a form that does not exist.
        """
        piece = example_piece(
            self.edition, generation=generation, kind=kind, n=n, published=published, forms=dict(forms)
        )
        pages = tuple(
            (f"http://{piece.host}{piece.page_path(at)}", self.printed(piece, at, {}))
            for at in range(1, len(piece.pages) + 1)
        )
        return Example(truth={**piece.truth(), "addresses": [url for url, _ in pages]}, pages=pages)

    def plan(self, url: str) -> Plan | None:
        """The plan behind an article's address, or None where nothing has appeared there."""
        parts = urlsplit(url)
        channel = self._hosts.get((parts.hostname or "").lower())
        found = _ARTICLE.match(parts.path)
        return self._plan(channel, found[2], int(found[3])) if channel and found else None

    def _plan(self, channel: Channel, folder: str, number: int) -> Plan | None:
        index, n = place_of(number)
        if index != channel.index or not 0 <= n < self.edition.count(channel):
            return None
        plan = self.edition.planner.plan(channel, n)
        return plan if plan.path == f"{folder}{number}.html" else None

    def _central(self, host: str, path: str, asked: Mapping[str, str]) -> Response:
        found = _SITEMAP.match(path)
        if host == "www.people.cn" and path == "/sitemap_index.xml":
            text = sitemap.index()
        elif host == "www.people.cn" and found:
            channel = next((c for c in self.edition.channels if c.slug == found[1]), None)
            if channel is None and found[1] not in sitemap.CENTRAL:
                return missing()
            text = sitemap.of_channel(self.edition, channel) if channel else sitemap.of_central(found[1])
        elif path == "/":
            return plain(200, "<html><head><title>人民网</title></head><body>中央首页</body></html>")
        else:
            return missing()
        return self._made(text.encode(), "text/xml", asked)

    def _listing(self, channel: Channel, path: str, asked: Mapping[str, str]) -> Response | None:
        if path in ("/", "/index.html", "/GB/index.html"):
            if channel.stub_front and path == "/":
                target = f"http://{channel.host}/GB/index.html"
                return plain(200, f'<html><head><meta http-equiv="refresh" content="0;url={target}"></head></html>')
            parts: list[str] | None = self.listings.front(channel)
        elif found := _LISTING.match(path):
            column = next((column for column in channel.columns if column.path == found[1]), None)
            parts = self.listings.column(channel, column, int(found[2] or 1)) if column else None
        else:
            return None
        if parts is None:
            return missing()
        year = self.now.year
        body = encoded(parts, encoding_of(channel, year))
        return self._made(body, f"text/html; charset={declared(channel, year)}", asked)

    def _made(self, body: bytes, content_type: str, asked: Mapping[str, str]) -> Response:
        etag = f"{zlib.crc32(body):08x}-{len(body):x}"
        return page(body, content_type=content_type, etag=etag, modified=self.now, asked=asked)

    def _article(self, channel: Channel, host: str, path: str, asked: Mapping[str, str]) -> Response | None:
        found = _ARTICLE.match(path)
        plan = self._plan(channel, found[2], int(found[3])) if found else None
        if plan is None or found is None or host not in (plan.host, channel.host):
            return None
        if self.edition.deleted(plan):
            return missing()
        if plan.fate not in (Fate.ARTICLE, Fate.FORBIDDEN):
            return self._no_article(plan)
        piece = self.edition.piece(plan)
        at = int(found[4] or 1)
        if found[4] == "1" or at > len(piece.pages):
            return None
        return self.printed(piece, at, asked, mirror=bool(found[1]))

    def printed(self, piece: Piece, at: int, asked: Mapping[str, str], *, mirror: bool = False) -> Response:
        """One page of a piece as a response; `at` counts from 1."""
        parts, v = layout.printed(piece, at), piece.variants
        encoding, etag = v.encoding, f"{piece.number}-{at}-{piece.version}-{piece.modified:%Y%m%d%H%M}"
        if piece.channel.slug in self.edition.alterations.scrambled:
            parts, etag = [scrambled("".join(parts))], f"{etag}-x"
        if mirror:
            parts, encoding, etag = [traditional("".join(parts))], "utf-8", f"{etag}-big5"
        body = encoded(parts, encoding)
        if v.bom:
            body = b"\xef\xbb\xbf" + body
        return page(
            body, content_type=_content_type(v.encoding, v.declared), etag=etag, modified=piece.modified, asked=asked
        )

    def _no_article(self, plan: Plan) -> Response:
        if plan.fate is Fate.SOFT_GONE:
            text = "页面没有找到" if plan.n % 2 else "出错啦"
            return plain(
                200, f"<html><head><title>{text}</title></head><body><div class='error'>{text}！</div></body></html>"
            )
        if plan.fate is Fate.STUB:
            target = f"http://{plan.channel.host}{plan.column.path}index.html"
            return plain(
                200, f'<html><head><meta http-equiv="refresh" content="0;url={target}"></head><body></body></html>'
            )
        if plan.fate is Fate.NO_ARTICLE:
            parts = self.listings.column(plan.channel, plan.column, 1) or []
            return plain(200, "".join(parts).replace("charset=GB2312", "charset=utf-8"))
        return plain(410, "<html><body>Gone</body></html>") if plan.fate is Fate.WITHDRAWN else missing()


def missing() -> Response:
    """404."""
    return plain(404, "<html><head><title>404</title></head><body>404 Not Found</body></html>")


def _content_type(encoding: str, declared_as: str) -> str:
    honest = {"gb18030": "GB2312", "utf-8": "utf-8"}
    other = {"gb18030": "utf-8", "utf-8": "GB2312"}
    if declared_as == "silent":
        return "text/html"
    return f"text/html; charset={(other if declared_as == 'header' else honest)[encoding]}"
