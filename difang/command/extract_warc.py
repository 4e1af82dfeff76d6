"""WARC files for `difang extract`: read and extracted in parts, here or in several processes, in the file's order."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path

from difang.command.extract_lines import lines_of
from difang.command.extract_shelf import Kept, kept
from difang.ingest.errors import SetAside
from difang.ingest.extract import explain, extract
from difang.ingest.extract.result import Hosts, PageReading
from difang.ingest.page import Page
from difang.ingest.warc import LeftOut, Span, page_at, pages_and_revisits, spans
from difang.ingest.warc_originals import Originals
from difang.ingest.warc_revisit import Revisit

_SPAN = 2 * 1024 * 1024
"""Bytes of a compressed file that a process reads at a time: some 200 pages, a quarter of a second."""

_hosts: Hosts = {}


@dataclass(kw_only=True)
class Part:
    """What came of one part of a file: lines to print, the pages of articles, why reading stopped, if it did, and why
    records were left out, if any were; and the pages that were fetched again, whose bodies may lie in any file.
    """

    lines: list[str] = field(default_factory=list)
    kept: list[Kept] = field(default_factory=list)
    broken: str | None = None
    left_out: str | None = None
    revisits: list[Revisit] = field(default_factory=list)


def parts_of(path: Path, hosts: Hosts, *, with_traces: bool, workers: int) -> Iterator[Part]:
    """The parts of the file, in order; raises OSError where it cannot be opened."""
    todo = spans(path, _SPAN)
    results = (
        (read_part(path, span, hosts, with_traces=with_traces) for span in todo)
        if workers == 1 or len(todo) == 1
        else _in_processes(path, todo, hosts, with_traces=with_traces, workers=workers)
    )
    yield from results


def read_part(path: Path, span: Span, hosts: Hosts, *, with_traces: bool) -> Part:
    """Read one part; where the file breaks off, what stands before is in it."""
    part = Part()
    try:
        for page in pages_and_revisits(path, span):
            if isinstance(page, Revisit):
                part.revisits.append(page)
            else:
                _take(page, hosts, part, with_traces=with_traces)
    except LeftOut as error:
        part.left_out = str(error)
    except SetAside as error:
        part.broken = str(error)
    return part


def with_bodies(
    revisits: Sequence[Revisit], among: Sequence[Path], hosts: Hosts, *, with_traces: bool
) -> Iterator[Part | Revisit]:
    """What came of each page that was fetched again, its body `among` these files; itself where it is in none."""
    originals = Originals(revisits)
    for path in among:
        with suppress(OSError):  # told already, when its pages were to be read
            originals.look(path)
    for revisit in revisits:
        place = originals.of(revisit)
        try:
            original = page_at(place.path, place.start, place.end - place.start) if place else None
        except (SetAside, OSError):
            original = None
        if original is None:
            yield revisit
            continue
        part = Part()
        _take(revisit.page(original), hosts, part, with_traces=with_traces)
        yield part


def _take(page: Page, hosts: Hosts, part: Part, *, with_traces: bool) -> None:
    reading, traces = explain(page, hosts) if with_traces else (extract(page, hosts), None)
    record = f"{page.position.file} at byte {page.position.offset}" if page.position else ""
    part.lines += lines_of(reading, traces, record)
    if isinstance(reading, PageReading):
        part.kept.append(kept(reading, traces, record))


def _in_processes(path: Path, todo: list[Span], hosts: Hosts, *, with_traces: bool, workers: int) -> Iterator[Part]:
    # fork where there is it: a new interpreter needs a second to load trafilatura
    context = get_context("fork" if "fork" in get_all_start_methods() else "spawn")
    waiting: deque[Future[Part]] = deque()
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_remember, initargs=(hosts,)) as pool:
        for span in todo:
            waiting.append(pool.submit(_read_remembered, path, span, with_traces))
            if len(waiting) > 2 * workers:  # no more than that in memory, however long the file
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _remember(hosts: Hosts) -> None:
    global _hosts
    _hosts = hosts


def _read_remembered(path: Path, span: Span, with_traces: bool) -> Part:
    return read_part(path, span, _hosts, with_traces=with_traces)
