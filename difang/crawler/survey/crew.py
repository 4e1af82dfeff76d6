"""What a survey uses of the run that works on it: its frontier, its outbox, its way to fetch and to complain."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from difang.crawler.channels import Channel
from difang.crawler.fetch import NoPage
from difang.crawler.frontier import Frontier
from difang.crawler.ledger.run import Run
from difang.crawler.links import Link
from difang.crawler.outbox import Outbox
from difang.ingest.page import Page


@dataclass(frozen=True, kw_only=True, slots=True)
class Crew:
    """The parts of a running run; `drain` fetches what lies in the frontier, `requests` tells how many were made.

    After `leave`, with a sentence why, the run ends as cancelled and not as finished.
    """

    run: Run
    channel: Channel
    frontier: Frontier
    outbox: Outbox
    get: Callable[[str], Awaitable[Page | NoPage]]
    drain: Callable[[Callable[[], bool] | None], Awaitable[bool]]
    wait: Callable[[str], float]
    requests: Callable[[], int]
    warn: Callable[[str], None]
    say: Callable[[str], None]
    leave: Callable[[str], None]

    async def articles(self, urls: Sequence[str], found_on: str) -> None:
        """Fetch these articles as far as they are not known; archived and queued when it returns."""
        self.frontier.offer([Link(url=url) for url in urls], found_on)
        await self._all()

    async def ask_again(self, urls: Sequence[str]) -> None:
        """Ask for these known articles, on condition: unchanged, corrected or gone."""
        self.frontier.ask_again(urls)
        await self._all()

    async def leftovers(self, leave: Callable[[], bool]) -> bool:
        """Try once more what was found and could not be fetched; False where `leave` said so before the end."""
        self.frontier.resume()
        return await self._all(leave)

    async def _all(self, leave: Callable[[], bool] | None = None) -> bool:
        done = await self.drain(leave)
        self.outbox.flush()
        return done


Course = Callable[[Crew], Awaitable[None]]
"""What a run does in place of the usual crawl."""
