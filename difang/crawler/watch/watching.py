"""Watching: findings become issues, which are brought up to date, and resolve themselves when so no more."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from difang.crawler.channels import Channel
from difang.crawler.drift_issues import KIND as DRIFT
from difang.crawler.drift_issues import Checked
from difang.crawler.ledger.issues import log_opened, log_resolved
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.readings import SET_ASIDE
from difang.crawler.watch.finding import Finding, Kind
from difang.crawler.watch.gathering import histories
from difang.crawler.watch.judge import judge
from difang.ingest.errors import RetryLater
from difang.ingest.event import Event

EVERY = timedelta(minutes=5)
"""A check takes some 0.2 s of 33 channels with eight weeks of history."""

LOOK_EVERY = timedelta(seconds=10)
"""So often is asked whether a run has ended, which is checked at once."""

log = logging.getLogger(__name__)


def check(ledger: Ledger, channels: Sequence[Channel]) -> Checked:
    """Judge all channels now; raises RetryLater where the ledger does not play."""
    now = datetime.now(UTC)
    ledger.freshness.prune(now)
    before = {(i.kind, i.channel, i.key): i for kind in Kind for i in ledger.issues.unresolved(kind.value)}
    findings = judge(histories(ledger, channels, now), now, {about: issue.figures for about, issue in before.items()})
    drifting = {issue.channel for issue in ledger.issues.unresolved(DRIFT) if issue.key == SET_ASIDE}
    findings = [f for f in findings if f.kind is not Kind.SET_ASIDE or f.about in before or f.channel not in drifting]
    for finding in findings:
        _see(ledger, finding)
    over = [issue for about, issue in before.items() if about not in {finding.about for finding in findings}]
    for issue in over:
        ledger.issues.resolve(issue)
    known = {issue.id for issue in before.values()}
    opened = [i for kind in Kind for i in ledger.issues.unresolved(kind.value) if i.id not in known]
    return Checked(opened=tuple(opened), resolved=tuple(ledger.issues.get(issue.id) for issue in over))


class Watching:
    """Checks after runs that ended, and every five minutes."""

    def __init__(
        self, ledger: Ledger, channels: Sequence[Channel], clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock` gives seconds."""
        self._ledger = ledger
        self._channels = channels
        self._clock = clock
        self._ended: datetime | None = None
        self._next = clock()

    def look(self) -> None:
        """Check if it is time; raises RetryLater where the ledger does not play."""
        ended = self._ledger.run_lists.newest_end()
        if ended == self._ended and self._clock() < self._next:
            return
        self._ended, self._next = ended, self._clock() + EVERY.total_seconds()
        check_now(self._ledger, self._channels)


def check_now(ledger: Ledger, channels: Sequence[Channel]) -> None:
    """Check as a duty that comes round again and tells its log; a ledger that is away now is asked the next time."""
    try:
        done = check(ledger, channels)
    except RetryLater as error:
        log.warning("The channels were not checked: %s", error, extra=Event.DUTY_FAILED.of(duty="watch"))
        return
    for issue in done.opened:
        log_opened(log, issue)
    for issue in done.resolved:
        log_resolved(log, issue)


def _see(ledger: Ledger, finding: Finding) -> None:
    ledger.issues.see(
        kind=finding.kind.value,
        channel=finding.channel,
        key=finding.key,
        sentence=finding.sentence,
        examples=finding.examples,
        figures=finding.figures,
        severity=finding.severity,
    )
