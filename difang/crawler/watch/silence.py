"""Silence: a channel that shows nothing new for longer than its own rhythm lets chance explain. Pure."""

from __future__ import annotations

from datetime import timedelta

from difang.crawler.ledger.tables import Severity
from difang.crawler.watch.finding import Finding, History, Kind, OpenFigures
from difang.crawler.watch.rhythm import Rhythm, learn
from difang.crawler.watch.words import clock, length

SHORTEST = timedelta(hours=3)
"""No silence is shorter: two crawls lie 90 minutes apart."""

_WORSE = 2.0
"""At so many times the longest silence of chance the issue is of high severity."""

KEY = "channel"


def rhythm_of(history: History) -> Rhythm:
    """The rhythm the channel has shown until its newest article."""
    return learn(history.hours, since=history.since, last=history.newest, volume=history.channel.volume)


def silence(history: History, open_issues: OpenFigures) -> Finding | None:
    """The silence since the newest article, as far as crawls have looked, if it is none of chance.

    A silence told once stays until something new is there, whatever the rhythm says of it then.
    """
    last, until = history.newest, history.seen_until
    if last is None or until is None or until <= last:
        return None
    silent = until - last
    before = open_issues.get((Kind.SILENT.value, history.channel.slug, KEY))
    told = before is not None and before.get("newest") == last.isoformat()
    if not told and silent < SHORTEST:
        return None
    rhythm = rhythm_of(history)
    alarm = max(rhythm.alarm_at(last), last + SHORTEST)
    if not told and until < alarm:
        return None
    usual = rhythm.usual_gap(until)
    expected = rhythm.expected(last, until) * rhythm.pace
    return Finding(
        kind=Kind.SILENT,
        channel=history.channel.slug,
        key=KEY,
        severity=Severity.HIGH if expected > _WORSE * rhythm.longest_silence else Severity.MEDIUM,
        sentence=f"{history.channel.name}: nothing new for {length(silent)}, usually {length(usual)}.",
        figures={
            "newest": last.isoformat(),
            "looked_at": until.isoformat(),
            "silent_minutes": _minutes(silent),
            "usual_minutes": _minutes(usual),
            "alarm_at": alarm.isoformat(),
            "expected_articles": round(expected, 1),
            "days_of_history": rhythm.days,
            "since": clock(last),
        },
    )


def _minutes(span: timedelta) -> int:
    return round(span / timedelta(minutes=1))
