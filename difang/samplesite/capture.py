"""Captures: the responses of WARC files, by address, as a proxy can serve them again."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed
from warcio.recordloader import ArcWarcRecord

from difang.samplesite.response import Response, plain

_CHUNK = 1 << 20
_HOP_BY_HOP = (
    "connection",
    "content-encoding",
    "content-length",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
)


class BrokenCapture(Exception):
    """A WARC file that cannot be read to its end; the message says which and where."""


Revisit = TypeVar("Revisit")


class Capture(Generic[Revisit]):
    """The last captured response of each address; the bodies are kept in memory."""

    def __init__(self, revisit_of: Callable[[ArcWarcRecord], Revisit | None]) -> None:
        """`revisit_of` reads the record of a page captured again and stored without its body, None where it cannot."""
        self._revisit_of = revisit_of
        self._responses: dict[str, Response] = {}
        self.again: dict[str, Revisit] = {}
        """What was captured again after the last response of its address; it answers once it is `put` there."""

    def __len__(self) -> int:
        return len(self._responses)

    def read(self, file: Path) -> None:
        """Add a file's responses; raises BrokenCapture, after which none of the file's responses are added."""
        found: dict[str, Response] = {}
        again: dict[str, Revisit] = {}
        try:
            _check_members(file)
            with file.open("rb") as stream:
                for record in ArchiveIterator(stream):
                    url = record.rec_headers.get_header("WARC-Target-URI")
                    if record.rec_type == "response" and record.http_headers is not None:
                        found[url] = _response(record)
                        again.pop(url, None)
                    elif record.rec_type == "revisit" and (revisit := self._revisit_of(record)):
                        again[url] = revisit
        except (OSError, EOFError, ValueError, ArchiveLoadFailed, zlib.error) as error:
            place = f"after {len(found)} whole responses" if found else "from its beginning"
            said = "it holds what is no WARC record" if isinstance(error, ArchiveLoadFailed) else error
            raise BrokenCapture(f"{file} cannot be read {place}: {said}") from error
        self._responses |= found
        self.again = {url: revisit for url, revisit in self.again.items() if url not in found} | again

    def put(self, url: str, response: Response) -> None:
        """Let the address answer with this."""
        self._responses[url] = response

    def answer(self, url: str, headers: Mapping[str, str] | None = None) -> Response:
        """The captured response; 404 for an address that was not captured."""
        secure = f"https{url.removeprefix('http')}"  # a proxy is asked for http, whatever was captured
        return self._responses.get(url) or self._responses.get(secure) or plain(404, "not captured")


def response_at(file: Path, start: int) -> Response | None:
    """The response whose record begins at this byte, None where it is no HTTP; raises OSError."""
    with file.open("rb") as stream:
        stream.seek(start)
        record = next(ArchiveIterator(stream))
        return _response(record) if record.http_headers is not None else None


def _check_members(file: Path) -> None:
    """Raise EOFError, OSError or zlib.error where a gzip member is cut short or broken: warcio stops in silence."""
    with file.open("rb") as stream:
        if stream.read(2) != b"\x1f\x8b":
            return
    with gzip.open(file) as members:
        while members.read(_CHUNK):
            pass


def _response(record: ArcWarcRecord) -> Response:
    """The record's response with its transfer and content coding taken off and the headers that named them gone."""
    body = record.content_stream().read()
    if record.raw_stream.limit:  # what the record's length promises and the file does not hold
        raise ValueError(f"a record ends {record.raw_stream.limit} bytes early")
    kept = [(name, value) for name, value in record.http_headers.headers if name.lower() not in _HOP_BY_HOP]
    return Response(status=int(record.http_headers.get_statuscode()), headers=tuple(kept), body=body)
