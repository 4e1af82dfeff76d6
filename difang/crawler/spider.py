"""The one Scrapy spider for all channels, and the settings it runs with.

Scrapy downloads: connections, proxies, timeouts, retries, redirects, compression. Which address comes next is decided
in crawl.py as one plain sequence, because a host gets one request at a time anyway.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from scrapy import Spider

from difang.crawler.fetch import LARGEST

if TYPE_CHECKING:
    from difang.crawler.crawl import Crawl
    from difang.crawler.politeness.robots import Robots
    from difang.crawler.politeness.turns import Turns


@dataclass(frozen=True, kw_only=True, slots=True)
class Politeness:
    """What all crawls of a process share towards the hosts."""

    robots: Robots
    turns: Turns


class ChannelSpider(Spider):
    """Runs one crawl of one channel."""

    name = "difang"

    def __init__(self, *, crawl: Crawl, politeness: Politeness) -> None:
        super().__init__()
        self._crawl = crawl
        self.politeness = politeness

    @property
    def hosts(self) -> frozenset[str]:
        """The hosts this crawl may ask."""
        return self._crawl.hosts

    def count_request(self) -> None:
        """One more request goes out."""
        self._crawl.count_request()

    def note(self, sentence: str) -> None:
        """A warning for the run's log."""
        self._crawl.warn(sentence)

    async def start(self) -> AsyncIterator[Any]:
        """Everything happens here; there is nothing for Scrapy's scheduler."""
        await self._crawl.run(self.crawler.engine)
        return
        yield  # makes this the generator Scrapy expects


def scrapy_settings(*, agent: str, timeout: float, retries: int) -> dict[str, Any]:
    """Scrapy's settings: our politeness in place of Scrapy's, and nothing that talks or waits beside it."""
    return {
        "USER_AGENT": agent,
        "DOWNLOAD_TIMEOUT": timeout,
        "RETRY_TIMES": retries,
        "RETRY_GIVE_UP_LOG_LEVEL": "DEBUG",
        "DOWNLOAD_MAXSIZE": LARGEST,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_DELAY": 0,
        "CONCURRENT_REQUESTS": 0,  # the turns limit, host by host
        "CONCURRENT_REQUESTS_PER_DOMAIN": 16,
        "REDIRECT_MAX_TIMES": 5,
        "METAREFRESH_ENABLED": False,
        "ROBOTSTXT_OBEY": False,  # obeyed by PolitenessMiddleware
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "STATS_DUMP": False,
        "LOG_LEVEL": "ERROR",
        "LOG_INSTALL_ROOT_HANDLER": False,
        "EXTENSIONS": {
            "scrapy.extensions.corestats.CoreStats": None,
            "scrapy.extensions.logstats.LogStats": None,
            "scrapy.extensions.memusage.MemoryUsage": None,
        },
        "DOWNLOADER_MIDDLEWARES": {"difang.crawler.politeness.middleware.PolitenessMiddleware": 950},
        "DEFAULT_REQUEST_HEADERS": {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"},
    }
