"""The parts an ingest worker stands on, all real: archive, queue, pieces, ledger; and pages of the replica in them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

from difang.crawler.archive import Archive
from difang.crawler.channel_table import load_channels
from difang.crawler.channels import host_table
from difang.crawler.ledger.addresses import Found, Headers
from difang.crawler.ledger.discoveries import Queued
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.address import key_of
from difang.ingest.extract.result import Hosts
from difang.ingest.index.port import ArticleIndex
from difang.ingest.outcome import Outcome
from difang.ingest.page import Page, PageRef, Position
from difang.ingest.pieces import SqlitePieces
from difang.ingest.queue import PageQueue
from difang.ingest.readers import Reader, ReadHere
from difang.ingest.sqlite_queue import SqliteQueue
from difang.ingest.turns import Turns
from difang.ingest.worker import Worker

RUN = "run-1"
MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Clock(Event):
    """The stop of a loop whose waits take no time: they move this clock, in seconds, and are remembered."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 1_000_000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, timeout: float | None = None) -> bool:
        assert timeout is not None
        self.waits.append(timeout)
        self.now += timeout
        return self.is_set()


@dataclass(frozen=True, kw_only=True)
class Parts:
    """What lies in one folder, and the pages fetched into it."""

    folder: Path
    clock: Clock
    archive: Archive
    queue: SqliteQueue
    pieces: SqlitePieces
    ledger: Ledger
    hosts: Hosts
    turns: Turns = field(default_factory=Turns)

    def fetch(self, pages: Sequence[Page]) -> list[PageRef]:
        """Archive these pages and put them into the queue."""
        files = self.archive.open_run(f"{RUN}-{len(self.archive.files())}", "tests")
        refs = [reference(page, files.keep(page)) for page in pages]
        files.close()
        self.queue.put(refs)
        found = [Found(url=ref.url, key=ref.key, page=1, found_on=None) for ref in refs]
        self.ledger.discoveries.found(RUN, "sd", found)
        self.ledger.discoveries.queued([Queued(ref=ref, headers=Headers()) for ref in refs])
        return refs

    def sight(self, url: str) -> None:
        """Put one more address of an article into the queue."""
        self.queue.put([reference(page_of(url, b""), None)])

    def reader(self) -> ReadHere:
        return ReadHere(self.archive.read, self.hosts, self.turns)

    def worker(self, index: ArticleIndex, **others: Any) -> Worker:
        """A worker on these parts, some of them replaced."""
        reader: Reader = others.get("reader") or self.reader()
        queue: PageQueue = others.get("queue", self.queue)
        return Worker(
            queue=queue,
            reader=reader,
            index=index,
            pieces=self.pieces,
            endings=others.get("endings", self.ledger),
            turns=self.turns,
        )

    def outcomes(self) -> dict[str, str]:
        """What the ledger says of each address."""
        return {url: outcome for url, outcome, _ in self.told()}

    def told(self) -> list[Any]:
        """Address, outcome and reason of each."""
        with closing(sqlite3.connect(self.folder / "ledger.db")) as db:
            return db.execute("SELECT url, outcome, reason FROM discoveries WHERE outcome IS NOT NULL").fetchall()

    def reasons(self) -> dict[str, str]:
        """Why the set-aside pages are set aside."""
        return {page.ref.url: page.reason for page in self.queue.set_aside_pages()}

    def waiting(self) -> int:
        counts = self.queue.counts()
        return counts.ready + counts.later + counts.claimed


@contextmanager
def parts_in(folder: Path) -> Iterator[Parts]:
    """Empty parts in this folder."""
    clock = Clock()
    with (
        closing(SqliteQueue(folder / "queue.db", now=clock)) as queue,
        closing(SqlitePieces(folder / "queue.db")) as pieces,
        closing(Ledger(f"sqlite:///{folder / 'ledger.db'}")) as ledger,
    ):
        yield Parts(
            folder=folder,
            clock=clock,
            archive=Archive(folder / "archive", max_bytes=100_000_000),
            queue=queue,
            pieces=pieces,
            ledger=ledger,
            hosts=channel_hosts(),
        )


def channel_hosts() -> Hosts:
    return host_table(load_channels(None))


def page_of(
    url: str, body: bytes, *, seconds: float = 0, status: int = 200, content_type: str = "text/html; charset=utf-8"
) -> Page:
    """A response, fetched so many seconds after the moment."""
    return Page(
        url=url,
        final_url=url,
        status=status,
        headers=(("Content-Type", content_type),),
        body=body,
        fetched_at=MOMENT + timedelta(seconds=seconds),
        run_id=RUN,
    )


def reference(page: Page, position: Position | None) -> PageRef:
    key = key_of(page.url, regional=True)
    return PageRef(url=page.url, key=key, run_id=page.run_id, fetched_at=page.fetched_at, position=position)


def stored(index: ArticleIndex, article_id: str) -> dict[str, Any]:
    """The index's article as JSON knows it."""
    record: dict[str, Any] = json.loads(index.get([article_id])[article_id].article.to_json())
    return record


INDEXED, PART, SIGHTING = Outcome.INDEXED, Outcome.PART, Outcome.SIGHTING
