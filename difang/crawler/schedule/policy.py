"""What is in force for each channel: its timing from the table, the service or an operator, and the fixed policies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from difang.crawler.channels import Channel
from difang.crawler.ledger.firings import InForce
from difang.crawler.ledger.schedule_book import Change
from difang.crawler.schedule.clock import spell
from difang.crawler.schedule.timing import Timing
from difang.ingest.errors import UsageError

GRACE = timedelta(minutes=5)
"""A firing that comes later than this because nobody was there is missed; up to then it is carried out late."""

LISTED = 200
"""So many missed firings of one absence stand in the ledger one by one, the rest as one stretch."""

CRON_JITTER = timedelta(minutes=10)

_DAY = timedelta(days=1)

POLICIES = {
    "misfire": f"up to {GRACE.seconds // 60} min late it is carried out, later it is missed",
    "coalesce": "all missed ones of a channel are caught up by one run",
    "overlap": "one waits for the end of the channel's run; further ones are missed and caught up by it",
}
"""What happens where a firing does not simply take place; the same for every channel."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """One channel's; `change` is the operator's newest word, None where there never was any; `jitter` the window."""

    channel: str
    name: str
    timing: Timing
    jitter: timedelta
    place: float
    paused: bool
    change: Change | None

    @property
    def source(self) -> str:
        """Where the timing comes from."""
        return "operator" if self.change and (self.change.every or self.change.cron) else "table"

    @property
    def first_wait(self) -> timedelta:
        """How long a channel that never fired waits: up to a quarter of its interval, by its place."""
        longest = min(self.timing.every or timedelta(hours=1), timedelta(hours=1, minutes=30)) / 4
        return max(timedelta(seconds=1), longest * self.place)  # never at once: it is planned before it happens


def policies(channels: Sequence[Channel], changes: Mapping[str, Change], every: timedelta | None) -> dict[str, Policy]:
    """The policy of each channel, by slug; `every` stands in for the intervals of the table."""
    return {
        channel.slug: policy(channel, changes.get(channel.slug), every, number / len(channels))
        for number, channel in enumerate(channels)
    }


def asked_for(
    channels: Sequence[Channel],
    channel: Channel,
    *,
    every: timedelta | None,
    cron: str | None,
    jitter: timedelta | None,
    instead: timedelta | None = None,
) -> Timing:
    """The timing a channel would have if an operator said so; all None: that of the table.

    `instead` is what the leader puts in place of the table's intervals (`leaders_every`).

    Raises UsageError where the jitter is longer than what lies between two firings.
    """
    place = list(channels).index(channel) / len(channels)
    interval = (instead or channel.every) if every is None and cron is None else every
    longest = interval if interval is not None else _DAY
    if jitter is not None and jitter > longest:
        than = "the interval" if interval is not None else "a day"
        raise UsageError(f"The jitter of {spell(jitter)} is longer than {than}; make it at most {spell(longest)}.")
    return _timing(interval, cron, jitter, place)[0]


def leaders_every(
    channels: Sequence[Channel], changes: Mapping[str, Change], in_force: Mapping[str, InForce]
) -> timedelta | None:
    """The `--every` the leader was started with, as the timings it plans by show it; None where it has none."""
    for channel in channels:
        change, led = changes.get(channel.slug), in_force.get(channel.slug)
        of_table = change is None or not (change.every or change.cron)
        if led is None or not of_table or (change and change.changed_at > led.since):  # the leader has not read it yet
            continue
        if led.every != channel.every:
            return led.every
    return None


def policy(channel: Channel, change: Change | None, every: timedelta | None, place: float) -> Policy:
    """One channel's; `place` from 0 to 1 (excluded) is where it stands among the channels."""
    interval: timedelta | None = every or channel.every
    cron = None
    if change and (change.every or change.cron):
        interval, cron = change.every, change.cron
    timing, jitter = _timing(interval, cron, change.jitter if change else None, place)
    return Policy(
        channel=channel.slug,
        name=channel.name,
        timing=timing,
        jitter=jitter,
        place=place,
        paused=bool(change and change.paused),
        change=change,
    )


def _timing(
    every: timedelta | None, cron: str | None, jitter: timedelta | None, place: float
) -> tuple[Timing, timedelta]:
    window = jitter if jitter is not None else every or CRON_JITTER
    offset = timedelta(seconds=int(window.total_seconds() * place))
    return Timing(every=every, cron=cron, offset=offset), window
