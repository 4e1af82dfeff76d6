"""The body of a response record: transfer and content codings undone, whichever way a tool has stored them."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable
from typing import Any

import brotli

LARGEST = 64 * 1024 * 1024
"""Bytes of a body; what is larger is no article's page."""

UNDECODABLE = "content coding that cannot be undone"
CUT = "cut before its end"

_MOST_RECEIVED = LARGEST + (LARGEST >> 4)
_LONGEST_SIZE_LINE = 64
_GZIP = b"\x1f\x8b"
_LOOKED_AT = 4096
_NO_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_PLAIN = ("", "identity", "none")


def body_of(record: Any) -> tuple[bytes, str | None]:
    """The body, no more than LARGEST + 1 bytes of it, and why it is not the page's whole one: UNDECODABLE, CUT, None.

    Tools that undid the codings left the headers as they were, so a body that is not coded as they say is taken as it
    is, where it is text. Codings are undone here, because warcio undoes one of several, and one gzip member of many.
    """
    headers, received = record.http_headers, record.raw_stream
    codings = [one for one in _values(headers, "content-encoding") if one not in _PLAIN]
    transfers = _values(headers, "transfer-encoding")
    body, cut = received.read(_MOST_RECEIVED), False
    if "chunked" in transfers:
        body, cut = _unchunked(body) or (body, False)
    elif not transfers and not codings:
        cut = _is_short(body, headers.get_header("Content-Length"))
    for coding in reversed(codings):
        undone = _UNDO[coding](body) if coding in _UNDO else None
        if undone is None:  # unknown, or undone by the tool
            if _NO_TEXT.search(body, 0, _LOOKED_AT):
                return body[: LARGEST + 1], CUT if cut else UNDECODABLE
            continue
        body, whole = undone
        if not whole:
            return body, CUT if cut else UNDECODABLE
    return body[: LARGEST + 1], CUT if cut else None


def _values(headers: Any, name: str) -> list[str]:
    """The parts of all headers of this name, in the order in which they were applied."""
    lines = [str(value) for key, value in headers.headers if key.lower() == name]
    return [part.strip().lower() for line in lines for part in line.split(",")]


def _unchunked(sent: bytes) -> tuple[bytes, bool] | None:
    """The chunks joined, and whether the last one, which is empty, is missing; None where there are no chunks.

    warcio takes a body cut between or within chunks for a whole one.
    """
    chunks: list[bytes] = []
    at = 0
    while True:
        end = sent.find(b"\r\n", at, at + _LONGEST_SIZE_LINE)
        size = _size(sent[at:end]) if end >= 0 else None
        if size is None:
            return (b"".join(chunks), True) if chunks else None
        if size == 0:
            return b"".join(chunks), False
        chunk = sent[end + 2 : end + 2 + size]
        chunks.append(chunk)
        at = end + 2 + size + 2
        if len(chunk) < size:
            return b"".join(chunks), True


def _size(line: bytes) -> int | None:
    digits = line.partition(b";")[0].strip()
    return int(digits, 16) if digits and not digits.strip(b"0123456789abcdefABCDEF") else None


def _is_short(body: bytes, declared: str | None) -> bool:
    """Whether the server promised more bytes than there are."""
    told = (declared or "").strip()
    return told.isascii() and told.isdigit() and len(body) < min(int(told), LARGEST)


Undone = tuple[bytes, bool] | None
"""What the coding held and whether it came to its end; None where the body is not coded so."""


def _ungzip(body: bytes) -> Undone:
    """All members; what follows the last one is no part of the body."""
    members: list[bytes] = []
    size, rest = 0, body
    while rest.startswith(_GZIP) and size <= LARGEST:
        decoder = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            members.append(decoder.decompress(rest, LARGEST + 1 - size))
        except zlib.error:
            return b"".join(members), False
        size += len(members[-1])
        if not decoder.eof:
            return b"".join(members), size > LARGEST
        rest = decoder.unused_data
    return (b"".join(members), True) if members else None


def _inflate(body: bytes) -> Undone:
    """With zlib's head, as the standard says, or without, as some servers send it."""
    for bits in (zlib.MAX_WBITS, -zlib.MAX_WBITS):
        decoder = zlib.decompressobj(bits)
        try:
            plain = decoder.decompress(body, LARGEST + 1)
        except zlib.error:
            continue
        if decoder.eof or len(plain) > LARGEST or bits > 0:
            return plain, decoder.eof or len(plain) > LARGEST
    return None


def _unbrotli(body: bytes) -> Undone:
    decoder = brotli.Decompressor()
    try:
        plain: bytes = decoder.process(body, output_buffer_limit=LARGEST + 1)
    except brotli.error:
        return None
    return plain, decoder.is_finished() or len(plain) > LARGEST


_UNDO: dict[str, Callable[[bytes], Undone]] = {
    "gzip": _ungzip,
    "x-gzip": _ungzip,
    "deflate": _inflate,
    "br": _unbrotli,
}
