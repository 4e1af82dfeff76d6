"""WARC files as other tools write them: every form a response can have, for tests that read them in."""

from __future__ import annotations

import gzip
import hashlib
import io
import zlib
from base64 import b32encode
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import brotli
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

MOMENT = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)


def at(seconds: float) -> str:
    """The WARC-Date so many seconds after the moment."""
    return f"{MOMENT + timedelta(seconds=seconds):%Y-%m-%dT%H:%M:%SZ}"


def digest_of(payload: bytes) -> str:
    """As the records of these files tell it of what they hold."""
    return f"sha1:{b32encode(hashlib.sha1(payload, usedforsecurity=False).digest()).decode()}"


def refers_to(url: str, *, seconds: float, payload: bytes | None = None) -> dict[str, str]:
    """The headers with which a revisit tells its original."""
    told = {"WARC-Refers-To-Target-URI": url, "WARC-Refers-To-Date": at(seconds)}
    return told if payload is None else told | {"WARC-Payload-Digest": digest_of(payload)}


def chunked(body: bytes) -> bytes:
    """The body in chunks of 1000 bytes, as sent."""
    pieces = [body[start : start + 1000] for start in range(0, len(body), 1000)]
    return b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces) + b"0\r\n\r\n"


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def _cut(body: bytes, *, left: int) -> bytes:
    """All chunks but the last, or less: as a tool stores an answer whose connection broke."""
    return chunked(body)[:-left]


Form = tuple[dict[str, str], Callable[[bytes], bytes]]
FORMS: dict[str, Form] = {
    "plain": ({}, lambda body: body),
    "gzip": ({"Content-Encoding": "gzip"}, gzip.compress),
    "x-gzip": ({"content-encoding": "X-GZIP"}, gzip.compress),
    "deflate": ({"Content-Encoding": "deflate"}, zlib.compress),
    "raw deflate": ({"Content-Encoding": "deflate"}, _raw_deflate),
    "br": ({"Content-Encoding": "br"}, lambda body: bytes(brotli.compress(body))),
    "chunked": ({"Transfer-Encoding": "chunked"}, chunked),
    "chunked gzip": (
        {"Transfer-Encoding": "Chunked", "Content-Encoding": "gzip"},
        lambda body: chunked(gzip.compress(body)),
    ),
    "gzip of two members": (
        {"Content-Encoding": "gzip"},
        lambda body: gzip.compress(body[:2000]) + gzip.compress(body[2000:]),
    ),
    "gzip twice": ({"Content-Encoding": "gzip, gzip"}, lambda body: gzip.compress(gzip.compress(body))),
    "gzip, then br": (
        {"Content-Encoding": "gzip, br"},
        lambda body: bytes(brotli.compress(gzip.compress(body))),
    ),
    "two codings undone by the tool": ({"Content-Encoding": "gzip, br"}, lambda body: body),
    "a charset for a coding": ({"Content-Encoding": "utf-8"}, lambda body: body),
    "undone by the tool": ({"Transfer-Encoding": "chunked", "Content-Encoding": "br"}, lambda body: body),
}
"""How a body is stored, by name: the headers that stay, and the bytes."""

CUT_FORMS: dict[str, Form] = {
    "chunked, without the last chunk": ({"Transfer-Encoding": "chunked"}, lambda body: _cut(body, left=5)),
    "chunked, cut within a chunk": ({"Transfer-Encoding": "chunked"}, lambda body: _cut(body, left=40)),
    "chunked gzip, without the last chunk": (
        {"Transfer-Encoding": "chunked", "Content-Encoding": "gzip"},
        lambda body: _cut(gzip.compress(body), left=5),
    ),
    "chunked brotli, cut": (
        {"Transfer-Encoding": "chunked", "Content-Encoding": "br"},
        lambda body: _cut(bytes(brotli.compress(body)), left=40),
    ),
    "shorter than promised": ({"Content-Length": "999999"}, lambda body: body),
}
"""How a body is stored that did not come to its end."""

UNDECODABLE_FORMS: dict[str, Form] = {
    "zlib": ({"Content-Encoding": "zlib"}, zlib.compress),
    "compress, then gzip": ({"Content-Encoding": "compress, gzip"}, lambda body: gzip.compress(zlib.compress(body))),
    "no gzip": ({"Content-Encoding": "gzip"}, zlib.compress),
    "gzip, cut": ({"Content-Encoding": "gzip"}, lambda body: gzip.compress(body)[:-12]),
    "gzip, second member cut": (
        {"Content-Encoding": "gzip"},
        lambda body: gzip.compress(body[:2000]) + gzip.compress(body[2000:])[:-12],
    ),
}
"""How a body is stored that nobody can read."""


class Warc:
    """A WARC file being written."""

    def __init__(self, path: Path, *, version: str = "1.1", info: bool = True) -> None:
        """Compressed record by record where the name ends in .gz; `info`: with the record about the file."""
        self.path = path
        self._stream = path.open("wb")
        self._writer = WARCWriter(self._stream, gzip=path.suffix == ".gz", warc_version=version)
        if info:
            self._writer.write_record(self._writer.create_warcinfo_record(path.name, {"software": "a test"}))
        self._number = 0

    def response(self, url: str, body: bytes, *, form: str = "plain", status: str = "200 OK", **warc: Any) -> None:
        """A response with its request, as most tools write them."""
        extra, pack = (FORMS | CUT_FORMS | UNDECODABLE_FORMS)[form]
        headers = StatusAndHeaders(
            status, [("Content-Type", "text/html"), ("Server", "nginx"), *extra.items()], protocol="HTTP/1.1"
        )
        self._number += 1
        when = {"WARC-Date": at(self._number)}
        self.record("response", url, pack(body), headers, when | warc)
        request = StatusAndHeaders("GET / HTTP/1.1", [("Host", "x")], is_http_request=True)
        self.record("request", url, b"", request, when)

    def revisit(self, url: str, *, seconds: float, status: str | None = "200 OK", **warc: str) -> None:
        """A page fetched again so many seconds after the moment, without its body; `status` None: without headers."""
        http = StatusAndHeaders(status, [("Server", "nginx")], protocol="HTTP/1.1") if status else None
        profile = "identical-payload-digest" if status != "304 Not Modified" else "server-not-modified"
        about = {"WARC-Profile": f"http://netpreserve.org/warc/1.1/revisit/{profile}", "WARC-Date": at(seconds)}
        self.record("revisit", url, b"", http, about | warc)

    def record(
        self, kind: str, url: str, payload: bytes, http: StatusAndHeaders | None = None, warc: Any = None
    ) -> None:
        """Any record."""
        self._writer.write_record(
            self._writer.create_warc_record(
                url,
                kind,
                payload=io.BytesIO(payload),
                length=len(payload),
                http_headers=http,
                warc_headers_dict=warc or {},
            )
        )

    def tell(self) -> int:
        """How many bytes were written."""
        self._stream.flush()
        return self._stream.tell()

    def close(self) -> Path:
        """Close and return the file."""
        self._stream.close()
        return self.path


def warc_of(path: Path, pages: Iterable[tuple[str, bytes]], *, version: str = "1.1") -> Path:
    """A file of these pages, in all forms in turn."""
    warc = Warc(path, version=version)
    forms = list(FORMS)
    for number, (url, body) in enumerate(pages):
        warc.response(url, body, form=forms[number % len(forms)])
    return warc.close()
