"""Each layout on a small made-up page, and what a page says of itself beside its body."""

# ruff: noqa: E501 - pages are easier to read unbroken

from __future__ import annotations

import re

import pytest

from difang.ingest.article import Kind
from difang.ingest.extract import extract
from difang.ingest.extract.result import NoArticle
from difang.ingest.outcome import Outcome
from tests.unit.extract.layouts import CRUMBS, EDITORS, FIRST, LAYOUTS, SECOND, layout_c, read
from tests.unit.extract.pages import HOSTS, URL, page


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_field_of_a_layout(name: str) -> None:
    """The same article in each layout gives the same record."""
    article = read(LAYOUTS[name]).article
    assert article.template == name
    assert (article.title, article.pre_title, article.subtitle) == ("谷子长势好", "夏田见闻", None)
    assert article.published_at == "2024-05-10T06:58:00+08:00"
    assert (article.source, article.source_url) == ("鹿台日报", "http://paper.example/1.html")
    assert article.editors == ("王芳", "李强")
    assert article.reporters == ("钱伟",)
    assert article.sections == ("山东频道", "要闻")
    assert article.body == f"{FIRST}\n{SECOND}"
    assert article.images == ()
    assert article.warnings == ()
    assert (article.id, article.channel, article.channel_name) == ("people:L_40840001", "sd", "山东频道")


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_source_without_a_link_is_named_without_what_follows_it(name: str) -> None:
    """原创稿, a link to something else."""
    html = LAYOUTS[name].replace('<a href="http://paper.example/1.html">鹿台日报</a>', "鹿台日报 原创稿")
    article = read(html).article
    assert (article.source, article.source_url) == ("鹿台日报", None)


@pytest.mark.parametrize("name", LAYOUTS)
def test_gb18030_gives_the_same_record(name: str) -> None:
    """Whatever the page declares."""
    assert extract(page(LAYOUTS[name].encode("gb18030")), HOSTS) == extract(page(LAYOUTS[name]), HOSTS)


@pytest.mark.parametrize(
    ("printed", "source"),
    [
        ("齐鲁晚报|齐鲁壹点", "齐鲁晚报|齐鲁壹点"),
        ("打印机行业网", "打印机行业网"),
        ("未来网 | 字号", "未来网"),
        ("未来网 打印", "未来网"),
    ],
)
def test_a_source_is_read_whole(printed: str, source: str) -> None:
    """Without what else stands in its line."""
    html = layout_c(f"<p>{FIRST}</p>").replace('<a href="http://paper.example/1.html">鹿台日报</a>', printed)
    assert read(html).article.source == source


@pytest.mark.parametrize("when", ["2024年05月32日06:58", "2024年05月10日26:58"])
def test_a_time_that_does_not_exist_is_told_and_the_day_read_elsewhere(when: str) -> None:
    """Here in the address; a page that tells no day at all is set aside."""
    html = layout_c(f"<p>{FIRST}</p>", when=when)
    article = read(html).article
    assert article.published_at == "2024-05-10T00:00:00+08:00"
    assert article.warnings == (f"time_unread:{when}", "no_minute")
    nowhere = extract(page(html, "http://sd.people.com.cn/GB/166192/40840001.html"), HOSTS)
    assert isinstance(nowhere, NoArticle)
    assert (nowhere.outcome, "no date that exists" in nowhere.reason) == (Outcome.SET_ASIDE, True)


def test_an_unknown_layout_is_read_by_form_alone() -> None:
    """No class name is known."""
    html = (
        f"<html><head><title>谷子长势好--山东频道--人民网 </title></head><body><p>{CRUMBS.replace('clink', 'x1')}</p><div><h1>谷子长势好</h1>"
        f"<div>2024年05月10日06:58 来源：<a href='/s'>鹿台日报</a></div><div class='x2'><p>{FIRST}</p><p>{SECOND}</p></div><p>{EDITORS}</p></div>"
        "<ul>" + "<li><a href='/x'>另一条新闻的标题在这里</a></li>" * 20 + "</ul></body></html>"
    )
    article = read(html).article
    assert article.template == "generic"
    assert article.body == f"{FIRST}\n{SECOND}"
    assert (article.title, article.source, article.editors) == ("谷子长势好", "鹿台日报", ("王芳", "李强"))
    assert article.published_at == "2024-05-10T06:58:00+08:00"
    assert article.sections == ("山东频道", "要闻")


@pytest.mark.parametrize(
    ("url", "content_id", "expected"),
    [
        (URL, "L_40840002", "people:L_40840002"),
        (URL, "40223222", "people:40223222"),
        (URL, "", "people:L_40840001"),
        ("http://culture.people.com.cn/n1/2024/0510/c1013-40223222.html", "", "people:40223222"),
        ("http://culture.people.com.cn/n1/2024/0510/c1013-40223222-3.html", "", "people:40223222"),
        ("http://sd.people.com.cn/BIG5/n2/2024/0510/c166192-40840001.html", "", "people:L_40840001"),
    ],
)
def test_the_id_is_as_the_page_prints_it_else_of_the_address(url: str, content_id: str, expected: str) -> None:
    """The two number spaces overlap, so L_ matters."""
    html = layout_c(f"<p>{FIRST}</p>").replace("<head>", f'<head><meta name="contentid" content="{content_id}">')
    assert read(html, url).article.id == expected


