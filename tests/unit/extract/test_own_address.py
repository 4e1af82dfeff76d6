"""Pages kept without their address: of which article each is a page, and of which number."""

from __future__ import annotations

import pytest

from difang.ingest.extract import extract
from difang.ingest.extract.result import Host, PageReading
from difang.samplesite.plan import Layout
from tests.unit.extract.pages import HOSTS, page
from tests.unit.samplesite.sites import site

SITE = site(channels=("sd",))
STEM = "/n2/2024/0510/c166192-40840001"
CRUMBS = (
    '<div class="path"><a class="clink" href="http://www.people.com.cn/">人民网</a>'
    '<a class="clink" href="{}">山东频道</a></div>'
)
TEXT = "<p>正文说的是春耕，今年的雨水好，农民都下田了，合作社又添了两台机器，仓库也修好了。</p>" * 2


def read(
    inside: str,
    *,
    title: str = "春耕",
    h1: str = "春耕",
    tags: str = "",
    home: str = "http://sd.people.com.cn/",
) -> PageReading:
    html = (
        f"<html><head>{tags}<title>{title}</title></head><body>{CRUMBS.format(home)}"
        f'<div class="rm_txt"><h1>{h1}</h1><div class="channel"><div class="col-1-1">2024年05月10日08:00</div>'
        f'</div><div class="rm_txt_con">{TEXT}{inside}<div class="edit">(责编：王芳)</div></div></div></body></html>'
    )
    reading = extract(page(html, ""), HOSTS)
    assert isinstance(reading, PageReading)
    return reading


def pager(*pages: int) -> str:
    return f'<div class="zdfy">{"".join(link(k, f"【{k}】") for k in pages)}</div>'


def link(k: int, words: str, stem: str = STEM) -> str:
    return f'<a href="{stem}{f"-{k}" if k > 1 else ""}.html">{words}</a>'


def arrow(k: int, which: str) -> str:
    return f"<table><tr><td>{link(k, f'<img src=/img/{which}_page.jpg>')}</td></tr></table>"


def test_page_numbers_tell_the_article() -> None:
    """Its address on the breadcrumb's host, and with it its id."""
    reading = read(pager(1, 2, 3) + arrow(3, "next"))
    assert reading.article.url == f"http://sd.people.com.cn{STEM}.html"
    assert reading.article.urls == (f"http://sd.people.com.cn{STEM}-2.html",)
    assert reading.article.id == "people:L_40840001"
    assert reading.parts == (f"http://sd.people.com.cn{STEM}.html", f"http://sd.people.com.cn{STEM}-3.html")


NUMBERS = [
    (pager(1, 2, 3) + arrow(2, "next"), "春耕", 1),
    (pager(1, 2, 3) + arrow(1, "prev") + arrow(3, "next"), "春耕", 2),
    (pager(1, 2) + arrow(2, "prev"), "春耕", 3),
    (pager(1, 2, 3), "春耕 (3)--山东频道--人民网", 3),
    (pager(1, 2, 3), "春耕（2）", 2),
    (pager(1, 2, 3) + arrow(2, "next"), "春耕 (3)", 1),
]


@pytest.mark.parametrize(("inside", "title", "number"), NUMBERS)
def test_arrows_then_the_title_tell_the_number(inside: str, title: str, number: int) -> None:
    """The site's later pages have their number in their title; an arrow leads to the next one or the one before."""
    reading = read(inside, title=title)
    assert (reading.page, reading.numbered) == (number, True)


UNTOLD = [
    (pager(1, 2, 3), "春耕", "春耕"),
    (pager(1, 2, 3) + arrow(3, "prev") + arrow(3, "next"), "春耕", "春耕"),
    (pager(1, 2, 3), "春耕 (2)--人民网", "春耕 (2)"),
    (pager(1, 2, 3), "春耕 (2024)", "春耕"),
    (pager(1, 2, 3), "春耕 (9)", "春耕"),
]


@pytest.mark.parametrize(("inside", "title", "h1"), UNTOLD)
def test_a_number_that_nothing_tells_is_not_guessed(inside: str, title: str, h1: str) -> None:
    """Neither from arrows that contradict each other nor from a number that is the headline's own."""
    reading = read(inside, title=title, h1=h1)
    assert (reading.page, reading.numbered) == (1, False)


def test_links_to_other_articles_are_no_pages_of_this_one() -> None:
    """The next series behind the last picture of one, and page numbers of articles the page only names."""
    other = "/n2/2024/0511/c166192-40849999"
    tags = '<meta name="contentid" content="L_40840001">'
    reading = read(f'{pager(1, 2)}<a id="next" href="{other}-2.html">下一页</a>{arrow(1, "prev")}', tags=tags)
    assert (reading.page, reading.article.id) == (2, "people:L_40840001")
    assert reading.parts == (f"http://sd.people.com.cn{STEM}.html",)
    reading = read(f'<div class="zdfy">{link(2, "甲", STEM)}{link(2, "乙", other)}</div>')
    assert (reading.article.url, reading.parts, reading.numbered) == ("", (), False)
    reading = read(link(2, "见另一篇"))
    assert (reading.article.url, reading.parts, reading.numbered) == ("", (), False)


