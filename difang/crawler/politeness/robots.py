"""robots.txt of every host: fetched once a day, kept in the ledger for all processes, read with Protego.

Scrapy's own middleware fetches it anew for every crawler, takes the text of an error page for rules and leaves the
delay out. Here, after RFC 9309: 4xx means everything is allowed; 5xx or silence means nothing is, for now,
unless an earlier robots.txt is known.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from protego import Protego
from scrapy.exceptions import IgnoreRequest

from difang.crawler.ledger.hosts import HostTurns, RobotsAnswer

NO_ANSWER = 599
"""Stands for the status where the host did not answer at all."""

_FRESH = 24 * 3600.0
_FRESH_AFTER_TROUBLE = 600.0  # so long one process takes a host without robots.txt for closed; the next one asks again
_USABLE = 30 * 24 * 3600.0  # an older robots.txt counts where no newer one can be had
_RULES_CHANGE = timedelta(days=7)
_LARGEST = 512 * 1024  # RFC 9309 asks for at least 500 KiB


class RobotsForbid(IgnoreRequest):
    """robots.txt does not allow the address, or cannot be had at all; `rest` is when it is worth another look."""

    def __init__(self, sentence: str, rest: timedelta) -> None:
        super().__init__(sentence)
        self.rest = rest


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    """What a host allows this agent; `delay` in seconds where its robots.txt names one."""

    parser: Protego | None  # None: nothing is allowed
    agent: str
    host: str

    @property
    def delay(self) -> float | None:
        """The Crawl-delay for this agent."""
        delay = self.parser.crawl_delay(self.agent) if self.parser else None
        return None if delay is None else float(delay)

    def refusal(self, url: str) -> str | None:
        """The sentence why the address may not be fetched, None where it may."""
        try:
            self.check(url)
        except RobotsForbid as forbidden:
            return str(forbidden)
        return None

    def check(self, url: str) -> None:
        """Raises RobotsForbid, with a sentence, where the address may not be fetched."""
        if self.parser is None:
            sentence = f"{self.host} cannot give its robots.txt now, so nothing of it is fetched for now."
            raise RobotsForbid(sentence, timedelta(0))
        if not self.parser.can_fetch(url, self.agent):
            raise RobotsForbid(f"The robots.txt of {self.host} does not allow it.", _RULES_CHANGE)


class Robots:
    """The rules of every host a process asks."""

    def __init__(self, hosts: HostTurns, *, agent: str, now: Callable[[], float] = time.time) -> None:
        self._ledger = hosts
        self._agent = agent
        self._now = now
        self._rules: dict[str, tuple[float, Rules]] = {}
        self._locks: dict[str, asyncio.Lock] = {}

    async def rules(self, host: str, fetch: Callable[[str], Awaitable[RobotsAnswer]]) -> Rules:
        """The host's rules; `fetch` gets the address where neither this process nor the ledger has them."""
        if (known := self._rules.get(host)) and known[0] > self._now():
            return known[1]
        async with self._locks.setdefault(host, asyncio.Lock()):
            if (known := self._rules.get(host)) and known[0] > self._now():
                return known[1]
            kept = self._ledger.robots(host)
            if kept and kept.at + _FRESH > self._now():
                return self._remember(host, kept, kept.at + _FRESH)
            answer = await fetch(f"http://{host}/robots.txt")
            if answer.status < 500:
                self._ledger.keep_robots(host, answer)
                return self._remember(host, answer, answer.at + _FRESH)
            if kept and kept.at + _USABLE > self._now():
                answer = kept
            return self._remember(host, answer, self._now() + _FRESH_AFTER_TROUBLE)

    def _remember(self, host: str, answer: RobotsAnswer, until: float) -> Rules:
        rules = Rules(parser=_parser(answer), agent=self._agent, host=host)
        self._rules[host] = until, rules
        return rules


def kept_rules(host: str, answer: RobotsAnswer, agent: str) -> Rules:
    """The rules of a robots.txt as the ledger keeps it, however old; nothing is fetched."""
    return Rules(parser=_parser(answer), agent=agent, host=host)


def answer_of(status: int, body: bytes, at: float) -> RobotsAnswer:
    """The answer as the ledger keeps it: only the text of a 200 counts."""
    text = body[:_LARGEST].decode("utf-8", "replace").replace("\x00", "") if status == 200 else ""
    return RobotsAnswer(status=status, text=text, at=at)


def _parser(answer: RobotsAnswer) -> Protego | None:
    return None if answer.status >= 500 else Protego.parse(answer.text)
