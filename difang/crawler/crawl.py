"""One run: one crawl of one channel, from its sitemap, front page and columns to the page queue."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from difang.crawler.articles import Articles
from difang.crawler.channels import Channel
from difang.crawler.fetch import NoPage, fetch
from difang.crawler.frontier import Frontier
from difang.crawler.ledger.addresses import Headers
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run, Tally
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.ledger.runs import cancelled_by
from difang.crawler.outbox import Outbox
from difang.crawler.room import Room
from difang.crawler.span import Span
from difang.crawler.stop import Stop
from difang.crawler.survey.crew import Course, Crew
from difang.crawler.usual import UsualCrawl
from difang.crawler.walk import Walk
from difang.ingest.errors import RetryLater
from difang.ingest.page import Page

_BEIJING = timezone(timedelta(hours=8))
_LONG = 5.0
"""Seconds; who waits for a host for less is as good as at work."""

if TYPE_CHECKING:
    from scrapy.core.engine import ExecutionEngine


class Crawl:
    """Runs once; `run` never raises for what a host or a disk does: the run's state and sentence tell."""

    def __init__(
        self,
        *,
        run: Run,
        channel: Channel,
        span: Span,
        ledger: Ledger,
        outbox: Outbox,
        log: logging.Logger,
        wait: Callable[[str], float],
        due_at: Callable[[str], float | None],
        room: Room,
        course: Course | None = None,
    ) -> None:
        """`wait` tells how many seconds a host's turn is away, `due_at` when a request that waits for it goes out.

        `room` tells whether the page queue takes more; `course` is done in place of the usual crawl.
        """
        self._run = run
        self._channel = channel
        self._span = span
        self._ledger = ledger
        self._outbox = outbox
        self._log = log
        self._wait = wait
        self._due_at = due_at
        self._asking: Counter[str] = Counter()
        self._course = course
        self._frontier = Frontier(run_id=run.id, channel=channel, ledger=ledger, span=span)
        self._walk = Walk(
            channel=channel,
            span=span,
            frontier=self._frontier,
            listings=ledger.listings,
            looks=ledger.looks,
            get=self._get,
            trouble=self._trouble,
            warn=self.warn,
        )
        self._articles = Articles(
            run_id=run.id,
            frontier=self._frontier,
            outbox=outbox,
            takedowns=ledger.takedowns,
            room=room,
            get=self._get,
            warn=self.warn,
            log=log,
        )
        self._troubles: list[str] = []
        self._requests = self._bytes = self._warnings = 0
        self._cancelled: str | None = None
        self._left: str | None = None
        self._overdue = False
        self._began = time.monotonic()
        self._work: asyncio.Task[None] | None = None
        self._engine: ExecutionEngine | None = None
        urls = [*span.urls, *([channel.sitemap] if channel.sitemap else [])]
        self.hosts = frozenset({*channel.all_hosts, *(urlsplit(url).hostname or "" for url in urls)})
        self.running = True

    @property
    def run_id(self) -> str:
        """The run this is."""
        return self._run.id

    @property
    def tally(self) -> Tally:
        """What was done so far."""
        days = [day for day in self._articles.new if day is not None]
        return Tally(
            requests=self._requests,
            bytes=self._bytes,
            known=self._frontier.known,
            warnings=self._warnings,
            new_articles=len(self._articles.new),
            first_article=min(days, default=None),
            last_article=max(days, default=None),
        )

    @property
    def to_fetch(self) -> int:
        """How many pages found so far wait to be fetched."""
        return len(self._frontier)

    @property
    def waits_for(self) -> str | None:
        """A sentence of what this run waits for, room in the page queue or a host's turn; None where it works on."""
        if self._articles.waits_for:
            return self._articles.waits_for
        late = {host: self._due_at(host) or 0.0 for host, asks in self._asking.items() if asks}
        host = max(late, key=late.__getitem__, default="")
        if not host or late[host] - time.time() < _LONG:
            return None
        clock = datetime.fromtimestamp(late[host], _BEIJING)
        return f"It waits for its turn at {host}, which comes at {clock:%H:%M:%S}: requests there keep their distance."

    def count_request(self) -> None:
        """One more request goes out."""
        self._requests += 1

    def warn(self, sentence: str) -> None:
        """Something an operator may want to act on."""
        self._warnings += 1
        self._log.warning(sentence)

    def flush(self) -> None:
        """Bring what was fetched into the queue and the ledger; where that fails the run stops."""
        try:
            self._outbox.flush_if_due()
        except RetryLater as error:
            self.stop(str(error))

    def stop(self, sentence: str) -> None:
        """Let the run end as failed, with this sentence."""
        self._trouble(sentence)
        if self._work is not None:
            self._work.cancel()

    def cancel(self, by: str) -> None:
        """Let the run end as cancelled by this person."""
        if self._cancelled is None:
            self._cancelled = cancelled_by(by)
            self._log.warning("%s wants it to end", by)
            if self._work is not None:
                self._work.cancel()

    def end_if_overdue(self) -> None:
        """Let the run end as failed where it has reached its time limit."""
        limit = self._run.time_limit
        if limit is not None and not self._overdue and time.monotonic() - self._began > limit.total_seconds():
            self._overdue = True
            self.stop(f"It reached its time limit of {limit}; what is left is fetched by the next run.")

    async def run(self, engine: ExecutionEngine) -> None:
        """The whole run; being cancelled from outside ends it as cancelled, cleanly."""
        self._engine = engine
        self._log.info(
            "%s (%s) begins%s", self._channel.name, self._run.id, f": {self._span}" if str(self._span) else ""
        )
        state, sentence = RunState.FINISHED, None
        self._work = asyncio.ensure_future(self._all())
        if self._cancelled:  # before it began
            self._work.cancel()
        try:
            await self._work
        except asyncio.CancelledError:
            if not self._troubles:
                state, sentence = RunState.CANCELLED, "Its process was stopped."
            self._work.cancel()
        except (Stop, RetryLater) as error:
            self._trouble(str(error))
        except Exception as error:
            self._log.exception("A defect of difang stopped the run")
            self._trouble(f"A defect of difang stopped it ({type(error).__name__}: {error}); the run's log has more.")
        finally:
            self._end(state, sentence)

    def _end(self, state: RunState, sentence: str | None) -> None:
        try:
            self._outbox.close()
        except RetryLater as error:
            self._trouble(str(error))
        if self._troubles:
            more = f" (and {len(self._troubles) - 1} more; see its log)" if len(self._troubles) > 1 else ""
            state, sentence = RunState.FAILED, self._troubles[0] + more
        try:
            if state is RunState.FINISHED and self._left:
                state = RunState.CANCELLED
            if state is RunState.CANCELLED and self._cancelled is None:  # the signal may come before the word
                asked = self._ledger.runs.cancels([self._run.id])
                self._cancelled = cancelled_by(asked[self._run.id]) if asked else None
            if self._cancelled:
                state, sentence = RunState.CANCELLED, self._cancelled
            if state is RunState.CANCELLED and self._left:
                sentence = f"{self._cancelled} {self._left}" if self._cancelled else self._left
            self._ledger.runs.end(self._run.id, state, sentence, self.tally)
        except RetryLater as error:  # the run will be found lost
            self._log.error("The ledger did not take the run's end: %s", error)
        self.running = False
        self._log.info("%s: %s %s", self._run.id, state.value, sentence or "")

    async def _all(self) -> None:
        if self._course is not None:
            await self._course(self._crew())
            return
        if self._span.urls:
            self._frontier.ask(self._span.urls)
            await self._articles.drain()
            return
        await UsualCrawl(
            channel=self._channel,
            frontier=self._frontier,
            walk=self._walk,
            drain=self._articles.drain,
            wait=self._wait,
            troubles=self._troubles,
            log=self._log,
        ).work()

    def _crew(self) -> Crew:
        return Crew(
            run=self._run,
            channel=self._channel,
            frontier=self._frontier,
            outbox=self._outbox,
            get=lambda url: self._get(url, None),
            drain=self._articles.drain,
            wait=self._wait,
            requests=lambda: self._requests,
            warn=self.warn,
            say=self._log.info,
            leave=self._leave,
        )

    def _leave(self, why: str) -> None:
        self._left = why

    async def _get(self, url: str, condition: Headers | None) -> Page | NoPage:
        assert self._engine is not None  # noqa: S101 - for the type checker: set when the run begins
        host = urlsplit(url).netloc
        self._asking[host] += 1
        try:
            answer = await fetch(self._engine, url, self._run.id, condition)
        finally:
            self._asking[host] -= 1
        if isinstance(answer, Page):
            self._bytes += len(answer.body)
        return answer

    def _trouble(self, sentence: str) -> None:
        self._troubles.append(sentence)
        self._log.error(sentence)
