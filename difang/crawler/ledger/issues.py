"""The issues: what somebody must look at; one of each sort at a time, seen again instead of repeated."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, select, text, update

from difang.crawler.ledger.tables import IssueState, Severity, issues
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.crawler.ledger.upsert import insert
from difang.ingest.errors import DifangError, NotThere
from difang.ingest.event import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """One issue; `kind`, `channel` and `key` say what it is about, `figures` are the numbers behind the sentence."""

    id: int
    kind: str
    channel: str
    key: str
    sentence: str
    examples: tuple[str, ...]
    figures: dict[str, Any]
    severity: Severity
    state: IssueState
    opened_at: datetime
    last_seen_at: datetime
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    resolved_at: datetime | None
    resolved_by: str | None  # None: by itself


def log_opened(log: logging.Logger, issue: Issue, sentence: str = "") -> None:
    """Say in this log that an issue was opened; `sentence` says more than its own."""
    severity = issue.severity.value
    told = Event.ISSUE_OPENED.of(issue=issue.id, kind=issue.kind, channel=issue.channel, severity=severity)
    log.warning("Issue %d (%s, %s): %s", issue.id, issue.kind, severity, sentence or issue.sentence, extra=told)


def log_resolved(log: logging.Logger, issue: Issue) -> None:
    """Say in this log that an issue is over."""
    told = Event.ISSUE_RESOLVED.of(issue=issue.id, kind=issue.kind, channel=issue.channel)
    log.info("Issue %d is resolved by itself: %s", issue.id, issue.sentence, extra=told)


UNRESOLVED = (IssueState.OPEN, IssueState.ACKNOWLEDGED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which issues are asked for; an empty tuple means any."""

    states: tuple[IssueState, ...] = UNRESOLVED
    kinds: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    severities: tuple[Severity, ...] = ()
    before: int | None = None  # older than the one of this number


@patient
class Issues:
    """The rows of the issues. There is at most one unresolved issue of a kind, channel and key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def see(
        self,
        *,
        kind: str,
        channel: str,
        key: str,
        sentence: str,
        examples: Sequence[str],
        figures: Mapping[str, Any],
        severity: Severity = Severity.MEDIUM,
    ) -> None:
        """Open an issue, or bring the unresolved one of this kind, channel and key up to date."""
        now = datetime.now(UTC)
        said = {
            "sentence": sentence,
            "examples": json.dumps(list(examples), ensure_ascii=False),
            "figures": json.dumps(dict(figures), ensure_ascii=False),
            "severity": severity.value,
            "last_seen_at": now,
        }
        about = {"kind": kind, "channel": channel, "key": key}
        with writing(self._engine) as connection:
            connection.execute(
                insert(connection, issues).on_conflict_do_update(
                    index_elements=list(about), index_where=text("state <> 'resolved'"), set_=said
                ),
                [about | said | {"state": IssueState.OPEN.value, "opened_at": now}],
            )

    def resolve(self, issue: Issue, by: str | None = None) -> None:
        """What the issue says is so no more; `by` whom, None: by itself."""
        with writing(self._engine) as connection:
            connection.execute(
                update(issues)
                .where(issues.c.id == issue.id, issues.c.state != IssueState.RESOLVED.value)
                .values(state=IssueState.RESOLVED.value, resolved_at=datetime.now(UTC), resolved_by=by)
            )

    def resolve_by_hand(self, number: int, by: str) -> Issue:
        """Somebody says it is done; opens again, as a new one, should it still be so at the next look.

        Raises NotThere where there is none, DifangError where it is resolved.
        """
        issue = self.get(number)
        if issue.state is IssueState.RESOLVED:
            raise DifangError(f"Issue {number} is resolved already; there is nothing to do.")
        self.resolve(issue, by)
        return self.get(number)

    def acknowledge(self, number: int, by: str) -> Issue:
        """Somebody has taken it up; raises NotThere where there is none, DifangError where it is resolved."""
        with writing(self._engine) as connection:
            connection.execute(
                update(issues)
                .where(issues.c.id == number, issues.c.state != IssueState.RESOLVED.value)
                .values(state=IssueState.ACKNOWLEDGED.value, acknowledged_by=by, acknowledged_at=datetime.now(UTC))
            )
        issue = self.get(number)
        if issue.state is IssueState.RESOLVED:
            raise DifangError(f"Issue {number} is resolved already; there is nothing to take up.")
        return issue

    def get(self, number: int) -> Issue:
        """One issue; raises NotThere where there is none of this number."""
        found = self._select(select(issues).where(issues.c.id == number))
        if not found:
            raise NotThere(f"There is no issue {number}; `difang issues` lists them.")
        return found[0]

    def unresolved(self, kind: str | None = None) -> list[Issue]:
        """The open and the acknowledged ones, newest first, of one kind or all."""
        query = select(issues).where(issues.c.state != IssueState.RESOLVED.value).order_by(issues.c.id.desc())
        return self._select(query.where(issues.c.kind == kind) if kind else query)

    def select(self, wanted: Wanted, most: int) -> list[Issue]:
        """The newest of those asked for."""
        query = select(issues).order_by(issues.c.id.desc()).limit(most)
        asked = ((issues.c.state, wanted.states), (issues.c.kind, wanted.kinds), (issues.c.channel, wanted.channels))
        for column, values in (*asked, (issues.c.severity, wanted.severities)):
            if values:
                query = query.where(column.in_([str(value) for value in values]))
        query = query.where(issues.c.id < wanted.before) if wanted.before else query
        return self._select(query)

    def _select(self, query: Any) -> list[Issue]:
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [
            Issue(
                **{
                    **row,
                    "severity": Severity(row["severity"]),
                    "state": IssueState(row["state"]),
                    "examples": tuple(json.loads(row["examples"])),
                    "figures": json.loads(row["figures"]),
                }
            )
            for row in rows
        ]
