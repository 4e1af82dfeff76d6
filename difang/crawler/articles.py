"""Fetching a run's article pages: what its frontier holds, into its outbox, each address to its outcome."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from datetime import date, timedelta

from difang.crawler.fetch import NoPage
from difang.crawler.frontier import Frontier, Job
from difang.crawler.ledger.addresses import Headers
from difang.crawler.ledger.takedowns import TakedownList
from difang.crawler.links import later_pages
from difang.crawler.outbox import Outbox
from difang.crawler.room import Room
from difang.crawler.stop import Stop
from difang.ingest.address import article_address
from difang.ingest.outcome import Ending, Outcome
from difang.ingest.page import Page

_FAILURES_IN_A_ROW = 5
"""So many article pages failing one after another: the host is down, and the rest is left for the next run."""


class Articles:
    """The article pages of one run; `new` are the days of those that nobody had fetched before."""

    def __init__(
        self,
        *,
        run_id: str,
        frontier: Frontier,
        outbox: Outbox,
        takedowns: TakedownList,
        room: Room,
        get: Callable[[str, Headers | None], Awaitable[Page | NoPage]],
        warn: Callable[[str], None],
        log: logging.Logger,
    ) -> None:
        """`room` tells whether the page queue takes more."""
        self._run_id = run_id
        self._frontier = frontier
        self._outbox = outbox
        self._takedowns = takedowns
        self._room = room
        self._get = get
        self._warn = warn
        self._log = log
        self._failures = 0
        self.new: list[date | None] = []
        self.waits_for: str | None = None
        """A sentence of the room these pages wait for in the page queue; None where they wait for none."""

    async def drain(self, leave: Callable[[], bool] | None = None) -> bool:
        """Fetch what the frontier holds; raises Stop where the host seems to be down.

        False where `leave`, which is asked before each page, broke it off; the rest stays due.
        """
        self._outbox.sightings(self._frontier.take_sightings(), self._run_id)
        while len(self._frontier):
            if leave is not None and leave():
                return False
            job = self._frontier.take()
            assert job is not None  # noqa: S101 - for the type checker: there is one
            await self._wait_for_room()
            await self._article(job)
            self._outbox.flush_if_due()
            if self._failures >= _FAILURES_IN_A_ROW:
                raise Stop(f"{self._failures} pages failed one after another, the last was {job.found.url}.")
        self._outbox.sightings(self._frontier.take_sightings(), self._run_id)
        return True

    async def _wait_for_room(self) -> None:
        def told(sentence: str) -> None:
            self.waits_for = sentence
            self._warn(sentence)

        try:
            await self._room.wait(told)
        finally:
            self.waits_for = None

    async def _article(self, job: Job) -> None:
        if taken_down := self._takedowns.refused([job.found.url, job.found.key]):
            self._end_address(job, Outcome.REFUSED, next(iter(taken_down.values())))
            return
        answer = await self._get(job.found.url, job.condition)
        if isinstance(answer, NoPage):
            self._not_fetched(job, answer)
        elif answer.status == 304:
            self._failures = 0
            ending = Ending(run_id=self._run_id, url=job.found.url, outcome=Outcome.UNCHANGED)
            self._outbox.unchanged(ending, job.found.lastmod)
        elif answer.status in (404, 410):
            self._failures = 0
            self._outbox.only_archive(answer)
            self._end_address(job, Outcome.GONE, f"HTTP {answer.status}.")
        elif answer.status != 200:
            self._failures += answer.status >= 500
            self._outbox.only_archive(answer)
            self._end_address(job, Outcome.FAILED, f"HTTP {answer.status}.")
        else:
            self._failures = 0
            if job.found.page == 1:  # its later pages first: where the ledger does not take them, this one stays due
                self._frontier.offer_parts(job, later_pages(answer.body, job.found.url))
                if not job.again:
                    address = article_address(job.found.url)
                    self.new.append(address.day if address else None)
            self._outbox.page(answer, job.found, again=job.again)

    def _not_fetched(self, job: Job, why: NoPage) -> None:
        self._failures = self._failures + 1 if why.outcome is Outcome.FAILED else 0
        self._end_address(job, why.outcome, why.reason, why.rest)

    def _end_address(
        self, job: Job, outcome: Outcome, reason: str | None = None, rest: timedelta | None = None
    ) -> None:
        self._outbox.end(Ending(run_id=self._run_id, url=job.found.url, outcome=outcome, reason=reason), rest)
        if outcome is Outcome.FAILED:
            self._log.info("%s failed: %s", job.found.url, reason)
