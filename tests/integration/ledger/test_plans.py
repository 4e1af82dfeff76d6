"""Runs planned ahead: each begun by one process or missed, regular ones first, one of a channel at a time."""

from __future__ import annotations

import os
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run, Tally
from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.crawler.span import Span
from difang.ingest.errors import DifangError, UsageError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
EVERYTHING = Span()


def plan(
    ledger: Ledger,
    channel: str = "sd",
    cause: RunCause = RunCause.SCHEDULE,
    due_at: datetime = NOON,
    request: Span = EVERYTHING,
) -> Run:
    return ledger.plans.plan(
        channel=channel, channel_name="频道", cause=cause, due_at=due_at, started_by="schedule", request=request
    )


def claim(ledger: Ledger, now: datetime = NOON, at_once: int = 9) -> str | None:
    run = ledger.plans.claim(runner="here/1/x", at_once=at_once, now=now)
    return run.id if run else None


def claim_once(address: str, _number: int) -> str | None:
    with closing(Ledger(address)) as ledger:
        return claim(ledger)


def begin_once(address: str, run_id: str, _number: int) -> bool:
    with closing(Ledger(address)) as ledger:
        return ledger.plans.begin(run_id) is not None


def test_a_planned_run_comes_back_as_it_was_written_down(ledger: Ledger) -> None:
    request = Span(since=date(2026, 1, 2), until=date(2026, 1, 3), limit=4, full=True, urls=("http://sd/1",))
    run = plan(ledger, request=request)
    assert ledger.runs.get(run.id) == run
    assert (run.state, run.request, run.due_at, run.asked_for) == (RunState.PLANNED, request, NOON, True)
    assert ledger.plans.ahead("sd") == [run]
    assert ledger.plans.ahead("js") == []


def test_a_firing_is_written_down_once_whatever_has_become_of_it(ledger: Ledger) -> None:
    first = plan(ledger)
    assert plan(ledger).id == first.id
    assert ledger.plans.miss(first.id, "The service was down.")
    assert plan(ledger).state is RunState.MISSED
    assert plan(ledger, due_at=NOON + MINUTE).id != first.id
    assert plan(ledger, cause=RunCause.OPERATOR).id != plan(ledger, cause=RunCause.OPERATOR).id


def test_a_run_is_due_at_its_time_and_work_on_the_past_waits(ledger: Ledger) -> None:
    backfill = plan(ledger, "gd", RunCause.BACKFILL, NOON - MINUTE)
    audit = plan(ledger, "hb", RunCause.AUDIT, NOON - MINUTE * 2)
    regular = plan(ledger, "sd", due_at=NOON)
    assert ledger.plans.due(NOON - MINUTE * 3) == []
    assert ledger.plans.due(NOON) == [regular, audit, backfill]
    assert [claim(ledger) for _ in range(4)] == [regular.id, audit.id, backfill.id, None]


def test_one_run_of_a_channel_at_a_time_and_no_more_than_allowed(ledger: Ledger, tmp_path: Path) -> None:
    plan(ledger, "sd")
    later = plan(ledger, "sd", due_at=NOON + MINUTE)
    plan(ledger, "js", due_at=NOON + MINUTE)
    now = NOON + MINUTE
    first, second = claim(ledger, now, 2), claim(ledger, now, 2)
    assert first
    assert second
    assert [ledger.runs.get(run_id).channel for run_id in (first, second)] == ["sd", "js"]
    assert claim(ledger, now) is None
    ledger.runs.end(second, RunState.FINISHED, None, Tally())
    assert claim(ledger, now) is None
    ledger.runs.end(first, RunState.FINISHED, None, Tally())
    by_hand = ledger.runs.begin(channel="sd", channel_name="频道", started_by="operator", logs=tmp_path)
    assert claim(ledger, now) is None
    ledger.runs.end(by_hand.id, RunState.FINISHED, None, Tally())
    assert claim(ledger, now) == later.id


def test_runs_begun_by_hand_take_no_room_of_the_runners(ledger: Ledger, tmp_path: Path) -> None:
    ledger.runs.begin(channel="js", channel_name="频道", started_by="operator", logs=tmp_path)
    run = plan(ledger)
    assert claim(ledger, at_once=1) == run.id


