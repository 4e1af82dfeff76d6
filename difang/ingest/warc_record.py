"""What a WARC record tells of itself, whichever tool wrote it: the server's headers, the time."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from warcio.recordloader import ArcWarcRecordLoader

WEB = re.compile("https?:", re.IGNORECASE)
"""How an address of the web begins."""

_LOADER = ArcWarcRecordLoader()
_FIRST_YEAR, _LAST_YEAR = 1990, 2200
"""Between the beginning of the web and what indexes and ledgers can sort."""


def http_headers_of(record: Any) -> Any:
    """The status line and headers of a response, None where it holds none.

    warcio reads them only where the address begins with http in lower case.
    """
    url, kind = (record.rec_headers.get_header(name) or "" for name in ("WARC-Target-URI", "Content-Type"))
    if record.http_headers is None and record.length and WEB.match(url) and kind.startswith("application/http"):
        record.http_headers = _LOADER.http_parser.parse(record.raw_stream)
    return record.http_headers


def record_date(text: str | None) -> datetime:
    """The time of a WARC-Date in UTC; raises ValueError where it is none, or one at which no page can be fetched."""
    try:
        moment = datetime.fromisoformat(_to_the_day(text or ""))
        utc = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"its WARC-Date is no time: {text!r}") from error
    if not _FIRST_YEAR <= utc.year < _LAST_YEAR:
        raise ValueError(f"its WARC-Date lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}: {text!r}")
    return utc


def _to_the_day(text: str) -> str:
    """WARC 1.1 allows a year or a month alone, its first moment then; older tools write 14 digits."""
    if text.isascii() and text.isdigit() and len(text) == len("YYYYMMDDhhmmss"):
        return f"{text[:8]}T{text[8:]}"
    return {len("YYYY"): f"{text}-01-01", len("YYYY-MM"): f"{text}-01"}.get(len(text), text)
