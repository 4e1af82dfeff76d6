"""The planner: once a second it reads how all firings stand, decides, and writes, in one transaction of the leader."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection

from difang.crawler.channels import Channel
from difang.crawler.ledger import firings
from difang.crawler.ledger.lease import Lease
from difang.crawler.ledger.run_tables import RunCause
from difang.crawler.ledger.schedule_book import newest_changes
from difang.crawler.schedule.clock import Clock, Reading, why_absent
from difang.crawler.schedule.decide import Decision, Watch, decide
from difang.crawler.schedule.policy import GRACE, Policy, policies
from difang.crawler.schedule.timing import ZONE
from difang.ingest.event import Event

_BACK = timedelta(seconds=5)
"""A clock set back by less than this is not worth a word."""

_HELD_UP = "Nobody was there at its time."

log = logging.getLogger(__name__)


class Planner:
    """Plans the firings of the channels; only ever used by the leader, see Lease."""

    def __init__(self, channels: Sequence[Channel], *, every: timedelta | None, clock: Clock) -> None:
        """`every` stands in for the intervals of the channel table."""
        self._channels = channels
        self._every = every
        self._clock = clock
        self._before: Reading | None = None

    def tick(self, lease: Lease) -> bool:
        """Bring the ledger up to the present; whether a firing was missed. Raises Deposed, RetryLater."""
        with lease.leading() as connection:
            reading = Reading.of(self._clock)
            watch = self._watch(lease, connection, reading)
            lease.seen(connection, watch.now, watch.since)
            firings.hasten_what_is_no_firing(connection, watch.now)
            in_force = policies(self._channels, newest_changes(connection), self._every)
            standings = firings.standings(connection, list(in_force), watch.now)
            missed = False
            for channel in in_force.keys() | standings.keys():
                decision = decide(standings[channel], in_force.get(channel), watch)
                missed |= decision.misses
                _write(connection, channel, in_force.get(channel), decision, watch.now)
        self._before = reading
        return missed

    def rest(self) -> None:
        """Lead no more; what was seen before is no measure of a later absence."""
        self._before = None

    def _watch(self, lease: Lease, connection: Connection, reading: Reading) -> Watch:
        held = lease.held(connection)
        if reading.now - held.seen_at <= GRACE:
            if held.seen_at - reading.now > _BACK:
                told = Event.CLOCK_SET_BACK.of(to=reading.now.isoformat())
                log.warning(
                    "The clock was set back to %s (%s); the schedule goes on by it.",
                    _minute(reading.now),
                    ZONE.key,
                    extra=told,
                )
            return Watch(now=reading.now, since=min(held.watched_since, reading.now), absence=_HELD_UP)
        absence = f"No scheduler ran from {_minute(held.seen_at)} to {_minute(reading.now)} ({ZONE.key})."
        if self._before is not None:
            absence = why_absent(self._before, reading)
        told = Event.SCHEDULE_ABSENT.of()
        log.warning("%s What was due meanwhile is missed and caught up once.", absence, extra=told)
        return Watch(now=reading.now, since=reading.now, absence=absence)


def _write(connection: Connection, channel: str, policy: Policy | None, decision: Decision, now: datetime) -> None:
    name = policy.name if policy else channel
    for run_id, why in decision.withdraw.items():
        firings.withdraw(connection, run_id, now, why)
    missed = [run_id for run_id, why in decision.miss.items() if firings.miss(connection, run_id, why, now)]
    written = firings.write_missed(connection, channel, name, decision.missed, now)
    if decision.stretch:
        late = [moment for moment in decision.missed if moment <= decision.stretch]
        firings.write_stretch(connection, written[len(late) - 1], decision.stretch)
    planned = [
        firings.plan_firing(connection, channel, name, due_at, now, RunCause.SCHEDULE) for due_at in decision.plan
    ]
    if (missed or written) and policy and not policy.paused:
        by = decision.caught_up_by
        if by is None and decision.plan and decision.plan[0] <= now:
            by = planned[0]
        by = by or firings.plan_firing(connection, channel, name, now, now, RunCause.CATCH_UP)
        firings.catch_up(connection, missed + written, by)
    if decision.in_force:
        firings.put_in_force(connection, channel, decision.in_force)
        if planned:
            firings.catch_up_the_rest(connection, channel, planned[-1])


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(ZONE):%Y-%m-%d %H:%M}"
