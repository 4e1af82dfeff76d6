"""Reading any tool's WARC file, record by record: the pages wanted, what is left out and why, where it is broken."""

from __future__ import annotations

import io
import mmap
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator

from difang.crawler.archive.record import fitting_headers
from difang.ingest.page import CLOCKS_DIFFER, Page
from difang.ingest.warc import BROKEN, http_headers_of, record_date, record_start
from difang.ingest.warc_body import LARGEST, UNDECODABLE, body_of

_BEGINS = (b"WARC/", b"\x1f\x8b")
NO_TIME = "no time at which it can have been fetched"
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_LOOKED_AT = 1 << 20
"""Bytes of a file in which it shows whether it was compressed record by record."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """One record: its id, the page in it, or why it is left out; the next record begins at byte `end`."""

    end: int
    record: str
    page: Page | None
    left_out: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Break:
    """A place where the file is broken; reading goes on at byte `end`, where the next whole record begins."""

    end: int
    sentence: str


Refuse = Callable[[str], str | None]
"""Why a page at this address is not wanted, None where it is."""


def captures(path: Path, start: int, refuse: Refuse) -> Iterator[Capture | Break]:
    """The file's records from byte `start` on, one in memory at a time; raises OSError where it cannot be opened."""
    size, at = path.stat().st_size, start
    if not start and (sentence := _no_warc(path)):
        yield Break(end=size, sentence=sentence)
        return
    while at < size:
        whole = at
        try:
            for capture in _records(path, at, size, refuse):
                if capture.end <= whole:  # within one gzip member places mean nothing
                    yield Break(end=size, sentence=_as_a_whole(path))
                    return
                yield capture
                whole = capture.end
        except BROKEN as error:
            following = _next_record(path, whole + 1)
            at = size if following is None else following
            yield Break(end=at, sentence=_sentence(path, whole, following, str(error)))
        else:
            if not whole:
                yield Break(end=size, sentence=f"{path} is no WARC file: no record is in it.")
            return


def _no_warc(path: Path) -> str | None:
    with path.open("rb") as stream:
        begin = stream.read(5)
    if not begin:
        return f"{path} is empty."
    if not begin.startswith(_BEGINS):
        return f"{path} is no WARC file; give .warc or .warc.gz files."
    return _as_a_whole(path) if _is_one_member(path) else None


def _records(path: Path, at: int, size: int, refuse: Refuse) -> Iterator[Capture]:
    with path.open("rb") as stream:
        stream.seek(at)
        records = ArchiveIterator(stream)
        while True:
            said = io.StringIO()
            with redirect_stderr(said):  # warcio prints what is raised or counted here
                record = next(records, None)
                capture = None if record is None else _capture(record, records, refuse, said)
            if records.err_count or records.offset > size:
                raise EOFError("a record does not end where it says")
            if capture is None:
                return
            yield capture


def _capture(record: Any, records: ArchiveIterator, refuse: Refuse, said: io.StringIO) -> Capture:
    page, left_out = _page(record, refuse, said)
    received = record.raw_stream
    records.read_to_end()
    if getattr(received, "limit", 0) or not getattr(records.reader.decompressor, "eof", True):
        raise EOFError("a record is cut")
    return Capture(
        end=records.offset, record=record.rec_headers.get_header("WARC-Record-ID") or "", page=page, left_out=left_out
    )


def _page(record: Any, refuse: Refuse, said: io.StringIO) -> tuple[Page | None, str | None]:
    """The page, or why there is none; bodies of records that are not wanted are not read into memory."""
    if record.rec_type != "response":
        return None, f"{record.rec_type or 'unknown'} record"
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if left_out := refuse(url):
        return None, left_out
    if (http := http_headers_of(record)) is None:
        return None, "no HTTP response"
    if (status := http.get_statuscode()) != "200":
        return None, f"status {status}"
    if record.rec_headers.get_header("WARC-Truncated"):
        return None, "cut by the tool that fetched it"
    if record.length and record.length > LARGEST:
        return None, f"larger than {LARGEST >> 20} MiB"
    fetched_at = _fetched_at(record.rec_headers.get_header("WARC-Date"))
    if fetched_at is None:
        return None, NO_TIME
    body, trouble = body_of(record)
    if said.getvalue() or trouble:
        return None, trouble or UNDECODABLE
    if len(body) > LARGEST:
        return None, f"larger than {LARGEST >> 20} MiB"
    return _made(record, url, body, fetched_at), None


def _fetched_at(text: str | None) -> datetime | None:
    """None for what is no time, or one that has not come yet: no later fetch would ever correct the article."""
    try:
        moment = record_date(text)
    except ValueError:
        return None
    return moment if moment <= datetime.now(UTC) + CLOCKS_DIFFER else None


def _made(record: Any, url: str, body: bytes, fetched_at: datetime) -> Page:
    headers = [(str(name), str(value)) for name, value in record.http_headers.headers]
    return Page(
        url=url,
        final_url=url,
        status=200,
        headers=fitting_headers(headers, len(body)),
        body=body,
        fetched_at=fetched_at,
        run_id="",
    )


def _next_record(path: Path, at: int) -> int | None:
    """Where the next record begins that can be read, at this byte or after it."""
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if content[:2] == b"\x1f\x8b":
            return record_start(content, at)
        found = content.find(b"\r\n\r\nWARC/1.", max(at - 4, 0))
        return found + 4 if found >= 0 else None


def _is_one_member(path: Path) -> bool:
    """Whether another record follows the first one in its gzip member; a page may print how a record begins."""
    with path.open("rb") as stream:
        unpacked = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            begin = unpacked.decompress(stream.read(_LOOKED_AT), 8 * _LOOKED_AT)
        except zlib.error:
            return False
    head, _, rest = begin.partition(b"\r\n\r\n")
    length = _CONTENT_LENGTH.search(head)
    return length is not None and rest[int(length[1]) :].startswith(b"\r\n\r\nWARC/")


def _as_a_whole(path: Path) -> str:
    return f"{path} is compressed as a whole, not record by record; unpack it and give the .warc file."


def _sentence(path: Path, whole: int, following: int | None, error: str) -> str:
    if "non-chunked gzip" in error:
        return _as_a_whole(path)
    if following is None:
        return f"{path} is broken from byte {whole} on; the records before were read; copy the file again for the rest."
    return f"{path} is broken between bytes {whole} and {following}; the records before and after were read."
