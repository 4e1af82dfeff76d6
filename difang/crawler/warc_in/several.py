"""Several WARC files at once, each in a process of its own; what one file does wrong takes nothing from the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path

from difang.crawler.ledger.warc_files import WarcFile
from difang.crawler.warc_in.copying import WITHOUT_BODY, OnProgress, Parts, Progress, copy_pages
from difang.crawler.warc_in.revisits import copy_revisits
from difang.ingest.child_process import end_with_parent
from difang.ingest.errors import RetryLater, UsageError

OpenParts = Callable[[], Parts]
"""Opens the parts in a process; must be picklable (a function, or a partial of one)."""

Copied = tuple[Path, WarcFile | str]
"""A file as it was copied, or why it could not be read at all."""


def copy_files(
    paths: Sequence[Path], open_parts: OpenParts, *, workers: int, on_progress: OnProgress
) -> Iterator[Copied]:
    """Copy these files, so many at once, each reported when it is done.

    Files with pages that were fetched again and stored without their bodies come last: these may lie in any file.
    Raises RetryLater where archive, queue or ledger do not play; the files are then read on when given again.
    """
    waiting: list[WarcFile] = []
    for path, got in _read(paths, open_parts, workers=workers, on_progress=on_progress):
        if isinstance(got, WarcFile) and got.counts.get(WITHOUT_BODY):
            waiting.append(got)
        else:
            yield path, got
    if waiting:
        with closing(open_parts()) as parts:
            yield from _with_bodies(waiting, paths, parts, on_progress)


def _with_bodies(
    files: Sequence[WarcFile], among: Sequence[Path], parts: Parts, on_progress: OnProgress
) -> Iterator[Copied]:
    try:
        for file in copy_revisits(files, among, parts, on_progress=on_progress):
            yield Path(file.path), file
    except OSError as error:
        raise UsageError(f"{error.filename} cannot be read ({error.strerror}); name a WARC file.") from error


def _read(paths: Sequence[Path], open_parts: OpenParts, *, workers: int, on_progress: OnProgress) -> Iterator[Copied]:
    if workers == 1 or len(paths) == 1:
        with closing(open_parts()) as parts:
            for path in paths:
                yield path, _copied(path, parts, on_progress)
        return
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=end_with_parent)
    try:
        waiting = {pool.submit(_copy, path, open_parts): path for path in paths}
        for future in as_completed(waiting):
            yield waiting[future], future.result()
    except BrokenProcessPool as error:
        raise RetryLater("A process that read a WARC file died; give the files again, they are read on.") from error
    finally:
        pool.shutdown(cancel_futures=True)


def _copy(path: Path, open_parts: OpenParts) -> WarcFile | str:
    with closing(open_parts()) as parts:
        return _copied(path, parts, _silent)


def _copied(path: Path, parts: Parts, on_progress: OnProgress) -> WarcFile | str:
    try:
        return copy_pages(path, parts, on_progress=on_progress)
    except UsageError as error:
        return str(error)


def _silent(_: Progress) -> None:
    """What a process does not print."""
