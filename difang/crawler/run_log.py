"""A run's own log file: sentences for people at Beijing's time, bounded in size, readable while it grows."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from io import BufferedReader
from logging.handlers import RotatingFileHandler
from pathlib import Path
from zoneinfo import ZoneInfo

_LARGEST = 50_000_000  # bytes, and as much again in one older file
_KEPT = timedelta(days=30)
_MOST = 20_000
"""Logs are kept so long after their last line, and so many; 33 channels every 90 minutes make 16,000 in 30 days."""

_BEIJING = ZoneInfo("Asia/Shanghai")
_GOES_ON = "(the log goes on here; it keeps its newest 50 to 100 MB, and what was written before is cut)\n"


class _Line(logging.Formatter):
    """The time as every page about the run gives it, whatever the machine's zone is; with its zone, for the shell."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(message)s")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802 logging's name
        """Such as 2026-11-23 08:15:02+08:00."""
        return datetime.fromtimestamp(record.created, _BEIJING).isoformat(" ", "seconds")


class _BoundedFile(RotatingFileHandler):
    """Says in the file itself where older lines were cut."""

    def doRollover(self) -> None:  # noqa: N802 the name is logging's
        """Begin the file anew."""
        super().doRollover()
        if self.stream is None:
            self.stream = self._open()
        self.stream.write(_GOES_ON)


def log_file(folder: Path, run_id: str) -> Path:
    """Where a run's log lies; what came before its newest fifty megabytes lies beside it, as far as it is kept."""
    return folder / f"{run_id}.log"


def open_log(run_id: str, path: Path, largest: int = _LARGEST) -> logging.Logger:
    """The logger of a run, writing to its file, `largest` bytes and as much again; closed by close_log."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = _BoundedFile(path, maxBytes=largest, backupCount=1, encoding="utf-8", delay=True)
    handler.setFormatter(_Line())
    logger = logging.Logger(f"difang.crawl.{run_id}", logging.INFO)
    logger.addHandler(handler)
    return logger


def close_log(logger: logging.Logger) -> None:
    """Let go of the file."""
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def drop_old_logs(folder: Path, now: datetime, most: int = _MOST) -> int:
    """Delete the logs whose last line is too old, and the oldest beyond so many; how many. Others' files stay."""
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        ages = sorted((_last_line(entry), entry.path) for entry in entries if entry.name.endswith((".log", ".log.1")))
        old = [path for last, path in ages if last < (now - _KEPT).timestamp()]
        dropped = old + [path for _, path in ages[len(old) : max(len(old), len(ages) - most)]]
        for path in dropped:
            with suppress(OSError):
                Path(path).unlink()
        return len(dropped)
    return 0


def _last_line(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:  # another process dropped or turned it over
        return math.inf


def read_log(path: Path) -> Iterator[str]:
    """What is kept of a log, oldest first, in pieces; nothing where there is none yet."""
    for part in (path.with_name(f"{path.name}.1"), path):
        try:
            yield part.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            continue


def follow_log(path: Path, *, ended: Callable[[], bool], pause: Callable[[], None]) -> Iterator[str]:
    """What is kept of a log, then what is added to it until `ended` says so, through rotations; in pieces.

    `pause` is called before each look for more.
    """
    older = path.with_name(f"{path.name}.1")
    if older.exists():
        yield older.read_text(encoding="utf-8", errors="replace")
    log: BufferedReader | None = None
    try:
        while True:
            over = ended()  # asked first, so that what was said before the end is read
            log = log or _opened(path)
            while log is not None:
                if piece := log.read():
                    yield piece.decode("utf-8", errors="replace")
                if os.fstat(log.fileno()).st_ino == _inode(path):
                    break
                log.close()
                log = _opened(path)
            if over:
                return
            pause()
    finally:
        if log is not None:
            log.close()


def _opened(path: Path) -> BufferedReader | None:
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return None
