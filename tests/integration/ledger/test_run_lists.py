"""Lists of runs for people."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run, Tally
from difang.crawler.ledger.run_lists import WantedRuns
from difang.crawler.ledger.run_tables import RunCause, RunState


def ended(ledger: Ledger, channel: str, state: RunState) -> Run:
    run = ledger.runs.begin(channel=channel, channel_name=channel, started_by="test", logs=Path("logs"))
    ledger.runs.end(run.id, state, None, Tally())
    return ledger.runs.get(run.id)


def test_runs_are_chosen_by_channel_state_cause_and_time(ledger: Ledger) -> None:
    first, second = ended(ledger, "sd", RunState.FINISHED), ended(ledger, "js", RunState.FAILED)
    ahead = ledger.plans.plan(
        channel="sd",
        channel_name="sd",
        cause=RunCause.RETRY,
        due_at=datetime.now(UTC) + timedelta(hours=1),
        started_by="test",
    )

    def chosen(wanted: WantedRuns) -> list[str]:
        return [run.id for run in ledger.run_lists.select(wanted, 10)]

    assert chosen(WantedRuns()) == [second.id, first.id]
    assert chosen(WantedRuns(channel="sd")) == [first.id]
    assert chosen(WantedRuns(state=RunState.FAILED)) == [second.id]
    assert chosen(WantedRuns(cause=RunCause.BACKFILL)) == []
    assert chosen(WantedRuns(state=RunState.PLANNED)) == [ahead.id]
    assert chosen(WantedRuns(before=second.started_at)) == [first.id]


def test_the_last_run_of_each_channel_is_one_that_ended(ledger: Ledger) -> None:
    ended(ledger, "sd", RunState.FAILED)
    last = ended(ledger, "sd", RunState.FINISHED)
    ledger.runs.begin(channel="sd", channel_name="sd", started_by="test", logs=Path("logs"))
    assert {slug: run.id for slug, run in ledger.run_lists.last_ended(["sd", "js"]).items()} == {"sd": last.id}


def test_a_run_is_compared_with_those_of_its_channel_before_it(ledger: Ledger) -> None:
    runs = [ended(ledger, channel, RunState.FINISHED) for channel in ("sd", "js", "sd", "sd")]
    assert [run.id for run in ledger.run_lists.before(runs[3], 5)] == [runs[2].id, runs[0].id]
    assert ledger.run_lists.pages_read(datetime.now(UTC).date()) == 0
