"""Where a survey goes next in a listing: pure functions from the page just read.

Listings show the newest first. A survey of old days does not read every newer page: it leaps to the farthest page the
pager links, and where that lies too far it halves the way back, until it stands on the first page that reaches the
days asked for. From there it reads page after page. It only ever asks for pages between those that were linked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from difang.crawler.ledger.survey_books import Place
from difang.crawler.links import next_listing_page, numbered_pages, page_number, page_numbered
from difang.crawler.span import Span
from difang.ingest.address import Address

_PINNED = 10
"""One article of so many on a page may be out of its order (a pinned one) without making the walk seem farther."""


def after_page(place: Place, links: Sequence[str], articles: Sequence[Address], span: Span) -> Place:
    """The place after its next page was read: `links` are all of the page, `articles` those that decide."""
    assert place.next_url is not None  # noqa: S101 - for the type checker: a walk at its end reads no page
    number = page_number(place.next_url)
    read = replace(place, pages=place.pages + 1, misses=0)
    if not articles:
        return replace(read, next_url=None)
    if _newer(articles, span):
        return _farther(replace(read, low=max(place.low, number)), links, place.next_url)
    if number > place.low + 1:
        return _nearer(replace(read, high=number), place.next_url)
    return _onward(read, links, articles, span, place.next_url)


def after_hole(place: Place) -> Place:
    """The place after its next page turned out not to exist: the end of the listing, or a leap into nothing."""
    assert place.next_url is not None  # noqa: S101 - for the type checker: a walk at its end reads no page
    number = page_number(place.next_url)
    if number <= place.low + 1:
        if place.high is None or place.high <= number:
            return replace(place, next_url=None)
        return replace(place, low=number, next_url=page_numbered(place.next_url, number + 1))
    return replace(place, high=None, next_url=page_numbered(place.next_url, place.low + 1))


def _newer(articles: Sequence[Address], span: Span) -> bool:
    return span.until is not None and all(one.day is not None and one.day > span.until for one in articles)


def _farther(place: Place, links: Sequence[str], url: str) -> Place:
    """Leap, the days asked for lie behind this page."""
    if place.high is not None and place.high > place.low:
        return _nearer(place, page_numbered(place.next_url or url, place.high))
    ahead = {number: link for number, link in numbered_pages(links, url).items() if number > place.low}
    return replace(place, high=None, next_url=ahead[max(ahead)] if ahead else None)


def _nearer(place: Place, url: str) -> Place:
    """Halve the way between the last page known to be too new and the first known not to be."""
    assert place.high is not None  # noqa: S101 - for the type checker: both callers have one
    middle = place.high if place.high == place.low + 1 else (place.low + place.high) // 2
    return replace(place, next_url=page_numbered(url, middle))


def _onward(place: Place, links: Sequence[str], articles: Sequence[Address], span: Span, url: str) -> Place:
    """Read on, page after page: `low` follows, so that the next page is one to read and not one to leap from."""
    number = page_number(url)
    reached = _reached(articles) or place.reached
    if all(span.begins_after(one) for one in articles):
        return replace(place, next_url=None, reached=reached)
    return replace(place, low=number, next_url=next_listing_page(links, url), reached=reached)


def _reached(articles: Sequence[Address]) -> date | None:
    """What is newer than this day was seen by now."""
    days = sorted(one.day for one in articles if one.day is not None)
    return days[len(days) // _PINNED] if days else None
