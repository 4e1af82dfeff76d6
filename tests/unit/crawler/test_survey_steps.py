"""Where a survey goes next in a listing, on listings of any length walked in thought."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from difang.crawler.ledger.survey_books import Place
from difang.crawler.links import page_number
from difang.crawler.span import Span
from difang.crawler.survey.slice import next_chunk
from difang.crawler.survey.steps import after_hole, after_page
from difang.ingest.address import Address, article_address

FOLDER = "http://sd.people.com.cn/GB/1/"
NEWEST = date(2026, 3, 1)


def address(n: int, day: date) -> Address:
    found = article_address(f"http://sd.people.com.cn/n2/{day:%Y/%m%d}/c1-{10_000_000 + n}.html")
    assert found is not None
    return found


def listing(pages: int, a_page: int, a_day: int) -> list[list[Address]]:
    """Pages of articles, the newest first, so many a page and a day."""
    days = [NEWEST - timedelta(days=n // a_day) for n in range(pages * a_page)]
    return [[address(n, days[n]) for n in range(p * a_page, (p + 1) * a_page)] for p in range(pages)]


def pager(number: int, last: int, reach: int) -> list[str]:
    return [f"{FOLDER}index{k}.html" for k in range(max(1, number - reach), min(last, number + reach) + 1)]


def walk(pages: list[list[Address]], span: Span, reach: int, holes: frozenset[int] = frozenset()) -> list[int]:
    """The numbers of the pages read, in order."""
    place = Place(url=FOLDER, strict=False, next_url=f"{FOLDER}index.html")
    read: list[int] = []
    while place.next_url is not None:
        number = page_number(place.next_url)
        assert len(read) < 4 * len(pages) + 10, read
        read.append(number)
        if number > len(pages) or number in holes:
            place = after_hole(place)
        else:
            place = after_page(place, pager(number, len(pages), reach), pages[number - 1], span)
    return read


@given(
    pages=st.integers(1, 60),
    a_page=st.integers(1, 12),
    a_day=st.integers(1, 20),
    reach=st.integers(1, 60),
    newest=st.integers(0, 90),
    days=st.integers(1, 60),
)
def test_every_page_with_an_article_of_the_days_is_read(
    pages: int, a_page: int, a_day: int, reach: int, newest: int, days: int
) -> None:
    until = NEWEST - timedelta(days=newest)
    span = Span(since=until - timedelta(days=days - 1), until=until)
    site = listing(pages, a_page, a_day)
    wanted = {number for number, page in enumerate(site, 1) if any(span.holds(one) for one in page)}
    assert wanted <= set(walk(site, span, reach))


def test_newer_pages_are_leapt_over() -> None:
    site = listing(500, 30, 30)
    span = Span(since=NEWEST - timedelta(days=402), until=NEWEST - timedelta(days=400))
    with_far_links, with_near_links = walk(site, span, reach=500), walk(site, span, reach=5)
    assert len(with_far_links) < 20
    assert len(with_near_links) < 100
    assert max(with_near_links) <= 406


def test_the_walk_ends_with_the_first_page_that_is_older_throughout() -> None:
    site = listing(50, 30, 30)
    assert walk(site, Span(since=NEWEST - timedelta(days=3), until=NEWEST), reach=5) == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("hole", range(2, 41))
def test_a_page_that_does_not_exist_costs_no_other_page(hole: int) -> None:
    site = listing(40, 10, 10)
    span = Span(since=NEWEST - timedelta(days=30), until=NEWEST - timedelta(days=20))
    read = walk(site, span, reach=40, holes=frozenset({hole}))
    wanted = set(range(21, 32)) - {hole}
    before_the_hole = {number for number in wanted if number < hole or hole < 21}
    assert before_the_hole <= set(read)


def test_one_pinned_old_article_neither_ends_the_walk_nor_claims_days() -> None:
    site = [[address(9, date(2020, 1, 1)), *page] for page in listing(5, 30, 30)]
    span = Span(since=NEWEST - timedelta(days=4), until=NEWEST)
    first = Place(url=FOLDER, strict=False, next_url=f"{FOLDER}index.html")
    after = after_page(first, pager(1, 5, 5), site[0], span)
    assert after.reached == NEWEST
    assert walk(site, span, reach=5) == [1, 2, 3, 4, 5]


def test_articles_that_tell_no_day_are_old_and_read() -> None:
    undated = article_address("http://sd.people.com.cn/GB/1/10000001.html")
    assert undated is not None
    span = Span(since=date(2011, 1, 1), until=date(2011, 12, 31))
    assert walk([[undated], [undated]], span, reach=5) == [1, 2]


@given(st.floats(0.001, 200), st.integers(1, 40))
def test_a_stretch_is_short_however_long_an_article_takes(seconds: float, stretches: int) -> None:
    chunk = 1
    for _ in range(stretches):
        assert chunk == 1 or chunk * seconds <= 20
        chunk = next_chunk(chunk, chunk * seconds)
    assert chunk <= 16
