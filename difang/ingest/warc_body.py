"""The body of a response record: transfer and content codings undone, whichever way a tool has stored them."""

from __future__ import annotations

import io
from typing import Any

import brotli

LARGEST = 64 * 1024 * 1024
"""Bytes of a body; what is larger is no article's page."""

UNDECODABLE = "content coding that cannot be undone"
CUT = "cut before its end"

_MOST_RECEIVED = LARGEST + (LARGEST >> 4)
_LONGEST_SIZE_LINE = 64
_ZSTD = b"\x28\xb5\x2f\xfd"
_CODINGS = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
_PLAIN = ("", "identity", "none")


def body_of(record: Any) -> tuple[bytes, str | None]:
    """The body, no more than LARGEST + 1 bytes of it, and why it is not the page's whole one: UNDECODABLE, CUT, None.

    Tools that undid the codings left the headers as they were, so a body that is not coded as they say is taken as it
    is. Brotli is undone here, because warcio knows the interface of another library than the one of that name.
    """
    headers, received = record.http_headers, record.raw_stream
    coding = (headers.get_header("Content-Encoding") or "").strip().lower()
    transfer = (headers.get_header("Transfer-Encoding") or "").lower()
    headers.replace_header("Content-Encoding", _CODINGS.get(coding, "identity"))
    cut = False
    if "chunked" in transfer:
        sent = received.read(_MOST_RECEIVED)
        body, cut = _unchunked(sent) or (sent, False)
        record.raw_stream = io.BytesIO(body)
        headers.replace_header("Transfer-Encoding", "identity")
    stream = record.content_stream()
    record.raw_stream = received
    plain: bytes = stream.read(LARGEST + 1)
    if coding == "br":
        plain, whole = _unbrotli(plain)
        return plain, None if whole and not cut else CUT if cut else UNDECODABLE
    if cut or (coding in _PLAIN and not transfer and _is_short(plain, headers.get_header("Content-Length"))):
        return plain, CUT
    decoder = getattr(stream, "decompressor", None)
    broken = decoder is not None and 0 < len(plain) <= LARGEST and not decoder.eof
    unknown = coding not in _PLAIN and coding not in _CODINGS and plain.startswith(_ZSTD)
    return plain, UNDECODABLE if broken or unknown else None


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


def _unbrotli(body: bytes) -> tuple[bytes, bool]:
    decoder = brotli.Decompressor()
    try:
        plain: bytes = decoder.process(body, output_buffer_limit=LARGEST + 1)
    except brotli.error:
        return body, True
    return plain, decoder.is_finished() or len(plain) > LARGEST
