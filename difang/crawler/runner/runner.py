"""The runner of one service: takes due runs out of the ledger, one process each, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run, Tally
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.ledger.runs import cancelled_by
from difang.crawler.rounds import Rounds
from difang.crawler.run_log import log_file
from difang.crawler.runner.child import STOP_SECONDS, Child
from difang.crawler.runner.sweeper import Sweeper
from difang.ingest.event import Event
from difang.ingest.process_names import holder_name

_TICK_SECONDS = 1.0
_BROKEN = (RunState.FAILED, RunState.LOST)

log = logging.getLogger(__name__)


def _utc_now() -> datetime:
    return datetime.now(UTC)


_STOPPED = "difang was stopped."


class Runner:
    """Begins what is planned; any number of runners on any machines may share a ledger.

    The crawl itself ends at its time limit and when somebody cancels it; the runner kills it where it does not, writes
    down how its process ended, and declares lost what died elsewhere.
    """

    def __init__(
        self,
        ledger: Ledger,
        *,
        command: Sequence[str],
        logs: Path,
        at_once: int,
        may_begin: Callable[[Connection], bool] | None = None,
        now: Callable[[], datetime] = _utc_now,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`command` is the crawl command line, to which the run is added; `at_once` counts the runs of all runners.

        `may_begin` tells within the claiming transaction whether this service leads the others; None: it stands alone.
        `now` is the clock by which runs are due, `clock` the one that measures how long a crawl takes.
        """
        self._ledger = ledger
        self._command = tuple(command)
        self._logs = logs
        self._at_once = at_once
        self._may_begin = may_begin
        self._now = now
        self._clock = clock
        self._name = holder_name()
        self._children: list[Child] = []
        self._sweeper = Sweeper(ledger.runs)
        self._stop = threading.Event()
        self._rounds = Rounds(log, "runner", meanwhile="The crawls go on; nothing new begins until then.")
        self._thread = threading.Thread(target=self._work, name="runner", daemon=True)

    def start(self) -> None:
        """Begin to work, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """Begin nothing more, and end all crawls cleanly; one that does not listen is killed."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        until = time.monotonic() + STOP_SECONDS * 2
        for child in self._children:
            child.end(_STOPPED)
        while self._children and time.monotonic() < until:
            self._try(self._look_after)
            time.sleep(0.1)
        for child in self._children:  # the ledger is away, and its run will be found lost
            child.process.kill()
            child.process.wait()

    def tick(self) -> None:
        """One round: ended processes are written down, overdue ones ended, due runs begun.

        Raises RetryLater where the ledger is out of reach; nothing is forgotten then.
        """
        self._look_after()
        self._sweeper.tick()
        while len(self._children) < self._at_once and self._ledger.plans.due(self._now()):
            run = self._ledger.plans.claim(
                runner=self._name, at_once=self._at_once, now=self._now(), may_begin=self._may_begin
            )
            if run is None:
                return
            self._begin(run)

    def _begin(self, run: Run) -> None:
        try:
            child = Child.begin(run, self._command, log_file(self._logs, run.id), self._clock)
        except OSError as error:
            self._ledger.runs.end(run.id, RunState.FAILED, f"Its process could not be started: {error}.", Tally())
        else:
            self._children.append(child)
            told = Event.RUN_BEGUN.of(run=run.id, channel=run.channel, cause=run.cause.value)
            log.info("Run %s of %s begins.", run.id, run.channel_name, extra=told)

    def _work(self) -> None:
        while not self._stop.is_set():
            self._try(self.tick)
            self._stop.wait(_TICK_SECONDS)

    def _try(self, work: Callable[[], None]) -> None:
        if not self._rounds.round(work):
            self._sweeper.pause()

    def _look_after(self) -> None:
        for child in self._children:
            child.hurry()
        self._end_cancelled()
        for child in list(self._children):
            if child.code is not None:
                self._book(child, child.code)
                self._children.remove(child)

    def _end_cancelled(self) -> None:
        """The crawl hears of it by itself; asked once more it loses nothing."""
        running = {child.run.id: child for child in self._children}
        if running:
            for run_id, by in self._ledger.runs.cancels(list(running)).items():
                running[run_id].end(cancelled_by(by))

    def _book(self, child: Child, code: int) -> None:
        """Write down how the process ended; a run it left running ends here."""
        runs = self._ledger.runs
        runs.keep_exit_code(child.run.id, code)
        run = runs.get(child.run.id)
        if run.state is RunState.RUNNING:
            state, sentence = _verdict(child, code, run.cancel_by)
            tally = Tally(**{name: getattr(run, name) for name in Tally.__slots__})
            runs.end(run.id, state, sentence, tally)
            run = runs.get(child.run.id)
        elif run.state is RunState.CANCELLED and run.cancel_by is None and child.why == _STOPPED:
            runs.tell_end(run.id, _STOPPED)  # the crawl knows only that a signal came
            run = runs.get(child.run.id)
        level = logging.WARNING if run.state in _BROKEN else logging.INFO
        told = Event.RUN_ENDED.of(run=run.id, channel=run.channel, state=run.state.value)
        why = f" {run.sentence}" if run.sentence else ""
        log.log(level, "Run %s: %s.%s", run.id, run.state, why, extra=told)


def _verdict(child: Child, code: int, cancel_by: str | None) -> tuple[RunState, str]:
    """What to say of a run whose process ended without saying it."""
    how = {-signal.SIGTERM: "It had not begun.", -signal.SIGKILL: "Its process had to be killed."}.get(code, "")
    if cancel_by:
        return RunState.CANCELLED, f"{cancelled_by(cancel_by)} {how}".rstrip()
    if child.why == _STOPPED and code == -signal.SIGTERM:  # as a crawl ends itself that had begun: no issue
        return RunState.CANCELLED, f"{child.why} {how}"
    if child.why:
        how = how or "Its process ended without a word."
        return RunState.FAILED, f"{child.why} {how}"
    if code < 0:
        return RunState.LOST, f"Its process was killed by signal {-code}."
    return RunState.FAILED, child.last_words() or f"Its process ended with code {code} before it began."
