"""Figures for a monitor: counts over whole tables of the ledger, each one query."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, func, select

from difang.crawler.ledger.run_tables import discoveries, runs
from difang.crawler.ledger.tables import IssueState, issues
from difang.crawler.ledger.transactions import patient, reading


@patient
class Figures:
    """Questions that read much and return little."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def outcomes(self) -> dict[str, int]:
        """Outcome → discoveries that ended so, of all runs; those that have not ended are left out."""
        query = select(discoveries.c.outcome, func.count()).where(discoveries.c.outcome.is_not(None))
        with reading(self._engine) as connection:
            return {outcome: int(n) for outcome, n in connection.execute(query.group_by(discoveries.c.outcome))}

    def runs(self) -> dict[tuple[str, str], int]:
        """(channel, state) → runs."""
        query = select(runs.c.channel, runs.c.state, func.count()).group_by(runs.c.channel, runs.c.state)
        with reading(self._engine) as connection:
            return {(channel, state): int(n) for channel, state, n in connection.execute(query)}

    def traffic(self) -> dict[str, tuple[int, int]]:
        """Channel → requests and bytes of all its runs."""
        query = select(runs.c.channel, func.sum(runs.c.requests), func.sum(runs.c.bytes)).group_by(runs.c.channel)
        with reading(self._engine) as connection:
            return {channel: (int(requests), int(size)) for channel, requests, size in connection.execute(query)}

    def last_finished(self) -> dict[str, datetime]:
        """Channel → the end of its newest finished run."""
        query = select(runs.c.channel, func.max(runs.c.ended_at)).where(runs.c.state == "finished")
        with reading(self._engine) as connection:
            return {channel: at for channel, at in connection.execute(query.group_by(runs.c.channel)) if at}

    def issues(self) -> dict[tuple[str, str], int]:
        """(kind, severity) → issues that are not resolved."""
        query = select(issues.c.kind, issues.c.severity, func.count())
        query = query.where(issues.c.state != IssueState.RESOLVED.value).group_by(issues.c.kind, issues.c.severity)
        with reading(self._engine) as connection:
            return {(kind, severity): int(n) for kind, severity, n in connection.execute(query)}
