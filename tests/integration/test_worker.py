"""The ingest worker on real parts: what becomes of pages, whatever order, fault or crash they meet."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any, NoReturn

import pytest
from elasticsearch import Elasticsearch

from difang.command.truth import NOT_COMPARED
from difang.crawler.archive import Archive
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.errors import RetryLater
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.port import ArticleIndex
from difang.ingest.loop import FIRST_PAUSE_SECONDS, PATIENCE_OF_A_DRAIN, drain
from difang.ingest.note import Note
from difang.ingest.outcome import Ending, Outcome
from difang.ingest.page import Page, PageRef, Position, ReadPage
from difang.ingest.queue import NO_REASONS, Claim
from difang.ingest.readers import ReadHere, ReadInProcesses
from difang.ingest.sqlite_queue import SqliteQueue
from difang.ingest.worker import LEASE_SECONDS, MOST_ATTEMPTS_ON_A_BUG, Worker
from difang.samplesite.calendar import CHINA
from difang.samplesite.site import Site
from tests.integration.parts import INDEXED, PART, SIGHTING, Clock, Parts, channel_hosts, page_of, stored

SITE = Site(
    seed=1, channels=("sd", "js"), days=2, per_day=10, archive=60, now=datetime(2026, 3, 2, 18, 0, tzinfo=CHINA)
)
TRUTH = list(SITE.truth())
OUTCOMES = {record["url"]: record["outcome"] for record in SITE.addresses()}
SINGLE = [record for record in TRUTH if len(record["addresses"]) == 1]
SEVERAL = [record for record in TRUTH if record["page_count"] > 1]
MIRRORED = next(record for record in TRUTH if len(record["urls"]) > 1 and record["page_count"] == 1)
ELSEWHERE = "http://sd.people.com.cn/n2/2026/0301/c1-99999999.html"


def fetched(url: str, seconds: float = 0) -> Page:
    answer = SITE.answer(url)
    content_type = answer.header("Content-Type") or ""
    return page_of(url, answer.body, seconds=seconds, status=answer.status, content_type=content_type)


def work(worker: Worker, parts: Parts, most: int = 250) -> Counter[Outcome]:
    return drain(worker, parts.queue, most=most, stop=parts.clock, on_batch=lambda _: None)


def assert_true(index: ArticleIndex, record: dict[str, Any]) -> None:
    """The index holds what the replica published."""
    mine = stored(index, record["id"])
    wrong = {
        name: (mine[name], record[name]) for name in mine.keys() - NOT_COMPARED - {"urls"} if mine[name] != record[name]
    }
    assert wrong == {}
    assert set(mine["urls"]) == set(record["urls"])


def test_a_site_goes_in_and_every_address_gets_its_outcome(parts: Parts, index: ArticleIndex) -> None:
    asked = {url: outcome for url, outcome in OUTCOMES.items() if outcome != "refused"}
    for url, outcome in asked.items():
        if outcome == "sighting":
            parts.sight(url)
    parts.fetch([fetched(url) for url, outcome in asked.items() if outcome != "sighting"])
    total = work(parts.worker(index), parts, most=50)
    assert parts.outcomes() == asked
    assert total == Counter(asked.values())
    assert {"indexed", "part", "sighting", "gone", "not_an_article"} <= total.keys()
    index.refresh()
    assert index.status().documents == len(TRUTH)
    for record in TRUTH:
        assert_true(index, record)
    assert parts.waiting() == 0


@pytest.mark.parametrize("most", [1, 2, 250])
@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_pages_of_an_article_come_in_any_order_and_in_any_batches(
    parts: Parts, embedded: ArticleIndex, order: tuple[int, ...], most: int
) -> None:
    record = next(record for record in SEVERAL if record["page_count"] == len(record["addresses"]) == 3)
    for seconds, place in enumerate(order):
        parts.fetch([fetched(record["addresses"][place], seconds)])
    assert work(parts.worker(embedded), parts, most) == {INDEXED: 1, PART: 2}
    assert_true(embedded, record)


@pytest.mark.parametrize("mirror_first", [True, False])
def test_the_mirrors_pages_never_replace_those_of_the_original(
    parts: Parts, embedded: ArticleIndex, mirror_first: bool
) -> None:
    record = SEVERAL[0]
    host = record["url"].index("/", 8)
    originals = [fetched(address, 5) for address in record["addresses"]]
    mirrored = [
        page_of(
            f"{page.url[:host]}/BIG5{page.url[host:]}",
            page.body.replace(b"</p>", b"BIG5</p>"),
            seconds=0 if mirror_first else 9,
        )
        for page in originals
    ]
    for pages in (mirrored, originals) if mirror_first else (originals, mirrored):
        parts.fetch(pages)
        work(parts.worker(embedded), parts)
    held = stored(embedded, record["id"])
    assert "BIG5" not in held["body"]  # what the mirror's pages print in each paragraph here
    assert held["page_count"] == record["page_count"]
    assert {record["url"], mirrored[0].url} <= set(held["urls"])


@pytest.mark.parametrize("most", [1, 250])
def test_a_piece_that_is_split_after_its_first_page_was_read_gets_its_second(
    parts: Parts, embedded: ArticleIndex, most: int
) -> None:
    """The first page named no other; a newer second page replaces the older one."""
    record = next(record for record in SEVERAL if record["page_count"] == len(record["addresses"]) == 2)
    first, second = (fetched(address, seconds) for seconds, address in enumerate(record["addresses"]))
    number = record["id"].rpartition("_")[2].encode()
    before = page_of(first.url, first.body.replace(number + b"-2.html", b"x.html"))
    parts.fetch([before, second])
    assert work(parts.worker(embedded), parts, most) == {INDEXED: 1, PART: 1}
    held = stored(embedded, record["id"])
    assert (held["body"], held["page_count"]) == (record["body"], 2)
    last = record["body"].rpartition("\n")[2]
    coded = next(code for code in ("utf-8", "gb18030") if last.encode(code) in second.body)
    parts.fetch([page_of(second.url, second.body.replace(last.encode(coded), f"{last}补".encode(coded)), seconds=9)])
    work(parts.worker(embedded), parts, most)
    assert stored(embedded, record["id"])["body"] == f"{record['body']}补"


@pytest.mark.parametrize("first", ["sighting", "article"])
def test_a_sighting_comes_before_or_after_its_article(parts: Parts, index: ArticleIndex, first: str) -> None:
    mirror = next(url for url in MIRRORED["urls"] if "/BIG5/" in url)
    steps: list[Callable[[], object]] = [
        lambda: parts.sight(mirror),
        lambda: parts.fetch([fetched(MIRRORED["url"])]),
    ]
    for step in steps if first == "sighting" else reversed(steps):
        step()
        work(parts.worker(index), parts)
    assert parts.outcomes() == {mirror: SIGHTING, MIRRORED["url"]: INDEXED}
    assert_true(index, MIRRORED)


def test_a_correction_and_the_same_again_are_told_apart(parts: Parts, index: ArticleIndex) -> None:
    url = SINGLE[0]["url"]
    page = fetched(url)
    assert work_on_one(parts, index, page) == {INDEXED: 1}
    assert work_on_one(parts, index, fetched(url, seconds=10)) == {Outcome.UNCHANGED: 1}
    title = SINGLE[0]["title"].encode("gb18030" if b"charset=gb" in page.body[:2000].lower() else "utf-8")
    assert title in page.body
    corrected = page_of(url, page.body.replace(title, title + title), seconds=20)
    assert work_on_one(parts, index, corrected) == {Outcome.UPDATED: 1}
    assert stored(index, SINGLE[0]["id"])["title"] == SINGLE[0]["title"] * 2
    assert work_on_one(parts, index, fetched(url, seconds=5)) == {Outcome.UNCHANGED: 1}
    assert stored(index, SINGLE[0]["id"])["title"] == SINGLE[0]["title"] * 2
    assert parts.outcomes() == {url: INDEXED}


def work_on_one(parts: Parts, index: ArticleIndex, page: Page) -> Counter[Outcome]:
    parts.fetch([page])
    return work(parts.worker(index), parts)


def test_pages_that_are_none_are_told_with_a_sentence_and_the_others_go_on(
    parts: Parts, embedded: ArticleIndex
) -> None:
    good = [record["url"] for record in SINGLE[:3]]
    odd = {
        "empty": page_of(f"{ELSEWHERE}?1", b""),
        "huge": page_of(f"{ELSEWHERE}?2", b"<html><body>" + b"<p>x</p>" * (50 * 131_072)),
        "pdf": page_of(f"{ELSEWHERE}?3", b"%PDF-1.7\n\0\0", content_type="application/pdf"),
        "json": page_of(f"{ELSEWHERE}?4", b'{"a": 1}', content_type="application/json"),
        "teapot": page_of(f"{ELSEWHERE}?5", b"<html>no</html>", status=418),
    }
    beyond = fetched(SINGLE[4]["url"])
    parts.fetch([fetched(good[0]), *odd.values(), fetched(good[1])])
    [ref] = parts.fetch([beyond])
    assert ref.position is not None
    with (parts.folder / "archive" / ref.position.file).open("r+b") as file:
        file.truncate(ref.position.offset + 100)
    parts.fetch([fetched(good[2])])

    total = work(parts.worker(embedded), parts)

    assert total == {INDEXED: 3, Outcome.SET_ASIDE: 4, Outcome.NOT_AN_ARTICLE: 2}
    said = {url: reason for url, _, reason in parts.told() if reason}
    assert "0 bytes" in said[odd["empty"].url]
    assert "50 MB" in said[odd["huge"].url]
    assert "PDF" in said[odd["pdf"].url]
    assert "json" in said[odd["json"].url]
    assert "418" in said[odd["teapot"].url]
    assert "holds no whole page" in said[beyond.url]
    apart = {odd[name].url for name in ("empty", "huge", "teapot")} | {beyond.url}
    assert parts.reasons() == {url: said[url] for url in apart}
    assert parts.waiting() == 0


class Stumbles:
    """Reads the archive, but fails on one record as our own code might: `times` times, then no more."""

    def __init__(self, read: ReadPage, on: Position | None, times: int) -> None:
        self._read, self._on, self.left = read, on, times

    def __call__(self, position: Position) -> Page:
        if position == self._on and self.left:
            self.left -= 1
            raise ZeroDivisionError("a bug of ours")
        return self._read(position)


def test_a_page_with_a_bug_is_tried_three_times_then_set_aside_with_its_traceback(
    parts: Parts, embedded: ArticleIndex
) -> None:
    refs = parts.fetch([fetched(record["url"]) for record in SINGLE[:3]])
    stumbles = Stumbles(parts.archive.read, refs[1].position, 99)
    total = work(parts.worker(embedded, reader=ReadHere(stumbles, parts.hosts)), parts)
    assert total == {INDEXED: 2, Outcome.SET_ASIDE: 1}
    assert 99 - stumbles.left == MOST_ATTEMPTS_ON_A_BUG == 3
    [apart] = parts.queue.set_aside_pages()
    assert (apart.ref, apart.attempts) == (refs[1], 3)
    assert apart.reason == "ZeroDivisionError: a bug of ours"
    assert apart.traceback is not None
    assert "Stumbles" in apart.traceback or "__call__" in apart.traceback
    assert parts.queue.retry_set_aside([apart.number]) == 1
    assert work(parts.worker(embedded), parts) == {INDEXED: 1}
    assert set(parts.outcomes().values()) == {"indexed"}


def test_a_page_that_extraction_fails_on_is_set_aside_with_its_traceback(
    parts: Parts, embedded: ArticleIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    def planted(*_: object) -> NoReturn:
        raise ValueError("planted")

    monkeypatch.setattr("difang.ingest.extract.read_page", planted)
    parts.fetch([fetched(SINGLE[0]["url"])])
    work(parts.worker(embedded), parts)
    [page] = parts.queue.set_aside_pages()
    assert page.reason == "Reading the page failed: ValueError: planted"
    assert page.traceback
    assert f'File "{__file__}"' in page.traceback
    assert "in planted" in page.traceback


def test_a_bug_that_passes_costs_nothing(parts: Parts, embedded: ArticleIndex) -> None:
    refs = parts.fetch([fetched(record["url"]) for record in SINGLE[:2]])
    reader = ReadHere(Stumbles(parts.archive.read, refs[0].position, 2), parts.hosts)
    assert work(parts.worker(embedded, reader=reader), parts) == {INDEXED: 2}
    assert parts.reasons() == {}


def test_while_the_index_is_away_every_page_stays_and_a_drain_gives_up_after_its_patience(
    parts: Parts, embedded: ArticleIndex
) -> None:
    refs = parts.fetch([fetched(record["url"]) for record in SINGLE[:4]])
    nobody_listens = Elasticsearch("http://127.0.0.1:1", max_retries=0)
    with closing(ElasticIndex(nobody_listens)) as away, pytest.raises(RetryLater):
        work(parts.worker(away), parts)
    assert parts.clock.waits == [FIRST_PAUSE_SECONDS * 2**n for n in range(PATIENCE_OF_A_DRAIN)]
    assert parts.queue.counts().ready == 4
    assert parts.outcomes() == {}

    reader = ReadHere(Stumbles(parts.archive.read, refs[0].position, 2), parts.hosts)
    assert work(parts.worker(embedded, reader=reader), parts) == {INDEXED: 4}


class Killed(BaseException):
    """In place of the kill: nothing of the worker runs any more."""


class DyingQueue(SqliteQueue):
    """Dies where pages are let go of."""

    def done(self, claims: Sequence[Claim]) -> NoReturn:
        raise Killed

    def retry_later(
        self,
        claims: Sequence[Claim],
        *,
        delay_seconds: float,
        counted: bool = True,
        reasons: Mapping[int, str] = NO_REASONS,
    ) -> NoReturn:
        raise Killed


class DyingLedger(Ledger):
    """Dies where endings are told: `after` they were written, or before."""

    after = False

    def tell(self, endings: Sequence[Ending], notes: Sequence[Note] = ()) -> NoReturn:
        if self.after:
            super().tell(endings, notes)
        raise Killed


@pytest.mark.parametrize("moment", ["before tell", "after tell", "done"])
@pytest.mark.parametrize("most", [3, 250])
def test_killed_after_the_write_pages_come_again_and_nothing_is_there_twice(
    parts: Parts, embedded: ArticleIndex, moment: str, most: int
) -> None:
    records = [*SINGLE[:3], SEVERAL[0], MIRRORED]
    urls = [url for record in records for url in record["addresses"]]
    wanted = {url: OUTCOMES[url] for url in urls}
    parts.fetch([fetched(url, n) for n, url in enumerate(urls) if wanted[url] != "sighting"])
    for url in urls:
        if wanted[url] == "sighting":
            parts.sight(url)
    address = f"sqlite:///{parts.folder / 'ledger.db'}"
    with (
        closing(DyingQueue(parts.folder / "queue.db", now=parts.clock)) as queue,
        closing(DyingLedger(address)) as ledger,
    ):
        ledger.after = moment == "after tell"
        dying = parts.worker(embedded, queue=queue, endings=parts.ledger if moment == "done" else ledger)
        with pytest.raises(Killed):
            dying.work(most)
    assert embedded.get([records[0]["id"]])
    assert parts.queue.counts().claimed == min(2 * most, len(urls))  # in hand, and read ahead
    parts.clock.wait(LEASE_SECONDS)

    assert work(parts.worker(embedded), parts).total() == len(urls)
    assert parts.outcomes() == wanted
    assert embedded.status().documents == len(records)
    for record in records:
        assert_true(embedded, record)


def dies_on(position: Position | None, read: ReadPage, asked: Position) -> Page:
    if asked == position:
        os._exit(9)
    return read(asked)


def open_deadly_reader(archive: Path, position: Position | None) -> ReadHere:
    """A reader whose process dies on one record, as it would of a bug in a library's C code."""
    read = Archive(archive, max_bytes=1).read
    return ReadHere(partial(dies_on, position, read), channel_hosts())


