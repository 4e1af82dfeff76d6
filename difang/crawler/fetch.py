"""Fetching one address through Scrapy's downloader: the response as a page, or why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from scrapy import Request
from scrapy.exceptions import DownloadCancelledError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from difang.crawler.archive.record import fitting_headers
from difang.crawler.ledger.addresses import Headers
from difang.crawler.politeness.middleware import OutsideSite, download
from difang.crawler.politeness.robots import RobotsForbid
from difang.crawler.politeness.turns import AllowanceSpent, until_tomorrow
from difang.ingest.outcome import Outcome
from difang.ingest.page import Page

if TYPE_CHECKING:
    from scrapy.core.engine import ExecutionEngine

LARGEST = 64 * 1024 * 1024
"""Bytes of a body; what is larger is not fetched to its end."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NoPage:
    """Why there is no page: the outcome, a sentence, and how long to leave the address alone where that is known."""

    outcome: Outcome
    reason: str
    rest: timedelta | None = None


async def fetch(engine: ExecutionEngine, url: str, run_id: str, condition: Headers | None = None) -> Page | NoPage:
    """The response to an address, whatever its status (304 only on a condition); never raises for the host's faults."""
    request = Request(url, headers=_conditions(condition), dont_filter=True, callback=NO_CALLBACK)
    try:
        response = await download(engine, request)
    except AllowanceSpent as refusal:
        return NoPage(outcome=Outcome.REFUSED, reason=str(refusal), rest=until_tomorrow())
    except RobotsForbid as refusal:
        return NoPage(outcome=Outcome.REFUSED, reason=str(refusal), rest=refusal.rest)
    except OutsideSite as detour:
        return NoPage(outcome=Outcome.NOT_AN_ARTICLE, reason=str(detour))
    except DownloadCancelledError:
        return NoPage(outcome=Outcome.FAILED, reason=f"The response is larger than {LARGEST >> 20} MiB.")
    except DownloadTimeoutError as silence:
        return NoPage(outcome=Outcome.FAILED, reason=str(silence))
    except IgnoreRequest as refusal:  # too many redirects, a body that unpacks to more than the largest
        return NoPage(outcome=Outcome.FAILED, reason=str(refusal))
    except Exception as error:  # the many errors of sockets, name servers and HTTP: the host's fault, not the run's
        return NoPage(outcome=Outcome.FAILED, reason=f"{type(error).__name__}: {error}".rstrip(": "))
    return _page(response, url, run_id)


def _conditions(condition: Headers | None) -> dict[str, str]:
    if condition is None:
        return {}
    named = {"If-None-Match": condition.etag, "If-Modified-Since": condition.last_modified}
    return {name: value for name, value in named.items() if value}


def _page(response: Response, url: str, run_id: str) -> Page:
    headers = [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    ]
    return Page(
        url=url,
        final_url=response.url,
        status=response.status,
        headers=fitting_headers(headers, len(response.body)),
        body=response.body,
        fetched_at=datetime.now(UTC),
        run_id=run_id,
    )
