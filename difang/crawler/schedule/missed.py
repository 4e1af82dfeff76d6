"""The issue of missed runs: open while a channel has firings that did not take place and are not made up for."""

from __future__ import annotations

from collections.abc import Mapping

from difang.crawler.ledger.firings import Missed
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.schedule.timing import ZONE

KIND = "missed_run"


def see_missed(ledger: Ledger, names: Mapping[str, str]) -> None:
    """Open, bring up to date and resolve the issues; `names` gives the channels' names for people."""
    missed = {one.channel: one for one in ledger.schedule.missed()}
    known = {issue.channel: issue for issue in ledger.issues.unresolved(KIND)}
    for channel, one in missed.items():
        figures = {"missed": len(one.runs), "caught_up_by": one.caught_up_by, "last": one.last.isoformat()}
        if channel not in known or known[channel].figures != figures:
            sentence = _sentence(names.get(channel, channel), one)
            ledger.issues.see(kind=KIND, channel=channel, key="", sentence=sentence, examples=(), figures=figures)
    for channel, issue in known.items():
        if channel not in missed:
            ledger.issues.resolve(issue)


def _sentence(name: str, one: Missed) -> str:
    first, last = (f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}" for moment in (one.first, one.last))
    when = f"at {first}" if len(one.runs) == 1 else f"between {first} and {last}"
    crawls = "1 planned crawl" if len(one.runs) == 1 else f"{len(one.runs)} planned crawls"
    after = f"Run {one.caught_up_by} catches up." if one.caught_up_by else "Nothing catches up: the channel is paused."
    return f"{name}: {crawls} did not take place {when} (Asia/Shanghai). {one.why} {after}"
