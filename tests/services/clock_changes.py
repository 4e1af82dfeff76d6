"""The clock of a running `difang serve` set an hour ahead and back again; what became of every firing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Container, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from difang.command.settings import Settings
from difang.command.truth import Difference, Truth, difference
from difang.command.wiring import open_search
from difang.crawler.ledger.issues import Wanted
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.schedule.account import Account, account
from difang.crawler.schedule.scheduler import NAME
from tests.services.channel_file import channel_file
from tests.services.command import Difang
from tests.services.faketime import SetClock
from tests.services.one_service import OneService, one_service
from tests.services.replica import Replica, replica

HOUR = timedelta(hours=1)
_BEFORE = timedelta(seconds=3)
_MOST = 10_000
_LONG = 300.0


@dataclass(frozen=True, kw_only=True)
class ClockRow:
    """How everything stands; `missed` by the run that makes up for it, `twice` the runs whose crawl began again."""

    account: Account
    states: dict[RunState, int]
    missed: dict[str | None, int]
    reasons: set[str]
    twice: list[str]
    unresolved: list[str]
    found: Difference
    log: str


@dataclass(kw_only=True)
class ClockStage:
    """A service whose clock is set, and the replica it crawls."""

    service: OneService
    clock: SetClock
    site: Replica
    channels: Sequence[str]

    def first_crawl(self) -> None:
        """Until the first channel has been crawled; the others are planned."""
        finished = RunState.FINISHED
        self.service.until(lambda: any(run.state is finished for run in self._runs()), "the first crawl")

    def an_hour_ahead(self) -> None:
        """Until every channel has been crawled in place of all that it missed."""
        before = self._missed()
        self.clock.set(self.clock.ahead + HOUR)
        self._until_caught_up(before)

    def an_hour_back(self) -> None:
        """Until every channel has had its next firing; the clock is set just before each, so that nobody waits."""
        words = "The clock was set back to"
        before = self.service.said().count(words)
        self.clock.set(self.clock.ahead - HOUR)
        self.service.until(lambda: self.service.said().count(words) > before, "the clock set back")
        since, left = self.clock.now(), set(self.channels)
        while left:
            self.service.until(lambda: self._ahead(left, since), "another plan")
            nearest = min(self._ahead(left, since), key=_due)
            self.clock.set(self.clock.ahead + (_due(nearest) - self.clock.now()) - _BEFORE)
            self.service.until(partial(self._has_finished, nearest), "the next firing")
            left.discard(nearest.channel)

    def halted(self, seconds: float) -> None:
        """The service, its crawls and its worker stand still for so long; until all that was due has had its turn."""
        self.service.halt()
        time.sleep(seconds)
        self.service.go_on()
        self.service.until(partial(self._nothing_due, self.clock.now()), "what was due", _LONG)

    def row(self) -> ClockRow:
        """End the service; how everything stands then."""
        self.service.stop()
        self.service.difang.run("ingest", "--drain")
        runs = self._runs()
        logs = {run.id: Path(run.log).read_text(encoding="utf-8") for run in runs if run.log}
        with closing(open_search(Settings(var=self.service.difang.var))) as search:
            found = difference(Truth(self.site.url), search)
        ledger = self.service.ledger
        return ClockRow(
            account=account(ledger, self.clock.now()),
            states=Counter(run.state for run in runs),
            missed=Counter(run.caught_up_by for run in runs if run.state is RunState.MISSED),
            reasons={run.sentence or "" for run in runs if run.state is RunState.MISSED},
            twice=[run_id for run_id, log in logs.items() if log.count(" begins") != 1],
            unresolved=[issue.sentence for issue in ledger.issues.select(Wanted(), _MOST)],
            found=found,
            log=self.service.said(),
        )

    def _missed(self) -> Counter[str]:
        return Counter(run.channel for run in self._runs() if run.state is RunState.MISSED)

    def _until_caught_up(self, before: Counter[str]) -> None:
        for channel in self.channels:
            self.service.until(partial(self._caught_up, channel, before[channel]), f"{channel} caught up", _LONG)

    def _caught_up(self, channel: str, before: int) -> bool:
        here = [run for run in self._runs() if run.channel == channel]
        finished = {run.id for run in here if run.state is RunState.FINISHED}
        missed = [run for run in here if run.state is RunState.MISSED]
        return len(missed) > before and {run.caught_up_by for run in missed} <= finished

    def _nothing_due(self, until: datetime) -> bool:
        """Whether all that was due until then is over, what was missed made up for; the last round may be under way."""
        due = [run for run in self._runs() if _due(run) <= until]
        makers = {run.caught_up_by for run in due if run.state is RunState.MISSED}
        over = all(run.ended_at is not None for run in due)
        rounds = self.service.ledger.lease_held(NAME)
        return over and rounds is not None and rounds.seen_at > until and makers <= {run.id for run in self._ended()}

    def _ended(self) -> list[Run]:
        return [run for run in self._runs() if run.ended_at is not None]

    def _ahead(self, channels: Container[str], since: datetime) -> list[Run]:
        """What is planned for these channels within the next hour: not what was planned by the clock of before."""
        planned = [run for run in self._runs() if run.state is RunState.PLANNED and run.channel in channels]
        return [run for run in planned if since < _due(run) < since + HOUR]

    def _has_finished(self, run: Run) -> bool:
        return self.service.ledger.runs.get(run.id).state is RunState.FINISHED

    def _runs(self) -> list[Run]:
        """All, those of later included."""
        ledger, until = self.service.ledger, self.clock.now() + 48 * HOUR
        return [run for channel in self.channels for run in ledger.schedule.firings(channel, until=until)]


def _due(run: Run) -> datetime:
    assert run.due_at is not None
    return run.due_at


@contextmanager
def clock_stage(folder: Path, *, channels: Sequence[str], every_minutes: int, crawls: int = 4) -> Iterator[ClockStage]:
    """A service on a SQLite ledger that crawls these channels so often; raises NotInstalled without libfaketime."""
    size = ("--days", "1", "--per-day", "6", "--archive", "4", "--crawl-delay", "0")
    with ExitStack() as parts:
        clock = SetClock(folder)
        site = parts.enter_context(replica("--channels", ",".join(channels), *size))
        settings = {"database": f"sqlite:///{folder / 'ledger.db'}", "channels": str(channel_file(folder, channels))}
        difang = Difang(var=folder / "var", proxy=site.url, settings=settings)
        words = ("--every", str(every_minutes), "--crawls", str(crawls))
        log = folder / "service.log"
        service = parts.enter_context(one_service(difang, *words, log=log, environment=clock.environment))
        yield ClockStage(service=service, clock=clock, site=site, channels=channels)
