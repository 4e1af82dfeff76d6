"""Runs planned ahead: written down before they are due, then begun by exactly one process, or missed."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, case, delete, select, update

from difang.crawler.ledger.run import Run, row_of, run_of
from difang.crawler.ledger.run_tables import RunCause, RunState, runs
from difang.crawler.ledger.transactions import alone, patient, reading, writing
from difang.crawler.ledger.upsert import insert
from difang.crawler.span import Span

LATER = (RunCause.BACKFILL, RunCause.AUDIT)
"""Work on the past waits until no channel's usual crawl is due."""

_EVERYTHING = Span()
_PLANNED = runs.c.state == RunState.PLANNED.value
_UNENDED = runs.c.state.in_([RunState.PLANNED.value, RunState.RUNNING.value])


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """The run that does what somebody asked for; `already` where it was there before."""

    run: Run
    already: bool


@patient
class Plans:
    """The planned among the runs. Any number of processes may plan, claim and miss at once, each run ends up once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def plan(
        self,
        *,
        channel: str,
        channel_name: str,
        cause: RunCause,
        due_at: datetime,
        started_by: str,
        request: Span = _EVERYTHING,
        time_limit: timedelta | None = None,
        retry_of: str | None = None,
    ) -> Run:
        """Write down a run that is to begin at `due_at`, or as soon after as its host and the limit of crawls allow.

        A firing of the schedule (channel and `due_at`) is written down once: planned again, whatever has become of it
        meanwhile, it is returned as it stands. `started_by` is who asks, for people.
        """
        run = _planned(
            channel=channel,
            channel_name=channel_name,
            cause=cause,
            due_at=due_at,
            started_by=started_by,
            request=request,
            time_limit=time_limit,
            retry_of=retry_of,
        )
        with writing(self._engine) as connection:
            new = insert(connection, runs).values(row_of(run)).on_conflict_do_nothing().returning(runs.c.id)
            if connection.execute(new).first():
                return run
            same = (runs.c.channel == channel, runs.c.due_at == due_at, runs.c.cause == cause.value)
            return run_of(connection.execute(select(runs).where(*same)).mappings().one())

    def ask(
        self,
        *,
        channel: str,
        channel_name: str,
        now: datetime,
        by: str,
        request: Span = _EVERYTHING,
        retry_of: str | None = None,
    ) -> Asked:
        """A run that a person wants now; asked for twice, by whomever and at the same moment, it is one run.

        That is one that waits and asks for the same, and of a retry also one that runs.
        """
        cause = RunCause.RETRY if retry_of else RunCause.OPERATOR
        run = _planned(
            channel=channel,
            channel_name=channel_name,
            cause=cause,
            due_at=now,
            started_by=by,
            request=request,
            retry_of=retry_of,
        )
        row = row_of(run)
        this = (runs.c.retry_of == retry_of, _UNENDED) if retry_of else (runs.c.request == row["request"], _PLANNED)
        same = select(runs).where(runs.c.channel == channel, runs.c.cause == cause.value, *this)
        with writing(self._engine) as connection:
            alone(connection)
            there = connection.execute(same.order_by(runs.c.due_at, runs.c.id).limit(1)).mappings().first()
            if there is not None:
                return Asked(run=run_of(there), already=True)
            connection.execute(insert(connection, runs).values(row))
        return Asked(run=run, already=False)

    def due(self, now: datetime) -> list[Run]:
        """The planned runs whose time has come, in the order in which they are begun."""
        return self._select(_due(now))

    def ahead(self, channel: str | None = None) -> list[Run]:
        """All planned runs, the earliest first, of one channel or all."""
        query = select(runs).where(_PLANNED).order_by(runs.c.due_at, runs.c.id)
        return self._select(query.where(runs.c.channel == channel) if channel else query)

    def claim(
        self, *, runner: str, at_once: int, now: datetime, may_begin: Callable[[Connection], bool] | None = None
    ) -> Run | None:
        """Begin the next due run for this runner, whose child process then takes it over; None where none may begin.

        At most `at_once` runs that runners began run at a time, over all machines, and one of a channel, whoever began
        it. `runner` is the name of the process (see process_names.py). `may_begin` is asked within the transaction
        whether this process may begin anything at all: several services have one leader.
        """
        running = select(runs.c.channel, runs.c.runner).where(runs.c.state == RunState.RUNNING.value)
        with writing(self._engine) as connection:
            alone(connection)
            if may_begin is not None and not may_begin(connection):
                return None
            rows = connection.execute(running).all()
            if sum(row.runner is not None for row in rows) >= at_once:
                return None
            free = _due(now).where(runs.c.channel.not_in([row.channel for row in rows])).limit(1)
            found = connection.execute(free).mappings().first()
            if found is None:
                return None
            return _begin(connection, found["id"], runner=runner)

    def begin(self, run_id: str) -> Run | None:
        """Begin a planned run in this very process; None where it is not planned any more. One process gets it.

        Work on the past that is begun before it was due, because who planned it begins it, counts as due at once.
        """
        with writing(self._engine) as connection:
            return _begin(connection, run_id, runner=None)

    def miss(self, run_id: str, sentence: str) -> bool:
        """Declare a planned run missed, for this reason; False where it was begun, missed or cancelled meanwhile."""
        missed = {"state": RunState.MISSED.value, "sentence": sentence, "ended_at": datetime.now(UTC)}
        with writing(self._engine) as connection:
            done = connection.execute(update(runs).where(runs.c.id == run_id, _PLANNED).values(missed))
        return bool(done.rowcount)

    def catch_up(self, missed: Sequence[str], by: str) -> None:
        """Write down that these missed runs are made up for by the run `by`."""
        late = (runs.c.id.in_(missed), runs.c.state == RunState.MISSED.value, runs.c.caught_up_by.is_(None))
        with writing(self._engine) as connection:
            connection.execute(update(runs).where(*late).values(caught_up_by=by))

    def withdraw(self, run_id: str) -> bool:
        """Take a planned run out of the ledger, before its time: the schedule has changed. False where it began."""
        with writing(self._engine) as connection:
            return bool(connection.execute(delete(runs).where(runs.c.id == run_id, _PLANNED)).rowcount)

    def _select(self, query: Any) -> list[Run]:
        with reading(self._engine) as connection:
            return [run_of(row) for row in connection.execute(query).mappings()]


def new_id(channel: str, moment: datetime) -> str:
    """An id that sorts by time and tells its channel."""
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}-{channel}-{secrets.token_hex(3)}"


def _planned(
    *,
    channel: str,
    channel_name: str,
    cause: RunCause,
    due_at: datetime,
    started_by: str,
    request: Span,
    time_limit: timedelta | None = None,
    retry_of: str | None = None,
) -> Run:
    return Run(
        id=new_id(channel, due_at),
        channel=channel,
        channel_name=channel_name,
        started_by=started_by,
        cause=cause,
        request=request,
        scope=str(request),
        asked_for=bool(request.urls),
        state=RunState.PLANNED,
        planned_at=datetime.now(UTC),
        due_at=due_at,
        time_limit=time_limit,
        retry_of=retry_of,
    )


def _due(now: datetime) -> Any:
    rank = case((runs.c.cause.in_([cause.value for cause in LATER]), 1), else_=0)
    return select(runs).where(_PLANNED, runs.c.due_at <= now).order_by(rank, runs.c.due_at, runs.c.id)


def _begin(connection: Connection, run_id: str, *, runner: str | None) -> Run | None:
    now = datetime.now(UTC)
    begun: dict[str, Any] = {
        "state": RunState.RUNNING.value,
        "machine": socket.gethostname(),
        "pid": os.getpid(),
        "runner": runner,
        "started_at": now,
        "heartbeat_at": now,
    }
    if runner is None:
        early = runs.c.cause.in_([cause.value for cause in LATER]) & (runs.c.due_at > now)
        begun["due_at"] = case((early, now), else_=runs.c.due_at)
    if not connection.execute(update(runs).where(runs.c.id == run_id, _PLANNED).values(begun)).rowcount:
        return None
    return run_of(connection.execute(select(runs).where(runs.c.id == run_id)).mappings().one())
