"""The running service: the web in this process, the ingest worker beside it and the schedule that starts crawls."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import timedelta
from ipaddress import ip_address

import click

from difang.command import servers, wiring
from difang.command.ingest_process import IngestProcess
from difang.command.settings import Settings
from difang.command.task_process import TaskProcesses
from difang.console.alerts.sender import AlertSender
from difang.console.app import make_app
from difang.console.people.gate import Allowed
from difang.console.server import Server
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import Role
from difang.crawler.ledger.task_tables import TaskKind
from difang.crawler.runner import Runner
from difang.crawler.schedule.scheduler import Scheduler
from difang.ingest.errors import UsageError

PATIENCE_SECONDS = 2.0
"""A reader is told at once that the ledger is away; schedule and runner try again by themselves.

Only while it starts does the service wait as long as any command.
"""

_DIFANG = (sys.executable, "-m", "difang")


class Service:
    """Everything `difang serve` runs; leaves nothing running (archives closed, batches finished)."""

    def __init__(
        self, settings: Settings, *, crawls_at_once: int, every: timedelta | None, ingest: bool, idle: str = ""
    ) -> None:
        """`crawls_at_once` 0 means no schedule, `idle` says why."""
        self._settings = settings
        self._idle = idle
        self._ingests = ingest
        self._ingest: IngestProcess | None = None
        self._crawls_at_once = crawls_at_once
        self._every = every

    def run(self, host: str, port: int, *, on_ready: Callable[[str], None]) -> None:
        """Serve until told to stop; within `unwinding_on_signals` a signal ends it cleanly.

        Raises UsageError when the address is taken.
        """
        listener = _listen(host, port)
        address = f"http://{host}:{listener.getsockname()[1]}/"
        with ExitStack() as parts:
            search = parts.enter_context(closing(wiring.open_search(self._settings)))
            ledger = wiring.open_ledger(self._settings)
            parts.enter_context(closing(ledger))
            if self._ingests:
                self._ingest = IngestProcess([*_DIFANG, "ingest", "--until-stdin-ends"], ledger)
            ledger.runs.sweep()  # or runs whose process died with an earlier service would be shown as running
            queue = parts.enter_context(closing(wiring.open_queue(self._settings)))
            articles = parts.enter_context(closing(wiring.open_index_for_readers(self._settings)))
            readers = Allowed(Role(self._settings.readers))
            notifier = servers.notifier(self._settings)
            work = self._task_processes(ledger)
            parts.callback(work.stop)
            archive = wiring.open_archive(self._settings)
            app = make_app(
                search=search,
                articles=articles,
                ledger=ledger,
                queue=queue,
                readers=readers,
                works=wiring.works(self._settings, idle=self._idle),
                notifier=notifier,
                limit=wiring.rate_limit(self._settings),
                workplace=wiring.workplace(self._settings, ledger, work.begin),
                read_page=archive.read,
                provider=servers.identity_provider(self._settings),
                address=self._settings.address,
            )
            sender = AlertSender(ledger, articles, notifier, address=self._settings.address)
            welcome = _welcome(ledger, host, address)
            server = Server(app, proxies=self._settings.proxies)
            ledger.wait_at_most(PATIENCE_SECONDS)
            for part in (*self._parts(ledger), sender):
                parts.callback(part.stop)
                part.start()
            on_ready(address)
            if welcome:
                click.echo(welcome)
            server.run(sockets=[listener])

    def _task_processes(self, ledger: Ledger) -> TaskProcesses:
        logs = self._settings.var / "log"
        return TaskProcesses(ledger, command=[*_DIFANG, "task"], logs=logs, beside=self._alone)

    @contextmanager
    def _alone(self, kind: TaskKind) -> Iterator[None]:
        """The embedded index has one writing process: while another one writes, our ingest worker rests."""
        rests = self._ingest if kind.writes_articles and not self._settings.index else None
        if rests:
            rests.pause()
        try:
            yield
        finally:
            if rests:
                rests.go_on()

    def _parts(self, ledger: Ledger) -> Iterator[IngestProcess | Runner | Scheduler]:
        """What runs beside the web, in the order in which it is started; it is stopped in the other order."""
        if self._ingest:
            yield self._ingest
        if self._crawls_at_once:
            logs = wiring.run_logs(self._settings)
            scheduler = wiring.scheduler(self._settings, ledger, every=self._every)
            yield Runner(
                ledger,
                command=[*_DIFANG, "crawl"],
                logs=logs,
                at_once=self._crawls_at_once,
                may_begin=scheduler.may_begin,
            )
            yield scheduler


def _welcome(ledger: Ledger, host: str, address: str) -> str:
    """What to tell where there is no user yet; raises UsageError where none is invited and others could reach it."""
    if ledger.people.any():
        return ""
    if not _is_loopback(host):
        if ledger.people.awaits_admin():
            return "There is no user yet; whoever opens the link that `difang users invite` printed becomes admin."
        raise UsageError(
            f"There is neither a user nor a link for the first, so listening on {host} is refused;"
            " run `difang users invite --role admin` first (its link holds for three days)."
        )
    secret = ledger.people.invite(Role.ADMIN, by="first start", instead=True)
    return f"Operators sign in; the first becomes admin at {address}welcome/{secret} (works once, within three days)."


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


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
