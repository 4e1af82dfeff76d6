"""From the bytes of a page to an article: templates, fields, body. A pure function; no I/O in this room."""

from __future__ import annotations

import traceback
from dataclasses import replace

from difang.ingest.extract.explained import of_page
from difang.ingest.extract.join import join
from difang.ingest.extract.reading import read_page
from difang.ingest.extract.refusal import no_article
from difang.ingest.extract.result import Hosts, PageReading, Reading, Trace
from difang.ingest.extract.trail import Trail
from difang.ingest.outcome import Outcome
from difang.ingest.page import Page

__all__ = ["explain", "extract", "join"]

_LONGEST_TRACEBACK = 20_000
"""Characters; of a longer one the end, which names the line, is kept."""


def extract(page: Page, hosts: Hosts) -> Reading:
    """One page's article, or why it is none; never raises, reads no more than 16 MB, does no I/O.

    A page that makes a library give up is set aside with what the library said.
    """
    return _read(page, hosts, Trail())


def explain(page: Page, hosts: Hosts) -> tuple[Reading, list[Trace]]:
    """What `extract` gives, and for each field of the article the rule and the text it came from.

    Where the page is no article, there are traces of what was read before that was known.
    """
    trail = Trail()
    reading = _read(page, hosts, trail)
    noted = trail.traces()
    return reading, of_page(reading, page, noted) if isinstance(reading, PageReading) else noted


def _read(page: Page, hosts: Hosts, trail: Trail) -> Reading:
    try:
        return read_page(page, hosts, trail)
    except Exception as error:  # whatever a page does, the next one must be read
        reason = f"Reading the page failed: {type(error).__name__}: {error}"
        where = traceback.format_exc()[-_LONGEST_TRACEBACK:]
        return replace(no_article(page, Outcome.SET_ASIDE, reason[:500]), traceback=where)
