"""Notes: what reading a page was like, told for each page so that a site that changed its templates is noticed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Protocol

from difang.ingest.address import article_address
from difang.ingest.article import Article
from difang.ingest.page import PageRef

NO_TEMPLATE = "generic"
"""The template of pages that none of the site's own templates read (extract/generic.py names itself so)."""

NO_MINUTE = "no_minute"
"""The warning of an article whose page prints a day without a clock."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """How one page fetched by one run was read.

    `template` is None for a page that was set aside unread; `channel` then too: it is the run's. `warnings` are codes
    without the text behind the colon, `published` the day the page or its address gives, None where neither does,
    `published_at` the moment, None where the page prints no clock; `ahead` is how far the host's clock is
    ahead of ours.
    """

    run_id: str
    url: str
    channel: str | None
    template: str | None
    warnings: frozenset[str]
    published: date | None
    fetched_at: datetime
    published_at: datetime | None = None
    ahead: timedelta = timedelta(0)


class Rereadings(Protocol):
    """Where it is told that pages read before are read otherwise now: the ledger."""

    def reread(self, pairs: Sequence[tuple[Note, Note]]) -> None:
        """Pages that were counted as the first note says are to be counted as the second; raises RetryLater."""
        ...


def note_of(ref: PageRef, article: Article | None, ahead: timedelta = timedelta(0)) -> Note:
    """How a page was read; `article` None where it was set aside unread."""
    said = datetime.fromisoformat(article.published_at) if article else None
    clocked = said is not None and article is not None and NO_MINUTE not in article.warnings
    return Note(
        run_id=ref.run_id,
        url=ref.url,
        channel=article.channel if article else None,
        template=article.template if article else None,
        warnings=frozenset(warning.partition(":")[0] for warning in article.warnings) if article else frozenset(),
        published=said.date() if said else _day_in(ref.url),
        fetched_at=ref.fetched_at,
        published_at=said if clocked else None,
        ahead=ahead,
    )


def _day_in(url: str) -> date | None:
    address = article_address(url)
    return address.day if address else None
