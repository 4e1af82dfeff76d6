"""From references to readings: pages read out of the archive and extracted, here or in processes of their own."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import Protocol

from difang.ingest.child_process import end_with_parent
from difang.ingest.errors import RetryLater, SetAside
from difang.ingest.event import Event
from difang.ingest.extract import extract
from difang.ingest.extract.result import Hosts, NoArticle, PageReading, Reading
from difang.ingest.garbage import collect_seldom
from difang.ingest.outcome import Outcome
from difang.ingest.page import PageRef, ReadPage
from difang.ingest.turns import Turns

_PER_TASK = 16
"""Pages a process gets at a time: enough to hide the cost of handing over, few enough to share a batch evenly."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """A page that could not be read now: `bug` where our own code failed, else the world did."""

    reason: str
    bug: bool
    traceback: str | None = None


Read = Reading | Trouble


class Reader(Protocol):
    """Reads pages; one answer a reference, in order; never raises."""

    def read(self, refs: Sequence[PageRef]) -> list[Read]:
        """Each reference must have a position."""
        ...

    def close(self) -> None:
        """End the processes, if any."""
        ...


class ReadHere:
    """Reads and extracts in this process."""

    def __init__(self, read_page: ReadPage, hosts: Hosts, turns: Turns | None = None) -> None:
        """`read_page` fetches a page out of the archive; `turns` are shared with the worker that is read for."""
        self._read_page = read_page
        self._hosts = hosts
        self._turns = turns or Turns()

    def read(self, refs: Sequence[PageRef]) -> list[Read]:
        """One after the other."""
        return [self._read(ref) for ref in refs]

    def close(self) -> None:
        """Nothing to end."""

    def _read(self, ref: PageRef) -> Read:
        self._turns.await_free()
        return _read(ref, self._read_page, self._hosts)


Open = Callable[[], ReadHere]
"""Makes the reader inside a process; must be picklable (a function, or a partial of one)."""


class ReadInProcesses:
    """Reads and extracts in `workers` processes; a process that dies takes down only the page it died on."""

    def __init__(self, open_reader: Open, workers: int) -> None:
        """`open_reader` is called once in each process."""
        self._open = open_reader
        self._workers = workers
        self._pool = self._start()

    def read(self, refs: Sequence[PageRef]) -> list[Read]:
        """In chunks over the processes."""
        chunks = [refs[start : start + _PER_TASK] for start in range(0, len(refs), _PER_TASK)]
        try:
            return [read for reads in self._pool.map(_read_chunk, chunks) for read in reads]
        except BrokenProcessPool:
            log.warning(
                "An extraction process died; the batch is read again, one page at a time.",
                extra=Event.PROCESS_DIED.of(),
            )
        self._restart()
        if len(refs) == 1:
            return [_died_on(refs[0])]
        return [self._read_alone(ref) for ref in refs]

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=True)

    def _read_alone(self, ref: PageRef) -> Read:
        try:
            return self._pool.submit(_read_chunk, [ref]).result()[0]
        except BrokenProcessPool:
            self._restart()
            return _died_on(ref)

    def _restart(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = self._start()

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._workers, mp_context=get_context("spawn"), initializer=_start_process, initargs=(self._open,)
        )


def _died_on(ref: PageRef) -> Trouble:
    return Trouble(reason=f"The extraction process died on {ref.url}.", bug=True)


_reader_of_process: list[ReadHere] = []


def _start_process(open_reader: Open) -> None:
    end_with_parent()
    _reader_of_process.append(open_reader())
    collect_seldom()


def _read_chunk(refs: Sequence[PageRef]) -> list[Read]:
    return _reader_of_process[0].read(refs)


def _read(ref: PageRef, read_page: ReadPage, hosts: Hosts) -> Read:
    if ref.position is None:
        raise ValueError(f"{ref.url} is a mere sighting and has no page")
    try:
        page = read_page(ref.position)
        found = extract(page, hosts)
        return replace(found, ahead=page.ahead) if isinstance(found, PageReading) else found
    except SetAside as error:
        return NoArticle(url=ref.url, outcome=Outcome.SET_ASIDE, reason=str(error))
    except RetryLater as error:
        return Trouble(reason=str(error), bug=False)
    except Exception as error:  # a page must not stop the others; the worker counts and keeps the traceback
        return Trouble(reason=f"{type(error).__name__}: {error}", bug=True, traceback=traceback.format_exc())
