"""The runner with real processes that stand in for crawls: each run it begins ends, whatever its process does."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.crawler.runner import Runner

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SECONDS = 20

ENDS = "pass"
REFUSES = "import sys; sys.exit('The disk is full.')"
KILLED = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
LISTENS = "import time; time.sleep(60)"
ENDS_WELL = (
    "import pathlib, signal, sys, time; signal.signal(15, lambda *_: sys.exit(0));"
    " pathlib.Path(PATH).touch(); time.sleep(60)"
)
DEAF = "import pathlib, signal, time; signal.signal(15, signal.SIG_IGN); pathlib.Path(PATH).touch(); time.sleep(60)"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A ledger, and a clock that the tests move: the one list item, in seconds."""

    ledger: Ledger
    folder: Path
    seconds: list[float]

    def plan(self, channel: str = "sd", time_limit: timedelta | None = None) -> Run:
        return self.ledger.plans.plan(
            channel=channel,
            channel_name="频道",
            cause=RunCause.OPERATOR,
            due_at=NOON,
            started_by="Anna",
            time_limit=time_limit,
        )

    @contextmanager
    def runner(self, script: str, at_once: int = 3) -> Iterator[Runner]:
        runner = Runner(
            self.ledger,
            command=[sys.executable, "-c", script.replace("PATH", repr(str(self.folder / "ready")))],
            logs=self.folder / "log",
            at_once=at_once,
            now=lambda: NOON,
            clock=lambda: time.monotonic() + self.seconds[0],
        )
        try:
            yield runner
        finally:
            self.seconds[0] += 1000
            runner.stop()

    def get(self, run: Run) -> Run:
        return self.ledger.runs.get(run.id)

    def ended(self, runner: Runner, run: Run) -> Run:
        """The run once the runner has seen its end."""
        ticks_until(runner, lambda: self.get(run).ended_at is not None)
        return self.get(run)


def ticks_until(runner: Runner, come: Callable[[], bool]) -> None:
    """Let the runner work until then, as its thread would, only faster."""
    until = time.monotonic() + SECONDS
    runner.tick()
    while not come():
        assert time.monotonic() < until
        time.sleep(0.02)
        runner.tick()


@pytest.fixture
def stage(ledger: Ledger, tmp_path: Path) -> Stage:
    return Stage(ledger=ledger, folder=tmp_path, seconds=[0.0])


@pytest.mark.parametrize(
    ("script", "state", "code", "sentence"),
    [
        (ENDS, RunState.FAILED, 0, "ended with code 0 before it began"),
        (REFUSES, RunState.FAILED, 1, "The disk is full."),
        (KILLED, RunState.LOST, -9, "killed by signal 9"),
    ],
)
def test_a_process_that_ends_without_a_word_ends_its_run(
    stage: Stage, script: str, state: RunState, code: int, sentence: str
) -> None:
    run = stage.plan()
    with stage.runner(script) as runner:
        ended = stage.ended(runner, run)
    assert (ended.state, ended.exit_code) == (state, code)
    assert sentence in (ended.sentence or "")


def test_no_more_run_at_once_than_allowed_by_all_runners_together(stage: Stage, address: str) -> None:
    for channel in ("sd", "js", "gd", "hb"):
        stage.plan(channel)
    with closing(Ledger(address)) as ledger:
        other = Stage(ledger=ledger, folder=stage.folder, seconds=[0.0])
        with stage.runner(LISTENS, 2) as one, other.runner(LISTENS, 2) as two:
            one.tick()
            two.tick()
            assert len(stage.ledger.runs.running()) == 2
            one.tick()
            assert len(stage.ledger.plans.due(NOON)) == 2


@pytest.mark.parametrize(
    ("script", "how"),
    [(LISTENS, " It had not begun."), (ENDS_WELL, ""), (DEAF, " Its process had to be killed.")],
    ids=["before it began", "by itself", "deaf"],
)
def test_a_cancelled_run_is_ended_and_says_by_whom(stage: Stage, script: str, how: str) -> None:
    run = stage.plan()
    with stage.runner(script) as runner:
        ticks_until(runner, (stage.folder / "ready").exists) if "PATH" in script else runner.tick()
        stage.ledger.runs.ask_cancel(run.id, "Bert")
        runner.tick()
        stage.seconds[0] += 60 if script == DEAF else 0
        ended = stage.ended(runner, run)
    assert ended.state is RunState.CANCELLED
    assert ended.sentence == f"Bert cancelled it.{how}"


def test_a_run_over_its_time_is_ended_and_a_deaf_one_killed(stage: Stage) -> None:
    run = stage.plan(time_limit=timedelta(minutes=30))
    with stage.runner(DEAF) as runner:
        ticks_until(runner, (stage.folder / "ready").exists)
        stage.seconds[0] = 1830
        runner.tick()
        assert stage.get(run).state is RunState.RUNNING
        stage.seconds[0] = 1860
        ended = stage.ended(runner, run)
    assert (ended.state, ended.exit_code) == (RunState.FAILED, -9)
    assert ended.sentence == "It did not end at its time limit of 0:30:00. Its process had to be killed."


def test_stopping_ends_what_runs_and_begins_nothing_more(stage: Stage) -> None:
    run, other = stage.plan(), stage.plan("js")
    with stage.runner(LISTENS, 1) as runner:
        runner.start()
        until = time.monotonic() + SECONDS
        while stage.get(run).state is RunState.PLANNED and stage.get(other).state is RunState.PLANNED:
            assert time.monotonic() < until
            time.sleep(0.02)
    ended, waiting = sorted((stage.get(run), stage.get(other)), key=lambda run: run.state is RunState.PLANNED)
    assert (ended.state, waiting.state) == (RunState.CANCELLED, RunState.PLANNED), "a restart makes no issue"
    assert "difang was stopped." in (ended.sentence or "")


def test_a_command_that_cannot_be_started_fails_its_run(stage: Stage) -> None:
    run = stage.plan()
    runner = Runner(stage.ledger, command=["/none/difang"], logs=stage.folder / "log", at_once=1, now=lambda: NOON)
    runner.tick()
    assert "could not be started" in (stage.get(run).sentence or "")
    runner.stop()
