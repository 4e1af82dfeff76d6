"""Drift becomes issues: looks at all channels, opens issues, brings them up to date and resolves them."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from difang.crawler.drift import UNREAD, Drift, Share, examine
from difang.crawler.ledger.issues import Issue, log_opened
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.readings import SET_ASIDE, TEMPLATE, WARNING
from difang.crawler.ledger.tables import IssueState
from difang.crawler.watch.finding import Kind
from difang.ingest.errors import RetryLater
from difang.ingest.event import Event

KIND = "drift"
EVERY_SECONDS = 300.0
REST_SECONDS = 15.0
"""So soon after the last check there is another where the worker has nothing left to do."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """What a check did: the issues it opened and those it resolved."""

    opened: tuple[Issue, ...]
    resolved: tuple[Issue, ...]


def check(ledger: Ledger, names: Mapping[str, str]) -> Checked:
    """Compare every channel's newest pages with its last two weeks; `names`: channel → its name for people."""
    ledger.readings.prune(datetime.now(ZoneInfo("Asia/Shanghai")).date())
    before = {(issue.channel, issue.key): issue for issue in ledger.issues.unresolved(KIND)}
    told = {issue.channel for issue in ledger.issues.unresolved(Kind.SET_ASIDE.value)}
    resolved = []
    for channel, days in ledger.readings.by_channel().items():
        mine = {key: issue for (of, key), issue in before.items() if of == channel}
        verdict = examine(days, {key: _usual(issue) for key, issue in mine.items()})
        for drift in verdict.drifts:
            if drift.sign == SET_ASIDE and channel in told and drift.sign not in mine:  # one cause is one issue
                continue
            _see(ledger, channel, names.get(channel, channel), drift)
        for key in verdict.back:
            ledger.issues.resolve(mine[key])
            resolved.append(ledger.issues.get(mine[key].id))
    known = {issue.id for issue in before.values()}
    opened = tuple(issue for issue in ledger.issues.unresolved(KIND) if issue.id not in known)
    for issue in opened:
        log_opened(log, issue, f"{issue.sentence} Look at {' '.join(issue.examples)}")
    return Checked(opened=opened, resolved=tuple(resolved))


class Watch:
    """Checks now and then while pages are worked on; to be called often."""

    def __init__(self, ledger: Ledger, names: Mapping[str, str]) -> None:
        """The first check is one interval away."""
        self._ledger = ledger
        self._names = names
        self._next = time.monotonic() + EVERY_SECONDS
        self._new_pages = False

    def look(self, pages: int) -> None:
        """Tell how many pages were worked on since the last call; checks if it is time and there were any.

        It is time every five minutes, and sooner where no page is left: then it costs nobody anything.
        """
        self._new_pages = self._new_pages or pages > 0
        early = 0.0 if pages else EVERY_SECONDS - REST_SECONDS
        if self._new_pages and time.monotonic() >= self._next - early:
            self.check_now()

    def check_now(self) -> None:
        """Check; a ledger that is away now is asked again an interval later."""
        self._next = time.monotonic() + EVERY_SECONDS
        try:
            check(self._ledger, self._names)
        except RetryLater as error:
            log.warning("Template drift was not checked: %s", error, extra=Event.DUTY_FAILED.of(duty="drift"))
        else:
            self._new_pages = False


def _usual(issue: Issue) -> Share | None:
    """The measure of an open issue stays; once acknowledged, two weeks of the new make it the usual."""
    if issue.state is IssueState.ACKNOWLEDGED:
        return None
    return Share(pages=issue.figures["usual_pages"], of=issue.figures["usual_of"])


def _see(ledger: Ledger, channel: str, name: str, drift: Drift) -> None:
    ledger.issues.see(
        kind=KIND,
        channel=channel,
        key=drift.sign,
        sentence=sentence_of(name, drift),
        examples=ledger.readings.examples(channel, drift.shown_by, drift.first, drift.last),
        figures={
            "first_day": drift.first.isoformat(),
            "last_day": drift.last.isoformat(),
            "pages": drift.now.pages,
            "of": drift.now.of,
            "usual_pages": drift.usual.pages,
            "usual_of": drift.usual.of,
        },
    )


def sentence_of(name: str, drift: Drift) -> str:
    """What an issue says of a drift; `name` of the channel."""
    when = f"on {drift.first}" if drift.first == drift.last else f"from {drift.first} to {drift.last}"
    return (
        f"{name}: {float(drift.now):.0%} of the {drift.now.of} pages fetched {when} {_what(drift.sign)}"
        f" (usually {float(drift.usual):.0%})."
    ).replace("%", " %")


def _what(sign: str) -> str:
    if sign == UNREAD:
        return "were read by no template"
    if sign == SET_ASIDE:
        return "could not be read and were set aside"
    if sign.startswith(WARNING):
        return f"have the warning {sign.removeprefix(WARNING)}"
    return f"were read by the template {sign.removeprefix(TEMPLATE)}"
