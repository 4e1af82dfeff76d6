"""How fast extraction is: milliseconds a page beside bare parsing and other extractors, two processes, memory.

    python -m bench.extract_speed --pages 200 --memory 100000

Bare parsing is lxml.html on the page's bytes, whose encoding it is told; the other extractors get the decoded text.
Others use the machine too: every extractor reads the same few pages in turn, then the next few, and what counts is
the median of the ratios of those turns, in processor time of the thread (wall time stands beside it). Extractors over
50 ms a page read four pages once. Exits 1 where difang takes more than 3 times bare parsing, or trafilatura less than
twelve times difang. requirements-bench.lock brings the others (README.md); --libraries names a folder
where they are installed apart, of which nothing replaces what is installed here.
"""

from __future__ import annotations

import argparse
import logging
import resource
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median

from lxml import html

from bench.extract_pages import Sample, captured, replica
from bench.extractors import extractors
from difang.command.settings import Settings
from difang.command.wiring import hosts
from difang.ingest.extract import extract
from difang.ingest.extract.encoding import decode
from difang.ingest.extract.result import Hosts
from difang.ingest.page import Page

_TURN = 20
"""Pages a turn: a worker reads many in a row, so an extractor is to find its own code in the caches again (with four
a turn that alone made difang a tenth slower), but few enough for a slow moment to hit all extractors alike."""
_FEW = 4
"""Pages a slow extractor reads, as many as are captured."""
_SLOW = 50.0
"""Milliseconds a page; what is slower is measured in one turn."""
_BARE = "bare lxml parse"
_PARSERS = {name: html.HTMLParser(encoding=name) for name in ("utf-8", "gb18030")}

Job = Callable[[Sample], object]


@dataclass(kw_only=True)
class Times:
    """Milliseconds a page of one extractor, a figure a turn: processor time and wall time."""

    processor: list[float] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)

    def take(self, job: Job, samples: Sequence[Sample]) -> None:
        """Measure one turn."""
        wall, processor = time.perf_counter(), time.thread_time()
        for sample in samples:
            _try(job, sample)
        self.processor.append((time.thread_time() - processor) / len(samples) * 1000)
        self.wall.append((time.perf_counter() - wall) / len(samples) * 1000)

    def over(self, other: Times) -> float:
        """How many times as long as the other, in processor time, in the median of the turns both took."""
        return median(mine / its for mine, its in zip(self.processor, other.processor, strict=False))


def parse(encodings: dict[str, str], sample: Sample) -> object:
    """Bare parsing."""
    return html.document_fromstring(sample.page.body, parser=_PARSERS[encodings[sample.page.url]])


def _try(job: Job, sample: Sample) -> None:
    try:
        job(sample)
    except Exception as error:  # a failure takes time too
        logging.getLogger(__name__).warning("%s: %s", sample.page.url, error)


def measure(jobs: dict[str, Job], samples: Sequence[Sample], rounds: int) -> dict[str, Times]:
    """What each job took, turn by turn; the first turns only warm, and every other round goes backwards."""
    times = {name: Times() for name in jobs}
    for name, job in jobs.items():
        Times().take(job, samples[:_FEW])  # libraries load what they need at their first page
        first = Times()
        first.take(job, samples[:_FEW])
        if first.processor[0] > _SLOW:
            times[name] = first
    quick = [name for name in jobs if not times[name].processor]
    for turn in range(rounds):
        for at in range(0, len(samples), _TURN):
            for name in quick if turn % 2 else reversed(quick):
                times[name].take(jobs[name], samples[at : at + _TURN])
    return times


def compare(title: str, samples: Sequence[Sample], known: Hosts, rounds: int) -> bool:
    """Print the table of these pages; whether difang is fast enough on them."""
    encodings = {sample.page.url: decode(sample.page.body).encoding for sample in samples}
    jobs: dict[str, Job] = {_BARE: partial(parse, encodings)}
    for name, extractor in extractors(known).items():
        jobs[name] = lambda sample, extractor=extractor: extractor(sample.page, sample.text)  # type: ignore[misc]
    times = measure(jobs, samples, rounds)
    size = sum(len(sample.page.body) for sample in samples) // len(samples)
    print(f"\n{title}: {len(samples)} pages of {size} bytes on average, {rounds} rounds, {_TURN} pages a turn")
    print(f"{'':22} ms a page (wall)      × bare parse   × difang")
    for name, taken in times.items():
        print(
            f"{name:22} {median(taken.processor):9.3f} {f'({median(taken.wall):.3f})':12}"
            f"{taken.over(times[_BARE]):10.2f} {taken.over(times['difang']):10.2f}"
        )
    return times["difang"].over(times[_BARE]) <= 3 and times["trafilatura"].over(times["difang"]) >= 12


def read_all(pages: Sequence[Page], known: Hosts, times: int) -> int:
    """Extract these pages so many times."""
    for _ in range(times):
        for page in pages:
            extract(page, known)
    return len(pages) * times


def scaling(pages: Sequence[Page], known: Hosts, times: int) -> float:
    """How many times as many pages a second (wall time) two processes read as one, in the median of five trials."""
    with ProcessPoolExecutor(2, mp_context=get_context("fork")) as pool:

        def rate(workers: int, repeats: int = times) -> float:
            started = time.perf_counter()
            count = sum(pool.map(read_all, [pages] * workers, [known] * workers, [repeats] * workers))
            return count / (time.perf_counter() - started)

        rate(2, 1)  # starts and warms both
        return median(rate(2) / rate(1) for _ in range(5))


def memory(pages: Sequence[Page], known: Hosts, count: int) -> None:
    """Print the process's memory while it reads so many pages."""
    done = 0
    for tenth in range(11):
        while done < count * tenth // 10:
            done += read_all(pages, known, 1)
        with Path("/proc/self/statm").open(encoding="ascii") as file:
            resident = int(file.read().split()[1]) * resource.getpagesize() / 1e6
        print(f"  {done:7} pages: {resident:6.1f} MB")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200, help="Replica pages.")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--memory", type=int, default=0, help="Read so many pages and watch the memory.")
    parser.add_argument("--libraries", default="", help="A folder where other extractors are installed.")
    options = parser.parse_args()
    if options.libraries:
        sys.path.append(options.libraries)
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    known = hosts(Settings())
    sets = {"captured": captured() * 10, "replica": replica(options.pages)}
    fast = [compare(title, samples, known, options.rounds) for title, samples in sets.items() if samples]
    pages = [sample.page for samples in sets.values() for sample in samples]
    print(f"\ntwo processes read {scaling(pages, known, 5):.2f} times as many pages a second as one (wall time)")
    if options.memory:
        memory(pages, known, options.memory)
    sys.exit(not all(fast))


if __name__ == "__main__":
    main()
