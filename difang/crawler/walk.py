"""Walking a channel's listings: front page, sitemap, columns with their later pages; links go to the frontier."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from difang.crawler.channels import Channel
from difang.crawler.fetch import NoPage
from difang.crawler.frontier import Frontier, Offered
from difang.crawler.ledger.addresses import Headers
from difang.crawler.ledger.listings import Listing, Listings
from difang.crawler.ledger.looks import Looks, Role
from difang.crawler.links import (
    Links,
    articles_in,
    links_of,
    listing_key,
    listings_in,
    next_listing_page,
    sitemap_links,
)
from difang.crawler.span import Span
from difang.ingest.outcome import Outcome
from difang.ingest.page import Page

_REFRESHES = 3

_COLUMN_REST = timedelta(hours=6)
"""So long a column is not visited while the sitemap covers it: 20 columns a channel, and each visit is a request."""

Get = Callable[[str, Headers | None], Awaitable[Page | NoPage]]
"""Fetches a listing, on a condition or none."""


class Walk:
    """The listings of one run; troubles make the run fail at its end, warnings are for its log."""

    def __init__(
        self,
        *,
        channel: Channel,
        span: Span,
        frontier: Frontier,
        listings: Listings,
        looks: Looks,
        get: Get,
        trouble: Callable[[str], None],
        warn: Callable[[str], None],
    ) -> None:
        self._channel = channel
        self._span = span
        self._frontier = frontier
        self._listings = listings
        self._looks = looks
        self._get = get
        self._trouble = trouble
        self._warn = warn
        self._sitemap_reach: datetime | None = None

    async def sitemap(self) -> None:
        """Offer what the sitemap lists; without one the listings have to do."""
        assert self._channel.sitemap  # noqa: S101 - for the type checker: only called where there is one
        answer = await self._get(self._channel.sitemap, None)
        if isinstance(answer, NoPage) or answer.status != 200:
            self._looked(self._channel.sitemap, Role.SITEMAP, answer)
            self._warn(f"The sitemap {self._channel.sitemap} gives nothing: {why(answer)}")
            return
        links = sitemap_links(answer.body, self._channel.hosts)
        self._looked(self._channel.sitemap, Role.SITEMAP, answer, len(links))
        if not links:
            self._warn(f"The sitemap {self._channel.sitemap} lists no article of the channel.")
        self._sitemap_reach = self._frontier.offer(links, self._channel.sitemap).reach

    async def front(self) -> list[str] | None:
        """Offer what the front page links; the columns it links, or None where the host does not answer at all."""
        url, answer, links = await front_page(self._channel, lambda url: self._get(url, None))
        if links is None:
            self._looked(self._channel.front, Role.FRONT, answer)
            self._trouble(f"The front page {url} gives nothing: {why(answer)}")
            return None if isinstance(answer, NoPage) or answer.status >= 500 else []
        offered = self._frontier.offer(articles_in(links.urls, self._channel.hosts), url)
        self._looked(self._channel.front, Role.FRONT, answer, offered.articles)
        if not offered.articles:
            self._trouble(f"The front page {url} shows no article link; it may have been redesigned.")
        return listings_in(links.urls, self._channel.hosts)

    async def column(self, url: str, *, strict: bool) -> None:
        """Walk one column as far as needed: to its end the first time, later until most of a page was known before."""
        known = self._listings.get(listing_key(url))
        if not self._span.full and self._rests(known, datetime.now(UTC)):
            return
        condition = Headers(etag=known.etag, last_modified=known.last_modified)
        answer = await self._get(url, condition if known.walked_at and not self._span.full else None)
        if isinstance(answer, NoPage) or answer.status not in (200, 304):
            self._looked(url, Role.COLUMN, answer)
            self._missed(known, f"The column {url} gives nothing: {why(answer)}", strict, answer)
        elif answer.status == 304:
            self._looked(url, Role.COLUMN, answer)
            self._walked(known)
        elif not (found := articles_in((links := links_of(answer.body, url)).urls, self._channel.hosts)):
            self._looked(url, Role.COLUMN, answer, 0)
            self._missed(known, f"The column {url} shows no article link; it may have been redesigned.", strict, answer)
        else:
            self._looked(url, Role.COLUMN, answer, len(found))
            walked_at = None if self._span.full else known.walked_at
            if await self._later_pages(url, links, self._frontier.offer(found, url, walked_at=walked_at), walked_at):
                now_known = replace(known, etag=answer.header("ETag"), last_modified=answer.header("Last-Modified"))
                self._walked(now_known)

    def _rests(self, known: Listing, now: datetime) -> bool:
        """Whether the column is left out this time: it was empty lately, or the sitemap tells all it could.

        A sitemap that reaches back beyond the last complete walk of the column lists what was published since. Should
        it lack an article, the column shows it some hours later.
        """
        if known.due_at is not None and known.due_at > now:
            return True
        if known.walked_at is None or self._sitemap_reach is None or not self._span.whole:
            return False
        return self._sitemap_reach < known.walked_at and now - known.walked_at < _COLUMN_REST

    async def _later_pages(self, url: str, links: Links, offered: Offered, walked_at: datetime | None) -> bool:
        """Follow the pager; whether the walk came to where nothing new can be."""
        page: str | None = url
        while not (offered.settled or offered.before_span or self._frontier.full):
            page = next_listing_page(links.urls, page or url)
            if page is None:
                break
            answer = await self._get(page, None)
            if isinstance(answer, Page) and answer.status in (404, 410):
                break
            if isinstance(answer, NoPage) or answer.status != 200:
                self._warn(f"The listing page {page} gives nothing: {why(answer)} The rest is left for the next run.")
                return False
            links = links_of(answer.body, page)
            offered = self._frontier.offer(articles_in(links.urls, self._channel.hosts), page, walked_at=walked_at)
            if not offered.articles:
                break
        return self._span.whole and not self._frontier.full

    def _looked(self, url: str, role: Role, answer: Page | NoPage, links: int | None = None) -> None:
        """Write down what a listing said; a refusal of ours (robots, allowance) says nothing of it."""
        place = url, self._channel.slug, role
        if isinstance(answer, NoPage) or answer.status >= 500:
            if not isinstance(answer, NoPage) or answer.outcome is Outcome.FAILED:
                self._looks.failed(*place, why(answer))
        elif answer.status == 304 or links:
            self._looks.shown(*place, links)
        else:
            self._looks.empty(*place, why(answer) if answer.status != 200 else "It shows no article link.")

    def _walked(self, known: Listing) -> None:
        """From here on, what is known by now counts as known long since."""
        if self._span.whole:
            walked_at = datetime.now(UTC)
            self._listings.keep(replace(known, walked_at=walked_at, due_at=None, misses=0), self._channel.slug)

    def _missed(self, known: Listing, sentence: str, strict: bool, answer: Page | NoPage) -> None:
        answered = isinstance(answer, Page) and answer.status < 500
        if strict and answered:
            self._trouble(sentence)
            return
        self._warn(sentence)
        if answered:
            self._listings.missed(known, self._channel.slug, datetime.now(UTC))


async def front_page(
    channel: Channel, get: Callable[[str], Awaitable[Page | NoPage]]
) -> tuple[str, Page | NoPage, Links | None]:
    """The front page, refresh stubs followed: its address, the answer, and its links where it is one."""
    url = channel.front
    for _ in range(_REFRESHES + 1):
        answer = await get(url)
        if isinstance(answer, NoPage) or answer.status != 200:
            return url, answer, None
        links = links_of(answer.body, answer.final_url)
        if links.refresh is None or links.refresh == url or _host(links.refresh) not in channel.hosts:
            break
        url = links.refresh
    return url, answer, links


def columns_of(channel: Channel, linked: Sequence[str]) -> list[tuple[str, bool]]:
    """The table's columns, then those the front page links, each once; whether an empty one is a failure."""
    columns = {listing_key(column.url): (column.url, column.verified) for column in channel.columns}
    for url in linked:
        columns.setdefault(listing_key(url), (url, False))
    return list(columns.values())


def why(answer: Page | NoPage) -> str:
    """Why an answer is no page to read, as a sentence."""
    return answer.reason if isinstance(answer, NoPage) else f"HTTP {answer.status}."


def _host(url: str) -> str:
    return urlsplit(url).hostname or ""
