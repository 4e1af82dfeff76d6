"""The downloader middleware that keeps the rules: known hosts only, robots.txt, and a turn for every request."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

from scrapy import Request
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK

from difang.crawler.ledger.hosts import RobotsAnswer
from difang.crawler.politeness.robots import NO_ANSWER, answer_of
from difang.crawler.politeness.turns import AllowanceSpent, Turns

if TYPE_CHECKING:
    from scrapy.core.engine import ExecutionEngine
    from scrapy.crawler import Crawler

    from difang.crawler.spider import ChannelSpider

_TURN, _ROBOTS = "difang_turn", "difang_robots"


class OutsideSite(IgnoreRequest):
    """A redirect leads off the hosts the crawl knows."""


async def download(engine: ExecutionEngine | None, request: Request) -> Response:
    """The response to a request; its turn is given back even where the waiting task is cancelled.

    Retries and redirects are other requests, but they share the list of turns, because Scrapy copies meta shallowly.
    """
    assert engine is not None  # noqa: S101 - for the type checker: a spider that runs has one
    request.meta[_TURN] = []
    try:
        return await engine.download_async(request)
    finally:
        _give_back(request, cast("ChannelSpider", engine.spider).politeness.turns)


def _give_back(request: Request, turns: Turns) -> None:
    taken: list[str] = request.meta.get(_TURN, [])
    while taken:
        turns.give(taken.pop())


class PolitenessMiddleware:
    """Stands next to the downloader, so that a retry and a redirect wait for their own turns."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PolitenessMiddleware:
        """Scrapy's way to make one."""
        return cls(crawler)

    @property
    def _spider(self) -> ChannelSpider:
        return cast("ChannelSpider", self._crawler.spider)

    async def process_request(self, request: Request) -> None:
        """Wait until the request may go out; raises a sort of IgnoreRequest, with a sentence, where it may not."""
        host = urlsplit(request.url).netloc
        politeness = self._spider.politeness
        if _ROBOTS not in request.meta:
            if (urlsplit(request.url).hostname or "") not in self._spider.hosts:
                raise OutsideSite(f"It leads to {request.url}, off the known hosts.")
            allowed = await politeness.robots.rules(host, self._fetch_robots)
            politeness.turns.set_delay(host, allowed.delay)
            allowed.check(request.url)
        await politeness.turns.take(host)
        request.meta[_TURN].append(host)
        self._spider.count_request()

    async def process_response(self, request: Request, response: Response) -> Response:
        """Give the turn back."""
        self._give(request)
        return response

    async def process_exception(self, request: Request, exception: Exception) -> None:
        """Give the turn back, if the request had one."""
        self._give(request)

    def _give(self, request: Request) -> None:
        _give_back(request, self._spider.politeness.turns)

    async def _fetch_robots(self, url: str) -> RobotsAnswer:
        request = Request(url, meta={_ROBOTS: True}, callback=NO_CALLBACK)
        try:
            response = await download(self._crawler.engine, request)
        except AllowanceSpent:
            raise
        except Exception as error:
            self._spider.note(f"{url} cannot be had: {type(error).__name__} {error}".rstrip())
            return answer_of(NO_ANSWER, b"", time.time())
        return answer_of(response.status, response.body, time.time())
