"""The ingest measured: raw pages from WARC until they are searchable, beside its two halves and beside other ways.

    python -m bench.ingest [--articles 2000] [--rounds 5] [--index elasticsearch|embedded]

In each round every way gets the same pages and an empty index, in turns, every other round backwards; what is printed
are medians. Processor time is of all our processes, Elasticsearch's own left out; articles a second are of wall time,
and others use the machine too. Extraction alone reads the same WARC files. Bulk alone is the same documents ready-made:
through helpers.parallel_bulk of elasticsearch-py, or added to Tantivy and committed in batches of the worker's size.
One document a call is what news-please does: search for the address, then index, for each article. Exits 1 where the
worker takes more than 1.15 times extraction and bulk alone, or stores fewer than eight times as many a second as one
document a call. Needs tests/services/install.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import shutil
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from threading import Event
from typing import Any

from elasticsearch import Elasticsearch, helpers

from difang.command.ingest import BATCH
from difang.command.settings import Settings
from difang.command.wiring import hosts, open_ledger, open_pieces, open_queue, open_reader
from difang.crawler.archive import Archive
from difang.ingest.extract.result import PageReading
from difang.ingest.index import embedded
from difang.ingest.index.bulk_request import operation_of
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.entry import Entry, document_of, entry_of
from difang.ingest.index.folder import make
from difang.ingest.index.mapping import READ_ALIAS, WRITE_ALIAS
from difang.ingest.index.port import ArticleIndex, Document
from difang.ingest.loop import drain
from difang.ingest.readers import ReadHere
from difang.ingest.worker import Worker
from tests.faults.corpus import FIRST, Corpus, corpus_in
from tests.integration.conftest import clear
from tests.services.elasticsearch import running_elasticsearch

_ONE_BY_ONE = 200
"""Documents that are enough to measure one a call."""


@dataclass(kw_only=True)
class Taken:
    """Milliseconds of processor time an article, and articles a second, a figure a round."""

    processor: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True)
class Ways:
    """One index: how it is opened and emptied, and how ready-made documents are stored without us."""

    open: Callable[[], ArticleIndex]
    empty: Callable[[], None]
    bulk: Callable[[Sequence[Entry]], None]
    one_by_one: Callable[[Sequence[Entry]], None]


def processor(pids: Sequence[int] = ()) -> float:
    """Seconds of processor time of this process and these."""
    seconds = time.process_time()
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        seconds += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return seconds


def measure(job: Callable[[], object], number: int, taken: Taken, pids: Sequence[int] = ()) -> None:
    """Do it once."""
    wall, spent = time.perf_counter(), processor(pids)
    job()
    taken.processor.append((processor(pids) - spent) / number * 1000)
    taken.rate.append(number / (time.perf_counter() - wall))


class Bench:
    """The corpus, and the jobs on one index."""

    def __init__(self, corpus: Corpus, ways: Ways, folder: Path) -> None:
        self._corpus, self._ways, self._folder = corpus, ways, folder
        self._refs = [ref for ref in corpus.refs if ref.run_id == FIRST]
        self._settings = Settings(archive=str(corpus.archive))
        self._numbers = count()
        self.taken: dict[str, Taken] = {}
        reads = self._reader().read(self._refs)
        articles = [read.article for read in reads if isinstance(read, PageReading)]
        assert len(articles) == len(self._refs)
        self._entries = [entry_of(Document(article=article, first_seen=article.fetched_at)) for article in articles]

    def round(self, *, backwards: bool) -> None:
        """Every way once."""
        jobs: list[tuple[str, Callable[[Taken], None]]] = [
            ("extraction alone", self._extraction),
            ("bulk alone", self._bulk),
            ("worker", partial(self._worker, 1)),
            ("worker, 2 processes", partial(self._worker, 2)),
            ("our writer alone", self._writer),
            ("one document a call", self._one_by_one),
        ]
        for name, job in reversed(jobs) if backwards else jobs:
            self._ways.empty()
            job(self.taken.setdefault(name, Taken()))

    def _reader(self) -> ReadHere:
        return ReadHere(Archive(self._corpus.archive, max_bytes=1).read, hosts(self._settings))

    def _extraction(self, taken: Taken) -> None:
        measure(lambda: self._reader().read(self._refs), len(self._refs), taken)

    def _bulk(self, taken: Taken) -> None:
        measure(lambda: self._ways.bulk(self._entries), len(self._entries), taken)

    def _one_by_one(self, taken: Taken) -> None:
        some = self._entries[:_ONE_BY_ONE]
        measure(lambda: self._ways.one_by_one(some), len(some), taken)

    def _writer(self, taken: Taken) -> None:
        documents = [document_of(entry.record) for entry in self._entries]

        def write() -> None:
            for start in range(0, len(documents), BATCH):
                index.write(documents[start : start + BATCH])

        with closing(self._ways.open()) as index:
            index.write(documents[:1])  # makes the index
            measure(write, len(documents), taken)

    def _worker(self, processes: int, taken: Taken) -> None:
        folder = self._folder / str(next(self._numbers))
        settings = Settings(var=folder, archive=str(self._corpus.archive))
        with ExitStack() as parts:
            queue = parts.enter_context(closing(open_queue(settings)))
            pieces = parts.enter_context(closing(open_pieces(settings)))
            ledger = parts.enter_context(closing(open_ledger(settings)))
            reader = parts.enter_context(closing(open_reader(settings, processes)))
            index = parts.enter_context(closing(self._ways.open()))
            reader.read(self._refs[:64])  # starts the processes and warms them
            queue.put(self._refs)
            worker = Worker(queue=queue, reader=reader, index=index, pieces=pieces, endings=ledger)

            def work() -> None:
                drain(worker, queue, most=BATCH, stop=Event(), on_batch=lambda _: None)
                index.refresh()

            measure(work, len(self._refs), taken, _children() if processes > 1 else ())
            assert index.status().documents == len(self._refs)
        shutil.rmtree(folder)


def _children() -> list[int]:
    return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text(encoding="ascii").split()
            if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]  # fmt: skip


def on_elasticsearch(url: str) -> Ways:
    """Through the official client."""
    client = Elasticsearch(url, request_timeout=60)

    made: list[dict[str, Any]] = []

    def ready(entries: Sequence[Entry]) -> list[dict[str, Any]]:
        """Made once, in the first round, which only warms."""
        for entry in entries[len(made) :]:
            source = json.loads(operation_of(entry).source)
            version = {"_version": entry.version, "_version_type": "external_gte"}
            made.append({"_id": entry.id, **version, "_source": source})
        return made[: len(entries)]

    def bulk(entries: Sequence[Entry]) -> None:
        deque(helpers.parallel_bulk(client, ready(entries), index=WRITE_ALIAS), maxlen=0)
        client.indices.refresh(index=READ_ALIAS)

    def one_by_one(entries: Sequence[Entry]) -> None:
        for document in ready(entries):
            client.search(index=READ_ALIAS, query={"term": {"id": document["_id"]}})
            client.index(index=WRITE_ALIAS, id=document["_id"], document=document["_source"])

    def empty() -> None:
        clear(url)
        with closing(ElasticIndex(Elasticsearch(url))) as index:
            index.remove(["none"])  # makes the index

    return Ways(
        open=lambda: ElasticIndex(Elasticsearch(url, max_retries=0, request_timeout=60)),
        empty=empty,
        bulk=bulk,
        one_by_one=one_by_one,
    )


def on_embedded(folder: Path) -> Ways:
    """Straight into Tantivy."""

    def bulk(entries: Sequence[Entry]) -> None:
        writer = make(folder).writer(embedded.HEAP, 1)
        for start in range(0, len(entries), BATCH):
            for entry in entries[start : start + BATCH]:
                writer.add_document(embedded.as_tantivy(entry))
            writer.commit()
        writer.wait_merging_threads()

    def one_by_one(entries: Sequence[Entry]) -> None:
        with closing(EmbeddedIndex(folder)) as index:
            for entry in entries:
                index.get([entry.id])
                index.write([document_of(entry.record)])

    return Ways(
        open=lambda: EmbeddedIndex(folder),
        empty=lambda: shutil.rmtree(folder, ignore_errors=True),
        bulk=bulk,
        one_by_one=one_by_one,
    )


def show(name: str, taken: dict[str, Taken]) -> bool:
    """Print the table; whether the targets are met."""
    print(f"\n{name}\n{'':24} ms processor an article   articles/s")
    for way, figures in taken.items():
        print(f"{way:24} {median(figures.processor):12.3f} {median(figures.rate):22.0f}")
    halves = [
        worker / (extraction + bulk)
        for worker, extraction, bulk in zip(
            *(taken[way].processor for way in ("worker", "extraction alone", "bulk alone")), strict=True
        )
    ]
    times = {
        way: median(
            mine / single for mine, single in zip(taken[way].rate, taken["one document a call"].rate, strict=True)
        )
        for way in ("our writer alone", "worker")
    }
    print(f"worker / (extraction alone + bulk alone), processor time: {median(halves):.2f} (at most 1.15)")
    print(f"our writer stores {times['our writer alone']:.1f} times as many a second as one document a call (least 8)")
    print(f"the worker, extraction included, {times['worker']:.1f} times")
    return median(halves) <= 1.15 and times["our writer alone"] >= 8


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--index", choices=["elasticsearch", "embedded"])
    parser.add_argument("--corpus", type=Path, help="A folder to keep the pages in.")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    met = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        corpus = corpus_in(options.corpus or folder / "corpus", options.articles)
        ways: dict[str, Ways] = {}
        if options.index != "embedded":
            ways["elasticsearch"] = on_elasticsearch(stack.enter_context(running_elasticsearch(heap="1g")))
        if options.index != "elasticsearch":
            ways["embedded"] = on_embedded(folder / "index")
        for name, index in ways.items():
            bench = Bench(corpus, index, folder / name)
            for number in range(options.rounds + 1):
                bench.round(backwards=bool(number % 2))
                if not number:
                    bench.taken.clear()  # warms
            met.append(show(f"{name}, {options.articles} articles, {options.rounds} rounds", bench.taken))
    sys.exit(not all(met))


if __name__ == "__main__":
    main()
