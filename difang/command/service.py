"""The running service: the web in this process, the ingest worker beside it and the schedule that starts crawls."""

from __future__ import annotations

import logging
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import timedelta

import uvicorn

from difang.command import wiring
from difang.command.settings import Settings
from difang.console.app import make_app
from difang.crawler.schedule import STOP_SECONDS, Crawls, Schedule
from difang.ingest.errors import UsageError

RESTART_SECONDS = 3.0

log = logging.getLogger(__name__)


class IngestProcess:
    """The ingest worker as a process that is started again whenever it ends."""

    def __init__(self, command: list[str]) -> None:
        """`command` is the worker's command line."""
        self._command = command
        self._stop = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep_running, name="ingest", daemon=True)

    def start(self) -> None:
        """Start the worker and watch it."""
        self._thread.start()

    def stop(self) -> None:
        """Let the worker finish its batch and end."""
        self._stop.set()
        if self._process:
            self._process.terminate()
        self._thread.join(STOP_SECONDS)

    def _keep_running(self) -> None:
        while not self._stop.is_set():
            self._process = subprocess.Popen(self._command)  # noqa: S603 our own command
            code = self._process.wait()
            if not self._stop.is_set():
                log.warning("The ingest worker ended with code %d and is started again; no page is lost.", code)
                self._stop.wait(RESTART_SECONDS)


class Service:
    """Everything `difang serve` runs; ends cleanly on SIGINT and SIGTERM (archives closed, batches finished)."""

    def __init__(self, settings: Settings, *, crawls_at_once: int, every: timedelta | None, ingest: bool) -> None:
        """`crawls_at_once` 0 means no schedule."""
        difang = [sys.executable, "-m", "difang"]
        self._settings = settings
        self._ingest = IngestProcess([*difang, "ingest"]) if ingest else None
        self._schedule: Schedule | None = None
        if crawls_at_once:
            channels = wiring.channel_table(settings)
            self._schedule = Schedule(channels, Crawls([*difang, "crawl"]), at_once=crawls_at_once, every=every)

    def run(self, host: str, port: int, *, on_ready: Callable[[str], None]) -> int:
        """Serve until told to stop; the exit code. Raises UsageError when the address is taken."""
        listener = _listen(host, port)
        address = f"http://{host}:{listener.getsockname()[1]}/"
        with ExitStack() as parts:
            search = parts.enter_context(closing(wiring.open_search(self._settings)))
            ledger = parts.enter_context(closing(wiring.open_ledger(self._settings)))
            queue = parts.enter_context(closing(wiring.open_queue(self._settings)))
            articles = parts.enter_context(closing(wiring.open_index(self._settings)))
            app = make_app(search=search, articles=articles, ledger=ledger, queue=queue)
            server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
            for part in (self._ingest, self._schedule):
                if part:
                    part.start()
                    parts.callback(part.stop)
            on_ready(address)
            server.run(sockets=[listener])
        return 0


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        raise UsageError(f"Port {port} of {host} cannot be listened on ({error.strerror}); name another.") from error
    listener.listen(128)
    return listener
