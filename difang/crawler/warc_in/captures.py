"""Reading any tool's WARC file, record by record: the pages wanted, what is left out and why, where it is broken."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from difang.crawler.archive.record import fitting_headers
from difang.ingest.page import CLOCKS_DIFFER, Page
from difang.ingest.warc_body import LARGEST, UNDECODABLE, body_of
from difang.ingest.warc_record import http_headers_of, record_date
from difang.ingest.warc_revisit import Revisit, revisit_of, told
from difang.ingest.warc_walk import Break, Seen, walk

NO_TIME = "no time at which it can have been fetched"
UNNAMED = "revisit that does not tell its original"
"""It stands for no certain page, whichever files are given; some tools write the server's 304 so."""

_AS_A_PAGE = (None, 200, 304)
"""What the server answered to a page fetched again that is as before; some tools do not store it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Capture:
    """One record: its id, the page in it, or the one that was fetched again, or why it is left out."""

    record: str
    page: Page | Revisit | None
    left_out: str | None


Refuse = Callable[[str], str | None]
"""Why a page at this address is not wanted, None where it is."""


def captures(path: Path, start: int, refuse: Refuse) -> Iterator[Seen[Capture] | Break]:
    """The file's records from byte `start` on, one in memory at a time; raises OSError where it cannot be opened."""

    def read(record: Any, said: io.StringIO) -> Capture:
        again = record.rec_type == "revisit"
        page, left_out = _revisit(record, refuse) if again else _page(record, refuse, said)
        return Capture(record=told(record, "WARC-Record-ID"), page=page, left_out=left_out)

    return walk(path, start, read)


def revisits(path: Path, refuse: Refuse) -> Iterator[Revisit]:
    """The pages of the file that were fetched again and are wanted; raises OSError where it cannot be opened."""
    for one in walk(path, 0, lambda record, _: _revisit(record, refuse)[0] if record.rec_type == "revisit" else None):
        if isinstance(one, Seen) and one.got is not None:
            yield one.got


def _revisit(record: Any, refuse: Refuse) -> tuple[Revisit | None, str | None]:
    if left_out := refuse(told(record, "WARC-Target-URI")):
        return None, left_out
    if _fetched_at(record.rec_headers.get_header("WARC-Date")) is None:
        return None, NO_TIME
    revisit = revisit_of(record)
    if revisit is None:
        return None, "revisit record"
    if revisit.status not in _AS_A_PAGE:
        return None, f"status {revisit.status}"
    return (revisit, None) if revisit.names() else (None, UNNAMED)


def _page(record: Any, refuse: Refuse, said: io.StringIO) -> tuple[Page | None, str | None]:
    """The page, or why there is none; bodies of records that are not wanted are not read into memory."""
    if record.rec_type != "response":
        return None, f"{record.rec_type or 'unknown'} record"
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if left_out := refuse(url):
        return None, left_out
    if (http := http_headers_of(record)) is None:
        return None, "no HTTP response"
    if (status := http.get_statuscode()) != "200":
        return None, f"status {status}"
    if record.rec_headers.get_header("WARC-Truncated"):
        return None, "cut by the tool that fetched it"
    if record.length and record.length > LARGEST:
        return None, f"larger than {LARGEST >> 20} MiB"
    fetched_at = _fetched_at(record.rec_headers.get_header("WARC-Date"))
    if fetched_at is None:
        return None, NO_TIME
    body, trouble = body_of(record)
    if said.getvalue() or trouble:
        return None, trouble or UNDECODABLE
    if len(body) > LARGEST:
        return None, f"larger than {LARGEST >> 20} MiB"
    return _made(record, url, body, fetched_at), None


def _fetched_at(text: str | None) -> datetime | None:
    """None for what is no time, or one that has not come yet: no later fetch would ever correct the article."""
    try:
        moment = record_date(text)
    except ValueError:
        return None
    return moment if moment <= datetime.now(UTC) + CLOCKS_DIFFER else None


def _made(record: Any, url: str, body: bytes, fetched_at: datetime) -> Page:
    headers = [(str(name), str(value)) for name, value in record.http_headers.headers]
    return Page(
        url=url,
        final_url=url,
        status=200,
        headers=fitting_headers(headers, len(body)),
        body=body,
        fetched_at=fetched_at,
        run_id="",
    )
