"""Set-aside pages: what is kept of one, how some are chosen, and what was done with one so far."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from zoneinfo import ZoneInfo

from difang.ingest.page import PageRef

_BEIJING = ZoneInfo("Asia/Shanghai")
_FIRST = date(1970, 1, 1)


class Deed(StrEnum):
    """What was done with a page that gave trouble."""

    TRIED = "tried"  # a worker failed on it and gave it back for later
    SET_ASIDE = "set_aside"  # a worker gave it up
    RETRIED = "retried"  # an operator put it back into the queue
    DISCARDED = "discarded"  # an operator gave it up for good
    SETTLED = "settled"  # it was read by other means than the queue, such as reprocessing


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One line of a page's history: who did what when, and the reason as it was then."""

    at: datetime
    by: str
    deed: Deed
    reason: str | None
    traceback: str | None


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
class Discarded:
    """A page an operator gave up for good: who, why and when."""

    page: SetAsidePage
    by: str
    why: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """Which set-aside pages; None means any. `reason` and `url` are parts of the text, `since` the time set aside."""

    numbers: tuple[int, ...] | None = None
    reason: str | None = None
    url: str | None = None
    run_id: str | None = None
    hosts: tuple[str, ...] | None = None
    since: datetime | None = None


EVERY = Chosen()


def begin_of(day: date) -> datetime:
    """When a day begins in Beijing, for `Chosen.since`; days before 1970, when no page was set aside, as if it were."""
    return datetime.combine(max(day, _FIRST), time(), _BEIJING)
