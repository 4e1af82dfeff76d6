"""Walking through any tool's WARC file, record by record, past its broken places."""

from __future__ import annotations

import io
import mmap
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from warcio.archiveiterator import ArchiveIterator

from difang.ingest.warc import BROKEN, record_start

_BEGINS = (b"WARC/", b"\x1f\x8b")
_CONTENT_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_LOOKED_AT = 1 << 20
"""Bytes of a file in which it shows whether it was compressed record by record."""

Got = TypeVar("Got")
Read = Callable[[Any, io.StringIO], Got]
"""What is wanted of warcio's record; the second argument holds what warcio printed of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen(Generic[Got]):
    """A record that lies whole between two bytes of the file, and what was read of it."""

    start: int
    end: int
    got: Got


@dataclass(frozen=True, kw_only=True, slots=True)
class Break:
    """A place where the file is broken; reading goes on at byte `end`, where the next whole record begins."""

    end: int
    sentence: str


def walk(path: Path, start: int, read: Read[Got]) -> Iterator[Seen[Got] | Break]:
    """The file's records from byte `start` on, one in memory at a time; raises OSError where it cannot be opened."""
    size, at = path.stat().st_size, start
    if not start and (sentence := _no_warc(path)):
        yield Break(end=size, sentence=sentence)
        return
    while at < size:
        whole = at
        try:
            for end, got in _records(path, at, size, read):
                if end <= whole:  # within one gzip member places mean nothing
                    yield Break(end=size, sentence=_as_a_whole(path))
                    return
                yield Seen(start=whole, end=end, got=got)
                whole = end
        except BROKEN as error:
            following = _next_record(path, whole + 1)
            at = size if following is None else following
            yield Break(end=at, sentence=_sentence(path, whole, following, str(error)))
        else:
            if not whole:
                yield Break(end=size, sentence=f"{path} is no WARC file: no record is in it.")
            return


def _records(path: Path, at: int, size: int, read: Read[Got]) -> Iterator[tuple[int, Got]]:
    with path.open("rb") as stream:
        stream.seek(at)
        records = ArchiveIterator(stream)
        while True:
            said = io.StringIO()
            with redirect_stderr(said):  # warcio prints what is raised or counted here
                record = next(records, None)
                got = None if record is None else (_whole(record, records, read, said),)
            if records.err_count or records.offset > size:
                raise EOFError("a record does not end where it says")
            if got is None:
                return
            yield records.offset, got[0]


def _whole(record: Any, records: ArchiveIterator, read: Read[Got], said: io.StringIO) -> Got:
    got = read(record, said)
    received = record.raw_stream
    records.read_to_end()
    if getattr(received, "limit", 0) or not getattr(records.reader.decompressor, "eof", True):
        raise EOFError("a record is cut")
    return got


def _no_warc(path: Path) -> str | None:
    with path.open("rb") as stream:
        begin = stream.read(5)
    if not begin:
        return f"{path} is empty."
    if not begin.startswith(_BEGINS):
        return f"{path} is no WARC file; give .warc or .warc.gz files."
    return _as_a_whole(path) if _is_one_member(path) else None


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
