"""The page queue as a port: fetched pages wait here, by reference, until the index has acknowledged their article."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from difang.ingest.page import PageRef
from difang.ingest.set_aside import EVERY, Attempt, Chosen, Discarded, SetAsidePage

NO_REASONS: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A page in a worker's hands; `attempt` counts deliveries from 1, without those that were not the page's fault."""

    number: int
    ref: PageRef
    attempt: int


@dataclass(frozen=True, kw_only=True, slots=True)
class QueueCounts:
    """How many pages wait, wait for a later time, are in a worker's hands, and are set aside."""

    ready: int
    later: int
    claimed: int
    set_aside: int


class PageQueue(Protocol):
    """At least once: a page leaves only by done, or to the set-aside pages; a lease that runs out delivers it again."""

    def put(self, refs: Sequence[PageRef], *, again: bool = False) -> None:
        """Append; the same url of the same run and fetch time is taken once.

        `again`: a page that is in somebody's hands comes once more after him, because what he read of it holds no more.
        Raises RetryLater when it cannot be kept.
        """
        ...

    def claim(self, most: int, *, lease_seconds: float) -> list[Claim]:
        """Up to `most` pages that are due, oldest first, never two claims of one key at the same time in two hands."""
        ...

    def done(self, claims: Sequence[Claim]) -> None:
        """These pages are finished."""
        ...

    def retry_later(
        self,
        claims: Sequence[Claim],
        *,
        delay_seconds: float,
        counted: bool = True,
        reasons: Mapping[int, str] = NO_REASONS,
    ) -> None:
        """Give these back, due again after the delay; not `counted`, this delivery was no attempt.

        `reasons` (by the claim's number) go into the pages' histories.
        """
        ...

    def set_aside(self, claim: Claim, *, reason: str, traceback: str | None = None) -> None:
        """Keep this page apart with the reason."""
        ...

    def set_aside_pages(self, *, most: int = 100, chosen: Chosen = EVERY) -> list[SetAsidePage]:
        """The chosen set-aside pages, newest first."""
        ...

    def set_aside_reasons(self, *, chosen: Chosen = EVERY, discarded: bool = False) -> dict[str, int]:
        """Each reason and how many of the chosen pages (`discarded`: of those) have it, the most frequent first."""
        ...

    def history(self, ref: PageRef) -> list[Attempt]:
        """What was tried with a page that gave trouble, oldest first."""
        ...

    def retry_set_aside(self, numbers: Sequence[int], *, by: str = "operator") -> int:
        """Put these set-aside pages back into the queue; how many there were."""
        ...

    def discard_set_aside(self, numbers: Sequence[int], *, by: str = "operator", why: str = "") -> int:
        """Give these set-aside pages up for good; how many there were."""
        ...

    def settle_set_aside(self, numbers: Sequence[int], *, by: str, why: str) -> int:
        """These set-aside pages were read by other means; how many there were."""
        ...

    def keep_set_aside(self, reasons: Mapping[int, str], *, by: str) -> None:
        """These set-aside pages, by number, stay for another reason now; one that is there already changes nothing."""
        ...

    def discarded_pages(self, *, most: int = 100, chosen: Chosen = EVERY) -> list[Discarded]:
        """The chosen ones of what was discarded, newest first."""
        ...

    def counts(self) -> QueueCounts:
        """How full the queue is, now."""
        ...

    def oldest(self) -> datetime | None:
        """When the page was fetched that waits longest; None where none waits."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
