"""Writing a run's pages: one gzip member a record, readable by others as soon as `keep` returns."""

from __future__ import annotations

import fcntl
import io
import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from warcio.warcwriter import WARCWriter

from difang.crawler.archive.record import NO_SOURCE, response_record
from difang.ingest.errors import RetryLater
from difang.ingest.page import Page, Position

OPEN = ".open"


class RunFiles:
    """The WARC files of one run: `<run id>-<number>.warc.gz`, so that names sort by time.

    Response records hold the status line, the headers and the body after transfer and content coding were undone, with
    headers that fit (see record.py). There are no request records: all requests are alike, and the warcinfo record
    names the user agent.
    """

    def __init__(self, folder: Path, run_id: str, agent: str, max_bytes: int) -> None:
        self._folder = folder
        self._run_id = run_id
        self._agent = agent
        self._max_bytes = max_bytes
        self._number = 0
        self._fd: int | None = None
        self._size = 0

    def keep(self, page: Page, source: Mapping[str, str] = NO_SOURCE) -> Position:
        """Append the page; raises RetryLater where the disk is full, and the file then ends with the page before.

        `source` are further headers of the record (record.py).
        """
        try:
            if self._fd is not None and self._size >= self._max_bytes:
                self._close()
            if self._fd is None:
                self._open()
            return self._append(_packed(lambda writer: response_record(writer, page, source)))
        except OSError as error:
            raise RetryLater(
                f"The archive {self._folder} takes no more ({error.strerror}); free the disk, then crawl again."
            ) from error

    def sync(self) -> None:
        """Bring what was kept to the disk, past a power cut."""
        if self._fd is not None:
            os.fdatasync(self._fd)

    def close(self) -> None:
        """Close the file and give it its final name; without a page there is no file."""
        if self._fd is not None:
            self._close()

    def _open(self) -> None:
        self._number += 1
        self._folder.mkdir(parents=True, exist_ok=True)
        self._name = f"{self._run_id}-{self._number:04d}.warc.gz"
        flags = os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_APPEND | os.O_CLOEXEC
        self._fd = os.open(self._folder / (self._name + OPEN), flags, 0o644)
        fcntl.flock(self._fd, fcntl.LOCK_EX)  # tells recovery that the writer lives; the kernel lets go when it dies
        self._size = 0
        self._append(_packed(self._info))

    def _info(self, writer: WARCWriter) -> None:
        info = {"software": self._agent, "format": "WARC File Format 1.1", "isPartOf": self._run_id}
        record = writer.create_warcinfo_record(self._name, info)
        record.rec_headers.replace_header("WARC-Date", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}Z")
        writer.write_record(record)

    def _append(self, record: bytes) -> Position:
        assert self._fd is not None  # noqa: S101 - for the type checker: only called between _open and _close
        start, left = self._size, memoryview(record)
        try:
            while left:
                left = left[os.write(self._fd, left) :]
        except OSError:
            os.ftruncate(self._fd, start)
            raise
        self._size += len(record)
        return Position(file=self._name, offset=start, length=len(record))

    def _close(self) -> None:
        assert self._fd is not None  # noqa: S101 - see _append
        fd, self._fd = self._fd, None
        try:
            os.fsync(fd)
            (self._folder / (self._name + OPEN)).rename(self._folder / self._name)
        finally:
            os.close(fd)


def _packed(write: Callable[[WARCWriter], None]) -> bytes:
    buffer = io.BytesIO()
    write(WARCWriter(buffer, gzip=True, warc_version="WARC/1.1"))
    return buffer.getvalue()
