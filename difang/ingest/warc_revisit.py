"""Revisits: pages that a tool fetched again and found as before, so that it stored where the body lies, not the body.

Crawlers write them with the profile identical-payload-digest (the body has the digest of one stored before) or
server-not-modified (the server said 304). The record they refer to is looked up among those of the files given.
"""

from __future__ import annotations

import hashlib
from base64 import b32encode
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from difang.ingest.page import Page, Position
from difang.ingest.warc_record import WEB, http_headers_of, record_date

_AS_BEFORE = 304
_OF_THAT_FETCH = frozenset(("date", "age"))
_BRACKETS = "<>"
_EMPTY = [hashlib.new(name, b"", usedforsecurity=False).digest() for name in ("md5", "sha1", "sha256")]
_OF_NOTHING = frozenset(text for one in _EMPTY for text in (one.hex(), b32encode(one).decode().rstrip("=").lower()))
"""Digests of an empty body, which some tools write where the server answered 304: they tell no record."""

Name = tuple[str, ...]
"""Under what a record is looked for: its id, or its address and time, or its digest with its address or without."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Revisit:
    """A page fetched again: its own id, address and time, and what tells the record that has its body.

    `status` is what the server answered this time, None where that was not stored; texts are empty where they are not
    told, `original_at` is None there, and `position` is the revisit's own.
    """

    record: str
    url: str
    fetched_at: datetime
    status: int | None
    digest: str
    original: str
    original_url: str
    original_at: datetime | None
    position: Position | None = None

    def names(self) -> list[Name]:
        """Under what its original is looked for, in this order; none where it does not tell which that is."""
        names: list[Name] = [("id", self.original)] if self.original else []
        if self.original_url and self.original_at:
            whole = self.original_at.replace(microsecond=0)
            exact, second = moments(self.original_url, self.original_at)
            names += [exact, second if self.original_at == whole else moments(self.original_url, whole)[0]]
        return names + ([("digest", self.digest, self.url), ("digest", self.digest)] if self.digest else [])

    def page(self, original: Page) -> Page:
        """The page it stands for: the original's body and headers, but of the revisit's address and time."""
        return replace(
            original,
            url=self.url,
            final_url=self.url,
            status=original.status if self.status in (None, _AS_BEFORE) else self.status,
            headers=tuple(one for one in original.headers if one[0].lower() not in _OF_THAT_FETCH),
            fetched_at=self.fetched_at,
            run_id="",
            position=self.position,
        )


def revisit_of(record: Any) -> Revisit | None:
    """The revisit, None where the record is another or of no web address.

    Raises ValueError where it has no time at which a page can be fetched.
    """
    url = told(record, "WARC-Target-URI")
    if record.rec_type != "revisit" or not WEB.match(url):
        return None
    http = http_headers_of(record)
    status = (http.get_statuscode() or "") if http else ""
    return Revisit(
        record=told(record, "WARC-Record-ID"),
        url=url,
        fetched_at=record_date(record.rec_headers.get_header("WARC-Date")),
        status=int(status) if status.isascii() and status.isdigit() else None,
        digest=digest_of(record),
        original=told(record, "WARC-Refers-To"),
        original_url=told(record, "WARC-Refers-To-Target-URI").strip(_BRACKETS),
        original_at=date_of(told(record, "WARC-Refers-To-Date")),
    )


def told(record: Any, name: str) -> str:
    """What the header of this name says; empty where there is none."""
    return (record.rec_headers.get_header(name) or "").strip()


def digest_of(record: Any) -> str:
    """The digest of the body as the record tells it, in one way of writing; empty where none is told."""
    algorithm, _, value = told(record, "WARC-Payload-Digest").lower().partition(":")
    return f"{algorithm.replace('-', '')}:{value}" if value and value.rstrip("=") not in _OF_NOTHING else ""


def moments(url: str, at: datetime) -> tuple[Name, Name]:
    """The address and its time, as it is and to the second: what refers to a record often leaves its fractions out."""
    return ("moment", url, at.isoformat()), ("second", url, at.replace(microsecond=0).isoformat())


def date_of(text: str) -> datetime | None:
    """The time of a WARC-Date, None where it is none."""
    try:
        return record_date(text)
    except ValueError:
        return None
