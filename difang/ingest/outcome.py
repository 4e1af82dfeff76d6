"""Outcomes: the single word in which every discovered address ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from difang.ingest.note import Note


class Outcome(StrEnum):
    """Every discovered address ends in exactly one of these; their sum is the number discovered."""

    INDEXED = "indexed"  # a new article is searchable
    UPDATED = "updated"  # a correction: a new version of a known article
    UNCHANGED = "unchanged"  # fetched again (or 304), nothing new in it
    SIGHTING = "sighting"  # one more address of an article already known
    PART = "part"  # a later page, joined into its article
    NOT_AN_ARTICLE = "not_an_article"  # a listing, a front page, a refresh stub, something else than HTML
    GONE = "gone"  # 404, 410 or a soft 404
    REFUSED = "refused"  # robots.txt, the daily allowance, the takedown list
    FAILED = "failed"  # network or server, after retries; offered for retry
    SET_ASIDE = "set_aside"  # kept whole with the reason, for an operator


@dataclass(frozen=True, kw_only=True, slots=True)
class Ending:
    """How one address discovered by one run ended; `reason` is a sentence or None where the outcome says it all."""

    run_id: str
    url: str
    outcome: Outcome
    reason: str | None = None
    article_id: str | None = None


class Endings(Protocol):
    """Where endings are told: the ledger. Telling the same ending twice changes nothing.

    A page is delivered at least once, so a second delivery may tell otherwise of what the first told `indexed`;
    the one who keeps the book keeps `indexed` and `updated` against all later tellings of the same run and address.
    """

    def tell(self, endings: Sequence[Ending], notes: Sequence[Note] = ()) -> None:
        """Write the endings down, durably, all or none; raises RetryLater where that is not possible now.

        `notes` are of pages whose endings are told with them; a page told before, or twice, is counted once.
        """
        ...
