"""Turns: one request at a time to a host, with its delay between two, among all crawls of all processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from scrapy.exceptions import IgnoreRequest

from difang.crawler.ledger.hosts import HostTurns
from difang.ingest.process_names import holder_name

_BEIJING = timezone(timedelta(hours=8))
_SHORT = 0.2
"""Below this delay, in seconds, a process keeps a host for many requests: the ledger would cost more than the wait."""

_HOLD = 5.0
"""So long at most, in seconds, then others that wait for the host may have it."""

_IDLE = 0.5
"""A host kept for its next request is let go after so many seconds without one."""

_ASK_AGAIN = 1.0
"""How often a process asks for a host that another one has, in seconds."""


class AllowanceSpent(IgnoreRequest):
    """The host's daily allowance is spent; what is left is fetched another day."""


def until_tomorrow() -> timedelta:
    """How long until the hosts get their next daily allowance: the day changes at midnight in Beijing."""
    now = datetime.now(_BEIJING)
    return datetime(now.year, now.month, now.day, tzinfo=_BEIJING) + timedelta(days=1) - now


@dataclass(slots=True)
class _Host:
    """A host as far as one process knows."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    delay: float | None = None  # None until robots.txt was read
    held_since: float | None = None
    last_end: float = 0.0
    next_at: float = 0.0
    requests: int = 0  # of today, by all processes, as far as this one knows
    unbooked: int = 0
    day: str = ""
    waiting: int = 0
    due_at: float = 0.0  # when the request that waits for its turn now may go out; 0 where none waits


class Turns:
    """Hands out turns; take before a request, give after it."""

    def __init__(
        self,
        hosts: HostTurns,
        *,
        delay: float,
        allowance: int,
        lease: float,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`delay`: seconds where robots.txt names none, `allowance`: requests a day, `lease`: seconds a request has."""
        self._ledger = hosts
        self._delay = delay
        self._allowance = allowance
        self._lease = lease
        self._now = now
        self._sleep = sleep
        self._holder = holder_name()
        self._hosts: dict[str, _Host] = {}

    def set_delay(self, host: str, seconds: float | None) -> None:
        """What the host's robots.txt asks for; None where it names no delay."""
        here = self._here(host)
        here.delay = seconds
        here.next_at = max(here.next_at, here.last_end + self._gap(here)) if here.last_end else here.next_at

    def wait(self, host: str) -> float:
        """How many seconds a request would wait if it asked for its turn now, as far as this process knows."""
        here = self._here(host)
        return max(0.0, here.next_at - self._now()) + here.waiting * self._gap(here)

    def due_at(self, host: str) -> float | None:
        """When the request that waits for its turn at the host now goes out, in seconds of the epoch; None: none waits.

        Where another process asks the host at the moment, nobody knows, and it is now.
        """
        return self._here(host).due_at or None

    def spent(self, host: str) -> float:
        """What share of its allowance the host has had today, by all processes, as far as this one knows."""
        here = self._here(host)
        today = self._day()
        requests = here.requests if here.day == today else self._ledger.requests(host, today)
        return requests / self._allowance

    async def take(self, host: str) -> None:
        """Wait for the turn; raises AllowanceSpent instead where the host had its requests for today."""
        here = self._here(host)
        here.waiting += 1
        try:
            await here.lock.acquire()
        finally:
            here.waiting -= 1
        try:
            await self._hold(host, here)
            if here.requests >= self._allowance:
                raise AllowanceSpent(
                    f"{host} had its {self._allowance} requests for today; what is left is fetched another day."
                )
        except BaseException:
            self._let_go(host, here)
            here.lock.release()
            raise
        finally:
            here.due_at = 0.0
        here.requests += 1
        here.unbooked += 1

    def give(self, host: str) -> None:
        """The request is over, however it ended."""
        here = self._hosts[host]
        now = self._now()
        here.last_end = now
        here.next_at = now + self._gap(here)
        if self._gap(here) >= _SHORT or here.held_since is None or now - here.held_since > _HOLD:
            self._let_go(host, here)
        here.lock.release()

    def let_go_idle(self) -> None:
        """Let go of the hosts this process has kept without using them; called now and then, and at the end."""
        for host in self._hosts:
            here = self._here(host)
            if here.held_since is not None and not here.lock.locked() and self._now() - here.last_end > _IDLE:
                self._let_go(host, here)

    def close(self) -> None:
        """Let go of every host."""
        for host, here in self._hosts.items():
            self._let_go(host, here)

    async def _hold(self, host: str, here: _Host) -> None:
        while True:
            _begin_anew(here, self._now())
            if (pause := here.next_at - self._now()) > 0:
                here.due_at = here.next_at
                await self._sleep(pause)
            if here.held_since is not None and here.day == self._day():
                return
            now = self._now()
            turn = self._ledger.take(host, self._holder, now=now, lease=self._lease + _HOLD, day=self._day())
            if turn.granted:
                here.held_since, here.day, here.requests = now, self._day(), turn.requests + here.unbooked
                return
            here.due_at = now if turn.held else turn.next_at
            await self._sleep(max(0.01, min(turn.next_at - now, 60.0) if not turn.held else _ASK_AGAIN))

    def _let_go(self, host: str, here: _Host) -> None:
        if here.held_since is None:
            return
        wanted = self._ledger.give_back(
            host,
            self._holder,
            last_end=here.last_end,
            next_at=here.next_at,
            requests=here.unbooked,
            day=here.day or self._day(),
        )
        here.held_since, here.unbooked = None, 0
        if wanted:  # the other one asks again within a second
            here.next_at = max(here.next_at, self._now() + _ASK_AGAIN * 1.2)

    def _gap(self, here: _Host) -> float:
        return self._delay if here.delay is None else here.delay

    def _day(self) -> str:
        return datetime.fromtimestamp(self._now(), _BEIJING).date().isoformat()

    def _here(self, host: str) -> _Host:
        here = self._hosts.setdefault(host, _Host())
        _begin_anew(here, self._now())
        return here


def _begin_anew(here: _Host, now: float) -> None:
    """Where the clock was set back, by an hour perhaps, the host's delay begins anew instead of lasting so long."""
    back = here.last_end - now
    if back > 0:
        here.last_end, here.next_at = now, here.next_at - back
        here.held_since = None if here.held_since is None else min(here.held_since, now)
