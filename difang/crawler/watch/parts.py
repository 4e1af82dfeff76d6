"""Our own parts: an index that does not answer, pages no ingest worker takes, a worker that died; as issues."""

from __future__ import annotations

import logging
import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from difang.crawler.ledger.issues import Issue, log_opened, log_resolved
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.tables import Severity
from difang.crawler.watch.words import length, number
from difang.ingest.errors import DifangError
from difang.ingest.index.port import ArticleIndex
from difang.ingest.queue import PageQueue, QueueCounts

EVERY = timedelta(seconds=10)
HICCUP = timedelta(seconds=8)
"""What is over by the next look is told to nobody."""

NOBODY_READS = timedelta(minutes=2)
LONG_UNREAD = timedelta(minutes=15)
HUNG = timedelta(minutes=5)
"""The worker of a service that has lived for so long, while pages waited for as long, hangs and is replaced."""

LATELY = timedelta(minutes=1)
MANY_DEATHS = 3

log = logging.getLogger(__name__)


class Kind(StrEnum):
    """The kinds of issue found here; docs/issues.md tells what to do about each."""

    INDEX_AWAY = "index_away"  # the index does not answer
    PAGES_WAIT = "pages_wait"  # pages wait and no ingest worker takes them
    WORKER_DIED = "worker_died"  # an ingest worker died and was started again


@dataclass(kw_only=True)
class _Trouble:
    """Since when something is so, in the eyes of who leads."""

    since: datetime
    why: str = ""


class PartsWatch:
    """Looks at index and queue every few seconds; what lasts longer than a hiccup is an issue until it is over."""

    def __init__(
        self, ledger: Ledger, open_index: Callable[[], ArticleIndex], open_queue: Callable[[], PageQueue]
    ) -> None:
        """Index and queue are opened for one look."""
        self._ledger = ledger
        self._open_index = open_index
        self._open_queue = open_queue
        self._away: _Trouble | None = None
        self._unread: _Trouble | None = None

    def look(self, now: datetime | None = None) -> None:
        """Look once; raises RetryLater where the ledger does not play."""
        now = now or datetime.now(UTC)
        known = {issue.kind: issue for kind in Kind for issue in self._ledger.issues.unresolved(kind.value)}
        counts = self._counts()
        self._look_at_index(now, known.get(Kind.INDEX_AWAY), counts)
        self._look_at_queue(now, known.get(Kind.PAGES_WAIT), counts)

    def _look_at_index(self, now: datetime, known: Issue | None, counts: QueueCounts) -> None:
        why = self._why_away()
        if not why:
            self._away = None
            return self._over(known)
        self._away = self._away or _Trouble(since=_since(known) or now)
        self._away.why = why
        if known or now - self._away.since >= HICCUP:
            waiting = counts.ready + counts.later + counts.claimed
            sentence = f"The index does not answer for {length(now - self._away.since)}: {why.rstrip('.')}."
            told = f" {_wait(waiting, 'fetched page')} for it; nothing is lost."
            self._see(Kind.INDEX_AWAY, "index", sentence + told, self._away.since, Severity.HIGH, waiting)
            self._tell_first(Kind.INDEX_AWAY, known)
        return None

    def _look_at_queue(self, now: datetime, known: Issue | None, counts: QueueCounts) -> None:
        if self._away or counts.claimed or not counts.ready or self._writes_elsewhere():
            self._unread = None
            return self._over(known)
        self._unread = self._unread or _Trouble(since=_since(known) or now)
        lasting = now - self._unread.since
        if known or lasting >= NOBODY_READS:
            severity = Severity.HIGH if lasting >= LONG_UNREAD else Severity.MEDIUM
            sentence = f"{_wait(counts.ready, 'page')}, and for {length(lasting)} no ingest worker takes any."
            self._see(Kind.PAGES_WAIT, "queue", sentence, self._unread.since, severity, counts.ready)
            self._tell_first(Kind.PAGES_WAIT, known)
        return None

    def _why_away(self) -> str:
        try:
            with closing(self._open_index()) as index:
                index.status()
        except DifangError as error:
            return str(error)
        return ""

    def _counts(self) -> QueueCounts:
        with closing(self._open_queue()) as queue:
            return queue.counts()

    def _writes_elsewhere(self) -> bool:
        """Whether our ingest worker rests because other work writes the index."""
        running = self._ledger.tasks.running()
        return running is not None and running.kind.writes_articles

    def _see(self, kind: Kind, key: str, sentence: str, since: datetime, severity: Severity, waiting: int) -> None:
        self._ledger.issues.see(
            kind=kind.value,
            channel="",
            key=key,
            sentence=sentence,
            examples=(),
            figures={"since": since.isoformat(), "waiting": waiting},
            severity=severity,
        )

    def _tell_first(self, kind: Kind, known: Issue | None) -> None:
        """Say in the log that an issue opened; one that is brought up to date is no news."""
        for issue in self._ledger.issues.unresolved(kind.value) if known is None else ():
            log_opened(log, issue)

    def _over(self, known: Issue | None) -> None:
        if known:
            self._ledger.issues.resolve(known)
            log_resolved(log, known)


def unread_for(ledger: Ledger, now: datetime) -> timedelta:
    """For how long pages have waited that no worker takes; zero where some does, or nobody has looked lately.

    Raises RetryLater where the ledger is away.
    """
    found = ledger.issues.unresolved(Kind.PAGES_WAIT.value)
    spans = [now - datetime.fromisoformat(one.figures["since"]) for one in found if now - one.last_seen_at < LATELY]
    return max(spans, default=timedelta())


def replaced_from(issue: Issue) -> datetime | None:
    """From when on a service replaces its worker, as it hangs; None for any other issue."""
    since = issue.figures.get("since") if issue.kind == Kind.PAGES_WAIT else None
    return datetime.fromisoformat(since) + HUNG if since else None


def worker_died(ledger: Ledger, code: int) -> None:
    """The ingest worker of this machine died and is started again; raises RetryLater where the ledger is away."""
    known = _of_this_machine(ledger)
    times = (known.figures["times"] if known else 0) + 1
    how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
    often = f", {times} times in a row" if times > 1 else ""
    ledger.issues.see(
        kind=Kind.WORKER_DIED.value,
        channel="",
        key=socket.gethostname(),
        sentence=f"The ingest worker on {socket.gethostname()} {how}{often}, and was started again; no page is lost.",
        examples=(),
        figures={"times": times, "code": code},
        severity=Severity.HIGH if times >= MANY_DEATHS else Severity.MEDIUM,
    )


def worker_lives(ledger: Ledger) -> None:
    """The ingest worker of this machine has lived for a while; raises RetryLater where the ledger is away."""
    if known := _of_this_machine(ledger):
        ledger.issues.resolve(known)
        log_resolved(log, known)


def _of_this_machine(ledger: Ledger) -> Issue | None:
    name = socket.gethostname()
    return next((one for one in ledger.issues.unresolved(Kind.WORKER_DIED.value) if one.key == name), None)


def _since(known: Issue | None) -> datetime | None:
    return datetime.fromisoformat(known.figures["since"]) if known else None


def _wait(count: int, what: str) -> str:
    said = number(count, what)
    return f"{said[0].upper()}{said[1:]} wait{'s' if count < 2 else ''}"
