"""Schedulers as processes of their own on one ledger, to be killed and halted; what they begin is written down.

python -m tests.services.schedulers ADDRESS NAME LEASE_SECONDS EVERY_SECONDS CHANNELS
"""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from difang.crawler.channels import Channel
from difang.crawler.ledger.lease import Held
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Tally
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.schedule.clock import SystemClock
from difang.crawler.schedule.scheduler import NAME, Scheduler
from difang.ingest.errors import RetryLater

_ROUND_SECONDS = 0.2


def channel(slug: str, every: timedelta) -> Channel:
    """A channel of which only the schedule matters."""
    host = f"{slug}.people.com.cn"
    return Channel(
        slug=slug,
        name=f"{slug}频道",
        hosts=(host,),
        cities=(),
        front=f"http://{host}/",
        sitemap=None,
        volume=(0, 9),
        every=every,
        columns=(),
    )


@dataclass(kw_only=True)
class Schedulers:
    """Some processes on one ledger; each takes the others for processes of other machines, whose death it cannot see.

    The interval is longer than any takeover, or firings would wait for each other and be coalesced.
    """

    address: str
    folder: Path
    lease_seconds: float
    every_seconds: int = 60
    channels: int = 40
    ledger: Ledger
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _started: int = 0

    def start(self) -> str:
        """One process more, once it leads or follows; its name as a holder."""
        self._started += 1
        name = f"machine{self._started}/1/x"
        words = [self.address, name, str(self.lease_seconds), str(self.every_seconds), str(self.channels)]
        with (self.folder / f"begun-{self._started}").open("wb") as begun:
            command = [sys.executable, "-m", "tests.services.schedulers", *words]
            self.processes[name] = subprocess.Popen(command, stdout=begun, cwd=Path(__file__).parents[2])
        said = self.folder / f"begun-{self._started}"
        self.await_that(lambda: said.stat().st_size > 0)
        return name

    def held(self) -> Held | None:
        """The lease as it stands."""
        return self.ledger.lease_held(NAME)

    def await_leader(self, than: int = 0, seconds: float = 60) -> tuple[str, float]:
        """The holder of a number above this one, and how many seconds it took until it planned."""
        began = time.monotonic()
        while True:
            held = self.held()
            if held and held.number > than and held.holder in self.processes and held.beat > 0:
                return held.holder, time.monotonic() - began
            assert time.monotonic() - began < seconds, held
            time.sleep(0.02)

    def kill_leader(self) -> float:
        """Kill the leader with SIGKILL; the seconds until another one has planned."""
        held = self.held()
        assert held is not None
        assert held.holder is not None
        victim = self.processes.pop(held.holder)
        victim.send_signal(signal.SIGKILL)
        took = self.await_leader(than=held.number)[1]
        victim.wait()
        return took

    def begun(self) -> list[str]:
        """The run ids that processes began, one for each time."""
        return [line for file in sorted(self.folder.glob("begun-*")) for line in file.read_text().splitlines()[1:]]

    def await_that(self, come: Callable[[], bool], seconds: float = 60) -> None:
        """Until it has come, by asking again and again."""
        until = time.monotonic() + seconds
        while not come():
            assert time.monotonic() < until
            time.sleep(0.05)


@contextmanager
def schedulers(
    address: str, folder: Path, *, lease_seconds: float, number: int, every_seconds: int = 60
) -> Iterator[Schedulers]:
    """So many processes; all are gone at the end."""
    with ExitStack() as ends:
        ledger = ends.enter_context(closing(Ledger(address)))
        some = Schedulers(
            address=address, folder=folder, lease_seconds=lease_seconds, ledger=ledger, every_seconds=every_seconds
        )
        try:
            for _ in range(number):
                some.start()
            some.await_leader()
            yield some
        finally:
            for process in some.processes.values():
                process.kill()
                process.wait()


def _work(address: str, name: str, lease_seconds: float, every: int, channels: int) -> None:
    """Lead or follow until killed; a run begun is told on stdout and is over at once."""
    ledger, clock = Ledger(address), SystemClock()
    lease = ledger.lease(NAME, seconds=lease_seconds, elapsed=clock.awake, holder=name, died=lambda _: False)
    table = [channel(f"c{number}", timedelta(seconds=every)) for number in range(channels)]
    scheduler = Scheduler(ledger, table, clock=clock, lease=lease)
    print("up", flush=True)  # noqa: T201 - the answer
    while True:
        try:
            scheduler.tick()
            while ledger.plans.due(clock.now()) and (
                run := ledger.plans.claim(runner=name, at_once=99, now=datetime.now(UTC), may_begin=scheduler.may_begin)
            ):
                print(run.id, flush=True)  # noqa: T201 - the answer
                ledger.runs.end(run.id, RunState.FINISHED, None, Tally())
        except RetryLater:
            pass
        time.sleep(_ROUND_SECONDS)


if __name__ == "__main__":
    _work(sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5]))
