"""Pages out of WARC files: all of a file in order, or the one at a known place."""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from difang.ingest.errors import SetAside
from difang.ingest.page import Page, Position

_BROKEN = (ArchiveLoadFailed, zlib.error, EOFError, ValueError, OSError)
_CODED = frozenset(("content-encoding", "transfer-encoding"))


class BrokenWarc(SetAside):
    """A WARC file that cannot be read to its end; the pages before the break were whole."""


def pages(path: Path) -> Iterator[Page]:
    """Every HTTP response of the file, in order, each with its position; one page in memory at a time.

    Bodies are as received after HTTP transfer and content coding. Raises BrokenWarc, after the last whole record,
    where the file breaks off or is no WARC file, and OSError where it cannot be opened.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        records = ArchiveIterator(stream)
        read = 0
        while True:
            try:
                with redirect_stderr(io.StringIO()):  # warcio prints what is raised here as one sentence
                    record = next(records, None)
                    page = None if record is None else _page(record, records, path.name)
                    clean = record is None or (records.err_count == 0 and records.offset <= size)
            except _BROKEN as error:
                raise BrokenWarc(_broken(path, read)) from error
            if record is None:
                if not read and size:
                    raise BrokenWarc(f"{path} is no WARC file: no record is in it.")
                return
            if not clean:
                raise BrokenWarc(_broken(path, read))
            read += 1
            if page is not None:
                yield page


def page_at(path: Path, offset: int, length: int) -> Page:
    """The page whose record lies at this place; raises SetAside where it does not lie there whole.

    Raises FileNotFoundError where there is no such file.
    """
    with path.open("rb") as stream:
        stream.seek(offset)
        record_bytes = stream.read(length)
    trouble = f"{path.name} holds no whole page at byte {offset}; check the file and retry, or discard the page."
    if len(record_bytes) < length:
        raise SetAside(trouble)
    records = ArchiveIterator(io.BytesIO(record_bytes))
    try:
        with redirect_stderr(io.StringIO()):
            record = next(records, None)
            page = None if record is None else _page(record, records, path.name, moved=offset)
    except _BROKEN as error:
        raise SetAside(trouble) from error
    if page is None:
        raise SetAside(trouble)
    return page


def _page(record: Any, records: ArchiveIterator, file: str, *, moved: int = 0) -> Page | None:
    if record.rec_type != "response" or record.http_headers is None:
        records.read_to_end()
        return None
    declared = int(record.rec_headers.get_header("Content-Length") or 0)
    body = record.content_stream().read()
    received = record.raw_stream
    records.read_to_end()
    member = records.reader.decompressor
    if getattr(received, "limit", 0) or not getattr(member, "eof", True):
        raise EOFError(f"the record promises {declared} bytes")
    headers = tuple((name, value) for name, value in record.http_headers.headers if name.lower() not in _CODED)
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    return Page(
        url=url,
        final_url=record.rec_headers.get_header("Difang-Final-URL") or url,
        status=int(record.http_headers.get_statuscode() or 0),
        headers=headers,
        body=body,
        fetched_at=_date(record.rec_headers.get_header("WARC-Date")),
        run_id=record.rec_headers.get_header("Difang-Run") or "",
        position=Position(file=file, offset=moved + records.get_record_offset(), length=records.get_record_length()),
    )


def _date(text: str | None) -> datetime:
    moment = datetime.fromisoformat(text or "")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _broken(path: Path, whole: int) -> str:
    return f"{path} breaks off after {whole} whole records; fetch or copy the file again to read the rest."
