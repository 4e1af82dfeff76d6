"""The WARC response record of a page.

`WARC-Target-URI` is the address asked for, so that a replay answers for it; `Difang-Final-URL` the one that answered
where they differ (after a redirect), `Difang-Run` the run. `WARC-Date` is the time of fetching, to the microsecond.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import UTC
from http.client import responses
from types import MappingProxyType

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from difang.ingest.page import Page

NO_SOURCE: Mapping[str, str] = MappingProxyType({})


def response_record(writer: WARCWriter, page: Page, source: Mapping[str, str] = NO_SOURCE) -> None:
    """Write the record of a page; `source` are further headers: where a page comes from that we did not fetch."""
    about = {
        "WARC-Date": f"{page.fetched_at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}Z",
        "Difang-Run": page.run_id,
    }
    about |= source
    if page.final_url != page.url:
        about["Difang-Final-URL"] = page.final_url
    status = f"{page.status} {responses.get(page.status, 'Unknown')}"
    record = writer.create_warc_record(
        page.url,
        "response",
        payload=io.BytesIO(page.body),
        length=len(page.body),
        http_headers=StatusAndHeaders(status, list(page.headers), protocol="HTTP/1.1"),
        warc_headers_dict=about,
    )
    writer.write_record(record)


def fitting_headers(headers: list[tuple[str, str]], length: int) -> tuple[tuple[str, str], ...]:
    """The headers as they fit a body whose codings were undone: no coding named, and its true length."""
    untrue = {"content-encoding", "transfer-encoding", "content-length"}
    kept = [(name, value) for name, value in headers if name.lower() not in untrue]
    return (*kept, ("Content-Length", str(length)))
