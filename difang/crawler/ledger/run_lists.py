"""Lists of runs for people: filtered, the newest of each channel, those before one, and what failed in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, func, select

from difang.crawler.ledger.run import Run, run_of
from difang.crawler.ledger.run_tables import RunCause, RunState, discoveries, runs
from difang.crawler.ledger.tables import readings
from difang.crawler.ledger.transactions import patient, reading
from difang.ingest.outcome import Outcome

_ENDED = [RunState.FINISHED.value, RunState.FAILED.value, RunState.CANCELLED.value, RunState.LOST.value]
_BEGUN = func.coalesce(runs.c.started_at, runs.c.due_at)


@dataclass(frozen=True, kw_only=True, slots=True)
class WantedRuns:
    """Which runs are asked for; None means any. `before`: begun (or due) before then."""

    channel: str | None = None
    state: RunState | None = None
    cause: RunCause | None = None
    before: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """An address that failed in a run, and why."""

    url: str
    reason: str | None


@patient
class RunLists:
    """Questions of the console to the runs; nothing is changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def select(self, wanted: WantedRuns, most: int) -> list[Run]:
        """The newest first; those not due yet are left out unless `planned` is asked for, which come next first."""
        query = select(runs).limit(most)
        if wanted.state is RunState.PLANNED:
            query = query.order_by(runs.c.due_at, runs.c.id)
        else:
            query = query.where((wanted.before or datetime.now(UTC)) > _BEGUN).order_by(_BEGUN.desc(), runs.c.id.desc())
        asked: tuple[tuple[Any, Any], ...] = (
            (runs.c.channel, wanted.channel),
            (runs.c.state, wanted.state and wanted.state.value),
            (runs.c.cause, wanted.cause and wanted.cause.value),
        )
        return self._runs(query.where(*[column == value for column, value in asked if value]))

    def last_ended(self, channels: Sequence[str]) -> dict[str, Run]:
        """The run of each channel that was written down last and has ended."""
        found: dict[str, Run] = {}
        with reading(self._engine) as connection:
            for channel in channels:
                here = (runs.c.channel == channel, runs.c.state.in_(_ENDED))
                query = select(runs).where(*here).order_by(runs.c.planned_at.desc()).limit(1)
                if row := connection.execute(query).mappings().first():
                    found[channel] = run_of(row)
        return found

    def newest_end(self) -> datetime | None:
        """When a run ended last, in whatever state."""
        with reading(self._engine) as connection:
            ended: datetime | None = connection.execute(select(func.max(runs.c.ended_at))).scalar()
        return ended

    def before(self, run: Run, most: int) -> list[Run]:
        """The ended runs of the same channel, and of the same sort, written down before this one, newest first."""
        here = (runs.c.channel == run.channel, runs.c.state.in_(_ENDED), runs.c.planned_at < run.planned_at)
        alike = runs.c.asked_for == run.asked_for
        return self._runs(select(runs).where(*here, alike).order_by(runs.c.planned_at.desc()).limit(most))

    def failures(self, run_id: str, most: int) -> list[Failure]:
        """What failed in a run, in the order in which it was found."""
        here = (discoveries.c.run_id == run_id, discoveries.c.outcome == Outcome.FAILED.value)
        query = select(discoveries.c.url, discoveries.c.reason).where(*here)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(discoveries.c.found_at, discoveries.c.url).limit(most))
            return [Failure(url=row.url, reason=row.reason) for row in rows]

    def set_aside(self, run_ids: Sequence[str], most: int) -> tuple[str, ...]:
        """Addresses of these runs whose pages are set aside, the newest first."""
        here = (discoveries.c.run_id.in_(run_ids), discoveries.c.outcome == Outcome.SET_ASIDE.value)
        newest = (discoveries.c.ended_at.desc(), discoveries.c.url)
        with reading(self._engine) as connection:
            return tuple(
                connection.execute(select(discoveries.c.url).where(*here).order_by(*newest).limit(most)).scalars()
            )

    def pages_read(self, since: date) -> int:
        """How many pages fetched since that day were read by the workers: a counter that only grows within a day."""
        query = select(func.coalesce(func.sum(readings.c.pages), 0))
        with reading(self._engine) as connection:
            total: int = connection.execute(
                query.where(readings.c.sign == "pages", readings.c.day >= since)
            ).scalar_one()
        return int(total)

    def read_lately(self, since: datetime) -> int:
        """How many pages had their outcome told by workers since then, of runs that ended a day ago at most."""
        alive = runs.c.ended_at.is_(None) | (runs.c.ended_at > since - timedelta(days=1))
        query = select(func.count()).select_from(discoveries.join(runs, runs.c.id == discoveries.c.run_id))
        told = (discoveries.c.ended_at >= since, discoveries.c.queued_at.is_not(None))
        with reading(self._engine) as connection:
            return int(connection.execute(query.where(alive, *told)).scalar_one())

    def _runs(self, query: Any) -> list[Run]:
        with reading(self._engine) as connection:
            return [run_of(row) for row in connection.execute(query).mappings()]
