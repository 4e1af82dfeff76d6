"""The scheduler of one process: it leads where nobody else does, plans once a second, and else follows."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import Connection

from difang.crawler.channels import Channel
from difang.crawler.ledger.lease import Deposed, Lease
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.rounds import Rounds
from difang.crawler.schedule.clock import Clock, SystemClock
from difang.crawler.schedule.duties import Duties, Duty
from difang.crawler.schedule.missed import see_missed
from difang.crawler.schedule.planner import Planner
from difang.crawler.schedule.policy import GRACE
from difang.ingest.errors import RetryLater
from difang.ingest.event import Event

NAME = "schedule"
"""Of the lease."""

LEASE_SECONDS = 10.0
TICK_SECONDS = 1.0
_ISSUES_SECONDS = 5.0
"""The issues of missed runs are looked at so often, and at once where one is missed."""

log = logging.getLogger(__name__)


class Scheduler:
    """Any number of them share a ledger; one leads. `tick` may be called by hand, with whatever clock."""

    def __init__(
        self,
        ledger: Ledger,
        channels: Sequence[Channel],
        *,
        every: timedelta | None = None,
        duties: Sequence[Duty] = (),
        clock: Clock | None = None,
        lease_seconds: float = LEASE_SECONDS,
        lease: Lease | None = None,
    ) -> None:
        """`every` stands in for the intervals of the channel table; `duties` are done by the leader only.

        `lease_seconds` without a sign of life of the leader, then another takes over.
        """
        self._ledger = ledger
        self._clock = clock or SystemClock()
        self.lease = lease or ledger.lease(NAME, seconds=lease_seconds, elapsed=self._clock.awake)
        self._planner = Planner(channels, every=every, clock=self._clock)
        self._names = {channel.slug: channel.name for channel in channels}
        self.duties = Duties(duties, clock=self._clock, leading=lambda: self.leading)
        self._seen = -_ISSUES_SECONDS
        self._rounds = Rounds(
            log, "scheduler", meanwhile="The schedule goes on where it stands as soon as the ledger is back."
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="schedule", daemon=True)

    @property
    def leading(self) -> bool:
        """Whether this process leads, as far as it knows; only `may_begin` and the planner's transaction are sure."""
        return self.lease.number is not None

    def may_begin(self, connection: Connection) -> bool:
        """Whether a run may be begun here, within the transaction that begins it."""
        return self.lease.may_begin(connection, self._clock.now(), GRACE)

    def tick(self) -> bool:
        """One round, about once a second; whether this process leads. Raises RetryLater where the ledger is away."""
        if not self.leading:
            if not self.lease.take(self._clock.now()):
                return False
            told = Event.SCHEDULE_LED.of(number=self.lease.number)
            log.info("This process leads the schedule now (number %s).", self.lease.number, extra=told)
        try:
            missed = self._planner.tick(self.lease)
        except Deposed as error:
            told = Event.SCHEDULE_LOST.of()
            log.warning("This process leads the schedule no more: %s", error, extra=told)
            self._planner.rest()
            return False
        elapsed = self._clock.elapsed()
        if missed or not self._seen <= elapsed < self._seen + _ISSUES_SECONDS:
            see_missed(self._ledger, self._names)
            self._seen = elapsed
        return True

    def start(self) -> None:
        """Begin, in a thread; the first round, which takes the lead where it is free, is done before this returns."""
        self._round()
        self._thread.start()
        self.duties.start()

    def stop(self) -> None:
        """Plan nothing more and let another process lead at once."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        self.duties.stop()
        try:
            self.lease.release()
        except RetryLater as error:
            told = Event.LEDGER_AWAY.of(where="scheduler")
            log.warning("%s Another scheduler takes over once the lease is over.", error, extra=told)

    def _work(self) -> None:
        while not self._stop.wait(TICK_SECONDS):
            self._round()

    def _round(self) -> None:
        self._rounds.round(self.tick)
