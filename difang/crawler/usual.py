"""The usual crawl of a channel: front page, sitemap and columns, and the articles they show."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from difang.crawler.channels import Channel
from difang.crawler.frontier import Frontier
from difang.crawler.stop import Stop
from difang.crawler.walk import Walk, columns_of

SITEMAP_PATIENCE = 600.0
"""Seconds a run waits for the turn of the sitemaps' host, which all channels share (Crawl-delay 120 s)."""


class UsualCrawl:
    """One walk through a channel, as far as what its listings say makes necessary."""

    def __init__(
        self,
        *,
        channel: Channel,
        frontier: Frontier,
        walk: Walk,
        drain: Callable[[], Awaitable[object]],
        wait: Callable[[str], float],
        troubles: list[str],
        log: logging.Logger,
    ) -> None:
        """`drain` fetches what the frontier holds; `walk` adds to `troubles`, `wait` tells how far a host's turn is."""
        self._channel = channel
        self._frontier = frontier
        self._walk = walk
        self._drain = drain
        self._wait = wait
        self._troubles = troubles
        self._log = log

    async def work(self) -> None:
        """Walk and fetch; raises Stop where there is nothing to walk."""
        if resumed := self._frontier.resume():
            self._log.info("%d addresses that earlier runs found are taken up", resumed)
        sitemap = asyncio.ensure_future(self._sitemap())
        try:
            await self._front(sitemap)
        finally:
            sitemap.cancel()
        if not self._frontier.offered and not self._troubles:
            raise Stop("Neither sitemap nor front page nor any column shows an article link.")

    async def _sitemap(self) -> None:
        if self._channel.sitemap is None:
            return
        host = urlsplit(self._channel.sitemap).netloc
        if (wait := self._wait(host)) > SITEMAP_PATIENCE:
            self._log.info("The sitemap is left out this time: the turn of %s is %.0f s away", host, wait)
            return
        await self._walk.sitemap()

    async def _front(self, sitemap: asyncio.Task[None]) -> None:
        """Front page first, while the sitemap waits for its turn; its word decides which columns need a visit."""
        linked = await self._walk.front()
        if linked is None:
            raise Stop(self._troubles.pop())
        await self._drain()
        await sitemap
        await self._drain()
        for url, strict in columns_of(self._channel, linked):
            if self._frontier.full:
                return
            await self._walk.column(url, strict=strict)
            await self._drain()
