"""The form of a channel's timing: what an operator wrote, and the next five firings it would give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice

from difang.console.languages import N_
from difang.crawler.channels import Channel
from difang.crawler.schedule.policy import Policy, asked_for
from difang.crawler.schedule.timing import Timing, check, length_of, written
from difang.ingest.errors import UsageError


class Mode(StrEnum):
    """How a channel is timed."""

    EVERY = "every"
    CRON = "cron"
    TABLE = "table"  # as the channel table says


MODES = {Mode.EVERY: N_("按间隔"), Mode.CRON: N_("按 cron"), Mode.TABLE: N_("按频道表")}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What was written in the form."""

    mode: Mode
    every: str = ""
    cron: str = ""
    jitter: str = ""

    @classmethod
    def in_force(cls, policy: Policy, timing: Timing) -> Asked:
        """What one would have to write for the schedule as it is: `timing` is what the leader plans by."""
        change = policy.change if policy.source == "operator" else None
        mode = Mode.TABLE if change is None else Mode.CRON if change.cron else Mode.EVERY
        return cls(
            mode=mode,
            every=written(timing.every) if timing.every else "",
            cron=timing.cron or "",
            jitter=written(change.jitter) if change and change.jitter is not None else "",
        )

    def timing(self) -> tuple[timedelta | None, str | None, timedelta | None]:
        """every, cron, jitter as the ledger takes them; raises UsageError."""
        jitter = length_of(self.jitter) if self.jitter.strip() else None
        if self.mode is Mode.EVERY:
            return length_of(self.every), None, jitter
        if self.mode is Mode.CRON:
            if not self.cron.strip():
                raise UsageError("Write a cron of five parts: minute, hour, day, month, weekday.")
            return None, " ".join(self.cron.split()), jitter
        return None, None, None

    def firings(
        self, channels: tuple[Channel, ...], channel: Channel, now: datetime, instead: timedelta | None
    ) -> list[datetime]:
        """The next five; `instead` is what the leader puts in place of the table's intervals.

        Raises UsageError where the timing cannot be.
        """
        every, cron, jitter = self.timing()
        timing = asked_for(channels, channel, every=every, cron=cron, jitter=jitter, instead=instead)
        if self.mode is not Mode.TABLE:  # what the leader goes by is not for an operator to be refused
            check(timing, now)
        return list(islice(timing.firings(now), 5))
