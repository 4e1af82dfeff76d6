"""A run as the ledger keeps it, and the tally it brings up to date."""

from __future__ import annotations

import json
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import RowMapping

from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.crawler.span import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One crawl of one channel; times aware, in UTC; `log` the path of its log file on `machine`.

    `request` is what is asked for and `scope` the same for people; `asked_for` says: given addresses only. Only a
    missed run has `caught_up_by`, the run made in its place. `first_article` and `last_article` are days by the
    addresses of new articles, `first_published` and `last_published` the times printed on what was new or corrected.
    """

    id: str
    channel: str
    channel_name: str
    started_by: str
    cause: RunCause
    request: Span
    scope: str
    asked_for: bool
    state: RunState
    planned_at: datetime
    due_at: datetime | None
    sentence: str | None = None
    machine: str | None = None
    pid: int | None = None
    started_at: datetime | None = None
    heartbeat_at: datetime | None = None
    ended_at: datetime | None = None
    requests: int = 0
    bytes: int = 0
    known: int = 0
    warnings: int = 0
    log: str | None = None
    time_limit: timedelta | None = None
    runner: str | None = None
    exit_code: int | None = None
    cancel_at: datetime | None = None
    cancel_by: str | None = None
    caught_up_by: str | None = None
    retry_of: str | None = None
    new_articles: int = 0
    first_article: date | None = None
    last_article: date | None = None
    first_published: datetime | None = None
    last_published: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What a run did so far, besides discovering; the articles are first pages at addresses never fetched before."""

    requests: int = 0
    bytes: int = 0
    known: int = 0
    warnings: int = 0
    new_articles: int = 0
    first_article: date | None = None
    last_article: date | None = None


def row_of(run: Run) -> dict[str, Any]:
    """The run as the table keeps it."""
    row = {field.name: getattr(run, field.name) for field in fields(Run)}
    limit = run.time_limit.total_seconds() if run.time_limit is not None else None
    request = json.dumps(run.request.record(), ensure_ascii=False)
    return row | {"cause": run.cause.value, "state": run.state.value, "request": request, "time_limit": limit}


def run_of(row: RowMapping) -> Run:
    """The run of a row of the table."""
    limit = row["time_limit"]
    typed = {
        "cause": RunCause(row["cause"]),
        "state": RunState(row["state"]),
        "request": Span.of_record(json.loads(row["request"])),
        "time_limit": timedelta(seconds=limit) if limit is not None else None,
    }
    return Run(**{**row, **typed})
