"""The ingest measured: raw pages from WARC until they are searchable, beside its two halves and beside other ways.

    python -m bench.ingest [--articles 8000] [--rounds 5] [--index elasticsearch|embedded]

In each round every way gets the same pages and an empty index, in turns, every other round backwards; what is printed
are medians; what is under way is told on the standard error. Processor time is of all our processes, Elasticsearch's
own beside it; articles a second are of wall time, and others use the machine too. Extraction alone reads the same WARC
files. Bulk alone is the same documents ready-made: through helpers.parallel_bulk of elasticsearch-py, or added to
Tantivy and committed in batches of the worker's size.
The worker is as `difang ingest --workers 1` and `--workers 2` make it, its pages known to the ledger as a crawl leaves
them; once more without stories. What is measured has done a batch before: opening a ledger is no cost of an article.
Tantivy joins segments after some eight commits; whoever writes pays for that, so it is waited for and measured in every
way, and 8,000 articles are some sixteen commits. With 2,000 there is nothing to join yet.

One document a call is how news-please stores: for each article it searches the address, then indexes. It is measured
three times: with the documents ready-made, as the bulk; from the WARC files with our extraction; and, where news-please
is installed, from the WARC files with its own. Exits 1 where the worker takes more than 1.15 times extraction and bulk
alone, or our writer stores fewer than eight times as many ready-made documents a second as one
document a call, or the worker makes fewer than eight times as many pages searchable a second as news-please itself.
Needs tests/services/install.
"""

from __future__ import annotations

import argparse
import logging
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from threading import Event

from bench.ingest_ways import Ways, on_elasticsearch, on_embedded, processor_of
from difang.command.ingest import BATCH
from difang.command.settings import Settings
from difang.command.wiring import alert_watch, hosts, open_ledger, open_pieces, open_queue, open_reader
from difang.crawler.archive import Archive
from difang.crawler.ledger.addresses import Found, Headers
from difang.crawler.ledger.discoveries import Queued
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.extract.result import PageReading
from difang.ingest.garbage import collect_seldom
from difang.ingest.index.entry import Entry, document_of, entry_of
from difang.ingest.index.port import Document
from difang.ingest.loop import drain
from difang.ingest.page import Page, PageRef
from difang.ingest.readers import ReadHere
from difang.ingest.refusing import RefusingReader
from difang.ingest.stories.index import StoryIndex
from difang.ingest.turns import Turns
from difang.ingest.worker import Worker
from tests.faults.corpus import FIRST, Corpus, corpus_in
from tests.services.elasticsearch import running_elasticsearch

_ONE_BY_ONE = 20
"""One of so many documents is enough to measure one a call: on the embedded index each is a commit of its own, which
waits for the disk; with 200 of them in each round a small run took longer for these than for all the rest."""

EXTRACTION, BULK = "extraction alone", "ready-made, bulk alone"
WORKER, WORKER_2 = "worker, WARC to searchable, --workers 1", "worker, WARC to searchable, --workers 2"
PLAIN, WRITER = "worker without stories", "ready-made, our writer alone"
ONE, ONE_READ = "ready-made, one document a call", "our extraction, one document a call"
NEWS_PLEASE = "news-please: its extraction, one a call"


@dataclass(kw_only=True)
class Taken:
    """Milliseconds of processor time an article, ours and the server's, and articles a second, a figure a round."""

    processor: list[float] = field(default_factory=list)
    server: list[float] = field(default_factory=list)
    rate: list[float] = field(default_factory=list)


def processor(pids: Sequence[int] = ()) -> float:
    """Seconds of processor time of this process and these."""
    return time.process_time() + sum(map(processor_of, pids))