@pytest.mark.parametrize(
    ("hrefs", "pages"),
    [
        (("x.html", "x-2.html", "x-3.html"), 3),
        (("./x.html", "./x-2.html"), 2),
        (("x.html", "y-2.html"), 1),
        (("a.html", "a.html"), 1),
    ],
)
def test_page_numbers_may_lead_to_files_saved_beside_the_page(hrefs: tuple[str, ...], pages: int) -> None:
    """As a browser that saves rewrites them; those of several names tell nothing."""
    numbers = "".join(f'<a href="{href}">{at}</a>' for at, href in enumerate(hrefs, 1))
    tags = "".join(
        f'<meta name="{name}" content="{content}">'
        for name, content in (("contentid", "L_40840001"), ("catalogs", "L_166192"), ("publishdate", "2024-05-10"))
    )
    reading = read(f'<div class="zdfy">{numbers}</div>', tags=tags)
    assert (len(reading.parts), reading.numbered) == (pages - 1, False)


@pytest.mark.parametrize(
    "comment", ["<!-- saved from url=(0062){} -->", "<!--\n Page saved with SingleFile \n url: {} \n saved date: x -->"]
)
def test_the_address_a_browser_left_counts_as_the_pages_own(comment: str) -> None:
    """Which is the whole address, with the number of the page; further down anybody may have written it."""
    told = f"http://sd.people.com.cn{STEM}-2.html"
    reading = read(pager(1, 2) + arrow(2, "next"), tags=comment.format(told))
    assert (reading.page, reading.article.urls, reading.numbered) == (2, (told,), True)
    assert read("x" * 5000 + comment.format(told)).article.url == ""


def test_without_any_host_the_pages_of_an_article_are_still_known() -> None:
    """Its address is not told then."""
    reading = read(pager(1, 2) + arrow(1, "prev"), home="http://elsewhere.example/")
    assert (reading.page, len(reading.parts), reading.article.url) == (2, 1, "")
    assert reading.article.id == "people:L_40840001"


def test_pages_that_tell_nothing_have_an_id_each() -> None:
    """They were one article under the id of no address."""
    one, other = read("<p>甲</p>"), read("<p>乙</p>")
    assert one.article.url == other.article.url == ""
    assert one.article.id != other.article.id == read("<p>乙</p>").article.id


def test_pictures_have_their_address_where_the_host_alone_is_told() -> None:
    """Without one they were no pictures, and their captions body."""
    told = SITE.example(generation="A", picture_forms=("captioned",)).truth
    reading = extract(page(SITE.example(generation="A", picture_forms=("captioned",)).body, ""), HOSTS)
    assert isinstance(reading, PageReading)
    assert (reading.article.url, reading.article.body) == ("", told["body"])
    assert [image.url for image in reading.article.images] == [image["url"] for image in told["images"]]


def test_an_address_that_is_none_spoils_nothing() -> None:
    """Wherever a page prints it."""
    for tags in ("<!-- saved from url=(0010)http://[x/n2/ -->", '<script>var href = "http://[x/1.html"</script>'):
        reading = read(
            pager(1, 2) + arrow(1, "prev") + '<div class="page_n"><a href="http://[x">3</a></div>', tags=tags
        )
        assert (reading.page, reading.article.id) == (2, "people:L_40840001")


def test_a_known_host_of_another_domain_is_told_by_the_breadcrumb() -> None:
    """雄安 is not below people.com.cn."""
    known = {**HOSTS, "www.rmxiongan.com": Host(channel="xiongan", channel_name="雄安频道", regional=True)}
    html = (
        f"<html><head><title>春耕</title></head><body>{CRUMBS.format('http://www.rmxiongan.com/')}<h1>春耕</h1>"
        f"<p>2024年05月10日08:00 来源：甲</p><div>{TEXT}{pager(1, 2)}</div></body></html>"
    )
    reading = extract(page(html, ""), known)
    assert isinstance(reading, PageReading)
    assert (reading.article.channel, reading.article.url) == ("xiongan", f"http://www.rmxiongan.com{STEM}.html")


@pytest.mark.parametrize("layout", list(Layout))
def test_every_layout_tells_article_and_number_or_says_that_it_does_not(layout: Layout) -> None:
    """Only a first page, whose layout draws no arrow, leaves its number open."""
    kind = "gallery" if layout in (Layout.PIC, Layout.PICG) else "article"
    example = SITE.example(generation=str(layout), kind=kind, pages=3, n=3)
    assert len(example.pages) == 3
    for number, (url, answer) in enumerate(example.pages, 1):
        reading = extract(page(answer.body, ""), HOSTS)
        assert isinstance(reading, PageReading)
        assert reading.article.id == example.truth["id"]
        assert (reading.article.url, reading.article.urls) == (example.url, (url,))
        assert reading.page == number
        assert reading.numbered or number == 1
