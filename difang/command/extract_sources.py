"""Where `difang extract` takes pages from: files, standard input, an address."""

from __future__ import annotations

import json
import re
import sys
import urllib.error
import urllib.request
from datetime import UTC, datetime
from http.client import HTTPException, IncompleteRead
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from difang import __version__
from difang.ingest.errors import DifangError, UsageError
from difang.ingest.extract.identity import page_address
from difang.ingest.page import Page

_GOLDEN = re.compile(r"page(?:-(\d{1,3}))?\.html")
_AS_GIVEN = "%/:=&?~#+!$,;'@()*[]"
_MOST_BYTES = 64 * 1024 * 1024


def is_address(argument: str) -> bool:
    """Whether the argument is a web address and no file."""
    return argument.lower().startswith(("http://", "https://"))


def page_of(argument: str, *, url: str | None, contact: str, timeout: float) -> Page:
    """The page of a file, of standard input (`-`) or of an address; raises DifangError where it cannot be had."""
    if is_address(argument):
        try:
            urlsplit(argument)
        except ValueError as error:
            raise UsageError(f"{argument} is no web address; correct it.") from error
        return _fetched(argument, contact=contact, timeout=timeout)
    if argument == "-":
        return _saved(sys.stdin.buffer.read(), url or "", ())
    file = Path(argument)
    try:
        body = file.read_bytes()
    except OSError as error:
        raise DifangError(f"{argument} cannot be read: {error.strerror or error}.") from error
    if body.startswith(b"WARC/") or file.name.endswith((".warc", ".warc.gz")):
        raise UsageError(f"{argument} is a WARC file; name it with --warc.")
    if url is None:
        url, headers = _beside(file)
        return _saved(body, url, headers)
    return _saved(body, url, ())


def _beside(file: Path) -> tuple[str, tuple[tuple[str, str], ...]]:
    # a golden page keeps the address of page.html and the headers beside it
    found = _GOLDEN.fullmatch(file.name)
    if found is None:
        return "", ()
    try:
        about = json.loads(file.with_name("headers.json").read_text(encoding="utf-8"))
        url = page_address(str(about["url"]), int(found[1] or 1))
        return url, tuple((str(name), str(value)) for name, value in about.get("headers", {}).items())
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return "", ()


def _saved(body: bytes, url: str, headers: tuple[tuple[str, str], ...]) -> Page:
    return Page(
        url=url, final_url=url, status=200, headers=headers, body=body, fetched_at=datetime.now(UTC), run_id="extract"
    )


def _fetched(url: str, *, contact: str, timeout: float) -> Page:
    agent = f"difang/{__version__} (+{contact})" if contact else f"difang/{__version__}"
    quoted = quote(url, safe=_AS_GIVEN)
    request = urllib.request.Request(quoted, headers={"User-Agent": agent})  # noqa: S310 - is_address let http(s) pass only
    try:
        with _opened(request, timeout) as response:
            body = response.read(_MOST_BYTES)
            if len(body) < _MOST_BYTES and (missing := getattr(response, "length", None)):
                raise IncompleteRead(body, missing)
            return _answer(url, response.url or url, response.status, response.headers.items(), body)
    except (OSError, ValueError, HTTPException) as error:
        reason = " ".join(str(getattr(error, "reason", None) or error).split()) or type(error).__name__
        raise DifangError(f"{url} cannot be fetched: {reason}.") from error


def _opened(request: urllib.request.Request, timeout: float) -> Any:
    # an answer of any status; urllib raises those it takes for errors
    try:
        return urllib.request.urlopen(request, timeout=timeout)  # noqa: S310
    except urllib.error.HTTPError as error:
        return error


def _answer(url: str, final_url: str, status: int, headers: list[tuple[str, str]], body: bytes) -> Page:
    return Page(
        url=url,
        final_url=final_url,
        status=status,
        headers=tuple(headers),
        body=body,
        fetched_at=datetime.now(UTC),
        run_id="extract",
    )
