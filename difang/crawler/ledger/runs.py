"""The runs: begun, alive, ended; and those whose process died without a word."""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, func, insert, select, text, update

from difang.crawler.ledger.discoveries import Counts, Discoveries
from difang.crawler.ledger.plans import LATER, Plans, new_id
from difang.crawler.ledger.run import Run, Tally, row_of, run_of
from difang.crawler.ledger.run_tables import RunCause, RunState, runs
from difang.crawler.ledger.transactions import alone, patient, reading, writing
from difang.crawler.span import Span
from difang.ingest.errors import DifangError, NotThere
from difang.ingest.process_names import pid_died

SILENCE = timedelta(seconds=45)
"""A run that has said nothing for so long is lost; it speaks every 5 s, and silence is noticed within 5 s more."""

_EVERYTHING = Span()
_WORDLESS = "Its process ended without a word."
_NEVER_BEGAN = "The service that claimed it died before its crawl began."
_ENDED_EARLY = "the run ended before it was fetched; the next run fetches it"


@patient
class Runs:
    """The rows of the runs."""

    def __init__(self, engine: Engine, discoveries: Discoveries, plans: Plans) -> None:
        self._engine = engine
        self._plans = plans
        self._discoveries = discoveries

    def begin(
        self, *, channel: str, channel_name: str, started_by: str, logs: Path, request: Span = _EVERYTHING
    ) -> Run:
        """A new run of this process, running from now; its log file lies in the folder `logs`.

        Raises DifangError where the channel is being crawled already; asked-for addresses (--url) may go beside.
        """
        now = datetime.now(UTC)
        run_id = new_id(channel, now)
        run = Run(
            id=run_id,
            channel=channel,
            channel_name=channel_name,
            started_by=started_by,
            cause=RunCause.OPERATOR,
            request=request,
            scope=str(request),
            asked_for=bool(request.urls),
            state=RunState.RUNNING,
            machine=socket.gethostname(),
            pid=os.getpid(),
            planned_at=now,
            due_at=now,
            started_at=now,
            heartbeat_at=now,
            log=str(logs / f"{run_id}.log"),
        )
        with writing(self._engine) as connection:
            alone(connection)
            if not run.asked_for:
                _refuse_busy(connection, [channel])
            connection.execute(insert(runs).values(row_of(run)))
        return run

    def take_over(self, run_id: str, logs: Path) -> Run:
        """Let this process carry out a planned run, or one that the runner that started this process has claimed.

        Raises DifangError where the run is neither, UsageError where there is none of this id.
        """
        self.get(run_id)
        mine = (runs.c.state == RunState.RUNNING.value, runs.c.pid == os.getppid(), runs.c.runner.is_not(None))
        taken = {"pid": os.getpid(), "heartbeat_at": datetime.now(UTC), "log": str(logs / f"{run_id}.log")}
        here = (runs.c.id == run_id, runs.c.machine == socket.gethostname())
        begun = self._plans.begin(run_id)
        own = (runs.c.state == RunState.RUNNING.value, runs.c.pid == os.getpid())
        with writing(self._engine) as connection:
            done = connection.execute(update(runs).where(*here, *(own if begun else mine)).values(taken))
        run = self.get(run_id)
        if not done.rowcount:
            raise DifangError(f"The run {run_id} is {run.state} and cannot be begun; plan another one.")
        return run

    def ask_cancel(self, run_id: str, by: str) -> Run:
        """Cancel a planned run, or ask the process of a running one, wherever it runs, to end within seconds.

        Raises DifangError where the run has ended, UsageError where there is none of this id.
        """
        now = datetime.now(UTC)
        planned = (runs.c.id == run_id, runs.c.state == RunState.PLANNED.value)
        running = (runs.c.id == run_id, runs.c.state == RunState.RUNNING.value, runs.c.cancel_at.is_(None))
        asked = {"cancel_at": now, "cancel_by": by}
        ended = {"state": RunState.CANCELLED.value, "sentence": cancelled_by(by), "ended_at": now}
        with writing(self._engine) as connection:
            connection.execute(update(runs).where(*planned).values(asked | ended))
            connection.execute(update(runs).where(*running).values(asked))
        run = self.get(run_id)
        if run.cancel_at is None:
            raise DifangError(f"The run {run_id} has ended already ({run.state}); there is nothing to cancel.")
        return run

    def cancels(self, run_ids: Sequence[str]) -> dict[str, str]:
        """Which of these runs somebody wants to end, and who."""
        query = select(runs.c.id, runs.c.cancel_by).where(runs.c.id.in_(run_ids), runs.c.cancel_at.is_not(None))
        with reading(self._engine) as connection:
            return {row.id: row.cancel_by for row in connection.execute(query)}

    def keep_exit_code(self, run_id: str, code: int) -> None:
        """Write down how the crawl process of this run ended; negative: by that signal."""
        with writing(self._engine) as connection:
            connection.execute(update(runs).where(runs.c.id == run_id).values(exit_code=code))

    def refuse_busy(self, channels: Sequence[str]) -> None:
        """Raises DifangError where one of these channels is being crawled; asked-for addresses (--url) do not count.

        Nor does work on the past, which leaves by itself.
        """
        with reading(self._engine) as connection:
            _refuse_busy(connection, channels)

    def beat(self, tallies: dict[str, Tally]) -> set[str]:
        """Say that these runs live and what they did; returns those that still count as running."""
        if not tallies:
            return set()
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            connection.execute(_tally().values(heartbeat_at=now), [_values(i, tally) for i, tally in tallies.items()])
            query = select(runs.c.id).where(runs.c.id.in_(tallies), runs.c.state == RunState.RUNNING.value)
            return set(connection.execute(query).scalars())

    def tell(self, run_id: str, sentence: str | None) -> None:
        """Say what a running run waits for; its end has a sentence of its own."""
        running = (runs.c.id == run_id, runs.c.state == RunState.RUNNING.value)
        with writing(self._engine) as connection:
            connection.execute(update(runs).where(*running).values(sentence=sentence))

    def tell_end(self, run_id: str, sentence: str) -> None:
        """Say of a cancelled run what it could not know itself: why it was stopped."""
        cancelled = (runs.c.id == run_id, runs.c.state == RunState.CANCELLED.value)
        with writing(self._engine) as connection:
            connection.execute(update(runs).where(*cancelled).values(sentence=sentence))

    def end(self, run_id: str, state: RunState, sentence: str | None, tally: Tally) -> None:
        """End a running run; what it discovered and never fetched ends as failed and stays due."""
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            self._discoveries.give_up(connection, run_id, _ENDED_EARLY)
            connection.execute(_tally(), [_values(run_id, tally)])
            connection.execute(
                update(runs)
                .where(runs.c.id == run_id, runs.c.state == RunState.RUNNING.value)
                .values(state=state.value, sentence=sentence, ended_at=now)
            )

    def sweep(self, *, silent: bool = True, now: datetime | None = None) -> list[str]:
        """Declare lost every running run whose process is gone or, unless not `silent`, says nothing; their ids.

        While a server has only just started, nobody had the time to say anything.
        """
        now = now or datetime.now(UTC)
        lost: list[str] = []
        silent = silent and not self._database_just_started(now)
        for run in self.running():
            why = _why_lost(run, now, silent=silent)
            if why is None:
                continue
            with writing(self._engine) as connection:
                ended = connection.execute(
                    update(runs)
                    .where(runs.c.id == run.id, runs.c.state == RunState.RUNNING.value)
                    .values(state=RunState.LOST.value, sentence=why, ended_at=now)
                )
                if ended.rowcount:
                    self._discoveries.give_up(connection, run.id, _ENDED_EARLY)
                    lost.append(run.id)
        return lost

    def running(self) -> list[Run]:
        """The runs that count as running."""
        return self._select(select(runs).where(runs.c.state == RunState.RUNNING.value).order_by(runs.c.planned_at))

    def newest(self, most: int, channel: str | None = None, state: RunState | None = None) -> list[Run]:
        """The newest runs first, of one channel or all, of one state or all; those not due yet are left out."""
        begun = func.coalesce(runs.c.started_at, runs.c.due_at)
        query = select(runs).where(begun <= datetime.now(UTC)).order_by(begun.desc(), runs.c.id.desc()).limit(most)
        query = query.where(runs.c.channel == channel) if channel else query
        return self._select(query.where(runs.c.state == state.value) if state else query)

    def begun_since(self, moment: datetime) -> list[Run]:
        """The runs that began since then, newest first."""
        query = select(runs).where(runs.c.started_at >= moment).order_by(runs.c.started_at.desc(), runs.c.id.desc())
        return self._select(query)

    def get(self, run_id: str) -> Run:
        """One run; raises NotThere where there is none of this id."""
        found = self._select(select(runs).where(runs.c.id == run_id))
        if not found:
            raise NotThere(f"There is no run {run_id}; `difang runs` lists them.")
        return found[0]

    def counts(self, of: Sequence[Run]) -> dict[str, Counts]:
        """How the discoveries of these runs stand, by run id."""
        return self._discoveries.counts([run.id for run in of])

    def _database_just_started(self, now: datetime) -> bool:
        if self._engine.dialect.name != "postgresql":
            return False
        with reading(self._engine) as connection:
            started: datetime = connection.execute(text("SELECT pg_postmaster_start_time()")).scalar_one()
        return now - started < SILENCE

    def _select(self, query: Any) -> list[Run]:
        with reading(self._engine) as connection:
            return [run_of(row) for row in connection.execute(query).mappings()]


