"""What is to be done about one channel now: a pure function of how its firings stand, its policy, and the time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile

from difang.crawler.ledger.firings import Firing, InForce, Standing
from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.crawler.schedule.policy import GRACE, LISTED, Policy
from difang.crawler.schedule.timing import Timing

_SECOND = timedelta(seconds=1)
GONE = "The channel is not in the channel table any more."
CHANGED = "The schedule has changed."
SET_BACK = "Another firing comes before it: the clock was set back."


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """The time, and since when somebody was always there to see firings; `absence` says why nobody was before."""

    now: datetime
    since: datetime
    absence: str


@dataclass(kw_only=True, slots=True)
class Decision:
    """What to write, in this order; the dictionaries give the reason of each."""

    withdraw: dict[str, str] = field(default_factory=dict)  # run id → reason
    miss: dict[str, str] = field(default_factory=dict)  # run id → reason
    missed: dict[datetime, str] = field(default_factory=dict)  # firings nobody planned → reason
    stretch: datetime | None = None  # the last of `missed` stands for all firings up to here
    plan: list[datetime] = field(default_factory=list)
    caught_up_by: str | None = None  # the run that waits and makes up for the missed; None: a new one
    in_force: InForce | None = None  # where the timing has changed

    @property
    def misses(self) -> bool:
        """Whether anything is missed."""
        return bool(self.miss or self.missed)


def decide(standing: Standing, policy: Policy | None, watch: Watch) -> Decision:
    """What to do about the channel; `policy` None where it is not in the channel table any more."""
    decision = Decision()
    planned = [*standing.waiting, *(one for one in standing.ahead.values() if one.state is RunState.PLANNED)]
    if policy is None:
        decision.withdraw = {one.run_id: GONE for one in planned}
        return decision
    _account_for_the_past(decision, standing, policy, watch)
    changed = standing.in_force is None or _in_force(policy, standing.in_force.since) != standing.in_force
    if changed:
        decision.in_force = _in_force(policy, watch.now)
    if policy.paused:
        decision.withdraw |= {
            one.run_id: "The channel is paused." for one in planned if one.run_id not in decision.miss
        }
        decision.plan.clear()
        return decision
    _plan_the_next(decision, standing, policy, watch, changed=changed)
    return decision


def _in_force(policy: Policy, since: datetime) -> InForce:
    timing = policy.timing
    return InForce(every=timing.every, cron=timing.cron, offset=timing.offset, paused=policy.paused, since=since)


def _account_for_the_past(decision: Decision, standing: Standing, policy: Policy, watch: Watch) -> None:
    """Firings that are due: begun late, missed, or made up for by one that waits."""
    too_late = watch.since - GRACE
    waiting: Firing | None = None
    for one in standing.waiting:
        if one.due_at < too_late and one.cause is RunCause.SCHEDULE:
            decision.miss[one.run_id] = watch.absence
        elif waiting is None:
            waiting = one
        elif one.cause is RunCause.SCHEDULE:
            decision.miss[one.run_id] = _overlap(waiting, standing)
    decision.caught_up_by = waiting.run_id if waiting else None
    for due_at in _unplanned(decision, standing, watch):
        if due_at < too_late:
            decision.missed[due_at] = watch.absence
        elif waiting or decision.plan:
            decision.missed[due_at] = _overlap(waiting, standing)
        elif not policy.paused:
            decision.plan.append(due_at)


def _overlap(waiting: Firing | None, standing: Standing) -> str:
    first = f"run {waiting.run_id}" if waiting else "an earlier firing"
    behind = f" behind run {standing.running}" if standing.running else " for its turn"
    return f"Another firing of the channel, {first}, was still waiting{behind}; one waits at a time."


def _unplanned(decision: Decision, standing: Standing, watch: Watch) -> list[datetime]:
    """The firings between the newest in the ledger and now, by the timing then in force; a long row is cut short."""
    in_force = standing.in_force
    if in_force is None or in_force.paused:
        return []
    timing = Timing(every=in_force.every, cron=in_force.cron, offset=in_force.offset)
    start = max(in_force.since, standing.last) if standing.last else in_force.since
    found: list[datetime] = []
    too_late = watch.since - GRACE
    for due_at in takewhile(lambda moment: moment <= watch.now, timing.firings(start)):
        if len(found) == LISTED and due_at < too_late:
            decision.stretch = too_late - _SECOND
            return found + list(takewhile(lambda moment: moment <= watch.now, timing.firings(decision.stretch)))
        found.append(due_at)
    return found


def _plan_the_next(decision: Decision, standing: Standing, policy: Policy, watch: Watch, *, changed: bool) -> None:
    """One firing ahead is in the ledger at all times, and none that the timing does not name."""
    due_at = _next(standing, policy, watch.now)
    if standing.last is None and standing.in_force is None:
        due_at = min(due_at, watch.now + policy.first_wait)
    kept = False
    for moment, one in standing.ahead.items():
        if one.state is not RunState.PLANNED or one.cause is not RunCause.SCHEDULE:
            continue
        if moment == due_at or (moment < due_at and not changed):
            kept = True
        else:
            decision.withdraw[one.run_id] = CHANGED if changed else SET_BACK
    if not kept:
        decision.plan.append(due_at)


def _next(standing: Standing, policy: Policy, now: datetime) -> datetime:
    """The first firing after now that has not had its turn.

    Where the clock was set back, firings ahead are over already; they take place a second time, one second later,
    because time passes whatever the clock says. One just ahead has only just been, by a clock that was a little fast.
    """
    due_at = policy.timing.after(now)
    while (one := standing.ahead.get(due_at)) and one.state is not RunState.PLANNED:
        second_time = due_at - now > GRACE and (one.began or one.state is RunState.MISSED)
        due_at = due_at + _SECOND if second_time else policy.timing.after(due_at)
    return due_at