def test_of_many_processes_each_run_goes_to_one(ledger: Ledger, address: str) -> None:
    planned = {plan(ledger, slug).id for slug in ("sd", "js", "gd")}
    other = plan(ledger, "hb", due_at=NOON + MINUTE).id
    with ProcessPoolExecutor(4) as pool:
        claimed = [run_id for run_id in pool.map(partial(claim_once, address), range(8)) if run_id]
        begun = list(pool.map(partial(begin_once, address, other), range(8)))
    assert sorted(claimed) == sorted(planned)
    assert begun.count(True) == 1


def test_a_missed_run_is_begun_no_more_and_says_by_which_run_it_was_caught_up(ledger: Ledger) -> None:
    late, begun = plan(ledger), plan(ledger, "js")
    assert ledger.plans.miss(late.id, "The machine was off.")
    assert not ledger.plans.miss(late.id, "Another sentence.")
    assert ledger.plans.begin(begun.id)
    assert not ledger.plans.miss(begun.id, "It was not.")
    assert ledger.plans.begin(late.id) is None
    ledger.plans.catch_up([late.id, begun.id], begun.id)
    missed = ledger.runs.get(late.id)
    assert (missed.state, missed.sentence, missed.caught_up_by) == (RunState.MISSED, "The machine was off.", begun.id)
    assert ledger.runs.get(begun.id).caught_up_by is None


def test_a_planned_run_can_be_withdrawn_and_a_begun_one_cannot(ledger: Ledger) -> None:
    run, begun = plan(ledger), plan(ledger, "js")
    ledger.plans.begin(begun.id)
    assert ledger.plans.withdraw(run.id)
    assert not ledger.plans.withdraw(begun.id)
    assert ledger.plans.ahead() == []
    with pytest.raises(UsageError):
        ledger.runs.get(run.id)


def test_a_process_takes_over_a_planned_run_once(ledger: Ledger, tmp_path: Path) -> None:
    run = plan(ledger)
    taken = ledger.runs.take_over(run.id, tmp_path)
    assert (taken.state, taken.pid, taken.log) == (RunState.RUNNING, os.getpid(), str(tmp_path / f"{run.id}.log"))
    with pytest.raises(DifangError, match="cannot be begun"):
        ledger.runs.take_over(run.id, tmp_path)
    with pytest.raises(UsageError, match="no run x"):
        ledger.runs.take_over("x", tmp_path)


def take_over(address: str, run_id: str, logs: Path) -> int | None:
    with closing(Ledger(address)) as ledger:
        return ledger.runs.take_over(run_id, logs).pid


def test_the_child_of_the_runner_that_claimed_it_takes_a_run_over(ledger: Ledger, address: str, tmp_path: Path) -> None:
    run = plan(ledger)
    claim(ledger)
    with pytest.raises(DifangError, match="cannot be begun"):
        ledger.runs.take_over(run.id, tmp_path)
    with ProcessPoolExecutor(1) as pool:
        child = pool.submit(take_over, address, run.id, tmp_path).result()
    assert ledger.runs.get(run.id).pid == child != os.getpid()


def test_a_planned_run_is_cancelled_at_once_and_a_running_one_is_told(ledger: Ledger) -> None:
    planned, running = plan(ledger), plan(ledger, "js")
    ledger.plans.begin(running.id)
    assert ledger.runs.ask_cancel(planned.id, "Anna").sentence == "Anna cancelled it."
    assert ledger.plans.begin(planned.id) is None
    assert ledger.runs.cancels([running.id]) == {}
    assert ledger.runs.ask_cancel(running.id, "Anna").state is RunState.RUNNING
    assert ledger.runs.ask_cancel(running.id, "Bert").cancel_by == "Anna"
    assert ledger.runs.cancels([running.id, planned.id]) == {running.id: "Anna", planned.id: "Anna"}


def test_what_has_ended_cannot_be_cancelled(ledger: Ledger) -> None:
    run = plan(ledger)
    ledger.plans.begin(run.id)
    ledger.runs.end(run.id, RunState.FINISHED, None, Tally(new_articles=2, first_article=date(2026, 3, 1)))
    with pytest.raises(DifangError, match="has ended already"):
        ledger.runs.ask_cancel(run.id, "Anna")
    ended = ledger.runs.get(run.id)
    assert (ended.new_articles, ended.first_article, ended.last_article) == (2, date(2026, 3, 1), None)


def test_runs_not_due_yet_are_not_among_the_newest(ledger: Ledger) -> None:
    plan(ledger, due_at=datetime.now(UTC) + timedelta(days=1))
    past = plan(ledger, due_at=NOON)
    assert [run.id for run in ledger.runs.newest(5)] == [past.id]