def cancelled_by(by: str) -> str:
    """The sentence of a cancelled run."""
    return f"{by} cancelled it."


def _refuse_busy(connection: Connection, channels: Sequence[str]) -> None:
    usual = (runs.c.asked_for.is_(False), runs.c.cause.not_in([cause.value for cause in LATER]))
    busy = select(runs.c.id, runs.c.channel, runs.c.pid, runs.c.machine).where(
        runs.c.state == RunState.RUNNING.value, runs.c.channel.in_(channels), *usual
    )
    if run := connection.execute(busy.limit(1)).first():
        raise DifangError(
            f"The channel {run.channel} is being crawled already, by run {run.id} (process {run.pid} on {run.machine});"
            f" wait for its end, or end it by `difang runs cancel {run.id}`."
        )


def _tally() -> Any:
    kept = {field.name: bindparam(f"t_{field.name}", type_=runs.c[field.name].type) for field in fields(Tally)}
    return update(runs).where(runs.c.id == bindparam("i")).values(kept)


def _values(run_id: str, tally: Tally) -> dict[str, Any]:
    return {"i": run_id} | {f"t_{field.name}": getattr(tally, field.name) for field in fields(Tally)}


def _why_lost(run: Run, now: datetime, *, silent: bool) -> str | None:
    """Why a running run counts as lost, as a sentence; None where it does not."""
    if pid_died(run.machine, run.pid):
        begun = run.log is not None or run.runner is None
        return (
            "Its process ended without a word." if begun else "The service that claimed it died before its crawl began."
        )
    return f"Nothing was heard of it for {SILENCE.seconds} s." if silent and _is_silent(run, now) else None


def _is_silent(run: Run, now: datetime) -> bool:
    return run.heartbeat_at is None or now - run.heartbeat_at > SILENCE
