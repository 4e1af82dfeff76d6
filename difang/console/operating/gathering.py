"""Gathering the board: what changes within seconds is read each time, what costs more is kept for a while."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Generic, TypeVar

from difang.console.operating.cards import Board, Card, Figures, by_severity
from difang.console.operating.strip import Strip, strip
from difang.console.operating.works import Works
from difang.crawler.ledger.coverage import DayCoverage
from difang.crawler.ledger.issues import Issue
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.run_tables import RunCause
from difang.crawler.schedule.leading import leading
from difang.crawler.watch.board import ChannelFreshness, first_day, freshness
from difang.crawler.watch.rhythm import BEIJING
from difang.ingest.errors import DifangError
from difang.ingest.index.port import ArticleIndex, IndexStatus
from difang.ingest.queue import PageQueue

FRESH_SECONDS = 1.0
"""Boards looked at within this time are one and the same."""

SLOW_SECONDS = 60.0
"""Rhythms of the channels, size of the archive, status of the index."""

_LAST_SECONDS = 10.0
_RATE_SECONDS = 60.0

T = TypeVar("T")


class Kept(Generic[T]):
    """A value that is made again when it is so many seconds old."""

    def __init__(self, make: Callable[[], T], seconds: float) -> None:
        self._make = make
        self._seconds = seconds
        self._made: tuple[float, T] | None = None

    def get(self) -> T:
        """The value; raises what making it raises."""
        now = time.monotonic()
        if self._made is None or now - self._made[0] >= self._seconds:
            self._made = (time.monotonic(), self._make())
        return self._made[1]

    def forget(self) -> None:
        """Make it anew the next time."""
        self._made = None


class Gathering:
    """Gathers the board of one process; usable from any thread."""

    def __init__(self, ledger: Ledger, queue: PageQueue, articles: ArticleIndex, works: Works) -> None:
        self._ledger = ledger
        self._queue = queue
        self._works = works
        self._lock = threading.Lock()
        self._board = Kept(self._gather, FRESH_SECONDS)
        self._fresh = Kept(self._freshness, SLOW_SECONDS)
        self._strips = Kept(self._strips_now, SLOW_SECONDS)
        self._last = Kept(self._last_ended, _LAST_SECONDS)
        self._archive = Kept(lambda: size_of(works.archive), SLOW_SECONDS)
        self._index = Kept(lambda: _status(articles), SLOW_SECONDS / 2)
        self._running: frozenset[str] = frozenset()
        self._read: deque[tuple[float, int]] = deque()

    def board(self) -> Board:
        """The board as it is now, at most a second old; raises RetryLater where the ledger does not play."""
        with self._lock:
            return self._board.get()

    def forget(self) -> None:
        """Somebody has changed something: the next board is a new one."""
        with self._lock:
            self._board.forget()

    def _gather(self) -> Board:
        now = datetime.now(UTC)
        running = self._ledger.runs.running()
        issues = by_severity(self._ledger.issues.unresolved())
        figures = self._figures(now, len(running))
        return Board(
            at=now,
            cards=tuple(self._cards(now, running, issues, led=figures.leader)),
            issues=tuple(issues),
            figures=figures,
        )

    def _cards(self, now: datetime, running: Sequence[Run], issues: Sequence[Issue], *, led: bool) -> list[Card]:
        by_channel = {run.channel: run for run in running if not run.asked_for}
        if (ids := frozenset(run.id for run in running)) != self._running:
            self._running = ids
            self._last.forget()
        counts = self._ledger.runs.counts(list(by_channel.values()))
        ahead = self._ledger.plans.ahead()
        last = self._last.get()
        paused = {slug for slug, change in self._ledger.schedule.changes().items() if change.paused}
        cards, strips = [], self._strips.get()
        for fresh in self._up_to_date(now):
            mine = [run for run in ahead if run.channel == fresh.channel]
            run = by_channel.get(fresh.channel)
            count = counts[run.id] if run else None
            due = [one.due_at for one in mine if one.due_at and one.cause is RunCause.SCHEDULE]
            card = Card(
                fresh=fresh,
                running=run,
                found=count.discovered if count else 0,
                handled=sum(count.outcomes.values()) if count else 0,
                last=last.get(fresh.channel),
                next_at=min(due, default=None),
                waiting=sum(one.due_at is not None and one.due_at <= now for one in mine),
                paused=fresh.channel in paused,
                led=led,
                strip=strips[fresh.channel],
                issues=tuple(issue for issue in issues if issue.channel == fresh.channel),
                now=now,
            )
            cards.append(card)
        return cards

    def _up_to_date(self, now: datetime) -> list[ChannelFreshness]:
        """The rhythms kept, with what is new since."""
        fresh = self._fresh.get()
        midnight = now.astimezone(BEIJING).replace(hour=0, minute=0, second=0, microsecond=0)
        newest = self._ledger.freshness.newest()
        today = self._ledger.freshness.hours(midnight.astimezone(UTC))
        changed: list[ChannelFreshness] = []
        for one in fresh:
            there = newest.get(one.channel)
            if there is not None and there.appeared_at != one.newest:
                one = replace(one, newest=there.appeared_at, newest_url=there.url, expected_by=None)
            changed.append(replace(one, today=sum(today.get(one.channel, {}).values())))
        return changed

    def _freshness(self) -> list[ChannelFreshness]:
        return freshness(self._ledger, self._works.channels, datetime.now(UTC))

    def _strips_now(self) -> dict[str, Strip]:
        audited: dict[str, list[DayCoverage]] = defaultdict(list)
        for day in self._ledger.coverage.since(first_day(datetime.now(BEIJING).date())):
            audited[day.channel].append(day)
        return {fresh.channel: strip(fresh.lately, audited[fresh.channel]) for fresh in self._fresh.get()}

    def _last_ended(self) -> dict[str, Run]:
        return self._ledger.run_lists.last_ended([channel.slug for channel in self._works.channels])

    def _figures(self, now: datetime, running: int) -> Figures:
        index, trouble = self._index.get()
        led: dict[str, Any] = leading(self._ledger, now)
        yesterday = now.astimezone(BEIJING).date() - timedelta(days=1)
        return Figures(
            queue=self._queue.counts(),
            rate=self._rate(self._ledger.run_lists.pages_read(yesterday)),
            delay=(delay := self._ledger.freshness.delay(yesterday)),
            young=delay is None and self._young(yesterday),
            archive=self._archive.get(),
            index=index,
            trouble=trouble,
            running=running,
            leader=led["holder"] is not None,
            led=str(led["said"]),
            idle=self._works.idle,
        )

    def _young(self, day: date) -> bool:
        """Whether no channel was watched before this day."""
        return all(one.since.astimezone(BEIJING).date() >= day for one in self._ledger.freshness.newest().values())

    def _rate(self, total: int) -> float | None:
        """Pages a minute over the last minute; at the first look by what the ledger tells of that minute."""
        now = time.monotonic()
        if not self._read:
            lately = self._ledger.run_lists.read_lately(datetime.now(UTC) - timedelta(seconds=_RATE_SECONDS))
            self._read.append((now - _RATE_SECONDS, total - lately))
        if self._read and total < self._read[-1][1]:  # a day has left the count
            self._read.clear()
        self._read.append((now, total))
        while len(self._read) > 2 and now - self._read[1][0] >= _RATE_SECONDS:
            self._read.popleft()
        since, before = self._read[0]
        return (total - before) / (now - since) * 60 if now - since >= 1.0 else None


def size_of(folder: Path | None) -> int | None:
    """The bytes of the files of a folder and those below it; None where there is no such folder here."""
    if folder is None or not folder.is_dir():
        return None
    return sum(_size(path) for path in folder.rglob("*"))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size if path.is_file() else 0
    except FileNotFoundError:  # closed and renamed meanwhile
        return 0


def _status(articles: ArticleIndex) -> tuple[IndexStatus | None, str]:
    try:
        return articles.status(), ""
    except DifangError as error:
        return None, str(error)
