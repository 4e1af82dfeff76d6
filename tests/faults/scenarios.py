"""Each fault as a function: it happens to workers at work, and the seconds until the next page left are told."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from elasticsearch import Elasticsearch

from difang.crawler.archive import Archive
from difang.crawler.ledger.addresses import Found
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.outbox import Outbox
from difang.ingest.address import key_of
from difang.ingest.errors import RetryLater
from difang.ingest.index.mapping import WRITE_ALIAS
from difang.ingest.page import Page, PageRef
from difang.ingest.sqlite_queue import SqliteQueue
from tests.faults.corpus import SECOND, again
from tests.faults.stage import Row, Stage
from tests.services.elasticsearch import Server
from tests.services.faketime import SetClock
from tests.services.fault_proxy import Fault, FaultProxy, fault_proxy
from tests.services.small_disk import SmallDisk, small_disk


@dataclass(frozen=True, kw_only=True)
class Scale:
    """How much of it: kills, seconds a fault lasts, seconds Elasticsearch is away, the share done before it begins."""

    kills: int
    fault_seconds: float
    away_seconds: float
    before: float = 0.2
    disk_megabytes: int = 1_500


Scenario = Callable[[Stage, Scale], Row]


def nothing(stage: Stage, scale: Scale) -> Row:
    """No fault at all."""
    stage.put()
    stage.start()
    stage.finish()
    return stage.row(0.0)


def worker_killed(stage: Stage, scale: Scale) -> Row:
    """Kill -9 at random moments, the next worker started at once; the recovery is the longest of all."""
    dice, longest = random.Random(11), 0.0
    stage.batch = min(stage.batch, len(stage.corpus.refs) // (scale.kills * 6))  # enough batches for all kills
    stage.put()
    for kill in range(scale.kills):
        stage.start()
        stage.until_left(1 - 0.8 * (kill + 0.5) / scale.kills)
        time.sleep(dice.uniform(0, 0.3))
        assert stage.waiting(), "the work was done before the last kill"
        stage.kill()
        stage.start()
        longest = max(longest, stage.recovery())
        stage.kill()
    assert stage.waiting(), "the work was done before the last kill"
    stage.start()
    stage.finish()
    return stage.row(longest)


def server_killed(server: Server, stage: Stage, scale: Scale) -> Row:
    """Elasticsearch killed -9 under the worker, and back on the same data after a while."""
    _at_work(stage, scale)
    server.kill()
    time.sleep(scale.away_seconds)
    server.start()
    return _recovered(stage)


def server_down_at_start(server: Server, stage: Stage, scale: Scale) -> Row:
    """The worker is there before Elasticsearch is."""
    server.kill()
    stage.put()
    stage.start()
    time.sleep(scale.fault_seconds)
    server.start()
    return _recovered(stage)


def storm(fault: Fault, stage: Stage, scale: Scale) -> Row:
    """Half of all bulk requests, then all of them, then none meet the fault."""
    with fault_proxy(stage.look) as proxy:
        stage.index = proxy.url
        _at_work(stage, scale)
        return _in_the_storm(proxy, fault, stage, scale)


def _in_the_storm(proxy: FaultProxy, fault: Fault, stage: Stage, scale: Scale) -> Row:
    proxy.order(fault, 0.5)
    time.sleep(scale.fault_seconds / 2)
    proxy.order(fault)
    time.sleep(scale.fault_seconds)
    stage.until(lambda: proxy.done[fault] > 0)
    proxy.order(Fault.NONE)
    return _recovered(stage)


def index_read_only(stage: Stage, scale: Scale) -> Row:
    """What Elasticsearch does to an index when its disk is nearly full: a block on writes."""
    block = "index.blocks.read_only_allow_delete"
    with Elasticsearch(stage.look or stage.index) as client:
        _at_work(stage, scale)
        client.indices.put_settings(index=WRITE_ALIAS, settings={block: True})
        time.sleep(scale.fault_seconds)
        client.indices.put_settings(index=WRITE_ALIAS, settings={block: None})
        return _recovered(stage)


def index_disk_full(stage: Stage, scale: Scale) -> Row:
    """The disk of the embedded index."""
    with small_disk(stage.folder / "index", scale.disk_megabytes) as disk:
        _at_work(stage, scale)
        _while_full(disk, scale)
        return _recovered(stage)


def queue_disk_full(stage: Stage, scale: Scale) -> Row:
    """The disk of the page queue."""
    with small_disk(stage.folder / "queue", scale.disk_megabytes) as disk:
        stage.settings["queue"] = str(disk.folder / "queue.db")
        _at_work(stage, scale)
        _while_full(disk, scale)
        return _recovered(stage)


def archive_disk_full(stage: Stage, scale: Scale) -> Row:
    """The disk of the archive fills while pages are fetched; the sender begins anew as a next run does."""
    with small_disk(stage.folder / "archive", scale.disk_megabytes) as disk:
        stage.settings["archive"] = str(disk.folder)
        stage.put([])
        stage.start()
        with _sender(stage, disk.folder) as send:
            refs = stage.corpus.refs
            half = len(refs) // 2
            sent = send([stage.corpus.page(ref) for ref in refs[:half]])
            disk.fill()
            began = time.monotonic()
            failures = 0
            while time.monotonic() - began < scale.fault_seconds:
                failures += not send([stage.corpus.page(refs[half])], tries=1)
                time.sleep(0.2)
            assert failures, "the disk was never full"
            disk.free()
            began = time.monotonic()
            sent += send([stage.corpus.page(ref) for ref in refs[half : half + 64]])
            recovery = time.monotonic() - began
            sent += send([stage.corpus.page(ref) for ref in refs[half + 64 :]])
        stage.finish()
        return stage.row(recovery, sent)


def duplicated_and_reordered(stage: Stage, scale: Scale) -> Row:
    """Every page twice, in any order, to two workers where the index lets two write."""
    refs = [*stage.corpus.refs, *again(stage.corpus.refs, "again")]
    random.Random(23).shuffle(refs)
    stage.put(refs)
    for _ in range(2 if stage.index else 1):
        stage.start()
    stage.finish()
    return stage.row(0.0, refs)


def taken_back_and_reordered(stage: Stage, scale: Scale) -> Row:
    """Corrections that were taken back: the last page comes before the one in the middle, or before both."""
    corpus = stage.corpus
    stage.corpus = replace(corpus, expected=corpus.expected | corpus.restored)
    first = [*(ref for ref in corpus.refs if ref.run_id != SECOND), *corpus.back]
    random.Random(29).shuffle(first)
    refs = [*first, *(ref for ref in corpus.refs if ref.run_id == SECOND)]
    assert len(refs) == len(corpus.refs) + len(corpus.restored) > len(corpus.refs)
    stage.put(refs)
    for _ in range(2 if stage.index else 1):
        stage.start()
    stage.finish()
    return stage.row(0.0, refs)


def clock_set_back(stage: Stage, scale: Scale) -> Row:
    """An hour, under the worker; and corrections whose fetch, by the clock set back, lies before what they correct."""
    stage.put([])
    clock = SetClock(stage.folder)
    with _sender(stage, stage.folder / "archive") as send:
        stage.settings["archive"] = str(stage.folder / "archive")
        sent = send([stage.corpus.page(ref) for ref in stage.corpus.refs if ref.run_id != SECOND])
        stage.start(clock.environment)
        stage.until_left(1 - scale.before)
        clock.set(timedelta(hours=-1))
        recovery = stage.recovery()
        late = [stage.corpus.page(ref) for ref in stage.corpus.refs if ref.run_id == SECOND]
        sent += send([replace(page, fetched_at=page.fetched_at - timedelta(hours=13)) for page in late], again=True)
    stage.finish()
    return stage.row(recovery, sent)


Send = Callable[..., list[PageRef]]


@contextmanager
def _sender(stage: Stage, archive: Path) -> Iterator[Send]:
    """Sends pages as runs do, through the outbox; what a failed run did not bring to the queue goes with the next."""
    queue = SqliteQueue(Path(stage.settings.get("queue") or stage.folder / "queue.db"))
    ledger = Ledger(f"sqlite:///{stage.folder / 'ledger.db'}")
    runs = iter(range(1_000_000))

    def one_run(pages: Sequence[Page], run: str, *, again: bool) -> list[PageRef]:
        found = {
            page.url: Found(url=page.url, key=key_of(page.url, regional=True), page=1, found_on=None) for page in pages
        }
        ledger.discoveries.found(run, "sd", list(found.values()))
        files = Archive(archive, max_bytes=100_000_000).open_run(run, "tests")
        outbox = Outbox(files=files, queue=queue, ledger=ledger)
        for page in pages:
            outbox.page(replace(page, run_id=run), found[page.url], again=again)
        outbox.close()
        return [PageRef(url=p.url, key="", run_id=run, fetched_at=p.fetched_at, position=None) for p in pages]

    def send(pages: Sequence[Page], *, again: bool = False, tries: int = 100) -> list[PageRef]:
        sent: list[PageRef] = []
        for start in range(0, len(pages), 64):
            for _ in range(tries):
                try:
                    sent += one_run(pages[start : start + 64], f"sent-{next(runs)}", again=again)
                    break
                except RetryLater:
                    time.sleep(0.05)
        return sent

    try:
        yield send
    finally:
        queue.close()
        ledger.close()


def _at_work(stage: Stage, scale: Scale) -> None:
    stage.put()
    stage.start()
    stage.until_left(1 - scale.before)


def _while_full(disk: SmallDisk, scale: Scale) -> None:
    disk.fill()
    time.sleep(scale.fault_seconds)
    disk.free()


def _recovered(stage: Stage) -> Row:
    recovery = stage.recovery()
    stage.finish()
    return stage.row(recovery)
