"""Access: hosts that are down, listings without an article, runs that found nothing or failed. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from urllib.parse import urlsplit

from difang.crawler.ledger.looks import Look, Role
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.ledger.tables import Severity
from difang.crawler.watch.finding import EndedRun, Finding, History, Kind
from difang.crawler.watch.words import length, number

LONG_DOWN = timedelta(hours=6)
"""From then on a host that is down is no hiccup: its articles leave the sitemap's newest hundred one by one."""

LONG_EMPTY = timedelta(days=2)
FORGOTTEN = timedelta(days=45)
"""A listing nobody looks at any more, because nothing links it, is no matter; an empty one rests 30 days at most."""

BROKEN = (RunState.FAILED, RunState.LOST)
_FAILED_RUNS = 3
_EXAMPLES = 5


def hosts_down(histories: Sequence[History], now: datetime) -> Iterator[Finding]:
    """Hosts whose last answer is older than their last failure; where that is every host, one finding in all."""
    names = {history.channel.slug: history.channel.name for history in histories}
    looks: dict[str, list[Look]] = defaultdict(list)
    for look in (look for history in histories for look in history.looks):
        looks[urlsplit(look.url).hostname or ""].append(look)
    down = {host: since for host, of in looks.items() if (since := _down_since(of))}
    if len(down) == len(looks) > 2:
        yield _no_network(down, now)
        return
    for host, since in sorted(down.items()):
        channels = {look.channel for look in looks[host]}
        channel = channels.pop() if len(channels) == 1 else ""
        failing = [look for look in looks[host] if look.failing_since]
        yield Finding(
            kind=Kind.HOST_DOWN,
            channel=channel,
            key=host,
            severity=Severity.HIGH if now - since > LONG_DOWN else Severity.MEDIUM,
            sentence=f"{names.get(channel, 'All channels')}: {host} gives nothing for {length(now - since)}: "
            f"{(failing[0].reason or '').rstrip('.')}.",
            examples=tuple(look.url for look in failing[:_EXAMPLES]),
            figures={"since": since.isoformat(), "last_answer": _said(_last_answer(looks[host]))},
        )


def listings_empty(history: History, now: datetime) -> Finding | None:
    """The listings of a channel that answer and show no article link any more; a front page never may."""
    empty = [
        look
        for look in history.looks
        if look.empty_since
        and look.role is not Role.SITEMAP
        and (look.shown_at or look.role is Role.FRONT)
        and now - look.looked_at < FORGOTTEN
    ]
    if not empty:
        return None
    empty.sort(key=lambda look: (look.role is not Role.FRONT, look.url))
    since = min(look.empty_since for look in empty if look.empty_since)
    front = empty[0].role is Role.FRONT
    what = "the front page" if front else number(len(empty), "listing")
    more = f" and {number(len(empty) - 1, 'more listing')}" if front and len(empty) > 1 else ""
    verb = "show" if len(empty) > 1 else "shows"
    return Finding(
        kind=Kind.LISTING_EMPTY,
        channel=history.channel.slug,
        key="listings",
        severity=Severity.HIGH if front or now - since > LONG_EMPTY else Severity.MEDIUM,
        sentence=f"{history.channel.name}: {what}{more} {verb} no article link for {length(now - since)}"
        f" (before: {empty[0].links}); the site may have been redesigned.",
        examples=tuple(look.url for look in empty[:_EXAMPLES]),
        figures={
            "since": since.isoformat(),
            "listings": len(empty),
            "links_before": empty[0].links,
            "reason": empty[0].reason,
        },
    )


def runs_gone_wrong(history: History) -> Finding | None:
    """The newest run, where it saw no article at all or failed; to be asked where nothing else explains it."""
    if not history.runs:
        return None
    newest = history.runs[0]
    seeing = [run for run in history.runs if run.state is not RunState.LOST]
    name, slug = history.channel.name, history.channel.slug
    why = f": {newest.sentence.rstrip('.')}" if newest.sentence else ""
    if newest.state is not RunState.LOST and not newest.seen:
        in_a_row = _in_a_row(seeing, lambda run: not run.seen)
        return Finding(
            kind=Kind.NOTHING_FOUND,
            channel=slug,
            key="run",
            severity=Severity.HIGH,
            sentence=f"{name}: the last {_runs(in_a_row)} found no article, new or known{why}.",
            figures=_figures(newest, in_a_row),
        )
    if newest.state in BROKEN:
        in_a_row = _in_a_row(history.runs, lambda run: run.state in BROKEN)
        return Finding(
            kind=Kind.RUN_FAILED,
            channel=slug,
            key="run",
            severity=Severity.HIGH if in_a_row >= _FAILED_RUNS else Severity.MEDIUM,
            sentence=f"{name}: the last {_runs(in_a_row)} failed{why}.",
            figures=_figures(newest, in_a_row),
        )
    return None


def _down_since(looks: Sequence[Look]) -> datetime | None:
    answered = _last_answer(looks)
    since = [look.failing_since for look in looks if look.failing_since]
    if answered:
        since = [at for at in since if at > answered]
    return min(since, default=None)


def _last_answer(looks: Sequence[Look]) -> datetime | None:
    return max((look.answered_at for look in looks if look.answered_at), default=None)


def _no_network(down: dict[str, datetime], now: datetime) -> Finding:
    since = min(down.values())
    return Finding(
        kind=Kind.HOST_DOWN,
        channel="",
        key="*",
        severity=Severity.HIGH,
        sentence=f"None of the {len(down)} hosts answers for {length(now - since)}; look at the network on our side.",
        examples=tuple(sorted(down)[:_EXAMPLES]),
        figures={"since": since.isoformat(), "hosts": len(down)},
    )


def _in_a_row(runs: Sequence[EndedRun], wrong: Callable[[EndedRun], bool]) -> int:
    return len(list(takewhile(wrong, runs)))


def _runs(count: int) -> str:
    return "run" if count == 1 else f"{count} runs"


def _figures(newest: EndedRun, in_a_row: int) -> dict[str, str | int | None]:
    return {"run": newest.id, "runs_in_a_row": in_a_row, "sentence": newest.sentence}


def _said(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
