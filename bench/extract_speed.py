"""How fast extraction is: milliseconds a page beside bare parsing and other extractors, two processes, memory.

    python -m bench.extract_speed --pages 200 --memory 100000

Bare parsing is lxml.html on the page's bytes, whose encoding it is told; the other extractors get the decoded text.
Every extractor reads the same pages, in turns; the best of the rounds counts. Exits 1 where difang takes more than 3
times bare parsing, or trafilatura less than twelve times difang.
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
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from lxml import html

from bench.extract_pages import Sample, captured, replica
from bench.extractors import extractors
from difang.command.settings import Settings
from difang.command.wiring import hosts
from difang.ingest.extract import extract
from difang.ingest.extract.encoding import decode
from difang.ingest.extract.result import Hosts
from difang.ingest.page import Page

_SLOW = 200.0
"""Milliseconds a page; what is slower is measured on four pages, once."""

Job = Callable[[Sample], object]
_PARSERS = {name: html.HTMLParser(encoding=name) for name in ("utf-8", "gb18030")}


def parse(encodings: dict[str, str], sample: Sample) -> object:
    """Bare parsing."""
    return html.document_fromstring(sample.page.body, parser=_PARSERS[encodings[sample.page.url]])


def best(jobs: dict[str, Job], samples: Sequence[Sample], rounds: int) -> dict[str, float]:
    """Milliseconds a page of each job, the best of the rounds; the jobs take turns, so that a slow moment hits all."""
    times = dict.fromkeys(jobs, float("inf"))
    for _ in range(rounds):
        for name, job in jobs.items():
            if times[name] < _SLOW:
                times[name] = min(times[name], _milliseconds(job, samples))
            elif times[name] == float("inf"):
                few = _milliseconds(job, samples[:4])
                times[name] = few if few > _SLOW else _milliseconds(job, samples)
    return times


def _milliseconds(job: Job, samples: Sequence[Sample]) -> float:
    started = time.perf_counter()
    for sample in samples:
        _try(job, sample)
    return (time.perf_counter() - started) / len(samples) * 1000


def _try(job: Job, sample: Sample) -> None:
    try:
        job(sample)
    except Exception as error:  # a failure takes time too
        logging.getLogger(__name__).warning("%s: %s", sample.page.url, error)


def read_all(pages: Sequence[Page], known: Hosts, times: int) -> int:
    """Extract these pages so many times."""
    for _ in range(times):
        for page in pages:
            extract(page, known)
    return len(pages) * times


def scaling(pages: Sequence[Page], known: Hosts, times: int) -> float:
    """How many times as many pages a second two processes read as one."""
    rates = []
    for workers in (1, 2):
        with ProcessPoolExecutor(workers, mp_context=get_context("fork")) as pool:
            list(pool.map(read_all, [pages] * workers, [known] * workers, [1] * workers))  # warm
            started = time.perf_counter()
            count = sum(pool.map(read_all, [pages] * workers, [known] * workers, [times] * workers))
            rates.append(count / (time.perf_counter() - started))
    return rates[1] / rates[0]


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
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--memory", type=int, default=0, help="Read so many pages and watch the memory.")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    logging.disable(logging.CRITICAL)
    known = hosts(Settings())
    failed = False
    sets = {"captured": captured() * 10, "replica": replica(options.pages)}
    for title, samples in sets.items():
        if not samples:
            continue
        encodings = {sample.page.url: decode(sample.page.body).encoding for sample in samples}
        jobs: dict[str, Job] = {"bare lxml parse": partial(parse, encodings)}
        for name, extractor in extractors(known).items():
            jobs[name] = lambda sample, extractor=extractor: extractor(sample.page, sample.text)  # type: ignore[misc]
        times = best(jobs, samples, options.rounds)
        size = sum(len(sample.page.body) for sample in samples) // len(samples)
        print(f"\n{title}: {len(samples)} pages of {size} bytes on average\n{'':22} ms a page   × bare parse")
        for name, milliseconds in times.items():
            print(f"{name:22} {milliseconds:9.3f} {milliseconds / times['bare lxml parse']:14.2f}")
        for name in ("trafilatura", "trafilatura, metadata"):
            print(f"{name} takes {times[name] / times['difang']:.1f} times as long as difang")
        failed |= times["difang"] > 3 * times["bare lxml parse"] or times["trafilatura"] < 12 * times["difang"]
    pages = [sample.page for samples in sets.values() for sample in samples]
    print(f"\ntwo processes read {scaling(pages, known, 10):.2f} times as many pages a second as one")
    if options.memory:
        memory(pages, known, options.memory)
    sys.exit(failed)


if __name__ == "__main__":
    main()
