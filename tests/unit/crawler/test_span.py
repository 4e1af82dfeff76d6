"""Which articles a crawl is asked for."""

from __future__ import annotations

from datetime import date

import pytest

from difang.crawler.span import Span
from difang.ingest.address import article_address

DATED = "http://sd.people.com.cn/n2/2022/0213/c1-35131671.html"
OLD = "http://sd.people.com.cn/GB/1/10339009.html"
IMPOSSIBLE = "http://sd.people.com.cn/n2/2022/0231/c1-35131671.html"


@pytest.mark.parametrize(
    ("since", "until", "url", "held"),
    [
        (None, None, DATED, True),
        (date(2022, 2, 13), date(2022, 2, 13), DATED, True),
        (date(2022, 2, 14), None, DATED, False),
        (None, date(2022, 2, 12), DATED, False),
        (date(2012, 12, 31), None, OLD, True),
        (date(2013, 1, 1), None, OLD, False),
        (None, date(2001, 1, 1), OLD, True),
        (None, None, IMPOSSIBLE, True),
    ],
)
def test_days_are_inclusive_and_undated_addresses_are_old(
    since: date | None, until: date | None, url: str, held: bool
) -> None:
    address = article_address(url)
    assert address is not None
    assert Span(since=since, until=until).holds(address) is held


def test_only_an_unlimited_crawl_is_whole() -> None:
    assert Span().whole
    assert Span(full=True).whole
    assert not Span(limit=1).whole
    assert not Span(since=date(2026, 1, 1)).whole
