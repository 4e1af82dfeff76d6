"""What the board shows: a card for each channel, the open issues, the figures of the whole; and what comes first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum

from difang.console.operating.strip import Strip
from difang.crawler.ledger.freshness import Delay
from difang.crawler.ledger.issues import Issue
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.ledger.tables import IssueState, Severity
from difang.crawler.watch.board import ChannelFreshness
from difang.crawler.watch.finding import Kind
from difang.ingest.index.port import IndexStatus
from difang.ingest.queue import QueueCounts

_BROKEN = (RunState.FAILED, RunState.LOST)
_TOGETHER = 3
_SERIOUS = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}


class Level(IntEnum):
    """How much a channel needs somebody; the first comes first."""

    ALARM = 0  # an open issue of high severity
    WARNING = 1  # another issue, a broken last run, something new is overdue
    IDLE = 2  # nobody crawls it: no service leads the schedule
    TAKEN_UP = 3  # only issues somebody has taken up
    PAUSED = 4  # crawled no more, by an operator's word
    NEW = 5  # nothing is known of it yet: no crawl of it has ended
    WELL = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Card:
    """One channel. `found` and `handled` are of the run that runs: addresses discovered, and those that ended.

    `led` is whether a service leads the schedule, without which no crawl begins.
    """

    fresh: ChannelFreshness
    running: Run | None
    found: int
    handled: int
    last: Run | None
    next_at: datetime | None
    waiting: int
    paused: bool
    led: bool
    strip: Strip
    issues: tuple[Issue, ...]
    now: datetime

    @property
    def slug(self) -> str:
        """The channel's."""
        return self.fresh.channel

    @property
    def overdue(self) -> bool:
        """Whether something new was usually there by now."""
        return self.fresh.expected_by is not None and self.fresh.expected_by < self.now and not self.paused

    @property
    def level(self) -> Level:
        """How much it needs somebody."""
        untouched = [issue for issue in self.issues if issue.state is IssueState.OPEN]
        if any(issue.severity is Severity.HIGH for issue in untouched):
            return Level.ALARM
        if untouched or self.overdue or (self.last is not None and self.last.state in _BROKEN):
            return Level.WARNING
        if self.issues:
            return Level.TAKEN_UP
        if self.paused:
            return Level.PAUSED
        if not self.led:
            return Level.IDLE
        return Level.NEW if self.last is None and self.fresh.newest is None else Level.WELL

    @property
    def aside(self) -> int:
        """How many of the newest pages are set aside, where that is an issue; else 0."""
        return sum(issue.figures["pages"] for issue in self.issues if issue.kind == Kind.SET_ASIDE)

    @property
    def share(self) -> float:
        """How far the run has come, from 0 to 1."""
        return min(1.0, self.handled / self.found) if self.found else 0.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """The whole: `rate` pages read a minute, `delay` from publication to index since yesterday, `archive` in bytes.

    None where it is not known (yet, or here). `young`: nothing was watched before yesterday. `trouble` says why the
    index cannot be asked, `led` who leads the schedule or since when nobody does, `idle` why this service does not.
    """

    queue: QueueCounts
    rate: float | None
    delay: Delay | None
    young: bool
    archive: int | None
    index: IndexStatus | None
    trouble: str
    running: int
    leader: bool
    led: str
    idle: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Board:
    """Everything at a moment; the cards as the channel table has them."""

    at: datetime
    cards: tuple[Card, ...]
    issues: tuple[Issue, ...]
    figures: Figures

    def by_need(self) -> list[Card]:
        """Those that need somebody first, then those that run, then as the table has them."""
        return sorted(self.cards, key=lambda card: (card.level, card.running is None))

    @property
    def well(self) -> bool:
        """Whether nobody needs to do anything."""
        known = not self.figures.trouble and self.figures.leader
        return known and not self.issues and all(card.level >= Level.TAKEN_UP for card in self.cards)


def by_severity(issues: Sequence[Issue]) -> list[Issue]:
    """Those nobody has taken up first, the most severe first, then the newest."""
    return sorted(issues, key=lambda issue: (issue.state is not IssueState.OPEN, _SERIOUS[issue.severity], -issue.id))


@dataclass(frozen=True, kw_only=True, slots=True)
class Alike:
    """Open issues that are told as one: of a kind, a severity and a state; often a single one."""

    issues: tuple[Issue, ...]

    @property
    def first(self) -> Issue:
        """The newest of them."""
        return self.issues[0]

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.issues)

    @property
    def several(self) -> bool:
        """Whether they are so many that they are told together."""
        return self.count >= _TOGETHER

    @property
    def name(self) -> str:
        """Which they are, the same as long as any is left."""
        return f"alike-{self.first.kind}-{self.first.severity}-{self.first.state}"

    @property
    def channels(self) -> list[str]:
        """The slugs, each once; empty where some are of no single channel."""
        named = [issue.channel for issue in self.issues]
        return list(dict.fromkeys(named)) if all(named) else []

    @property
    def numbers(self) -> str:
        """Theirs, for a form."""
        return ",".join(str(issue.id) for issue in self.issues)


def grouped(issues: Sequence[Issue]) -> list[Alike]:
    """The issues in their order; those of a kind, severity and state, where they are several, stand at the first."""
    alike: dict[tuple[str, Severity, IssueState], list[Issue]] = defaultdict(list)
    for issue in issues:
        alike[issue.kind, issue.severity, issue.state].append(issue)
    groups = []
    for issue in issues:
        mine = alike[issue.kind, issue.severity, issue.state]
        if len(mine) < _TOGETHER:
            groups.append(Alike(issues=(issue,)))
        elif issue is mine[0]:
            groups.append(Alike(issues=tuple(mine)))
    return groups


def share_of_day(card: Card) -> tuple[int, int, int, int]:
    """For the small bar, in percent of its width: today's articles, usual by now, a usual day's least and most."""
    usual = card.fresh.usual_day
    whole = max(usual.high, card.fresh.today, 1) * 1.05
    shown = (card.fresh.today, card.fresh.usual_by_now, usual.low, usual.high)
    today, by_now, low, high = (min(100, round(100 * number / whole)) for number in shown)
    return today, by_now, low, high
