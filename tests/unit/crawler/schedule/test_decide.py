"""What is decided about a channel, by hand: the next firing, late and missed ones, overlaps, clocks that were set."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from difang.crawler.ledger.firings import Firing, InForce, Standing
from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.crawler.schedule.decide import CHANGED, GONE, SET_BACK, Decision, Watch, decide
from difang.crawler.schedule.policy import GRACE, LISTED, Policy
from difang.crawler.schedule.timing import Timing

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HALF_HOUR = 30 * MINUTE
LONG_AGO = NOON - timedelta(days=30)
AWAY = "Nobody was there."


def policy(every: timedelta = HALF_HOUR, *, paused: bool = False, place: float = 0.0) -> Policy:
    timing = Timing(every=every)
    return Policy(channel="sd", name="山东频道", timing=timing, jitter=every, place=place, paused=paused, change=None)


def in_force(every: timedelta = HALF_HOUR, *, paused: bool = False) -> InForce:
    return InForce(every=every, cron=None, offset=timedelta(0), paused=paused, since=LONG_AGO)


def firing(due_at: datetime, state: RunState = RunState.PLANNED, cause: RunCause = RunCause.SCHEDULE) -> Firing:
    began = state not in (RunState.PLANNED, RunState.MISSED, RunState.CANCELLED)
    return Firing(run_id=f"{due_at:%d%H%M%S}", cause=cause, due_at=due_at, state=state, began=began)


def standing(last: datetime, *waiting: Firing, ahead: tuple[Firing, ...] = (), running: str | None = None) -> Standing:
    return Standing(
        last=last,
        in_force=in_force(),
        waiting=list(waiting),
        ahead={one.due_at: one for one in ahead},
        running=running,
    )


def watch(now: datetime, since: datetime = LONG_AGO) -> Watch:
    return Watch(now=now, since=since, absence=AWAY)


def test_a_channel_that_never_fired_waits_by_its_place_and_not_a_whole_interval() -> None:
    for place, wait in ((0.0, timedelta(seconds=1)), (0.5, HALF_HOUR / 8)):
        decision = decide(Standing(), policy(place=place), watch(NOON + MINUTE))
        assert decision.plan == [NOON + MINUTE + wait]
        assert decision.in_force is not None
        assert not decision.misses


def test_nothing_is_done_while_the_next_firing_is_planned() -> None:
    ahead = (firing(NOON + HALF_HOUR),)
    assert decide(standing(NOON, ahead=ahead), policy(), watch(NOON + MINUTE)) == Decision()


def test_a_firing_that_falls_due_waits_for_its_crawl_and_the_next_is_planned() -> None:
    due = firing(NOON)
    decision = decide(standing(NOON, due), policy(), watch(NOON))
    assert decision == Decision(plan=[NOON + HALF_HOUR], caught_up_by=due.run_id)


def test_up_to_five_minutes_late_is_late_and_not_missed() -> None:
    back = NOON + GRACE
    decision = decide(standing(NOON, firing(NOON)), policy(), watch(back, since=back))
    assert not decision.misses
    back += timedelta(seconds=1)
    decision = decide(standing(NOON, firing(NOON)), policy(), watch(back, since=back))
    assert decision.miss == {firing(NOON).run_id: AWAY}
    assert decision.caught_up_by is None


def test_a_crawl_that_waits_for_its_turn_while_somebody_is_there_is_not_missed() -> None:
    waiting = firing(NOON)
    decision = decide(standing(NOON, waiting), policy(), watch(NOON + 29 * MINUTE))
    assert not decision.misses


def test_after_an_absence_every_firing_is_missed_and_the_next_lies_ahead() -> None:
    back = NOON + timedelta(hours=3, minutes=10)
    decision = decide(standing(NOON, firing(NOON)), policy(), watch(back, since=back))
    assert decision.miss == {firing(NOON).run_id: AWAY}
    assert list(decision.missed) == [NOON + HALF_HOUR * number for number in range(1, 7)]
    assert decision.plan == [NOON + HALF_HOUR * 7]
    assert decision.caught_up_by is None


def test_the_last_firing_of_an_absence_that_is_only_late_makes_up_for_the_others() -> None:
    back = NOON + timedelta(hours=1, minutes=3)
    decision = decide(standing(NOON, firing(NOON)), policy(), watch(back, since=back))
    assert list(decision.missed) == [NOON + HALF_HOUR]
    assert decision.plan == [NOON + HALF_HOUR * 2, NOON + HALF_HOUR * 3]


def test_a_long_absence_is_cut_short_and_loses_no_firing() -> None:
    back = NOON + timedelta(days=60)
    decision = decide(standing(NOON, firing(NOON)), policy(), watch(back, since=back))
    assert len(decision.missed) == LISTED
    assert decision.stretch == back - GRACE - timedelta(seconds=1)
    assert decision.plan == [back, back + HALF_HOUR]


def test_a_second_firing_while_one_waits_is_missed_for_it() -> None:
    first, second = firing(NOON), firing(NOON + HALF_HOUR)
    decision = decide(standing(NOON + HALF_HOUR, first, second, running="r1"), policy(), watch(NOON + HALF_HOUR))
    assert decision.caught_up_by == first.run_id
    assert list(decision.miss) == [second.run_id]
    assert first.run_id in decision.miss[second.run_id]
    assert "r1" in decision.miss[second.run_id]


def test_a_catch_up_that_waits_is_never_missed_and_makes_up_for_later_firings() -> None:
    late = firing(NOON, cause=RunCause.CATCH_UP)
    back = NOON + timedelta(days=1)
    decision = decide(standing(NOON, late), policy(), watch(back, since=back))
    assert not decision.miss
    assert decision.missed
    assert decision.caught_up_by == late.run_id


def test_another_timing_takes_back_what_the_old_one_planned() -> None:
    old = firing(NOON + HALF_HOUR)
    decision = decide(standing(NOON, ahead=(old,)), policy(timedelta(hours=2)), watch(NOON + MINUTE))
    assert decision.withdraw == {old.run_id: CHANGED}
    assert decision.plan == [NOON + timedelta(hours=2)]
    assert decision.in_force is not None
    assert decision.in_force.since == NOON + MINUTE


@pytest.mark.parametrize("waiting", [True, False])
def test_a_paused_channel_has_nothing_planned(waiting: bool) -> None:
    one = firing(NOON if waiting else NOON + HALF_HOUR)
    now = standing(NOON, one) if waiting else standing(NOON, ahead=(one,))
    decision = decide(now, policy(paused=True), watch(NOON + MINUTE))
    assert list(decision.withdraw) == [one.run_id]
    assert not decision.plan
    assert not decision.misses


def test_a_channel_resumed_is_planned_and_missed_nothing_meanwhile() -> None:
    paused = standing(NOON)
    paused.in_force = in_force(paused=True)
    decision = decide(paused, policy(), watch(NOON + timedelta(days=3, minutes=1)))
    assert not decision.misses
    assert decision.plan == [NOON + timedelta(days=3) + HALF_HOUR]


def test_a_channel_that_left_the_table_has_nothing_planned() -> None:
    one = firing(NOON + HALF_HOUR)
    assert decide(standing(NOON, ahead=(one,)), None, watch(NOON)) == Decision(withdraw={one.run_id: GONE})


def test_a_clock_set_back_an_hour_silences_nobody() -> None:
    over = tuple(firing(NOON + HALF_HOUR * number, RunState.FINISHED) for number in (1, 2))
    planned = firing(NOON + HALF_HOUR * 3)
    now = NOON + 10 * MINUTE
    decision = decide(standing(NOON, ahead=(*over, planned)), policy(), watch(now, since=now))
    assert decision.withdraw == {planned.run_id: SET_BACK}
    assert decision.plan == [NOON + HALF_HOUR + timedelta(seconds=1)]
    assert not decision.misses


def test_a_clock_set_back_some_seconds_does_not_fire_twice() -> None:
    over, planned = firing(NOON, RunState.RUNNING), firing(NOON + HALF_HOUR)
    before = standing(NOON - HALF_HOUR, ahead=(over, planned))
    assert decide(before, policy(), watch(NOON - timedelta(seconds=8))) == Decision()


def test_a_firing_somebody_cancelled_before_its_time_is_left_out() -> None:
    cancelled = firing(NOON + HALF_HOUR, RunState.CANCELLED)
    decision = decide(standing(NOON, ahead=(cancelled,)), policy(), watch(NOON + MINUTE))
    assert decision.plan == [NOON + HALF_HOUR * 2]