@pytest.mark.parametrize(
    "box",
    [
        '<div class="fl"><div class="box_con"><p>推荐：旁边的方框里是另一件事，与这篇文章没有关系，只是推荐。</p></div></div>',
        '<div id="rwb_zw"></div>',
        '<div class="text_c"><div class="show_text"></div></div>',
        '<div id="p_content"></div>',
    ],
)
def test_a_box_of_another_layout_beside_the_article_is_not_its_body(box: str) -> None:
    """Before it or behind it; the layout whose headline is there reads the page."""
    whole = LAYOUTS["C"]
    expected = extract(page(whole), HOSTS)
    for html in (
        whole.replace("<div id='rwb_navpath'>", box + "<div id='rwb_navpath'>"),
        whole.replace("</body>", box + "</body>"),
    ):
        assert html != whole
        assert extract(page(html), HOSTS) == expected


def test_a_mirror_page_is_the_article_under_its_canonical_address() -> None:
    """Seen at the mirror's address, in traditional characters."""
    url = "http://sd.people.com.cn/BIG5/n2/2024/0510/c166192-40840001.html"
    article = read(
        layout_c("<p>穀子長勢好於去年，秋後還要再添兩台烘乾機。</p>", editors="<p>(責編：王芳、李強)</p>"), url
    ).article
    assert article.url == URL
    assert article.urls == (url,)
    assert article.editors == ("王芳", "李強")
    assert article.body == "穀子長勢好於去年，秋後還要再添兩台烘乾機。"


def test_an_unknown_central_host_gives_its_first_label() -> None:
    """Such addresses can be crawled one by one."""
    article = read(LAYOUTS["B"], "http://politics.people.com.cn/n1/2019/0615/c1001-31153719.html").article
    assert (article.channel, article.channel_name) == ("politics", "politics")


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("谷子--又是丰年--山东频道--人民网 ", "谷子--又是丰年"),
        ("谷子｜丰年--山东频道--人民网", "谷子｜丰年"),
        ("谷子长势好", "谷子长势好"),
        ("谷子长势好--人民网", "谷子长势好"),
    ],
)
def test_a_title_element_loses_the_sites_trail_alone(title: str, shown: str) -> None:
    """`--` occurs in real titles."""
    html = layout_c(f"<p>{FIRST}</p>").replace('<h1 id="newstit">谷子长势好</h1>', "")
    assert read(html.replace("<title>谷子长势好</title>", f"<title>{title}</title>")).article.title == shown


def test_a_series_of_pictures_never_follows_its_last_next() -> None:
    """It leads to another article; the numbered pages are its own."""
    html = (
        '<html><body><h1>谷场一日</h1><div class="pic_data">2024年05月10日06:58 来源：鹿台日报</div><div class="pic">'
        '<p align="center"><img src="/NMediaFile/2024/0510/LOCAL1.jpg"></p><p align="center">图为谷场。</p></div>'
        '<div class="page_n"><a href="/n2/2024/0510/c166192-40840001-2.html">2</a>'
        '<a id="next" href="javascript:showAd(\'http://sd.people.com.cn/n2/2024/0509/c166192-40830000.html\')">下一页</a></div></body></html>'
    )
    reading = read(html)
    assert reading.article.kind is Kind.GALLERY
    assert reading.parts == ("http://sd.people.com.cn/n2/2024/0510/c166192-40840001-2.html",)
    assert reading.article.images[0].caption == "图为谷场。"


def test_layout_a_prime_is_known_by_its_text_alone() -> None:
    """Some of its headlines have no id; an own container of another name is none."""
    html = (
        LAYOUTS["A′"]
        .replace('<h1 id="p_title">', "<h1>")
        .replace('<p class="sou">', '<p class="author">本报记者 王方</p><p class="sou">')
    )
    article = read(html).article
    assert (article.template, article.pre_title, article.byline) == ("A′", "夏田见闻", "本报记者 王方")
    assert (article.reporters, article.body) == (("王方", "钱伟"), f"{FIRST}\n{SECOND}")
    assert read(html.replace("text_c", "text_d")).article.template == "generic"


@pytest.mark.parametrize("name", LAYOUTS)
@pytest.mark.parametrize("place", [rf"(<[pP]>(?:　　)?{SECOND})", r"(?<=王芳、李强[)）]</div>)()"], ids=["in", "below"])
@pytest.mark.parametrize(
    "part",
    [
        "<h2>一、今年的谷子</h2>",
        "<h4 class='sub'>一、今年的谷子</h4>",
        "<p class='author'>王五六</p>",
        "<div class='author'>王五六</div>",
        "<h3 class='pre'>一、今年的谷子</h3>",
    ],
)
def test_a_heading_or_author_line_in_or_below_the_body_is_not_the_heads(name: str, place: str, part: str) -> None:
    """Only what stands above the body is."""
    html, times = re.subn(place, rf"{part}\1", LAYOUTS[name])
    assert times == 1
    article = read(html).article
    assert (article.pre_title, article.subtitle, article.byline) == ("夏田见闻", None, None)
