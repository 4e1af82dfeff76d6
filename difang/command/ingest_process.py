"""The ingest worker beside the service: a process that is started again whenever it ends."""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Callable
from functools import partial

from difang.command.stopping import end_process
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.watch.parts import worker_died, worker_lives
from difang.ingest.errors import RetryLater
from difang.ingest.event import Event

RESTART_SECONDS = 3.0
SETTLED_SECONDS = 600.0
"""A worker that has lived for so long is well again."""

STOP_SECONDS = 20.0

log = logging.getLogger(__name__)


class IngestProcess:
    """The ingest worker as a process that is started again whenever it ends."""

    def __init__(self, command: list[str], ledger: Ledger) -> None:
        """`command` is the worker's command line; that it died becomes an issue in the ledger."""
        self._command = command
        self._ledger = ledger
        self._stop = threading.Event()
        self._may_run = threading.Event()
        self._may_run.set()
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_running, name="ingest", daemon=True)

    def start(self) -> None:
        """Start the worker and watch it."""
        self._thread.start()

    def stop(self) -> None:
        """Let the worker finish its batch and end."""
        with self._starting:
            self._stop.set()
        self._may_run.set()
        if self._process:
            end_process(self._process, STOP_SECONDS)
        if self._thread.is_alive():
            self._thread.join()

    def pause(self) -> None:
        """Let the worker finish its batch and end, until go_on."""
        with self._starting:
            self._may_run.clear()
            process = self._process
        if process:
            end_process(process, STOP_SECONDS)

    def go_on(self) -> None:
        """Start the worker again after a pause."""
        self._may_run.set()

    def _keep_running(self) -> None:
        while process := self._start_unless_stopped():
            code = self._wait(process)
            if process.stdin:
                process.stdin.close()
            if not self._stop.is_set() and self._may_run.is_set():
                log.warning(
                    "The ingest worker ended with code %d and is started again; no page is lost.",
                    code,
                    extra=Event.WORKER_ENDED.of(code=code),
                )
                self._told(partial(worker_died, self._ledger, code))
                self._stop.wait(RESTART_SECONDS)

    def _wait(self, process: subprocess.Popen[bytes]) -> int:
        """Its exit code; that it has lived for a while is told meanwhile."""
        try:
            return process.wait(SETTLED_SECONDS)
        except subprocess.TimeoutExpired:
            self._told(partial(worker_lives, self._ledger))
            return process.wait()

    def _told(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except RetryLater as error:
            told = Event.LEDGER_AWAY.of(where="ingest worker")
            log.warning("What became of the ingest worker could not be written down: %s", error, extra=told)

    def _start_unless_stopped(self) -> subprocess.Popen[bytes] | None:
        """A group of its own, because a Ctrl-C in the terminal is for this process, which then ends the worker.

        Its stdin is held open here and by nobody else, so that it hears where this process was killed.
        """
        self._may_run.wait()
        with self._starting:
            if self._stop.is_set():
                return None
            self._process = subprocess.Popen(  # noqa: S603 our own command
                self._command, stdin=subprocess.PIPE, process_group=0
            )
            return self._process
