"""The leader's duties: telling issues by each rule, and the heartbeat an outside monitor waits for."""

from __future__ import annotations

import logging
import urllib.error
import urllib.request
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from difang.console.alerts.notifier import Message, Notifier, NotSent
from difang.console.telling.message import News, words
from difang.crawler.ledger.issues import Issue, Wanted
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.tables import IssueState, Severity
from difang.crawler.ledger.telling import Rule, Told, Wish
from difang.ingest.errors import RetryLater, UsageError
from difang.ingest.event import Event

EVERY = timedelta(seconds=15)
HEARTBEAT_EVERY = timedelta(minutes=1)

_BEIJING = ZoneInfo("Asia/Shanghai")
_ORDER = list(Severity)
_MOST = 1_000
_HEARTBEAT_SECONDS = 10.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """Tells what each rule wants; done twice, or by two at once, it tells twice at worst."""

    ledger: Ledger
    public: str
    notifier: Notifier

    def tell(self, now: datetime | None = None) -> int:
        """Send what is due, one message a rule; returns how many messages were taken."""
        now = now or datetime.now(UTC)
        rules = self.ledger.telling.rules()
        if not rules:
            return 0
        issues = self.ledger.issues.select(Wanted(), _MOST)
        return sum(self._tell(rule, issues, now) for rule in rules)

    def _tell(self, rule: Rule, issues: list[Issue], now: datetime) -> bool:
        if rule.next_try_at and now < rule.next_try_at:
            return False
        told = self.ledger.telling.told(rule.id)
        news = self._news(rule.wish, issues, told, now)
        if news.ended and not rule.wish.tells_end:
            self.ledger.telling.close(rule.id, news.ended)
            news = replace(news, ended=[])
        if not news.issues:
            return False
        title, text = words(news, self.public, rule.wish.language)
        try:
            self.notifier.send(self.ledger.telling.address(rule.id), Message(title=title, text=text))
        except NotSent as error:
            self.ledger.telling.failed(rule, str(error), now=now)
            event = Event.TELLING_FAILED.of(rule=rule.wish.name, issues=len(news.issues))
            log.warning(
                "The rule %s could not tell %d issues: %s", rule.wish.name, len(news.issues), error, extra=event
            )
            return False
        self.ledger.telling.sent(rule.id, news.issues, now=now)
        return True

    def _news(self, wish: Wish, issues: list[Issue], told: dict[int, Told], now: datetime) -> News:
        wanted = [issue for issue in issues if _is_wanted(wish, issue)]
        if is_quiet(wish, now):
            wanted = [issue for issue in wanted if wish.wakes and issue.severity is Severity.HIGH]
        new = [issue for issue in wanted if _is_new(issue, told)]
        waited = timedelta(seconds=wish.window)
        if not any(now - issue.opened_at >= waited or issue.id in told for issue in new):
            new = []
        pause = timedelta(hours=wish.remind_hours)
        again = [issue for issue in wanted if wish.remind_hours and _is_due_again(issue, told, now - pause)]
        ended = [] if is_quiet(wish, now) else self._ended(told, {issue.id for issue in issues})
        return News(new=new, again=[issue for issue in again if issue not in new], ended=ended)

    def _ended(self, told: dict[int, Told], open_: set[int]) -> list[Issue]:
        found = [self.ledger.issues.get(number) for number in sorted(told.keys() - open_)[:_MOST]]
        return [issue for issue in found if issue.state is IssueState.RESOLVED]


def is_quiet(wish: Wish, now: datetime) -> bool:
    """Whether it is a quiet hour in Beijing; hours may go over midnight."""
    if wish.quiet_from is None or wish.quiet_until is None:
        return False
    at = now.astimezone(_BEIJING)
    minute = at.hour * 60 + at.minute
    if wish.quiet_from <= wish.quiet_until:
        return wish.quiet_from <= minute < wish.quiet_until
    return minute >= wish.quiet_from or minute < wish.quiet_until


def _is_wanted(wish: Wish, issue: Issue) -> bool:
    grave = _ORDER.index(issue.severity) >= _ORDER.index(wish.severity)
    return grave and (not wish.channels or not issue.channel or issue.channel in wish.channels)


def _is_new(issue: Issue, told: dict[int, Told]) -> bool:
    """Not told yet and nobody has taken it up meanwhile, or graver than it was told."""
    before = told.get(issue.id)
    if before is None:
        return issue.state is IssueState.OPEN
    return _ORDER.index(issue.severity) > _ORDER.index(before.severity)


def _is_due_again(issue: Issue, told: dict[int, Told], before: datetime) -> bool:
    return issue.state is IssueState.OPEN and issue.id in told and told[issue.id].told_at <= before


def heartbeat(address: str) -> None:
    """Ask the outside monitor's address once; raises RetryLater, without the address, where it does not answer."""
    if not address.startswith(("http://", "https://")):
        raise UsageError("The setting heartbeat must be an address that begins with http:// or https://.")
    try:
        with urllib.request.urlopen(address, timeout=_HEARTBEAT_SECONDS) as answer:  # noqa: S310 - checked above
            answer.read(1_000)
    except urllib.error.HTTPError as error:
        error.close()
        raise RetryLater(f"The heartbeat was not taken (HTTP {error.code}); it is sent again.") from None
    except (OSError, ValueError) as error:
        raise RetryLater(f"The heartbeat was not taken ({type(error).__name__}); it is sent again.") from None
