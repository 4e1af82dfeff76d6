"""One fault's stage: a queue of its own, real workers on it, and what the index holds in the end, read from itself."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from elasticsearch import Elasticsearch, helpers

from difang.command.settings import Settings
from difang.command.wiring import open_queue
from difang.ingest.index.mapping import READ_ALIAS
from difang.ingest.page import PageRef
from difang.search.embedded import EmbeddedEngine
from difang.search.tree import All
from tests.faults.corpus import Corpus
from tests.services.command import Difang

_LOOK_SECONDS = 0.02
_LONGEST_SECONDS = 1_800.0


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of the fault table; `untold` are sent pages that did not end in exactly one outcome, or were set aside."""

    sent: int
    found: int
    lost: int
    doubled: int
    stale: int
    untold: int
    recovery: float

    @property
    def flawless(self) -> bool:
        """Nothing lost, doubled, stale or untold."""
        return self.found == self.sent and not (self.lost or self.doubled or self.stale or self.untold)


@dataclass(kw_only=True)
class Stage:
    """`index` is the address the workers use, empty for the embedded one; `look` the one that is read in the end."""

    folder: Path
    corpus: Corpus
    index: str = ""
    look: str = ""
    batch: int = 250
    settings: dict[str, str] = field(default_factory=dict)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def difang(self) -> Difang:
        """The command line on this stage."""
        mine = {"index": self.index, "archive": str(self.corpus.archive), "timeout": "20"} | self.settings
        return Difang(var=self.folder, proxy=None, settings=mine)

    def put(self, refs: Sequence[PageRef] | None = None) -> None:
        """Put pages into the queue, all where none are named."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with closing(open_queue(Settings(var=self.folder, queue=self.settings.get("queue", "")))) as queue:
            queue.put(self.corpus.refs if refs is None else refs)

    def start(self, environment: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """Start one more worker."""
        command = [sys.executable, "-m", "difang", "ingest", "--workers", "1", "--batch", str(self.batch)]
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(
                command, env={**self.difang().environment(), **(environment or {})}, stdout=log, stderr=log
            )
        self.workers.append(worker)
        return worker

    def kill(self) -> None:
        """Kill -9 every worker."""
        for worker in self.workers:
            worker.send_signal(signal.SIGKILL)
            worker.wait()
        self.workers.clear()

    def stop(self) -> None:
        """End the workers as an operator does."""
        for worker in self.workers:
            worker.terminate()
        codes = [worker.wait(120) for worker in self.workers]
        self.workers.clear()
        assert set(codes) <= {0}, (codes, self.log())

    def log(self) -> str:
        """The end of what the workers said."""
        return (self.folder / "worker.log").read_text(encoding="utf-8", errors="replace")[-3_000:]

    def waiting(self) -> int:
        """Pages in the queue."""
        file = Path(self.settings.get("queue") or self.folder / "queue.db")
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as db:
            return int(db.execute("SELECT count(*) FROM pages").fetchone()[0])

    def until(self, come: Callable[[], bool]) -> float:
        """Wait for it; seconds that took. The workers must live meanwhile."""
        began = time.monotonic()
        while not come():
            for worker in self.workers:
                assert worker.poll() is None, self.log()
            assert time.monotonic() - began < _LONGEST_SECONDS, self.log()
            time.sleep(_LOOK_SECONDS)
        return time.monotonic() - began

    def until_left(self, share: float) -> None:
        """Wait until no more than this share of the pages is left."""
        most = int(len(self.corpus.refs) * share)
        self.until(lambda: self.waiting() <= most)

    def recovery(self) -> float:
        """Seconds from now until the next page has left the queue."""
        before = self.waiting()
        assert before, "nothing was left to recover with"
        return self.until(lambda: self.waiting() < before)

    def finish(self) -> None:
        """Wait until the queue is empty, then end the workers."""
        self.until(lambda: not self.waiting())
        self.stop()

    def row(self, recovery: float, sent: Sequence[PageRef] | None = None) -> Row:
        """What became of it all; `sent` are the references that were put, where they are not the corpus's."""
        held = Counter[str]()
        stale = 0
        for id_, content_hash in self._held():
            held[id_] += 1
            stale += self.corpus.expected.get(id_, "") != content_hash
        expected = self.corpus.expected.keys()
        refs = self.corpus.refs if sent is None else sent
        return Row(
            sent=len(expected),
            found=len(expected & held.keys()),
            lost=len(expected - held.keys()),
            doubled=held.total() - len(held) + len(held.keys() - expected),
            stale=stale,
            untold=self._untold({(ref.run_id, ref.url) for ref in refs}),
            recovery=recovery,
        )

    def _held(self) -> Iterator[tuple[str, str]]:
        if self.index:
            with Elasticsearch(self.look or self.index, request_timeout=60) as client:
                client.indices.refresh(index=READ_ALIAS)
                for hit in helpers.scan(client, index=READ_ALIAS, _source=["id", "content_hash"], size=2_000):
                    assert hit["_id"] == hit["_source"]["id"]
                    yield hit["_source"]["id"], hit["_source"]["content_hash"]
        else:
            with closing(EmbeddedEngine(self.folder / "index")) as engine:
                for record in engine.stream(All(())):
                    yield record["id"], record["content_hash"]

    def _untold(self, sent: set[tuple[str, str]]) -> int:
        with closing(sqlite3.connect(self.folder / "ledger.db")) as db:
            told = Counter((run, url) for run, url, outcome in db.execute(_ENDED) if outcome != "set_aside")
        once = {place for place, times in told.items() if times == 1}
        return len(sent - once)


_ENDED = "SELECT run_id, url, outcome FROM discoveries WHERE outcome IS NOT NULL"
