"""Long work asked for in the console: one child process at a time, watched to its end."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from difang.command.stopping import end_process
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.task_tables import TaskKind, TaskState
from difang.crawler.ledger.tasks import Task
from difang.ingest.event import Event

_STOP_SECONDS = 20.0

log = logging.getLogger(__name__)


class TaskProcesses:
    """Starts `difang task N` for each task and sees that none is left in the ledger as running once it has ended."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        command: list[str],
        logs: Path,
        beside: Callable[[TaskKind], AbstractContextManager[object]] = lambda _: nullcontext(),
    ) -> None:
        """`logs` is the folder of their output; `beside` is entered around a task of a kind."""
        self._ledger = ledger
        self._command = command
        self._logs = logs
        self._beside = beside
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    def begin(self, kind: TaskKind, request: dict[str, str], by: str) -> Task:
        """Write the task down and start its process; raises UsageError where other work runs."""
        task = self._ledger.tasks.begin(kind, request, by=by)
        self._thread = threading.Thread(target=self._watch, args=(task,), name=f"task {task.id}", daemon=True)
        self._thread.start()
        return task

    def stop(self) -> None:
        """Ask the process to end, and wait for it."""
        if self._process and self._process.poll() is None:
            end_process(self._process, _STOP_SECONDS)
        self.wait()

    def wait(self) -> None:
        """Until the task under way has ended and this is written down."""
        if self._thread:
            self._thread.join()

    def _watch(self, task: Task) -> None:
        self._logs.mkdir(parents=True, exist_ok=True)
        file = self._logs / f"task-{task.id}.log"
        try:
            with self._beside(task.kind), file.open("wb") as output:
                command = [*self._command, str(task.id)]
                self._process = subprocess.Popen(  # noqa: S603 our own command
                    command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, process_group=0
                )
                code = self._process.wait()
            self._ledger.tasks.end(task.id, TaskState.LOST, sentence=_sentence(code, file))  # unless it has ended
        except Exception:
            told = Event.DEFECT.of(where=f"task {task.id}")
            log.exception("The task %d could not be carried out or written down", task.id, extra=told)


def _sentence(code: int, file: Path) -> str:
    lines = file.read_text(encoding="utf-8", errors="replace").strip().splitlines()
    return f"Its process ended with code {code}: {lines[-1][:300] if lines else 'without a word'}"