def test_a_process_that_dies_takes_down_only_the_page_it_died_on(parts: Parts, embedded: ArticleIndex) -> None:
    refs: list[PageRef] = parts.fetch([fetched(record["url"]) for record in SINGLE[:20]])
    deadly = refs[7]
    assert deadly.position is not None
    open_reader = partial(open_deadly_reader, parts.folder / "archive", deadly.position)
    with closing(ReadInProcesses(open_reader, 2)) as reader:
        total = work(parts.worker(embedded, reader=reader), parts)
    assert total == {INDEXED: 19, Outcome.SET_ASIDE: 1}
    [apart] = parts.queue.set_aside_pages()
    assert (apart.ref, apart.attempts) == (deadly, 3)
    assert apart.reason == f"The extraction process died on {deadly.url}."


READING = """
import sys
from functools import partial
from pathlib import Path
from difang.ingest.page import Position
from difang.ingest.readers import ReadInProcesses
from tests.integration.parts import page_of, reference
from tests.integration.test_worker import open_deadly_reader
nowhere = Position(file="none", offset=0, length=1)
reader = ReadInProcesses(partial(open_deadly_reader, Path("none"), None), 2)
print(reader.read([reference(page_of("http://sd.people.com.cn/n2/2026/0301/c1-1.html", b""), nowhere)]), flush=True)
sys.stdin.read()
"""


def test_the_processes_of_a_killed_worker_end_with_it() -> None:
    command = [sys.executable, "-c", READING]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=Path(__file__).parents[2]) as worker:
        assert worker.stdout is not None
        assert "The archive has no file none" in worker.stdout.readline()
        worker.kill()
        worker.communicate(timeout=20)  # comes to its end when nobody holds the pipe any more


def test_a_stopped_drain_leaves_the_rest_in_the_queue(parts: Parts, embedded: ArticleIndex) -> None:
    parts.fetch([fetched(record["url"]) for record in SINGLE[:4]])
    stop = Clock()
    told = drain(parts.worker(embedded), parts.queue, most=1, stop=stop, on_batch=lambda _: stop.set())
    assert told == {INDEXED: 1}
    assert parts.queue.counts().ready == 3
