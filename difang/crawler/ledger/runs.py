"""The runs: begun, alive, ended; and those whose process died without a word."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, bindparam, insert, select, update

from difang.crawler.ledger.discoveries import Counts, Discoveries
from difang.crawler.ledger.opening import reading, writing
from difang.crawler.ledger.tables import RunState, runs
from difang.ingest.errors import DifangError, UsageError
from difang.ingest.process_names import pid_died

SILENCE = timedelta(seconds=60)
"""A run that has said nothing for so long is lost."""

_ENDED_EARLY = "the run ended before it was fetched; the next run fetches it"


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One crawl of one channel; times aware, in UTC; `log` the path of its log file."""

    id: str
    channel: str
    channel_name: str
    started_by: str
    scope: str
    asked_for: bool
    state: RunState
    sentence: str | None
    machine: str | None
    pid: int | None
    planned_at: datetime
    started_at: datetime | None
    heartbeat_at: datetime | None
    ended_at: datetime | None
    requests: int
    bytes: int
    known: int
    warnings: int
    log: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What a run did so far, besides discovering."""

    requests: int = 0
    bytes: int = 0
    known: int = 0
    warnings: int = 0


class Runs:
    """The rows of the runs."""

    def __init__(self, engine: Engine, discoveries: Discoveries) -> None:
        self._engine = engine
        self._discoveries = discoveries

    def begin(
        self, *, channel: str, channel_name: str, started_by: str, scope: str, logs: Path, asked_for: bool = False
    ) -> Run:
        """A new run of this process, running from now; its log file lies in the folder `logs`.

        `asked_for` marks a run of given addresses only, which may go beside the channel's usual run.
        """
        now = datetime.now(UTC)
        run_id = f"{now:%Y%m%dT%H%M%SZ}-{channel}-{secrets.token_hex(3)}"
        run = Run(
            id=run_id,
            channel=channel,
            channel_name=channel_name,
            started_by=started_by,
            scope=scope,
            asked_for=asked_for,
            state=RunState.RUNNING,
            sentence=None,
            machine=socket.gethostname(),
            pid=os.getpid(),
            planned_at=now,
            started_at=now,
            heartbeat_at=now,
            ended_at=None,
            requests=0,
            bytes=0,
            known=0,
            warnings=0,
            log=str(logs / f"{run_id}.log"),
        )
        with writing(self._engine) as connection:
            connection.execute(insert(runs).values(**{name: getattr(run, name) for name in Run.__slots__}))
        return run

    def refuse_busy(self, channels: Sequence[str]) -> None:
        """Raises DifangError where one of these channels is being crawled; asked-for addresses (--url) do not count."""
        for run in self.running():
            if run.channel in channels and not run.asked_for:
                raise DifangError(
                    f"The channel {run.channel} is being crawled already, by run {run.id} (process {run.pid} on"
                    f" {run.machine}); wait for its end or stop that process."
                )

    def beat(self, tallies: dict[str, Tally]) -> set[str]:
        """Say that these runs live and what they did; returns those that still count as running."""
        if not tallies:
            return set()
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            connection.execute(_tally().values(heartbeat_at=now), [_values(i, tally) for i, tally in tallies.items()])
            query = select(runs.c.id).where(runs.c.id.in_(tallies), runs.c.state == RunState.RUNNING.value)
            return set(connection.execute(query).scalars())

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

    def sweep(self) -> list[str]:
        """Declare lost every running run whose process is gone or silent; returns their ids."""
        now = datetime.now(UTC)
        lost: list[str] = []
        for run in self.running():
            if not _died(run, now):
                continue
            with writing(self._engine) as connection:
                ended = connection.execute(
                    update(runs)
                    .where(runs.c.id == run.id, runs.c.state == RunState.RUNNING.value)
                    .values(state=RunState.LOST.value, sentence="Its process ended without a word.", ended_at=now)
                )
                if ended.rowcount:
                    self._discoveries.give_up(connection, run.id, _ENDED_EARLY)
                    lost.append(run.id)
        return lost

    def running(self) -> list[Run]:
        """The runs that count as running."""
        return self._select(select(runs).where(runs.c.state == RunState.RUNNING.value).order_by(runs.c.planned_at))

    def newest(self, most: int, channel: str | None = None) -> list[Run]:
        """The newest runs first, of one channel or all."""
        query = select(runs).order_by(runs.c.planned_at.desc(), runs.c.id.desc()).limit(most)
        return self._select(query.where(runs.c.channel == channel) if channel else query)

    def get(self, run_id: str) -> Run:
        """One run; raises UsageError where there is none of this id."""
        found = self._select(select(runs).where(runs.c.id == run_id))
        if not found:
            raise UsageError(f"There is no run {run_id}; `difang runs` lists them.")
        return found[0]

    def counts(self, of: Sequence[Run]) -> dict[str, Counts]:
        """How the discoveries of these runs stand, by run id."""
        return self._discoveries.counts([run.id for run in of])

    def _select(self, query: Any) -> list[Run]:
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [Run(**{**row, "state": RunState(row["state"])}) for row in rows]


def _tally() -> Any:
    return (
        update(runs)
        .where(runs.c.id == bindparam("i"))
        .values(requests=bindparam("r"), bytes=bindparam("b"), known=bindparam("k"), warnings=bindparam("w"))
    )


def _values(run_id: str, tally: Tally) -> dict[str, str | int]:
    return {"i": run_id, "r": tally.requests, "b": tally.bytes, "k": tally.known, "w": tally.warnings}


def _died(run: Run, now: datetime) -> bool:
    if run.heartbeat_at is None or now - run.heartbeat_at > SILENCE:
        return True
    return pid_died(run.machine, run.pid)
