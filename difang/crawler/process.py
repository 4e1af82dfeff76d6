"""Crawling several channels in one process: one run each, in one reactor, polite together.

One process, because politeness keeps a crawl waiting nearly always: 33 crawls take one core's small change, and share
their turns at the hosts without asking the ledger.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from scrapy.crawler import AsyncCrawlerProcess

from difang.crawler.archive import Archive
from difang.crawler.channels import Channel
from difang.crawler.crawl import Crawl
from difang.crawler.ledger.discoveries import Counts
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.runs import Runs
from difang.crawler.outbox import Outbox
from difang.crawler.politeness.robots import Robots
from difang.crawler.politeness.turns import Turns
from difang.crawler.pulse import Pulse
from difang.crawler.room import Room
from difang.crawler.run_log import close_log, drop_old_logs, log_file, open_log
from difang.crawler.span import Span
from difang.crawler.spider import ChannelSpider, Politeness, scrapy_settings
from difang.crawler.survey.course import course_of
from difang.ingest.errors import RetryLater
from difang.ingest.event import Event
from difang.ingest.queue import PageQueue

_TICK = 1.0


log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Manners:
    """How the crawl behaves towards hosts, and how many pages wait for a worker at most; times in seconds."""

    agent: str
    delay: float
    daily_allowance: int
    timeout: float
    retries: int
    queue_pages: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Stores:
    """Where a crawl writes."""

    ledger: Ledger
    archive: Archive
    queue: PageQueue
    logs: Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """How a run ended, and how its discoveries stand."""

    run: Run
    counts: Counts


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far all runs of the process are together."""

    running: int
    requests: int
    to_fetch: int


OnProgress = Callable[[Progress], None]
"""Is called about once a second."""


def crawl(
    plan: Sequence[tuple[Channel, Span]],
    *,
    stores: Stores,
    manners: Manners,
    started_by: str,
    on_progress: OnProgress,
) -> list[Report]:
    """Crawl each channel of the plan; returns when all runs have ended, SIGINT and SIGTERM ending them cleanly.

    Raises DifangError where a channel is being crawled already, RetryLater where archive or ledger do not play.
    """
    runs = stores.ledger.runs
    runs.sweep()
    runs.refuse_busy([channel.slug for channel, span in plan if not span.urls])
    begun = [(channel, _begin(runs, channel, span, started_by, stores.logs)) for channel, span in plan]
    return _carry_out(begun, stores, manners, on_progress)


def take_over(run_id: str, channel: Channel, *, stores: Stores, manners: Manners, on_progress: OnProgress) -> Report:
    """Carry out a run that was planned, or that the runner that started this process has claimed; else as `crawl`."""
    (report,) = take_over_all([(channel, run_id)], stores=stores, manners=manners, on_progress=on_progress)
    return report


def take_over_all(
    plan: Sequence[tuple[Channel, str]], *, stores: Stores, manners: Manners, on_progress: OnProgress
) -> list[Report]:
    """Carry out several such runs, by their ids, in this process."""
    begun = [(channel, stores.ledger.runs.take_over(run_id, stores.logs)) for channel, run_id in plan]
    return _carry_out(begun, stores, manners, on_progress)


def _begin(runs: Runs, channel: Channel, span: Span, started_by: str, logs: Path) -> Run:
    return runs.begin(channel=channel.slug, channel_name=channel.name, started_by=started_by, request=span, logs=logs)


def _carry_out(
    begun: Sequence[tuple[Channel, Run]], stores: Stores, manners: Manners, on_progress: OnProgress
) -> list[Report]:
    stores.archive.recover()
    drop_old_logs(stores.logs, datetime.now(UTC))
    process = _Process(stores, manners, on_progress)
    for channel, run in begun:
        process.add(channel, run)
    process.run()
    runs = [stores.ledger.runs.get(run.id) for _, run in begun]
    counts = stores.ledger.runs.counts(runs)
    return [Report(run=run, counts=counts[run.id]) for run in runs]


class _Process:
    """The reactor, the runs in it, and the tick that keeps heartbeat, outboxes and turns going."""

    def __init__(self, stores: Stores, manners: Manners, on_progress: OnProgress) -> None:
        self._on_progress = on_progress
        self._stores = stores
        self._manners = manners
        logging.getLogger("scrapy").setLevel(logging.ERROR)
        settings = scrapy_settings(agent=manners.agent, timeout=manners.timeout, retries=manners.retries)
        self._scrapy = AsyncCrawlerProcess(settings)
        hosts = stores.ledger.hosts
        self._politeness = Politeness(
            robots=Robots(hosts, agent=manners.agent),
            turns=Turns(hosts, delay=manners.delay, allowance=manners.daily_allowance, lease=manners.timeout + 30.0),
        )
        self._room = Room(stores.queue, manners.queue_pages)
        self._crawls: list[Crawl] = []
        self._logs: list[logging.Logger] = []

    def add(self, channel: Channel, run: Run) -> None:
        log = open_log(run.id, log_file(self._stores.logs, run.id))
        files = self._stores.archive.open_run(run.id, self._manners.agent)
        crawl = Crawl(
            run=run,
            channel=channel,
            span=run.request,
            ledger=self._stores.ledger,
            outbox=Outbox(files=files, queue=self._stores.queue, ledger=self._stores.ledger),
            log=log,
            wait=self._politeness.turns.wait,
            due_at=self._politeness.turns.due_at,
            room=self._room,
            course=course_of(run, self._stores.ledger, self._politeness.turns.spent),
        )
        self._logs.append(log)
        self._crawls.append(crawl)
        self._scrapy.crawl(ChannelSpider, crawl=crawl, politeness=self._politeness)

    def run(self) -> None:
        tick = asyncio.get_event_loop().create_task(self._tick())
        try:
            self._scrapy.start()
        finally:
            tick.cancel()
            self._politeness.turns.close()
            for log in self._logs:
                close_log(log)

    async def _tick(self) -> None:
        pulse = Pulse(self._stores.ledger.runs, self._crawls)
        while any(crawl.running for crawl in self._crawls):
            await asyncio.sleep(_TICK)
            for crawl in self._crawls:
                if crawl.running:
                    crawl.flush()
            self._on_progress(
                Progress(
                    running=sum(crawl.running for crawl in self._crawls),
                    requests=sum(crawl.tally.requests for crawl in self._crawls),
                    to_fetch=sum(crawl.to_fetch for crawl in self._crawls),
                )
            )
            try:
                self._politeness.turns.let_go_idle()
                pulse.tick()
            except RetryLater as error:
                log.warning("%s", error, extra=Event.LEDGER_AWAY.of(where="crawls"))
