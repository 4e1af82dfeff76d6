"""From the bytes of a page to an article: templates, fields, body. A pure function; no I/O in this room."""

from __future__ import annotations

from difang.ingest.extract.join import join
from difang.ingest.extract.read import read
from difang.ingest.extract.refusal import no_article
from difang.ingest.extract.result import Hosts, Reading, Trace
from difang.ingest.extract.trail import Trail
from difang.ingest.outcome import Outcome
from difang.ingest.page import Page

__all__ = ["explain", "extract", "join"]


def extract(page: Page, hosts: Hosts) -> Reading:
    """One page's article, or why it is none; never raises, reads no more than 16 MB, does no I/O.

    A page that makes a library give up is set aside with what the library said.
    """
    return explain(page, hosts)[0]


def explain(page: Page, hosts: Hosts) -> tuple[Reading, list[Trace]]:
    """What `extract` gives, and for each field the rule and the text it came from."""
    trail = Trail()
    try:
        reading = read(page, hosts, trail)
    except Exception as error:  # whatever a page does, the next one must be read
        reason = f"Reading the page failed: {type(error).__name__}: {error}"
        reading = no_article(page, Outcome.SET_ASIDE, reason[:500])
    return reading, trail.traces()
