"""Pages out of WARC files: all of a file in order, or the one at a known place."""

from __future__ import annotations

import io
import mmap
import re
import zlib
from collections.abc import Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from difang.ingest.errors import SetAside
from difang.ingest.page import Page, Position
from difang.ingest.warc_body import CUT, LARGEST, body_of
from difang.ingest.warc_record import WEB, http_headers_of, record_date
from difang.ingest.warc_revisit import Revisit, revisit_of

BROKEN = (ArchiveLoadFailed, zlib.error, EOFError, ValueError, OSError, AttributeError, TypeError, LookupError)
"""What a broken file raises; the last three are what warcio trips over where a record's first lines are cut."""

_GZIP = b"\x1f\x8b\x08"
_CODED = frozenset(("content-encoding", "transfer-encoding"))
_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_FOUND = 200
"""The status of a page kept as a resource: whoever kept it without the server's answer had a page."""


class BrokenWarc(SetAside):
    """A WARC file that cannot be read to its end; the pages before the break were whole."""


class LeftOut(BrokenWarc):
    """A WARC file that was read to its end, but for records that hold no page one can rely on."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """A part of a WARC file, in bytes: a record begins at `start`, and one begins (or the file ends) at `end`."""

    start: int
    end: int


def spans(path: Path, size: int) -> list[Span]:
    """The file in parts of about `size` bytes, for several processes to read; one part if it has no gzip members.

    Raises OSError where it cannot be opened.
    """
    whole = path.stat().st_size
    starts = [0]
    with path.open("rb") as stream:
        if whole and stream.read(2) == _GZIP[:2]:
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
                while (start := record_start(content, starts[-1] + size)) is not None:
                    starts.append(start)
    return [Span(start=start, end=end) for start, end in zip(starts, [*starts[1:], whole], strict=True)]


def record_start(content: mmap.mmap, at: int) -> int | None:
    """Where the next gzip member begins that holds a record, at this byte or after it."""
    while (at := content.find(_GZIP, at)) >= 0:
        try:
            if zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content[at : at + 1024], 5) == b"WARC/":
                return at
        except zlib.error:
            pass  # three bytes of a body that happen to look like the beginning of a member
        at += 1
    return None


def pages(path: Path, span: Span | None = None) -> Iterator[Page]:
    """Every page of the file (or of a part of it), in order, with its position; one in memory at a time.

    A page is an HTTP response, or a resource of type HTML at a web address, which stands there without one.

    Bodies are as received after HTTP transfer and content coding. Raises BrokenWarc, after the last whole record,
    where the file breaks off or is no WARC file, LeftOut at its end where records without a time of fetching or with
    a body cut before its end were left out, and OSError where it cannot be opened.
    """
    return (page for page in pages_and_revisits(path, span) if isinstance(page, Page))


def pages_and_revisits(path: Path, span: Span | None = None) -> Iterator[Page | Revisit]:
    """As `pages`, and with them those that were fetched again and whose bodies lie in other records."""
    size = path.stat().st_size
    left_out: list[str] = []
    with path.open("rb") as stream:
        stream.seek(span.start if span else 0)
        records = ArchiveIterator(stream)
        whole = records.offset
        while span is None or records.offset < span.end:
            try:
                with redirect_stderr(io.StringIO()):  # warcio prints what is raised here as one sentence
                    record = next(records, None)
                    page = None if record is None else _page(record, records, path.name)
                    clean = record is None or (records.err_count == 0 and records.offset <= size)
            except BROKEN as error:
                raise BrokenWarc(_broken(path, whole)) from error
            if record is not None and _is_other_text(record):
                raise BrokenWarc(_broken(path, whole))
            if record is None:
                if not whole and size:
                    raise BrokenWarc(f"{path} is no WARC file: no record is in it.")
                break
            if not clean or records.offset <= whole:
                raise BrokenWarc(_broken(path, min(whole, records.offset)))
            if isinstance(page, str):
                left_out.append(f"at byte {whole}: {page}")
            whole = records.offset
            if isinstance(page, Page | Revisit):
                yield page
    if left_out:
        more = f" and {len(left_out) - 1} more" if len(left_out) > 1 else ""
        raise LeftOut(f"Of {path} the record {left_out[0]}{more} was left out; the others were read.")


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
    except BROKEN as error:
        raise SetAside(trouble) from error
    if not isinstance(page, Page):
        raise SetAside(trouble)
    return page


def _page(record: Any, records: ArchiveIterator, file: str, *, moved: int = 0) -> Page | Revisit | str | None:
    """The page, or the one fetched again, None for a record of another kind, or why it is left out."""
    if record.rec_type == "revisit":
        return _revisit(record, records, file)
    bare = _is_bare_page(record)
    if not bare and (record.rec_type != "response" or http_headers_of(record) is None):
        records.read_to_end()
        return None
    declared = int(record.rec_headers.get_header("Content-Length") or 0)
    body, trouble = (record.raw_stream.read(LARGEST + 1), None) if bare else body_of(record)
    received = record.raw_stream
    records.read_to_end()
    member = records.reader.decompressor
    if getattr(received, "limit", 0) or not getattr(member, "eof", True):
        raise EOFError(f"the record promises {declared} bytes")
    if trouble:
        return f"its body is {CUT}" if trouble == CUT else f"its body has a {trouble}"
    try:
        fetched_at = record_date(record.rec_headers.get_header("WARC-Date"))
    except ValueError as error:
        return str(error)
    sent = [("Content-Type", record.rec_headers.get_header("Content-Type"))] if bare else record.http_headers.headers
    headers = tuple((name, value) for name, value in sent if name.lower() not in _CODED)
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    return Page(
        url=url,
        final_url=record.rec_headers.get_header("Difang-Final-URL") or url,
        status=_FOUND if bare else int(record.http_headers.get_statuscode() or 0),
        headers=headers,
        body=body,
        fetched_at=fetched_at,
        run_id=record.rec_headers.get_header("Difang-Run") or "",
        position=Position(file=file, offset=moved + records.get_record_offset(), length=records.get_record_length()),
    )


def _revisit(record: Any, records: ArchiveIterator, file: str) -> Revisit | str | None:
    got: Revisit | str | None
    try:
        got = revisit_of(record)
    except ValueError as error:
        got = str(error)
    received = record.raw_stream
    records.read_to_end()
    if getattr(received, "limit", 0) or not getattr(records.reader.decompressor, "eof", True):
        raise EOFError("the record of a page fetched again is cut")
    if not isinstance(got, Revisit):
        return got
    place = Position(file=file, offset=records.get_record_offset(), length=records.get_record_length())
    return replace(got, position=place)


def _is_other_text(record: Any) -> bool:
    """Whether it is a line of other text that warcio takes for a record of the old ARC form: an address comes first."""
    return record.format == "arc" and not _ADDRESS.match(record.rec_headers.get_header("uri") or "")


def _is_bare_page(record: Any) -> bool:
    url, kind = (record.rec_headers.get_header(name) or "" for name in ("WARC-Target-URI", "Content-Type"))
    return record.rec_type == "resource" and bool(WEB.match(url)) and kind.startswith(("text/html", "application/xh"))


def _broken(path: Path, whole: int) -> str:
    if whole < 0:  # places within one gzip member mean nothing
        return f"{path} is compressed as a whole, not record by record; unpack it and give the .warc file."
    if not whole:
        return f"{path} is no whole WARC file: its first record cannot be read; fetch or copy the file again."
    return f"{path} is broken from byte {whole} on; the records before it were read; copy the file again for the rest."
