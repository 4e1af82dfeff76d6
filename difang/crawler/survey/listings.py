"""Reading listings for a survey: front page, sitemap, columns page by page; what they show goes into the books."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from urllib.parse import urlsplit

from difang.crawler.fetch import NoPage
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.survey_books import Place, Seen
from difang.crawler.ledger.survey_tables import SurveyPurpose
from difang.crawler.ledger.surveys import Survey
from difang.crawler.links import Link, articles_in, links_of, listing_key, listings_in, page_number, sitemap_links
from difang.crawler.span import Span
from difang.crawler.stop import Stop
from difang.crawler.survey.crew import Crew
from difang.crawler.survey.steps import after_hole, after_page
from difang.crawler.usual import SITEMAP_PATIENCE
from difang.crawler.walk import columns_of, front_page, why
from difang.ingest.address import Address, article_address
from difang.ingest.page import Page

_MOST_MISSES = 3
"""A listing whose next page could not be had in so many runs one after another is left."""

_STEP_SECONDS = 5.0


class Reader:
    """Reads the listings of one survey within one run."""

    def __init__(self, *, survey: Survey, ledger: Ledger, crew: Crew) -> None:
        self._survey = survey
        self._ledger = ledger
        self._books = ledger.survey_books
        self._crew = crew
        self._span = Span(since=survey.since, until=survey.until)
        self._pending = survey.purpose is SurveyPurpose.BACKFILL
        self._missed: set[str] = set()
        self._before: dict[str, frozenset[str]] = {}

    async def front(self) -> None:
        """Read the front page and enter its columns, the table's and the sitemap; raises Stop where it is silent."""
        channel, now = self._crew.channel, datetime.now(UTC)
        url, answer, links = await front_page(channel, self._crew.get)
        if links is None:
            raise Stop(f"The front page {url} gives nothing: {why(answer)}")
        self._books.see(self._survey.id, self._seen(articles_in(links.urls, channel.hosts), url), pending=self._pending)
        places = [
            Place(url=listing_key(column), strict=strict, next_url=column)
            for column, strict in columns_of(channel, listings_in(links.urls, channel.hosts))
            if (known := self._ledger.listings.get(listing_key(column))).due_at is None or known.due_at <= now
        ]
        if channel.sitemap:
            places.append(Place(url=channel.sitemap, strict=False, next_url=channel.sitemap))
        self._books.add_places(self._survey.id, places)
        self._ledger.surveys.change(self._survey.id, columns_known=True)

    def next_of(self, places: Sequence[Place]) -> Place | None:
        """The listing whose walk is least far back, so that days are completed from the newest to the oldest."""
        opened = [place for place in places if place.next_url is not None and place.url not in self._missed]
        return max(opened, key=lambda place: (not self._is_sitemap(place), place.reached or date.max), default=None)

    async def read(self, place: Place) -> None:
        """Read the listing's next page and enter what it shows."""
        assert place.next_url is not None  # noqa: S101 - for the type checker: next_of gives no other
        if self._is_sitemap(place) and not await self._turn_is_near(place):
            return
        answer = await self._crew.get(place.next_url)
        if isinstance(answer, Page) and answer.status in (404, 410):
            self._hole(place, answer)
        elif isinstance(answer, NoPage) or answer.status != 200:
            self._miss(place, f"The listing page {place.next_url} gives nothing: {why(answer)}")
        elif self._is_sitemap(place):
            links = sitemap_links(answer.body, self._crew.channel.hosts)
            days = [found.day for link in links if (found := article_address(link.url)) and found.day]
            read = replace(place, next_url=None, pages=1, reached=min(days, default=None))
            seen = self._seen(links, place.url, in_sitemap=True)
            self._books.keep(self._survey.id, read, seen, pending=self._pending)
        else:
            self._page(place, answer)

    async def _turn_is_near(self, place: Place) -> bool:
        """The sitemaps' host is waited for in short steps, between which the usual crawl may go first."""
        wait = self._crew.wait(urlsplit(place.url).netloc)
        if wait > SITEMAP_PATIENCE:
            self._miss(place, f"The turn of the sitemap {place.url} is too far away.")
        elif wait > _STEP_SECONDS:
            await asyncio.sleep(_STEP_SECONDS)
        return wait <= _STEP_SECONDS

    def _page(self, place: Place, answer: Page) -> None:
        links = links_of(answer.body, answer.url)
        found = articles_in(links.urls, self._crew.channel.hosts)
        if not found and not place.pages:
            self._empty(place, f"The column {answer.url} shows no article link; it may have been redesigned.")
            return
        after = after_page(place, links.urls, self._deciding(place, found), self._span)
        self._books.keep(self._survey.id, after, self._seen(found, answer.url), pending=self._pending)

    def _deciding(self, place: Place, found: Sequence[Link]) -> list[Address]:
        """The articles that tell where the page lies in time: not those that stand beside each page of the listing."""
        before, here = self._before.get(place.url, frozenset()), frozenset(link.url for link in found)
        self._before[place.url] = here
        return [address for url in (here - before or here) if (address := article_address(url))]

    def _hole(self, place: Place, answer: Page) -> None:
        if self._is_sitemap(place) or (place.next_url and page_number(place.next_url) == 1):
            self._empty(place, f"The listing {place.next_url} gives nothing: {why(answer)}")
        else:
            self._books.keep(self._survey.id, after_hole(place))

    def _empty(self, place: Place, sentence: str) -> None:
        """Nothing to walk; only a listing known to have shown articles is worth a word in the end."""
        self._crew.warn(sentence)
        if not place.strict and not self._is_sitemap(place):
            listings = self._ledger.listings
            listings.missed(listings.get(place.url), self._survey.channel, datetime.now(UTC))
        self._books.keep(self._survey.id, replace(place, next_url=None, sentence=sentence if place.strict else None))

    def _miss(self, place: Place, sentence: str) -> None:
        self._missed.add(place.url)
        self._crew.warn(sentence)
        missed = replace(place, misses=place.misses + 1)
        if missed.misses >= _MOST_MISSES:
            missed = replace(missed, next_url=None, sentence=f"{sentence} It was left there.")
        self._books.keep(self._survey.id, missed)

    def _seen(self, links: Sequence[Link], found_on: str, *, in_sitemap: bool = False) -> list[Seen]:
        pairs = [(link, address) for link in links if (address := article_address(link.url))]
        return [
            Seen(url=link.url, day=address.day, found_on=found_on, in_sitemap=in_sitemap)
            for link, address in pairs
            if self._span.holds(address)
        ]

    def _is_sitemap(self, place: Place) -> bool:
        return place.url == self._crew.channel.sitemap
