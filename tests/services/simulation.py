"""A simulated stretch of time: the replica's clock and difang's are one, and jump where the test says; nobody sleeps.

What difang does then it really does, in a fork of this process (which has the libraries loaded) whose clock was set by
time-machine: crawls over HTTP, one reactor for the runs of the moment, and the ingest of all they fetched.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import time_machine

from difang.command import wiring
from difang.command.settings import read_settings
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from tests.services.command import Difang
from tests.services.replica import Replica


class Simulation:
    """`now` is the time of both clocks; errors of forks end the test."""

    def __init__(self, site: Replica, folder: Path, now: datetime, settings: Mapping[str, str] | None = None) -> None:
        self.site = site
        self.now = now
        self.difang = Difang(var=folder / "var", proxy=site.url, settings=dict(settings or {}))
        self._output = folder / "output"
        self.settings = read_settings(self.difang.environment(), folder)
        self._traveller: time_machine.Traveller | None = None
        _load()

    def advance(self, by: timedelta) -> None:
        """Set both clocks forward."""
        self.now += by
        if self._traveller:
            self._traveller.move_to(self.now, tick=False)
        self.site.order("clock", now=self.now.isoformat())

    @contextmanager
    def here(self) -> Iterator[Ledger]:
        """The ledger, in this process and at the simulated time, which moves by `advance` alone. No fork meanwhile."""
        with time_machine.travel(self.now, tick=False) as self._traveller:
            try:
                with closing(wiring.open_ledger(self.settings)) as ledger:
                    yield ledger
            finally:
                self._traveller = None

    def crawl(self, *slugs: str) -> None:
        """Crawl these channels and ingest, whether the runs fail or not."""
        self._fork(lambda: _main("crawl", *slugs))

    def carry_out(self, runs: Sequence[Run]) -> None:
        """Carry out planned runs and ingest."""
        from difang.command.crawl import carry_out_all

        self._fork(lambda: carry_out_all(self.settings, runs, lambda _: None))

    def _fork(self, work: Callable[[], object]) -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        child = os.fork()
        if not child:
            self._become(work)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        assert code == 0, f"exit {code}: {self._output.read_text(encoding='utf-8')}"

    def _become(self, work: Callable[[], object]) -> None:
        code = 1
        try:
            os.environ.clear()
            os.environ.update(self.difang.environment())
            descriptor = os.open(self._output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            os.dup2(descriptor, 1)
            os.dup2(descriptor, 2)
            with time_machine.travel(self.now, tick=True):
                work()
                _main("ingest", "--drain")
            code = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


def _main(*words: str) -> None:
    """The command; that it ends with 1 (a run failed, a page was set aside) is no error here."""
    from difang.command.main import difang

    try:
        difang(list(words), standalone_mode=False)
    except SystemExit as done:
        assert done.code in (None, 0, 1), done.code


def _load() -> None:
    """Load once what every fork needs; the reactor must not be among it."""
    import scrapy.core.downloader.handlers.http11

    import difang.command.crawl
    import difang.command.ingest
    import difang.crawler.process

    assert scrapy and difang and "twisted.internet.reactor" not in sys.modules
