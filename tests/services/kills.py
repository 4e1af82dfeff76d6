"""Whole services under random kills: the schedule process, crawls, workers, connections, the database server.

What is left in the end is read from the ledger, from the index and from the replica's truth.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url

from difang.command.settings import Settings
from difang.command.truth import Difference, Truth, difference
from difang.command.wiring import open_search
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.schedule.account import Account, account
from difang.crawler.schedule.scheduler import NAME
from difang.crawler.span import Span
from difang.ingest.errors import RetryLater
from tests.services.channel_file import channel_file
from tests.services.command import Difang
from tests.services.postgresql import Postgresql
from tests.services.replica import Replica, replica

_SECONDS = 150.0
_MOST_RUNS = 10_000
_UNWELL = (RunState.FAILED, RunState.LOST)
_LEASE = 3.0
_SERVER_AWAY_SECONDS = 2.0

Killed = tuple[str, str, Callable[[], bool]]
"""The victim, for people what it was, and whether it has been made good."""

CRAWL, LEADER, WORKER, CONNECTIONS, SERVER = "crawl", "leader", "worker", "connections", "server"
PROCESSES = (LEADER, CRAWL, WORKER)
DATABASE = (CONNECTIONS, SERVER)


@dataclass(frozen=True, kw_only=True)
class Kill:
    """What was killed, how many seconds after the beginning, and how long until it was made good.

    `victim` is the run of a crawl, the process id of a service or worker, empty for the database.
    """

    what: str
    victim: str
    detail: str
    at: float
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How everything stands after the last kill; `lost` counts the lost runs by the kill that explains each.

    `undiscovered` are addresses of the truth that no run has found.
    """

    kills: list[Kill]
    account: Account
    running: list[Run]
    runs: dict[RunState, int]
    sentences: dict[str, int]
    lost: dict[str, int]
    unexplained: list[str]
    found: Difference
    undiscovered: list[str]
    workers: int
    troubles: list[str]


