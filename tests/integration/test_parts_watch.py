"""An index that is away, pages nobody reads, a worker that dies: each an issue that ends by itself."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from difang.command import ingest_process
from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.issues import Issue
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Tally
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.ledger.tables import Severity
from difang.crawler.watch.parts import Kind, PartsWatch, unread_for, worker_died, worker_lives
from difang.crawler.watch.watching import EVERY, Watching
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.port import ArticleIndex
from difang.ingest.sqlite_queue import SqliteQueue
from tests.integration.parts import Parts, page_of, parts_in

NOBODY = "http://127.0.0.1:9"  # the port of `discard`, where nobody listens
SECONDS = timedelta(seconds=10)


@dataclass
class Watched:
    """What is looked at, and when."""

    parts: Parts
    watch: PartsWatch = field(init=False)
    away: bool = False
    now: datetime = datetime(2026, 3, 2, tzinfo=UTC)

    def __post_init__(self) -> None:
        queue = partial(SqliteQueue, self.parts.folder / "queue.db")
        self.watch = PartsWatch(self.parts.ledger, self.index, queue)

    def index(self) -> ArticleIndex:
        if self.away:
            return ElasticIndex(Elasticsearch(NOBODY, max_retries=0))
        return EmbeddedIndex(self.parts.folder / "index")

    def look(self, after: timedelta = SECONDS) -> Issue | None:
        """Look so much later; the unresolved issue there is."""
        self.now += after
        self.watch.look(self.now)
        found = self.parts.ledger.issues.unresolved()
        assert len(found) < 2, found
        return found[0] if found else None


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    with parts_in(tmp_path) as parts:
        with closing(EmbeddedIndex(tmp_path / "index")) as index:
            index.write([])
        yield Watched(parts=parts)


def fetch(watched: Watched) -> None:
    watched.parts.fetch([page_of("http://sd.people.com.cn/n2/2026/0301/c1-1.html", b"<p>x")])


def test_an_index_that_is_away_is_told_at_the_second_look_and_over_with_its_first_answer(watched: Watched) -> None:
    assert watched.look() is None
    fetch(watched)
    watched.away = True
    assert watched.look() is None, "a hiccup is told to nobody"
    issue = watched.look()
    assert issue
    assert (issue.kind, issue.severity) == (Kind.INDEX_AWAY, Severity.HIGH)
    assert issue.sentence.startswith("The index does not answer for 1 min: ")
    assert issue.sentence.endswith("1 fetched page waits for it; nothing is lost.")
    later = watched.look(timedelta(minutes=20))
    assert later
    assert (later.id, later.sentence[:35]) == (issue.id, "The index does not answer for 20 mi")
    watched.away = False
    assert watched.look() is None


def test_another_leader_goes_on_with_the_issue_it_finds(watched: Watched) -> None:
    watched.away = True
    watched.look()
    before = watched.look()
    watched.__post_init__()
    after = watched.look(timedelta(minutes=20))
    assert before
    assert after
    assert (before.id, before.figures["since"]) == (after.id, after.figures["since"])
    watched.__post_init__()
    watched.away = False
    assert watched.look() is None


def test_pages_no_worker_takes_are_told_and_over_when_one_does(watched: Watched) -> None:
    fetch(watched)
    assert watched.look() is None
    assert watched.look(timedelta(minutes=1)) is None
    issue = watched.look(timedelta(minutes=2))
    assert issue
    assert (issue.kind, issue.severity) == (Kind.PAGES_WAIT, Severity.MEDIUM)
    graver = watched.look(timedelta(minutes=20))
    assert graver
    assert (graver.id, graver.severity) == (issue.id, Severity.HIGH)
    with closing(SqliteQueue(watched.parts.folder / "queue.db")) as queue:
        [claim] = queue.claim(1, lease_seconds=60)
        assert watched.look() is None, "a worker has it in hand"
        queue.done([claim])
    assert watched.look(timedelta(hours=1)) is None


def unread(ledger: Ledger, *, minutes: int) -> None:
    since = datetime.now(UTC) - timedelta(minutes=minutes)
    ledger.issues.see(
        kind=Kind.PAGES_WAIT.value,
        channel="",
        key="queue",
        sentence="Pages wait.",
        examples=(),
        figures={"since": since.isoformat(), "waiting": 3},
    )


def test_how_long_pages_wait_is_known_while_somebody_looks(watched: Watched) -> None:
    """A leader that went away leaves its issue behind, which says nothing of the workers of now."""
    ledger, now = watched.parts.ledger, datetime.now(UTC)
    assert unread_for(ledger, now) == timedelta()
    unread(ledger, minutes=6)
    assert unread_for(ledger, now) > timedelta(minutes=5)
    assert unread_for(ledger, now + timedelta(minutes=2)) == timedelta()


def test_a_worker_that_hangs_while_pages_wait_is_replaced(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest_process, "LOOK_SECONDS", 0.05)
    never = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    worker = ingest_process.IngestProcess(never, watched.parts.ledger)
    process = worker._start_unless_stopped()
    assert process
    os.kill(process.pid, signal.SIGSTOP)
    unread(watched.parts.ledger, minutes=6)
    monkeypatch.setattr(ingest_process, "HUNG_SECONDS", 0.2)
    assert worker._wait(process) == -signal.SIGKILL
    assert process.stdin
    process.stdin.close()


def test_a_worker_that_dies_again_and_again_is_graver_and_well_when_it_lives(watched: Watched) -> None:
    ledger = watched.parts.ledger
    for number in range(1, 4):
        worker_died(ledger, -9)
        [issue] = ledger.issues.unresolved()
        assert issue.figures["times"] == number
    assert (issue.kind, issue.severity) == (Kind.WORKER_DIED, Severity.HIGH)
    assert "was killed by signal 9, 3 times in a row, and was started again" in issue.sentence
    worker_lives(ledger)
    assert ledger.issues.unresolved() == []
    worker_died(ledger, 1)
    [issue] = ledger.issues.unresolved()
    assert (issue.severity, issue.figures["times"]) == (Severity.MEDIUM, 1)


def test_the_channels_are_checked_when_a_run_has_ended_and_every_five_minutes(watched: Watched) -> None:
    ledger, seconds = watched.parts.ledger, [0.0]
    watching = Watching(ledger, load_channels(None), clock=lambda: seconds[0])
    watching.look()
    run = ledger.runs.begin(channel="sd", channel_name="山东频道", started_by="test", logs=watched.parts.folder)
    watching.look()
    assert ledger.issues.unresolved() == []
    ledger.runs.end(run.id, RunState.LOST, "Its process was killed by signal 9.", Tally())
    watching.look()
    [issue] = ledger.issues.unresolved()
    assert issue.sentence == "山东频道: the last run failed: Its process was killed by signal 9."
    ledger.issues.resolve(issue)
    watching.look()
    assert ledger.issues.unresolved() == [], "nothing has ended since"
    seconds[0] += EVERY.total_seconds()
    watching.look()
    assert ledger.issues.unresolved()
