"""The page queue as a port: fetched pages wait here, by reference, until the index has acknowledged their article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from difang.ingest.page import PageRef


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A page in a worker's hands; `attempt` counts deliveries from 1, without those that were not the page's fault."""

    number: int
    ref: PageRef
    attempt: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SetAsidePage:
    """A page kept for an operator: why, since when, and the traceback where a bug put it there."""

    number: int
    ref: PageRef
    reason: str
    traceback: str | None
    since: datetime
    attempts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueCounts:
    """How many pages wait, wait for a later time, are in a worker's hands, and are set aside."""

    ready: int
    later: int
    claimed: int
    set_aside: int


class PageQueue(Protocol):
    """At least once: a page leaves only by done, or to the set-aside pages; a lease that runs out delivers it again."""

    def put(self, refs: Sequence[PageRef]) -> None:
        """Append; the same url of the same run and fetch time is taken once.

        Raises RetryLater when it cannot be kept.
        """
        ...

    def claim(self, most: int, *, lease_seconds: float) -> list[Claim]:
        """Up to `most` pages that are due, oldest first, never two claims of one key at the same time in two hands."""
        ...

    def done(self, claims: Sequence[Claim]) -> None:
        """These pages are finished."""
        ...

    def retry_later(self, claims: Sequence[Claim], *, delay_seconds: float, counted: bool = True) -> None:
        """Give these back, due again after the delay; not `counted`, this delivery was no attempt."""
        ...

    def set_aside(self, claim: Claim, *, reason: str, traceback: str | None = None) -> None:
        """Keep this page apart with the reason."""
        ...

    def set_aside_pages(self, *, most: int = 100) -> list[SetAsidePage]:
        """The set-aside pages, newest first."""
        ...

    def retry_set_aside(self, numbers: Sequence[int]) -> int:
        """Put these set-aside pages back into the queue; how many there were."""
        ...

    def discard_set_aside(self, numbers: Sequence[int]) -> int:
        """Forget these set-aside pages; how many there were."""
        ...

    def counts(self) -> QueueCounts:
        """How full the queue is, now."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
