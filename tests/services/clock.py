"""A clock that stands still until it is told to go on, for tests that live through weeks in a second."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass
class HandClock:
    """Implements the schedule's Clock."""

    wall: datetime = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
    elapsed_seconds: float = 0.0
    awake_seconds: float = 0.0

    def now(self) -> datetime:
        return self.wall

    def elapsed(self) -> float:
        return self.elapsed_seconds

    def awake(self) -> float:
        return self.awake_seconds

    def go_on(self, span: timedelta) -> None:
        """Time passes."""
        self.suspend(span)
        self.awake_seconds += span.total_seconds()

    def suspend(self, span: timedelta) -> None:
        """Time passes while the machine sleeps."""
        self.wall += span
        self.elapsed_seconds += span.total_seconds()

    def set(self, span: timedelta) -> None:
        """Somebody sets the clock, forwards or backwards; no time passes."""
        self.wall += span