@dataclass(kw_only=True)
class Services:
    """Two services on one ledger. `server` is the PostgreSQL whose database it is, None for SQLite."""

    address: str
    folder: Path
    site: Replica
    channels: Sequence[str]
    server: Postgresql | None
    dice: random.Random
    ledger: Ledger
    processes: dict[int, subprocess.Popen[bytes]] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    @property
    def difang(self) -> Difang:
        """The command line of these services; their channel table has the replica's channels only."""
        mine = {"database": self.address, "lease": str(_LEASE), "channels": str(self.folder / "channels.toml")}
        return Difang(var=self.folder / "var", proxy=self.site.url, settings=mine)

    def start(self) -> None:
        """One service more."""
        with (self.folder / "services.log").open("ab") as log:
            command = [sys.executable, "-m", "difang", "serve", "--port", "0", "--every", "1"]
            process = subprocess.Popen(
                command, env=self.difang.environment(), stdout=log, stderr=log, start_new_session=True
            )
        self.processes[process.pid] = process

    def kill(self, what: str) -> Kill:
        """Kill one of these and wait until it is made good."""
        at = time.monotonic() - self._began
        work = {
            CRAWL: self._kill_crawl,
            LEADER: self._kill_leader,
            WORKER: self._kill_worker,
            CONNECTIONS: self._break_connections,
            SERVER: self._restart_server,
        }
        victim, detail, made_good = work[what]()
        began = time.monotonic()
        self.await_that(made_good, what)
        return Kill(what=what, victim=victim, detail=detail, at=at, seconds=time.monotonic() - began)

    def _kill_crawl(self) -> Killed:
        run = self._some_run()
        os.kill(run.pid or 0, signal.SIGKILL)
        return run.id, run.id, lambda: self.ledger.runs.get(run.id).state is not RunState.RUNNING

    def _some_run(self) -> Run:
        """One whose crawl process lives and has begun, which `difang crawl --run` tells by its log."""
        found: list[Run] = []

        def come() -> bool:
            found[:] = [run for run in self.ledger.runs.running() if run.log and run.pid and _words(run.pid)]
            return bool(found)

        self.await_that(come, "a crawl")
        return self.dice.choice(found)

    def _kill_leader(self) -> Killed:
        pid, number = self._leader()
        process = self.processes.pop(pid)
        process.kill()
        process.wait()
        self.start()
        return str(pid), f"process {pid}, number {number}", lambda: self._leader()[1] > number

    def _kill_worker(self) -> Killed:
        workers: list[int] = []

        def come() -> bool:
            workers[:] = self.workers(list(self.processes))
            return bool(workers)

        self.await_that(come, "a worker")
        pid = self.dice.choice(workers)
        os.kill(pid, signal.SIGKILL)
        return str(pid), f"process {pid}", lambda: len(self.workers(list(self.processes))) == len(self.processes)

    def _break_connections(self) -> Killed:
        assert self.server is not None
        broken = self.server.break_connections(make_url(self.address).database or "")
        return "", f"{broken} broken", self._leads_on()

    def _restart_server(self) -> Killed:
        assert self.server is not None
        self.server.stop()
        time.sleep(_SERVER_AWAY_SECONDS)
        self.server.start()
        return "", f"away {_SERVER_AWAY_SECONDS:.0f} s", self._leads_on()

    def _leads_on(self) -> Callable[[], bool]:
        held = self.ledger.lease_held(NAME)
        assert held is not None
        before = (held.number, held.beat + 1)

        def come() -> bool:
            now = self.ledger.lease_held(NAME)
            return now is not None and (now.number, now.beat) > before

        return come

    def _leader(self) -> tuple[int, int]:
        """Its process id and number, once it leads and has planned; number 0 while nobody living does."""
        held = self.ledger.lease_held(NAME)
        if held is None or held.holder is None or held.beat == 0:
            return 0, 0
        pid = int(held.holder.split("/")[1])
        return (pid, held.number) if pid in self.processes else (0, 0)

    def await_leader(self) -> None:
        """Until one of the services leads."""
        self.await_that(lambda: self._leader()[1] > 0, "a leader")

    def workers(self, parents: Sequence[int] | None = None) -> list[int]:
        """The ingest workers on these services' folder, of these parents only where they are given."""
        mine = f"DIFANG_VAR={self.folder / 'var'}".encode()
        found = []
        for pid, parent, words in _processes():
            if "ingest" in words and (parents is None or parent in parents) and mine in _environment(pid):
                found.append(pid)
        return found

    def await_that(self, come: Callable[[], bool], what: str, seconds: float = _SECONDS) -> None:
        """Until it has come, by asking again and again; a ledger that is away just now has not."""
        until = time.monotonic() + seconds
        while True:
            try:
                if come():
                    return
            except RetryLater:
                pass
            ended = [pid for pid, process in self.processes.items() if process.poll() is not None]
            assert not ended, f"services {ended} ended by themselves\n{self.said()[-3000:]}"
            assert time.monotonic() < until, f"waited {seconds} s for {what}\n{self.said()[-3000:]}"
            time.sleep(0.1)

    def said(self) -> str:
        """What all services and their workers wrote."""
        return (self.folder / "services.log").read_text(encoding="utf-8", errors="replace")

    def settle(self) -> None:
        """Let the leader crawl each channel to its end once more, and end the services in order.

        Every listing is walked, as every six hours. To the services only minutes have passed since they walked the
        columns, to the site days: a mirror's address that only columns show would be found some hours after the end.
        """
        since = datetime.now(UTC)
        for slug in self.channels:
            self.ledger.plans.ask(channel=slug, channel_name=slug, now=since, by="tests", request=Span(full=True))

        def all_crawled() -> bool:
            runs = self.ledger.runs.newest(_MOST_RUNS)
            late = [run for run in runs if run.started_at and run.started_at > since]
            return {run.channel for run in late if run.state is RunState.FINISHED} >= set(self.channels)

        self.await_that(all_crawled, "a crawl of each channel", _SECONDS * 4)
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            process.wait(60)
        self.difang.run("ingest", "--drain")

    def outcome(self, kills: list[Kill]) -> Outcome:
        """How everything stands, once it has settled."""
        runs = self.ledger.runs.newest(_MOST_RUNS)
        settings = Settings(var=self.folder / "var")
        with closing(open_search(settings)) as search:
            found = difference(Truth(self.site.url), search)
        truth = self.site.outcomes()
        lost = {run.id: _why_lost(run, kills) for run in runs if run.state is RunState.LOST}
        return Outcome(
            kills=kills,
            account=account(self.ledger, datetime.now(UTC)),
            running=self.ledger.runs.running(),
            runs={state: sum(run.state is state for run in runs) for state in RunState},
            sentences=Counter(f"{run.state}: {run.sentence}" for run in runs if run.state in _UNWELL),
            lost=Counter(why for why in lost.values() if why),
            unexplained=[run_id for run_id, why in lost.items() if why is None],
            found=found,
            undiscovered=sorted(truth.keys() - self.ledger.addresses.known(list(truth)).keys()),
            workers=len(self.workers()),
            troubles=[line for line in self.said().splitlines() if "Traceback" in line or "defect of difang" in line],
        )


