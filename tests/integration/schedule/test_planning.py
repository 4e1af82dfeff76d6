"""Weeks of a schedule in a second: each firing planned before it happens, missed ones caught up once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from difang.crawler.ledger.run import Run
from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.crawler.schedule.account import account
from difang.crawler.schedule.missed import KIND
from tests.integration.schedule.stage import MINUTE, Stage

HOUR = 60 * MINUTE


def issues(stage: Stage) -> list[str]:
    return [issue.sentence for issue in stage.ledger.issues.unresolved(KIND)]


@pytest.fixture(autouse=True)
def balanced(request: pytest.FixtureRequest) -> Iterator[None]:
    """After each of these lives the ledger proves that no firing is unaccounted for."""
    name = "stage" if "stage" in request.fixturenames else "either_stage"
    stage: Stage = request.getfixturevalue(name)
    yield
    told = account(stage.ledger, stage.clock.now())
    assert told.balanced, told
    assert told.named > 0


def missed_of(stage: Stage) -> list[Run]:
    firings = stage.ledger.schedule.firings("sd", until=stage.clock.now())
    return [run for run in firings if run.state is RunState.MISSED]


def test_every_firing_is_in_the_ledger_before_it_happens_and_takes_place_once(stage: Stage) -> None:
    stage.tick()
    for _ in range(12 * 12):
        ahead = {run.channel: run.due_at for run in stage.ledger.plans.ahead()}
        assert ahead.keys() == {"sd", "js"}
        assert all(due_at is not None and due_at > stage.clock.now() for due_at in ahead.values())
        stage.live(5 * MINUTE)
    assert stage.states("sd") == {"schedule finished": 25}
    assert stage.states("js") == {"schedule finished": 7}
    assert all(run.planned_at <= run.due_at for run in stage.crawls.begun if run.due_at)
    assert issues(stage) == []


def test_a_service_that_was_away_for_hours_misses_and_catches_up_once(either_stage: Stage) -> None:
    either_stage.live(HOUR)
    begun = len(either_stage.crawls.begun)
    either_stage.clock.go_on(8 * HOUR + 10 * MINUTE)
    either_stage.restart()
    either_stage.scheduler.tick()
    [missed] = [line for line in issues(either_stage) if line.startswith("sd频道")]
    assert "16 planned crawls did not take place" in missed
    assert "No scheduler ran from 2026-03-02 09:00 to 2026-03-02 17:10 (Asia/Shanghai)." in missed
    either_stage.tick()
    [late] = [run for run in either_stage.crawls.begun[begun:] if run.channel == "sd"]
    assert late.cause is RunCause.CATCH_UP
    missing = [
        run
        for run in either_stage.ledger.schedule.firings("sd", until=either_stage.clock.now())
        if run.state == "missed"
    ]
    assert {run.caught_up_by for run in missing} == {late.id}
    assert len(missing) == 16
    either_stage.live(10 * MINUTE)
    assert issues(either_stage) == []


def test_a_short_restart_misses_nothing(stage: Stage) -> None:
    stage.live(89 * MINUTE)
    stage.clock.go_on(4 * MINUTE)
    stage.restart()
    stage.live(HOUR)
    assert stage.states("sd").keys() == {"schedule finished"}


def test_a_suspended_machine_catches_up_and_says_why(stage: Stage) -> None:
    stage.live(HOUR)
    stage.clock.suspend(6 * HOUR + 20 * MINUTE)
    stage.scheduler.tick()
    assert any("The machine was suspended for 6 h" in line for line in issues(stage))
    stage.live(10 * MINUTE)
    assert stage.states("sd")["catch_up finished"] == 1
    assert issues(stage) == []


def test_nothing_that_was_due_during_a_suspension_begins_before_the_scheduler_has_looked(stage: Stage) -> None:
    stage.live(HOUR)
    begun = len(stage.crawls.begun)
    stage.clock.suspend(6 * HOUR)
    stage.crawls.tick(stage.scheduler.may_begin)
    assert len(stage.crawls.begun) == begun


def test_a_clock_set_forward_misses_what_it_leapt_over_and_says_why(stage: Stage) -> None:
    stage.live(HOUR)
    stage.clock.set(3 * HOUR + 20 * MINUTE)
    stage.scheduler.tick()
    assert any("The clock was set forward by 3 h 20 min." in line for line in issues(stage))
    stage.live(HOUR)
    assert stage.states("sd")["schedule missed"] == 6
    assert stage.states("sd")["catch_up finished"] == 1


def test_a_clock_set_back_for_hours_silences_no_channel(stage: Stage) -> None:
    stage.live(8 * HOUR)
    stage.clock.set(-5 * HOUR)
    begun = len(stage.crawls.begun)
    for hours in (5, 10):
        stage.live(5 * HOUR)
        again = [run for run in stage.crawls.begun[begun:] if run.channel == "sd"]
        assert hours * 2 - 1 <= len(again) <= hours * 2 + 1
    assert "schedule missed" not in stage.states("sd")


def test_a_crawl_asked_for_before_the_clock_was_set_back_does_not_wait_for_that_time_again(stage: Stage) -> None:
    stage.live(HOUR)
    asked = stage.ledger.plans.ask(channel="sd", channel_name="山东频道", now=stage.clock.now(), by="Li")
    stage.clock.set(-HOUR)
    stage.live(2 * MINUTE)
    assert asked.run.id in [run.id for run in stage.crawls.begun]
    stage.live(2 * HOUR)


def test_a_clock_set_years_ahead_and_corrected_does_no_lasting_harm(stage: Stage) -> None:
    stage.live(HOUR)
    stage.clock.set(timedelta(days=20_000))
    stage.tick()
    assert sum(stage.states("sd").values()) < 300
    stage.clock.set(timedelta(days=-20_000))
    begun = len(stage.crawls.begun)
    stage.live(5 * HOUR)
    assert len([run for run in stage.crawls.begun[begun:] if run.channel == "sd"]) in (9, 10)


def test_a_crawl_longer_than_its_interval_is_told_and_never_doubled(stage: Stage) -> None:
    stage.crawls.lasting = 70 * MINUTE
    stage.live(8 * HOUR)
    firings = stage.ledger.schedule.firings("sd", until=stage.clock.now())
    missed = [run for run in firings if run.state is RunState.MISSED]
    assert missed
    assert all("one waits at a time" in (run.sentence or "") for run in missed)
    assert {run.caught_up_by for run in missed} <= {run.id for run in firings}
    assert any("did not take place" in line for line in issues(stage))
    stage.crawls.lasting = timedelta(0)
    stage.live(3 * HOUR)
    assert issues(stage) == []


def test_a_catch_up_missed_in_its_turn_is_made_once(either_stage: Stage) -> None:
    either_stage.live(HOUR)
    for _ in range(2):
        either_stage.clock.go_on(8 * HOUR + 10 * MINUTE)
        either_stage.restart().tick()
    [catch_up] = [
        run
        for run in either_stage.ledger.plans.due(either_stage.clock.now())
        if run.channel == "sd" and run.cause is RunCause.CATCH_UP
    ]
    missed = [
        run
        for run in either_stage.ledger.schedule.firings("sd", until=either_stage.clock.now())
        if run.state == "missed"
    ]
    assert len(missed) > 30
    assert {run.caught_up_by for run in missed} == {catch_up.id}


def test_pausing_takes_the_plan_back_and_resuming_makes_it_again(stage: Stage) -> None:
    stage.live(HOUR)
    stage.ledger.schedule.pause("sd", now=stage.clock.now(), by="Li", why="redesign")
    assert stage.ledger.plans.ahead("sd") == []
    begun = len(stage.crawls.begun)
    stage.live(5 * HOUR)
    assert {run.channel for run in stage.crawls.begun[begun:]} == {"js"}
    stage.ledger.schedule.resume("sd", now=stage.clock.now(), by="Li", why="done")
    stage.live(HOUR)
    assert stage.states("sd") == {"schedule finished": 5}
    assert issues(stage) == []
    assert [(change.paused, change.changed_by) for change in stage.ledger.schedule.history("sd")] == [
        (False, "Li"),
        (True, "Li"),
    ]


def test_what_was_missed_before_a_pause_is_made_up_for_after_it(either_stage: Stage) -> None:
    either_stage.live(HOUR)
    either_stage.clock.go_on(8 * HOUR)
    either_stage.restart().tick()
    either_stage.ledger.schedule.pause("sd", now=either_stage.clock.now(), by="Li", why="")
    either_stage.live(HOUR)
    assert [line for line in issues(either_stage) if "the channel is paused" in line]
    either_stage.ledger.schedule.resume("sd", now=either_stage.clock.now(), by="Li", why="")
    either_stage.live(HOUR)
    missed = [
        run
        for run in either_stage.ledger.schedule.firings("sd", until=either_stage.clock.now())
        if run.state == "missed"
    ]
    assert None not in {run.caught_up_by for run in missed}
    assert issues(either_stage) == []


def test_a_change_takes_force_at_the_next_round(either_stage: Stage) -> None:
    either_stage.live(HOUR)
    either_stage.ledger.schedule.set(
        "sd", every=None, cron="15 3 * * *", jitter=timedelta(0), now=either_stage.clock.now(), by="Li", why=""
    )
    either_stage.tick()
    [run] = either_stage.ledger.plans.ahead("sd")
    assert f"{run.due_at:%H:%M}" == "19:15"  # 03:15 in Shanghai
    either_stage.ledger.schedule.set(
        "sd", every=None, cron=None, jitter=None, now=either_stage.clock.now(), by="Li", why=""
    )
    either_stage.tick()
    [run] = either_stage.ledger.plans.ahead("sd")
    assert f"{run.due_at:%H:%M}" == "01:30"


def test_a_channel_that_leaves_the_table_is_planned_no_more(stage: Stage) -> None:
    stage.live(HOUR)
    stage.channels = stage.channels[:1]
    stage.restart()
    stage.live(HOUR)
    assert {run.channel for run in stage.ledger.plans.ahead()} == {"sd"}
