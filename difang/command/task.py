"""`difang task`: carries out long work that somebody asked for in the console, telling its progress in the ledger."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import click

from difang.command import moving
from difang.command.dates import Day
from difang.command.logs import log_to_stderr
from difang.command.parameters import NUMBER
from difang.command.settings import Settings
from difang.command.stopping import unwinding_on_signals
from difang.command.wiring import open_ledger
from difang.ingest.errors import DifangError
from difang.ingest.process_names import holder_name

if TYPE_CHECKING:
    from difang.crawler.ledger.tasks import Task, Tasks

_TELL_SECONDS = 1.0
_BEAT_SECONDS = 20.0


class _Cancelled(DifangError):
    """Somebody stopped it."""


@click.command(epilog="Example: difang task 7")
@click.argument("number", type=NUMBER)
@click.pass_obj
def command(settings: Settings, number: int) -> None:
    """Carry out the task of this number; `difang serve` runs this for the pages of reprocessing and of the index."""
    from difang.crawler.ledger.task_tables import TaskState

    log_to_stderr(settings.log_format)
    with closing(open_ledger(settings)) as ledger, unwinding_on_signals(130):
        task = ledger.tasks.get(number)
        if task.state is not TaskState.RUNNING or task.holder:
            raise DifangError(f"The task {number} is {task.state}; ask for a new one in the console.")
        ledger.tasks.hold(number, holder_name())
        try:
            with _beating(ledger.tasks, number):
                result = _carry_out(settings, task, _teller(ledger.tasks, number))
        except _Cancelled as stop:
            ledger.tasks.end(number, TaskState.CANCELLED, sentence=str(stop))
        except DifangError as error:
            ledger.tasks.end(number, TaskState.FAILED, sentence=str(error))
            raise
        except SystemExit:
            ledger.tasks.end(number, TaskState.CANCELLED, sentence="The service ended; begin it again to go on.")
            raise
        except BaseException as error:
            ledger.tasks.end(number, TaskState.FAILED, sentence=f"A defect of difang: {type(error).__name__}: {error}")
            raise
        else:
            ledger.tasks.end(number, TaskState.DONE, result=result)


def _carry_out(settings: Settings, task: Task, step: moving.Step) -> dict[str, Any]:
    from difang.crawler.ledger.task_tables import TaskKind

    match task.kind:
        case TaskKind.REPROCESS | TaskKind.REPROCESS_APPLY:
            return _reprocess(settings, task.request, applied=task.kind is TaskKind.REPROCESS_APPLY, step=step)
        case TaskKind.MIGRATE | TaskKind.REBUILD:
            return moving.migrate(settings, rebuild=task.kind is TaskKind.REBUILD, step=step).to_dict()
        case TaskKind.FROM_ARCHIVE:
            return moving.migrate_from_archive(settings, rebuild=False, workers=settings.workers, step=step).to_dict()
        case TaskKind.ROLLBACK:
            return moving.roll_back(settings, step=step).to_dict()


def _reprocess(settings: Settings, request: dict[str, str], *, applied: bool, step: moving.Step) -> dict[str, Any]:
    from difang.command.reprocess import known_template, reprocess
    from difang.ingest.reprocess import Scope

    day, last = Day(), Day(last=True)
    since, until = request.get("since"), request.get("until")
    scope = Scope(
        channels=(request["channel"],) if request.get("channel") else (),
        since=day.convert(since, None, None) if since else None,
        until=last.convert(until, None, None) if until else None,
        template=known_template(request.get("template")),
    )
    summary = reprocess(
        settings,
        scope,
        applied=applied,
        workers=settings.workers,
        told=lambda progress: step(progress.step, progress.done, progress.of),
    )
    return summary.to_dict()


def _teller(tasks: Tasks, number: int) -> moving.Step:
    """Tells at most once a second, and stops the work where somebody wants that."""
    told_at = 0.0
    last = ""

    def step(name: str, done: int, of: int) -> None:
        nonlocal told_at, last
        if name == last and done < of and time.monotonic() < told_at + _TELL_SECONDS:
            return
        told_at, last = time.monotonic(), name
        task = tasks.tell(number, {"step": name, "done": done, "of": of})
        if task.cancel_by:
            raise _Cancelled(f"Stopped by {task.cancel_by}; what was done stays, and the next call goes on.")

    return step


@contextmanager
def _beating(tasks: Tasks, number: int) -> Iterator[None]:
    """Say in the ledger that this process lives, also while a step takes long."""
    over = threading.Event()

    def beat() -> None:
        while not over.wait(_BEAT_SECONDS):
            try:
                tasks.tell(number)
            except DifangError:
                continue

    thread = threading.Thread(target=beat, name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