@contextmanager
def services(
    address: str, folder: Path, *, server: Postgresql | None, channels: Sequence[str], seed: int, latency: int = 60
) -> Iterator[Services]:
    """A replica and two services that crawl it; nothing is left running."""
    folder.mkdir(parents=True, exist_ok=True)
    channel_file(folder, channels)
    size = ("--days", "1", "--per-day", "20", "--archive", "20", "--crawl-delay", "0", "--latency", str(latency))
    with (
        replica("--channels", ",".join(channels), *size) as site,
        closing(Ledger(address)) as ledger,
    ):
        some = Services(
            address=address,
            folder=folder,
            site=site,
            channels=channels,
            server=server,
            dice=random.Random(seed),
            ledger=ledger,
        )
        try:
            some.start()
            some.start()
            some.await_leader()
            yield some
        finally:
            some.processes.clear()
            _kill_all(some.folder / "var")


def kill_at_random(some: Services, number: int, *, minutes: float = 180.0) -> Outcome:
    """So many kills, each kind as often; after each the site's clock goes on by so much. How everything stands."""
    kinds = PROCESSES + (DATABASE if some.server else ())
    order = [kinds[n % len(kinds)] for n in range(number)]
    some.dice.shuffle(order)
    kills = []
    for what in order:
        some.site.order("clock", advance_minutes=minutes)
        time.sleep(some.dice.uniform(0.2, 4.0))
        kills.append(some.kill(what))
    some.settle()
    return some.outcome(kills)


def _why_lost(run: Run, kills: Sequence[Kill]) -> str | None:
    """Which kill a lost run died of; None where none of them explains it."""
    if any(kill.what == CRAWL and kill.victim == run.id for kill in kills):
        return "its crawl was killed"
    starter = (run.runner or "//").split("/")[1]
    if run.log is None and any(kill.what == LEADER and kill.victim == starter for kill in kills):
        return "its crawl was starting when the service that began it was killed"
    return None


def _processes() -> Iterator[tuple[int, int, list[str]]]:
    """Process id, parent, command line of each process that lives."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            words = (folder / "cmdline").read_text().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if state != "Z":
            yield int(folder.name), int(parent), words


def _words(pid: int) -> bool:
    return any(pid == other and "crawl" in words for other, _, words in _processes())


def _environment(pid: int) -> list[bytes]:
    try:
        return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return []


def _kill_all(var: Path) -> None:
    """Every process of these services, by the folder that is only theirs."""
    mine = f"DIFANG_VAR={var}".encode()
    for pid, _, words in _processes():
        if "difang" in words and mine in _environment(pid):
            os.kill(pid, signal.SIGKILL)
