"""Reading the archive again: parts of its files through extraction, here or in processes of their own."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

from difang.ingest.address import key_of
from difang.ingest.child_process import end_with_parent
from difang.ingest.errors import SetAside
from difang.ingest.event import Event
from difang.ingest.extract import extract
from difang.ingest.extract.identity import host_of
from difang.ingest.extract.result import Hosts, PageReading
from difang.ingest.page import Page, PageRef
from difang.ingest.reprocess.scope import Scope
from difang.ingest.reprocess.workbook import Row, row_of
from difang.ingest.warc import Span, pages

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """What each process needs to know; must travel between processes."""

    folder: Path
    hosts: Hosts
    scope: Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """What came of one part of a file, and why reading it stopped before its end, if it did."""

    file: str
    span: Span
    rows: Sequence[Row]
    trouble: str | None


def parts(work: Work, todo: Sequence[tuple[str, Span]], workers: int) -> Iterator[Part]:
    """Read these parts, in order; no more than two for each process are in memory."""
    if workers == 1:
        yield from (read_part(work, file, span) for file, span in todo)
        return
    left = deque(todo)
    while left:
        try:
            for part in _in_processes(work, list(left), workers):
                left.popleft()
                yield part
        except BrokenProcessPool:
            told = Event.PROCESS_DIED.of(file=str(left[0][0]))
            log.warning("A process died reading %s; that part is read again by itself.", left[0][0], extra=told)
            yield _alone(work, *left.popleft())


def read_part(work: Work, file: str, span: Span) -> Part:
    """Read one part; where the file breaks off, what stands before is in it."""
    rows: list[Row] = []
    trouble = None
    try:
        for page in pages(work.folder / file, span):
            if page.status == 200 and work.scope.may_hold(page.url, work.hosts):
                rows += _read(page, work)
    except SetAside as error:
        trouble = str(error)
    except OSError as error:
        trouble = f"{work.folder / file} cannot be read ({error.strerror}); bring it back, then reprocess again."
    return Part(file=file, span=span, rows=rows, trouble=trouble)


def _read(page: Page, work: Work) -> Iterator[Row]:
    reading = extract(page, work.hosts)
    if not work.scope.holds(page.url, reading.article if isinstance(reading, PageReading) else None):
        return
    key = key_of(page.url, regional=host_of(page.url, work.hosts).regional)
    ref = PageRef(url=page.url, key=key, run_id=page.run_id, fetched_at=page.fetched_at, position=page.position)
    yield row_of(ref, reading)


def _in_processes(work: Work, todo: Sequence[tuple[str, Span]], workers: int) -> Iterator[Part]:
    waiting: deque[Future[Part]] = deque()
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=end_with_parent) as pool:
        try:
            for file, span in todo:
                waiting.append(pool.submit(read_part, work, file, span))
                if len(waiting) > 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _alone(work: Work, file: str, span: Span) -> Part:
    """A part in a process of its own, so that a page that kills it takes nothing else along."""
    try:
        return next(_in_processes(work, [(file, span)], 1))
    except BrokenProcessPool:
        where = f"{file} between bytes {span.start} and {span.end}"
        trouble = f"Extraction died on a page of {where}; its articles are left as they were."
        return Part(file=file, span=span, rows=(), trouble=trouble)
