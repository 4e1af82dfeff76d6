"""Several pages, one article: in any order, complete or not."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

import pytest

from difang.ingest.article import content_hash
from difang.ingest.extract import extract, join
from difang.ingest.extract.result import PageReading
from tests.unit.extract.layouts import layout_c
from tests.unit.extract.pages import HOSTS, page

STEM = "http://sd.people.com.cn/n2/2024/0510/c166192-40840001"
PAGER = "".join(f'<a href="/n2/2024/0510/c166192-40840001-{k}.html">【{k}】</a>' for k in (2, 3))


def reading(number: int, words: str, *, editors: str = "") -> PageReading:
    html = layout_c(f'<p>{words}</p><div class="zdfy">{PAGER}</div>', editors=editors)
    read = extract(page(html, f"{STEM}.html" if number == 1 else f"{STEM}-{number}.html"), HOSTS)
    assert isinstance(read, PageReading)
    return read


THREE = [
    reading(1, "人民网济南5月9日电 （记者钱伟）第一页的正文说的是春耕。"),
    reading(2, "第二页的正文说的是夏收，收成好于去年，仓库都满了。"),
    reading(3, "第三页的正文说的是秋播，还要再添两台烘干机才够。", editors='<div class="edit">(责编：王芳)</div>'),
]


def test_a_page_knows_its_number_and_the_others() -> None:
    """Page 1 has no suffix; the address of the article is page 1's."""
    assert [read.page for read in THREE] == [1, 2, 3]
    assert THREE[0].parts == (f"{STEM}-2.html", f"{STEM}-3.html")
    assert THREE[1].parts == (f"{STEM}.html", f"{STEM}-3.html")
    assert {read.article.url for read in THREE} == {f"{STEM}.html"}
    assert len({read.article.id for read in THREE}) == 1


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_order_of_arrival_does_not_matter(order: tuple[int, ...]) -> None:
    """Bodies in page order, editors of the last page, no warning about what another page has."""
    article = join([THREE[place] for place in order])
    assert article.body == "\n".join(read.article.body for read in THREE)
    assert article.page_count == 3
    assert article.editors == ("王芳",)
    assert article.reporters == ("钱伟",)
    assert article.warnings == ()
    assert article.content_hash == content_hash(article.title, article.body)
    assert article.urls == (f"{STEM}.html",)


def test_a_missing_page_is_a_warning_until_it_comes() -> None:
    """Named by number."""
    assert "missing_page:2" in join([THREE[0], THREE[2]]).warnings
    assert "missing_page:3" not in join([THREE[0], THREE[2]]).warnings
    assert {"missing_page:2", "missing_page:3"} <= set(join([THREE[0]]).warnings)
    assert join(THREE).warnings == ()


def test_the_newest_of_two_readings_of_one_page_counts() -> None:
    """A corrected page replaces the older one; the article is as new as its newest page."""
    newer = replace(THREE[1], article=replace(THREE[1].article, body="更正", fetched_at="2026-02-01T00:00:00+00:00"))
    for pages in ([THREE[0], newer, THREE[1]], [newer, THREE[1], THREE[0]]):
        article = join(pages)
        assert article.body.endswith("更正")
        assert article.page_count == 2
        assert article.fetched_at == "2026-02-01T00:00:00+00:00"


def test_pages_of_two_articles_are_not_joined() -> None:
    """That is a mistake of the caller."""
    other = replace(THREE[1], article=replace(THREE[1].article, id="people:L_1"))
    with pytest.raises(ValueError, match="several articles"):
        join([THREE[0], other])
    with pytest.raises(ValueError, match="no page"):
        join([])


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_the_mirrors_page_never_replaces_the_originals(order: tuple[int, ...]) -> None:
    """However late it was fetched; where the original is missing, it is better than nothing."""
    mirror = f"{STEM}-2.html".replace("/n2/", "/BIG5/n2/")
    assert mirror != f"{STEM}-2.html"
    seen = replace(THREE[1].article, body="鏡像", urls=(mirror,), fetched_at="2026-02-01T00:00:00+00:00")
    mirrored = replace(THREE[1], article=seen)
    article = join([(*THREE, mirrored)[place] for place in order])
    assert article == join(THREE)
    assert "鏡像" in join([THREE[0], mirrored, THREE[2]]).body
