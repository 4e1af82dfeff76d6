"""Long work that somebody asked for: one at a time, its progress and its result, kept whoever looks on."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, insert, select, update
from sqlalchemy.exc import IntegrityError

from difang.crawler.ledger.task_tables import TaskKind, TaskState, tasks
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.ingest.errors import NotThere, UsageError
from difang.ingest.process_names import holder_died

SILENT = timedelta(minutes=3)
"""A task whose process has said nothing for so long counts as lost."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """One piece of work; `progress` has step, done and of, `result` is what its command line prints as JSON."""

    id: int
    kind: TaskKind
    request: dict[str, str]
    asked_by: str
    state: TaskState
    holder: str | None
    progress: dict[str, Any]
    result: dict[str, Any] | None
    sentence: str | None
    cancel_by: str | None
    started_at: datetime
    beat_at: datetime
    ended_at: datetime | None


@patient
class Tasks:
    """The rows of the tasks."""

    def __init__(self, engine: Engine, died: Callable[[str], bool] = holder_died) -> None:
        self._engine = engine
        self._died = died

    def begin(self, kind: TaskKind, request: dict[str, str], *, by: str) -> Task:
        """Write a task down as running, to be taken over by its process; raises UsageError where another runs."""
        self.sweep()
        now = datetime.now(UTC)
        row = {
            "kind": kind.value,
            "request": json.dumps(request, ensure_ascii=False),
            "asked_by": by,
            "state": TaskState.RUNNING.value,
            "progress": "{}",
            "started_at": now,
            "beat_at": now,
        }
        try:
            with writing(self._engine) as connection:
                number = connection.execute(insert(tasks).values(row).returning(tasks.c.id)).scalar_one()
        except IntegrityError as error:
            raise UsageError("Other work on archive or index is under way; wait for its end, or stop it.") from error
        return self.get(number)

    def get(self, number: int) -> Task:
        """One task; raises NotThere where there is none."""
        found = self._select(select(tasks).where(tasks.c.id == number))
        if not found:
            raise NotThere(f"There is no task {number}.")
        return found[0]

    def newest(self, most: int) -> list[Task]:
        """The newest first."""
        return self._select(select(tasks).order_by(tasks.c.id.desc()).limit(most))

    def running(self) -> Task | None:
        """The one under way."""
        self.sweep()
        return next(iter(self._select(select(tasks).where(tasks.c.state == TaskState.RUNNING.value))), None)

    def hold(self, number: int, holder: str) -> None:
        """From now on it is done by this process."""
        self._set(number, holder=holder, beat_at=datetime.now(UTC))

    def tell(self, number: int, progress: dict[str, Any] | None = None) -> Task:
        """Say that it lives, and how far it is; returns the task, so that a wish to cancel is seen."""
        said = {"progress": json.dumps(progress)} if progress is not None else {}
        self._set(number, beat_at=datetime.now(UTC), **said)
        return self.get(number)

    def end(
        self, number: int, state: TaskState, *, sentence: str | None = None, result: dict[str, Any] | None = None
    ) -> None:
        """It has ended; one that ended already stays as it is."""
        kept = json.dumps(result, ensure_ascii=False) if result is not None else None
        self._set(number, state=state.value, sentence=sentence, result=kept, ended_at=datetime.now(UTC))

    def cancel(self, number: int, *, by: str) -> Task:
        """Ask its process to stop at its next step; raises NotThere where there is none."""
        task = self.get(number)
        self._set(number, cancel_by=by)
        return task

    def sweep(self) -> None:
        """Declare lost what has no process any more."""
        for task in self._select(select(tasks).where(tasks.c.state == TaskState.RUNNING.value)):
            silent = task.beat_at < datetime.now(UTC) - SILENT
            if silent or (task.holder and self._died(task.holder)):
                self.end(task.id, TaskState.LOST, sentence="Its process ended without a word; begin it again to go on.")

    def _set(self, number: int, **values: Any) -> None:
        with writing(self._engine) as connection:
            same = (tasks.c.id == number, tasks.c.state == TaskState.RUNNING.value)
            connection.execute(update(tasks).where(*same).values(values))

    def _select(self, query: Any) -> list[Task]:
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [_task(dict(row)) for row in rows]


def _task(row: dict[str, Any]) -> Task:
    result = json.loads(row.pop("result") or "null")
    request, progress = json.loads(row.pop("request")), json.loads(row.pop("progress"))
    kind, state = TaskKind(row.pop("kind")), TaskState(row.pop("state"))
    return Task(**row, kind=kind, state=state, request=request, progress=progress, result=result)
