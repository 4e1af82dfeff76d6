"""The ingest worker beside the service: a process that is started again whenever it ends."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial

from difang.command.stopping import end_process
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.watch.parts import HUNG, unread_for, worker_died, worker_lives
from difang.ingest.errors import RetryLater
from difang.ingest.event import Event

RESTART_SECONDS = 3.0
SETTLED_SECONDS = 600.0
"""A worker that has lived for so long is well again."""

STOP_SECONDS = 20.0
LOOK_SECONDS = 15.0
HUNG_SECONDS = HUNG.total_seconds()

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
        """Its exit code; that it has lived for a while is told meanwhile, and one that hangs is killed."""
        begun, settled = time.monotonic(), False
        while True:
            with suppress(subprocess.TimeoutExpired):
                return process.wait(LOOK_SECONDS)
            lived = time.monotonic() - begun
            if lived >= SETTLED_SECONDS and not settled:
                settled = True
                self._told(partial(worker_lives, self._ledger))
            if lived >= HUNG_SECONDS:
                self._told(partial(self._kill_if_hung, process))

    def _kill_if_hung(self, process: subprocess.Popen[bytes]) -> None:
        """It may be stopped, and hear no other signal; what it had in hand is delivered again."""
        if unread_for(self._ledger, datetime.now(UTC)) >= timedelta(seconds=HUNG_SECONDS):
            told = Event.WORKER_HANGS.of()
            log.warning("The ingest worker takes no page while pages wait; it is killed and started again.", extra=told)
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)

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
