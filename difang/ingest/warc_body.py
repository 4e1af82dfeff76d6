"""The body of a response record: transfer and content codings undone, whichever way a tool has stored them."""

from __future__ import annotations

from typing import Any

import brotli

LARGEST = 64 * 1024 * 1024
"""Bytes of a body; what is larger is no article's page."""

_ZSTD = b"\x28\xb5\x2f\xfd"
_CODINGS = {"gzip": "gzip", "x-gzip": "gzip", "deflate": "deflate"}
_PLAIN = ("", "identity", "none")


def body_of(record: Any) -> tuple[bytes, bool]:
    """The body, no more than LARGEST + 1 bytes of it, and whether it came out whole.

    Tools that undid the codings left the headers as they were, so a body that is not coded as they say is taken as it
    is. Brotli is undone here, because warcio knows the interface of another library than the one of that name.
    """
    headers = record.http_headers
    coding = (headers.get_header("Content-Encoding") or "").strip().lower()
    headers.replace_header("Content-Encoding", _CODINGS.get(coding, "identity"))
    if "chunked" in (headers.get_header("Transfer-Encoding") or "").lower():
        headers.replace_header("Transfer-Encoding", "chunked")
    stream = record.content_stream()
    body: bytes = stream.read(LARGEST + 1)
    if coding == "br":
        return _unbrotli(body)
    decoder = getattr(stream, "decompressor", None)
    cut = decoder is not None and 0 < len(body) <= LARGEST and not decoder.eof
    unknown = coding not in _PLAIN and coding not in _CODINGS and body.startswith(_ZSTD)
    return body, not (cut or unknown)


def _unbrotli(body: bytes) -> tuple[bytes, bool]:
    decoder = brotli.Decompressor()
    try:
        plain: bytes = decoder.process(body, output_buffer_limit=LARGEST + 1)
    except brotli.error:
        return body, True
    return plain, decoder.is_finished() or len(plain) > LARGEST
