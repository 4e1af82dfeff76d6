"""`difang runs`: the list, a log while it grows, ending a run, planning another try."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run, Tally
from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.crawler.run_log import close_log, drop_old_logs, follow_log, open_log, read_log
from difang.ingest.outcome import Ending, Outcome
from tests.integration.ledger.test_ledger import begin, found
from tests.services.command import Difang


@pytest.fixture
def address(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'var' / 'ledger.db'}"


@pytest.fixture
def difang(tmp_path: Path) -> Difang:
    return Difang(var=tmp_path / "var", proxy=None)


@pytest.fixture
def failed(ledger: Ledger) -> Run:
    """A run that has ended, in which one of three addresses failed and one was never fetched."""
    run = begin(ledger)
    ledger.discoveries.found(run.id, "sd", [found(n) for n in (1, 2, 3)])
    outcomes = {1: Outcome.FAILED, 3: Outcome.GONE}
    ledger.tell([Ending(run_id=run.id, url=f"http://sd/{n}", outcome=outcome) for n, outcome in outcomes.items()])
    ledger.runs.end(run.id, RunState.FAILED, "The host is down.", Tally())
    return run


def planned(ledger: Ledger) -> Run:
    return ledger.plans.plan(
        channel="sd",
        channel_name="频道",
        cause=RunCause.SCHEDULE,
        due_at=datetime.now(UTC) + timedelta(hours=1),
        started_by="schedule",
    )


def test_what_failed_is_planned_once_more_and_what_was_fetched_meanwhile_is_not(
    difang: Difang, ledger: Ledger, failed: Run
) -> None:
    told = json.loads(difang.run("runs", "retry", failed.id, "--by", "Li", "--json").stdout)
    again = ledger.runs.get(told["run"])
    twice = difang.run("runs", "retry", failed.id).stdout
    assert f"already planned as run {again.id}, by Li" in twice
    assert (again.cause, again.started_by, again.retry_of) == (RunCause.RETRY, "Li", failed.id)
    assert again.request.urls == ("http://sd/1", "http://sd/2")
    ledger.discoveries.found(again.id, "sd", [found(1), found(2)])
    ledger.tell([Ending(run_id=again.id, url=f"http://sd/{n}", outcome=Outcome.INDEXED) for n in (1, 2)])
    assert "no failed address is left" in difang.run("runs", "retry", failed.id, code=1).stderr


def test_the_list_shows_what_was_and_what_comes(difang: Difang, ledger: Ledger, failed: Run) -> None:
    coming = planned(ledger)
    assert [json.loads(row)["run"] for row in difang.run("runs", "list", "--json").stdout.splitlines()] == [failed.id]
    assert coming.id in difang.run("runs", "list", "--state", "planned").stdout
    assert difang.run("runs", "list", "--state", "lost").stdout == ""
    assert difang.run("runs", "list", "--channel", "js").stdout == ""
    assert "There is no channel xx" in difang.run("runs", "list", "--channel", "xx", code=2).stderr
    assert "The host is down." in difang.run("runs", "show", failed.id).stdout


def test_a_run_at_work_shows_what_it_has_done_so_far(difang: Difang, ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.runs.beat({run.id: Tally(requests=1)})
    told = json.loads(difang.run("runs", "list", "--json").stdout)
    assert (told["state"], told["requests"]) == ("running", 1)
    assert told["seconds"] > 0
    assert " 1 request, " in difang.run("runs", "list").stdout


def test_a_planned_run_is_cancelled_and_an_ended_one_is_not(difang: Difang, ledger: Ledger, failed: Run) -> None:
    told = json.loads(difang.run("runs", "cancel", planned(ledger).id, "--by", "Li", "--json").stdout)
    assert (told["state"], told["cancel_asked_by"]) == ("cancelled", "Li")
    assert "has ended already (failed)" in difang.run("runs", "cancel", failed.id, code=1).stderr
    assert "There is no run x" in difang.run("runs", "cancel", "x", code=2).stderr


def test_a_log_is_printed_and_one_that_is_not_there_is_a_sentence(
    difang: Difang, ledger: Ledger, tmp_path: Path
) -> None:
    run = ledger.runs.begin(channel="js", channel_name="频道", started_by="Li", logs=tmp_path)
    assert "has no log" in difang.run("runs", "log", run.id, code=1).stderr
    assert "has not begun" in difang.run("runs", "log", planned(ledger).id, code=1).stderr
    log = open_log(run.id, tmp_path / f"{run.id}.log")
    log.info("第一篇")
    close_log(log)
    ledger.runs.end(run.id, RunState.FINISHED, None, Tally())
    for options in ((), ("--follow",)):
        assert difang.run("runs", "log", run.id, *options).stdout.endswith("INFO 第一篇\n")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run.log"


def test_a_log_keeps_its_newest_part_and_says_that_it_was_cut(path: Path) -> None:
    log = open_log("run", path, largest=1000)
    for number in range(200):
        log.info("line %d", number)
    close_log(log)
    kept = "".join(read_log(path))
    assert len(kept) < 2200
    assert "what was written before is cut" in kept.splitlines()[0]
    assert kept.endswith("line 199\n")
    assert "line 0\n" not in kept


def test_a_log_is_followed_through_its_rotations_to_the_last_line(path: Path) -> None:
    log, lines = open_log("run", path, largest=1000), iter(range(50))

    def pause() -> None:
        for _, number in zip(range(3), lines, strict=False):
            log.info("line %d", number)

    def turns() -> Iterator[bool]:
        yield from [False] * 20
        yield True

    ended = turns()
    said = "".join(follow_log(path, ended=lambda: next(ended), pause=pause))
    close_log(log)
    assert [line for line in said.splitlines() if "INFO" in line][-1].endswith("line 49")
    assert all(f" line {number}\n" in said for number in range(50))


def test_old_logs_and_too_many_are_dropped_and_the_newest_kept(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    for days in (0, 1, 2, 29, 31, 400):
        file = tmp_path / f"{days}.log"
        file.write_text("a line\n", encoding="utf-8")
        moment = (now - timedelta(days=days)).timestamp()
        os.utime(file, (moment, moment))
    (tmp_path / "notes.txt").touch()
    assert drop_old_logs(tmp_path, now) == 2
    assert drop_old_logs(tmp_path, now, most=3) == 1
    assert {file.name for file in tmp_path.iterdir()} == {"0.log", "1.log", "2.log", "notes.txt"}
    assert drop_old_logs(tmp_path / "none", now) == 0