class Bench:
    """The corpus, and the jobs on one index."""

    def __init__(self, corpus: Corpus, ways: Ways, folder: Path) -> None:
        self._corpus, self._ways, self._folder = corpus, ways, folder
        self._archive = Archive(corpus.archive, max_bytes=1)
        refs = [ref for ref in corpus.refs if ref.run_id == FIRST]
        before = min(BATCH, len(refs) // 4)
        self._before, self._refs = refs[:before], refs[before:]
        self._few = max(1, len(self._refs) // _ONE_BY_ONE)
        self._settings = Settings(archive=str(corpus.archive))
        self._numbers = count()
        self.taken: dict[str, Taken] = {}
        reads = self._reader().read(self._refs)
        articles = [read.article for read in reads if isinstance(read, PageReading)]
        assert len(articles) == len(self._refs)
        self._entries = [entry_of(Document(article=article, first_seen=article.fetched_at)) for article in articles]

    def round(self, *, backwards: bool) -> Iterator[str]:
        """Every way once, its name before it begins."""
        jobs: list[tuple[str, Callable[[Taken], None]]] = [
            (EXTRACTION, self._extraction),
            (BULK, self._bulk),
            (WORKER, partial(self._worker, 1, stories=True)),
            (WORKER_2, partial(self._worker, 2, stories=True)),
            (PLAIN, partial(self._worker, 1, stories=False)),
            (WRITER, self._writer),
            (ONE, self._one_by_one),
            (ONE_READ, self._read_one_by_one),
        ]
        if self._ways.news_please:
            jobs.append((NEWS_PLEASE, partial(self._news_please, self._ways.news_please)))
        for name, job in reversed(jobs) if backwards else jobs:
            yield name
            self._ways.empty()
            job(self.taken.setdefault(name, Taken()))

    def _reader(self) -> ReadHere:
        return ReadHere(self._archive.read, hosts(self._settings))

    def _measure(self, job: Callable[[], object], number: int, taken: Taken, pids: Sequence[int] = ()) -> None:
        wall, spent, server = time.perf_counter(), processor(pids), self._ways.server()
        job()
        taken.processor.append((processor(pids) - spent) / number * 1000)
        taken.rate.append(number / (time.perf_counter() - wall))
        taken.server.append((self._ways.server() - server) / number * 1000)

    def _extraction(self, taken: Taken) -> None:
        reader = self._reader()
        reader.read(self._before)

        def extract() -> None:
            for start in range(0, len(self._refs), BATCH):
                reader.read(self._refs[start : start + BATCH])

        self._measure(extract, len(self._refs), taken)

    def _bulk(self, taken: Taken) -> None:
        self._measure(lambda: self._ways.bulk(self._entries), len(self._entries), taken)

    def _one_by_one(self, taken: Taken) -> None:
        some = self._entries[: self._few]
        self._measure(lambda: self._ways.one_by_one(some), len(some), taken)

    def _read_one_by_one(self, taken: Taken) -> None:
        reader = self._reader()

        def entries() -> Iterator[Entry]:
            for ref in self._refs[: self._few]:
                [read] = reader.read([ref])
                assert isinstance(read, PageReading)
                yield entry_of(Document(article=read.article, first_seen=read.article.fetched_at))

        self._measure(lambda: self._ways.one_by_one(entries()), self._few, taken)

    def _news_please(self, store: Callable[[Sequence[Page]], None], taken: Taken) -> None:
        positions = [ref.position for ref in self._refs[: self._few] if ref.position]
        self._measure(lambda: store([self._archive.read(position) for position in positions]), len(positions), taken)

    def _writer(self, taken: Taken) -> None:
        documents = [document_of(entry.record) for entry in self._entries]

        def write() -> None:
            for start in range(0, len(documents), BATCH):
                index.write(documents[start : start + BATCH])
            index.close()

        index = self._ways.open(None)
        index.write(documents[:1])  # makes the index
        self._measure(write, len(documents), taken)

    def _worker(self, processes: int, taken: Taken, *, stories: bool) -> None:
        folder = self._folder / str(next(self._numbers))
        settings = Settings(var=folder, archive=str(self._corpus.archive))
        turns = Turns()
        with ExitStack() as parts:
            queue = parts.enter_context(closing(open_queue(settings)))
            pieces = parts.enter_context(closing(open_pieces(settings)))
            ledger = parts.enter_context(closing(open_ledger(settings)))
            reader = RefusingReader(open_reader(settings, processes, turns), ledger.takedowns)
            parts.callback(reader.close)
            index = self._ways.open(turns)
            if stories:
                index = StoryIndex(index, lambda: ledger.stories)
            _crawled(ledger, [*self._before, *self._refs])
            worker = Worker(
                queue=queue,
                reader=reader,
                index=index,
                pieces=pieces,
                endings=ledger,
                newcomers=alert_watch(settings, ledger),
                turns=turns,
            )

            def work() -> None:
                drain(worker, queue, most=BATCH, stop=Event(), on_batch=lambda _: None)
                index.refresh()

            def work_and_close() -> None:
                work()
                index.close()

            queue.put(self._before)
            work()
            queue.put(self._refs)
            self._measure(work_and_close, len(self._refs), taken, _children() if processes > 1 else ())
        with closing(self._ways.open(None)) as index:
            assert index.status().documents == len(self._before) + len(self._refs)
        shutil.rmtree(folder)


def _crawled(ledger: Ledger, refs: Sequence[PageRef]) -> None:
    """As a crawl leaves these pages: discovered, archived and queued."""
    found = [Found(url=ref.url, key=ref.key, page=1, found_on="http://sd.people.com.cn/") for ref in refs]
    ledger.discoveries.found(FIRST, "sd", found)
    ledger.discoveries.queued([Queued(ref=ref, headers=Headers()) for ref in refs])


def _children() -> list[int]:
    pids = [int(pid) for file in Path("/proc/self/task").glob("*/children") for pid in file.read_text("ascii").split()]
    return [pid for pid in pids if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()]


def show(name: str, taken: dict[str, Taken]) -> bool:
    """Print the table; whether the targets are met."""
    print(f"\n{name}\n{'':44} ms processor an article   the server's   articles/s")
    for way, figures in taken.items():
        print(f"{way:44} {median(figures.processor):23.3f} {median(figures.server):14.3f} {median(figures.rate):12.0f}")
    shares = {
        way: median(
            worker / (extraction + bulk)
            for worker, extraction, bulk in zip(
                *(taken[each].processor for each in (way, EXTRACTION, BULK)), strict=True
            )
        )
        for way in (PLAIN, WORKER)
    }
    print("processor time, times extraction alone + ready-made alone (at most 1.15 with stories):")
    for way, share in shares.items():
        print(f"  {way:42} {share:.2f}")
    least = [(WRITER, ONE, 8.0), *((way, ONE_READ, 0.0) for way in (WORKER, WORKER_2)), (WORKER, ONE, 0.0)]
    if NEWS_PLEASE in taken:
        least += [(WORKER, NEWS_PLEASE, 8.0), (WORKER_2, NEWS_PLEASE, 8.0)]
    print("articles a second, times another way's:")
    met = bool(shares[WORKER] <= 1.15)
    for way, other, wanted in least:
        times = median(mine / single for mine, single in zip(taken[way].rate, taken[other].rate, strict=True))
        met = met and times >= wanted
        print(f"  {way:42} {times:6.1f} × {other}{f' (at least {wanted:.0f})' if wanted else ''}")
    return met


def _tell(what: str) -> None:
    """What is under way, to the standard error."""
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=8_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--index", choices=["elasticsearch", "embedded"])
    parser.add_argument("--corpus", type=Path, help="A folder to keep the pages in.")
    options = parser.parse_args()
    logging.disable(logging.CRITICAL)
    met = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        _tell(f"making {options.articles} pages, unless they are there")
        corpus = corpus_in(options.corpus or folder / "corpus", options.articles)
        ways: dict[str, Ways] = {}
        if options.index != "embedded":
            ways["elasticsearch"] = on_elasticsearch(stack.enter_context(running_elasticsearch(heap="1g")))
        if options.index != "elasticsearch":
            ways["embedded"] = on_embedded(folder / "index")
        for name, index in ways.items():
            bench = Bench(corpus, index, folder / name)
            collect_seldom()  # as `difang ingest` does, and lest each way pays for what the bench holds
            for number in range(options.rounds + 1):
                for way in bench.round(backwards=bool(number % 2)):
                    _tell(f"{name}, {f'round {number} of {options.rounds}' if number else 'warming up'}: {way}")
                if not number:
                    bench.taken.clear()  # warms
            met.append(show(f"{name}, {options.articles} articles, {options.rounds} rounds", bench.taken))
    sys.exit(not all(met))


if __name__ == "__main__":
    main()
