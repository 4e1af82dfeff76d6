"""The page: one fetched response, as received, and the reference under which the archive keeps it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

CLOCKS_DIFFER = timedelta(days=1)
"""A page whose time of fetching lies further ahead is not taken: no later fetch would ever correct its article."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    """Where the archive keeps a page: a WARC file (name relative to the archive) and the record's byte range."""

    file: str
    offset: int
    length: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One fetched response: the body's bytes as received (after HTTP transfer and content coding), never decoded.

    `url` is the address asked for, `final_url` the one that answered; `fetched_at` is aware, in UTC.
    """

    url: str
    final_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime
    run_id: str
    position: Position | None = None

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    @property
    def ahead(self) -> timedelta:
        """How far the host's clock was ahead of ours when it answered, by its `Date`; none where that is no later.

        An older date says nothing of the clock: caches answer with the date they were answered with.
        """
        try:
            told = parsedate_to_datetime(self.header("date") or "")
            return max(told.astimezone(UTC) - self.fetched_at, timedelta(0))
        except (ValueError, TypeError, OverflowError):
            return timedelta(0)


@dataclass(frozen=True, kw_only=True, slots=True)
class PageRef:
    """What travels through the page queue: which page, of which run, and where its bytes lie.

    `url` is the address as discovered; outcomes are told under it. `key` is what pages of one article share (the
    article's id as far as the address tells it): two pages of one key are never worked on at the same time.
    `position` is None for a mere sighting: the address is one more place of an article known by `key`, not fetched.
    """

    url: str
    key: str
    run_id: str
    fetched_at: datetime
    position: Position | None


ReadPage = Callable[[Position], Page]
"""Reads a page back out of the archive; raises SetAside where the archive does not hold it whole."""
