"""The time as the scheduler sees it; whoever wants another time (a test, a simulated week) hands in another clock."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

_SLACK = timedelta(seconds=5)
"""Wall clock and elapsed time may differ by so much before somebody is said to have set the clock."""


class Clock(Protocol):
    """Three ways of measuring time, which differ where a clock is set or a machine is suspended."""

    def now(self) -> datetime:
        """The time of the wall, aware; it can be set forwards and backwards."""
        ...

    def elapsed(self) -> float:
        """Seconds that never run back, those of a suspended machine included."""
        ...

    def awake(self) -> float:
        """Seconds that never run back, without those of a suspended machine."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def now(self) -> datetime:
        """The time of the wall, in UTC."""
        return datetime.now(UTC)

    def elapsed(self) -> float:
        """CLOCK_BOOTTIME, where there is one (Linux)."""
        clock = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
        return time.clock_gettime(clock)

    def awake(self) -> float:
        """CLOCK_MONOTONIC."""
        return time.monotonic()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """All three at once."""

    now: datetime
    elapsed: float
    awake: float

    @classmethod
    def of(cls, clock: Clock) -> Reading:
        """Read the clock."""
        return cls(now=clock.now(), elapsed=clock.elapsed(), awake=clock.awake())


def why_absent(before: Reading, after: Reading) -> str:
    """Why a process that was to look every second saw nothing between two readings, as a sentence for people."""
    wall = after.now - before.now
    elapsed = timedelta(seconds=after.elapsed - before.elapsed)
    if wall - elapsed > _SLACK:
        return f"The clock was set forward by {spell(wall - elapsed)}."
    if elapsed - timedelta(seconds=after.awake - before.awake) > _SLACK:
        return f"The machine was suspended for {spell(elapsed)}."
    return f"The scheduler was held up for {spell(elapsed)}."


def spell(span: timedelta) -> str:
    """A length of time for people: 45 s, 12 min, 3 h 20 min, 2 d 4 h."""
    seconds = max(0, round(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    units = (("d", 86_400), ("h", 3_600), ("min", 60))
    words = []
    for unit, size in units:
        number, seconds = divmod(seconds, size)
        if number:
            words.append(f"{number} {unit}")
    return " ".join(words[:2])
