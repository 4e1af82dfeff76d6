"""Judging: from what the ledger knows of the channels, and the time, to what somebody must look at. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from difang.crawler.watch.access import hosts_down, listings_empty, runs_gone_wrong
from difang.crawler.watch.finding import Finding, History, OpenFigures
from difang.crawler.watch.silence import silence
from difang.crawler.watch.unread import unread
from difang.crawler.watch.volume import free_days, volume


def judge(histories: Sequence[History], now: datetime, open_issues: OpenFigures) -> list[Finding]:
    """Everything that is not as it should be now; what is told no more is so no more.

    A cause is told once: a run that failed because its host is down is no finding of its own, nor are the few articles
    of a day on which that was so.
    """
    down = list(hosts_down(histories, now))
    found = [*down]
    everywhere = any(finding.key == "*" for finding in down)
    free = free_days(histories, now)
    for history in histories:
        explained = everywhere or any(finding.channel == history.channel.slug for finding in down)
        causes = list(_causes(history, now, open_issues, explained=explained))
        found.extend(causes)
        day = volume(history, free)
        if day and (day.about in open_issues or not (causes or explained)):
            found.append(day)
    return found


def _causes(history: History, now: datetime, open_issues: OpenFigures, *, explained: bool) -> Iterator[Finding]:
    wrong = listings_empty(history, now) or (None if explained else runs_gone_wrong(history))
    if wrong:
        yield wrong
    if apart := unread(history):
        yield apart
    elif still := silence(history, open_issues):  # what is not read cannot be new
        yield still
