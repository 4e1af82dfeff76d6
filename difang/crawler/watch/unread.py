"""Unread: a channel whose newest pages were set aside, most of them; told without any history. Pure."""

from __future__ import annotations

from difang.crawler.ledger.tables import Severity
from difang.crawler.watch.finding import Finding, History, Kind

ENOUGH = 5
"""So many pages set aside are no few bad pages any more; so many that were read end what was before."""

MOST_OF = 0.5
"""The share of the pages set aside from which on a channel is not read."""

KEY = "pages"


def unread(history: History) -> Finding | None:
    """The pages set aside of the newest runs: at least 5, and at least half of all new ones.

    Runs are looked at from the newest back, as far as it takes: until five pages were read.
    """
    aside = read = 0
    for pages in history.pages:
        aside, read = aside + pages.aside, read + pages.read
        if aside >= ENOUGH and aside >= MOST_OF * (aside + read):
            return Finding(
                kind=Kind.SET_ASIDE,
                channel=history.channel.slug,
                key=KEY,
                severity=Severity.MEDIUM,
                sentence=f"{history.channel.name}: {aside} of the newest {aside + read} pages could not be read"
                " and were set aside.",
                examples=history.aside,
                figures={"pages": aside, "of": aside + read, "run": pages.run},
            )
        if read >= ENOUGH:
            return None
    return None
