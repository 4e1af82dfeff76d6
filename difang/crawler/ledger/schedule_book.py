"""What operators change about the schedule, and what the schedule was at any time."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select

from difang.crawler.ledger.firings import InForce, Missed, in_force_of, missed_now, timings_in_force, withdraw_planned
from difang.crawler.ledger.run import Run, run_of
from difang.crawler.ledger.run_tables import RunCause, RunState, runs
from difang.crawler.ledger.schedule_tables import (
    missed_stretches,
    schedule_changes,
    schedule_timings,
    withdrawn_firings,
)
from difang.crawler.ledger.transactions import alone, patient, reading, writing


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What an operator said of a channel; the whole of it is in force until the next, `id` counts them."""

    id: int
    channel: str
    every: timedelta | None
    cron: str | None
    jitter: timedelta | None
    paused: bool
    changed_at: datetime
    changed_by: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Planned:
    """What the account needs of a run of the schedule."""

    id: str
    channel: str
    cause: RunCause
    state: RunState
    due_at: datetime
    caught_up_by: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Books:
    """What the schedule did since a day, by channel: `timings` in force, oldest first, `stretches` from and until."""

    runs: list[Planned]
    withdrawn: list[tuple[str, datetime]]
    timings: dict[str, list[InForce]]
    stretches: dict[str, list[tuple[datetime, datetime]]]


@patient
class ScheduleBook:
    """The operators' changes; usable from any process while a service runs, which sees them within seconds."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def changes(self) -> dict[str, Change]:
        """The newest change of each channel that has one."""
        with reading(self._engine) as connection:
            return newest_changes(connection)

    def history(self, channel: str) -> list[Change]:
        """Every change of a channel, newest first."""
        query = select(schedule_changes).where(schedule_changes.c.channel == channel)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(schedule_changes.c.id.desc())).mappings()
            return [_change(row) for row in rows]

    def firings(self, channel: str, *, until: datetime) -> list[Run]:
        """What the schedule planned for a channel and was due until then, catch-ups included, the earliest first."""
        ours = runs.c.cause.in_([RunCause.SCHEDULE.value, RunCause.CATCH_UP.value])
        query = select(runs).where(runs.c.channel == channel, ours, runs.c.due_at <= until)
        with reading(self._engine) as connection:
            return [run_of(row) for row in connection.execute(query.order_by(runs.c.due_at, runs.c.id)).mappings()]

    def books(self, start: datetime) -> Books:
        """What was due since `start`, the future included, as one reading of the ledger."""
        ours = runs.c.cause.in_([RunCause.SCHEDULE.value, RunCause.CATCH_UP.value])
        columns = [runs.c[name] for name in Planned.__slots__]
        timings: defaultdict[str, list[InForce]] = defaultdict(list)
        stretches: defaultdict[str, list[tuple[datetime, datetime]]] = defaultdict(list)
        with reading(self._engine) as connection:
            rows = connection.execute(select(*columns).where(ours, runs.c.due_at >= start)).mappings().all()
            gone = withdrawn_firings.c
            back = select(gone.channel, gone.due_at).where(gone.due_at >= start, gone.cause == RunCause.SCHEDULE.value)
            withdrawn = [(row.channel, row.due_at) for row in connection.execute(back)]
            for row in connection.execute(select(schedule_timings).order_by(schedule_timings.c.id)).mappings():
                timings[row["channel"]].append(in_force_of(row))
            long = select(runs.c.channel, runs.c.due_at, missed_stretches.c.until_at)
            for channel, due_at, until in connection.execute(
                long.join(missed_stretches, missed_stretches.c.run_id == runs.c.id)
            ):
                stretches[channel].append((due_at, until))
        planned = [Planned(**{**row, "cause": RunCause(row["cause"]), "state": RunState(row["state"])}) for row in rows]
        return Books(runs=planned, withdrawn=withdrawn, timings=dict(timings), stretches=dict(stretches))

    def timings_in_force(self) -> dict[str, InForce]:
        """What the leader plans each channel by."""
        with reading(self._engine) as connection:
            return timings_in_force(connection)

    def missed(self) -> list[Missed]:
        """What each channel missed and has not made up for."""
        with reading(self._engine) as connection:
            return missed_now(connection)

    def pause(self, channel: str, *, now: datetime, by: str, why: str) -> Change:
        """Plan no firing until resumed; what is planned and has not begun is taken back at once."""
        return self._say(channel, now, by, why, f"{by} paused the channel.", paused=True)

    def resume(self, channel: str, *, now: datetime, by: str, why: str) -> Change:
        """Plan again from now on."""
        return self._say(channel, now, by, why, None, paused=False)

    def set(
        self,
        channel: str,
        *,
        every: timedelta | None,
        cron: str | None,
        jitter: timedelta | None,
        now: datetime,
        by: str,
        why: str,
    ) -> Change:
        """Another timing, all None: the table's again; firings planned by the old one are taken back at once."""
        timing = {
            "every": round(every.total_seconds()) if every else None,
            "cron": cron,
            "jitter": round(jitter.total_seconds()) if jitter is not None else None,
        }
        return self._say(channel, now, by, why, f"{by} changed the schedule.", **timing)

    def _say(self, channel: str, now: datetime, by: str, why: str, withdrawn: str | None, **said: Any) -> Change:
        with writing(self._engine) as connection:
            alone(connection)
            before = connection.execute(_newest().where(schedule_changes.c.channel == channel)).mappings().first()
            row = (
                {name: before[name] for name in ("every", "cron", "jitter", "paused")} if before else {"paused": False}
            )
            row |= said | {"channel": channel, "changed_at": now, "changed_by": by, "why": why}
            connection.execute(insert(schedule_changes).values(row))
            if withdrawn:
                withdraw_planned(connection, channel, now, withdrawn, only_later=not row["paused"])
            return newest_changes(connection)[channel]


def newest_changes(connection: Connection) -> dict[str, Change]:
    """The newest change of each channel, within a transaction."""
    return {row["channel"]: _change(row) for row in connection.execute(_newest()).mappings()}


def _newest() -> Any:
    newest = select(func.max(schedule_changes.c.id)).group_by(schedule_changes.c.channel)
    return select(schedule_changes).where(schedule_changes.c.id.in_(newest))


def _change(row: Any) -> Change:
    spans = {name: timedelta(seconds=row[name]) if row[name] is not None else None for name in ("every", "jitter")}
    return Change(**{**row, **spans})
