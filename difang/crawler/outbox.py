"""The outbox of a run: archived pages on their way to the page queue and the ledger, in an order that loses nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from difang.crawler.archive import RunFiles
from difang.crawler.ledger.addresses import Found, Headers
from difang.crawler.ledger.discoveries import Queued
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.outcome import Ending
from difang.ingest.page import Page, PageRef
from difang.ingest.queue import PageQueue

_MOST = 64
_SECONDS = 0.5


class Outbox:
    """Archive first, then queue, then ledger.

    Killed after the archive: the page is due still, and is fetched again. Killed after the queue: the worker tells how
    the page ended, and that it was fetched; where the next run is quicker it fetches it again, as `unchanged`.
    """

    def __init__(self, *, files: RunFiles, queue: PageQueue, ledger: Ledger) -> None:
        self._files = files
        self._queue = queue
        self._ledger = ledger
        self._queued: list[Queued] = []
        self._endings: list[Ending] = []
        self._rests: list[tuple[str, datetime]] = []
        self._lastmods: list[tuple[str, datetime]] = []
        self._since = time.monotonic()

    def page(self, page: Page, found: Found, *, again: bool = False) -> None:
        """A fetched page that the worker is to read; `again` where the address was fetched before."""
        if again:
            page = self._after_the_last(page, found.url)
        ref = PageRef(
            url=found.url,
            key=found.key,
            run_id=page.run_id,
            fetched_at=page.fetched_at,
            position=self._files.keep(page),
        )
        self._queued.append(Queued(ref=ref, headers=_headers(page, found)))

    def _after_the_last(self, page: Page, url: str) -> Page:
        """Versions go by the time of fetching: a clock set back must not make a correction older than its error."""
        known = self._ledger.addresses.known([url]).get(url)
        if known is None or known.fetched_at is None or page.fetched_at > known.fetched_at:
            return page
        return replace(page, fetched_at=known.fetched_at + timedelta(microseconds=1))

    def only_archive(self, page: Page) -> None:
        """A response nobody has to read, such as a 404: kept for the record."""
        self._files.keep(page)

    def sightings(self, found: Sequence[Found], run_id: str) -> None:
        """Further addresses of known articles."""
        now = datetime.now(UTC)
        for one in found:
            ref = PageRef(url=one.url, key=one.key, run_id=run_id, fetched_at=now, position=None)
            self._queued.append(Queued(ref=ref, headers=Headers()))

    def unchanged(self, ending: Ending, lastmod: datetime | None) -> None:
        """The host says that our copy still holds; the sitemap's word that made us ask is then taken care of."""
        self._endings.append(ending)
        if lastmod is not None:
            self._lastmods.append((ending.url, lastmod))

    def end(self, ending: Ending, rest: timedelta | None = None) -> None:
        """An ending the crawl itself knows; after the rest, if there is one, the address is due again."""
        self._endings.append(ending)
        if rest is not None:
            self._rests.append((ending.url, datetime.now(UTC) + rest))

    def flush_if_due(self) -> None:
        """Flush where enough has gathered or waited long enough."""
        if len(self._queued) + len(self._endings) >= _MOST or time.monotonic() - self._since > _SECONDS:
            self.flush()

    def flush(self) -> None:
        """Bring everything to where it belongs; raises RetryLater where a part does not take it."""
        self._since = time.monotonic()
        if self._queued:
            self._files.sync()
            self._queue.put([queued.ref for queued in self._queued])
            self._ledger.discoveries.queued(self._queued)
            self._queued.clear()
        if self._endings:
            self._ledger.tell(self._endings)
            self._ledger.addresses.postpone(self._rests)
            self._ledger.addresses.keep_lastmods(self._lastmods)
            self._endings.clear()
            self._rests.clear()
            self._lastmods.clear()

    def close(self) -> None:
        """Flush, and close the archive's file."""
        try:
            self.flush()
        finally:
            self._files.close()


def _headers(page: Page, found: Found) -> Headers:
    return Headers(etag=page.header("ETag"), last_modified=page.header("Last-Modified"), lastmod=found.lastmod)
