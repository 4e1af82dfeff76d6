"""Visits: who asked for what and when, so that a test can tell whether a crawler was polite."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

_KEPT = 50_000


@dataclass(kw_only=True)
class _Host:
    count: int = 0
    open: int = 0
    most_at_once: int = 0
    last: float | None = None
    shortest_gap: float | None = None


@dataclass(kw_only=True)
class Visits:
    """Counts per host since the start or the last reset, and the latest 50,000 requests."""

    hosts: dict[str, _Host] = field(default_factory=dict)
    log: deque[tuple[float, str, int, str]] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def begin(self, host: str) -> None:
        """A request for the host has arrived."""
        one, now = self.hosts.setdefault(host, _Host()), time.monotonic()
        if one.last is not None:
            gap = now - one.last
            one.shortest_gap = gap if one.shortest_gap is None else min(gap, one.shortest_gap)
        one.count, one.open, one.last = one.count + 1, one.open + 1, now
        one.most_at_once = max(one.most_at_once, one.open)

    def end(self, host: str, url: str, status: int, agent: str) -> None:
        """It has been answered; status 0 where the connection was broken or left silent."""
        if host in self.hosts:
            self.hosts[host].open -= 1
        self.log.append((time.time(), url, status, agent))

    def told(self, *, with_log: bool) -> dict[str, Any]:
        """The counts as JSON; gaps in seconds between the beginnings of two requests."""
        hosts = {
            name: {"count": one.count, "most_at_once": one.most_at_once, "shortest_gap_s": one.shortest_gap}
            for name, one in self.hosts.items()
        }
        rows = [dict(zip(("at", "url", "status", "user_agent"), row, strict=True)) for row in self.log]
        return {"hosts": hosts, "log": rows} if with_log else {"hosts": hosts}
