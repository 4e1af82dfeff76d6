"""Pages that are no articles: each ends in the right outcome, with a sentence."""

from __future__ import annotations

# ruff: noqa: E501 - pages are easier to read unbroken
import pytest

from difang.ingest.extract import extract
from difang.ingest.extract.result import NoArticle
from difang.ingest.outcome import Outcome
from difang.ingest.page import Page
from tests.unit.extract.pages import HOSTS, page

FRONT = "http://sd.people.com.cn/"
STUB = "<html><head><meta http-equiv='refresh' content='0;url=/x'></head></html>"
LINKS = "".join(f'<li><a href="/n2/2024/0510/c1-{k}00000.html">一条新闻的标题第{k}号</a></li>' for k in range(1, 40))

SUMMARIES = "".join(
    f"<div><h5><a href='/n2/2024/0510/c1-{k}00000.html'>一条新闻的标题第{k}号</a></h5>"
    "<p>新闻的摘要，说的是谷子长势好，收成好于去年。</p><em>2024年05月10日07:48</em><span>鹿台日报</span></div>"
    for k in range(1, 31)
)


@pytest.mark.parametrize(
    ("fetched", "outcome"),
    [
        (page("Not Found", status=404), Outcome.GONE),
        (page("Gone", status=410), Outcome.GONE),
        (page("<html><head><title>页面没有找到</title></head><body>页面没有找到</body></html>"), Outcome.GONE),
        (page("<html><body><div>出错啦！您访问的页面不存在</div></body></html>".encode("gb18030")), Outcome.GONE),
        (page(b""), Outcome.SET_ASIDE),
        (page(b" \n\t "), Outcome.SET_ASIDE),
        (page(b"<p>" + b"x" * (17 * 1024 * 1024)), Outcome.SET_ASIDE),
        (page("oops", status=503), Outcome.SET_ASIDE),
        (page(b"%PDF-1.7 ...", type_="application/pdf"), Outcome.NOT_AN_ARTICLE),
        (page(b"\xff\xd8\xff\xe0" + b"\0" * 100, type_="image/jpeg"), Outcome.NOT_AN_ARTICLE),
        (page(b"\x89PNG\r\n" + b"\0" * 100), Outcome.NOT_AN_ARTICLE),
        (page('{"a": 1}', type_="application/json"), Outcome.NOT_AN_ARTICLE),
        (page("just words", type_="text/plain"), Outcome.NOT_AN_ARTICLE),
        (page("<?xml version='1.0'?><rss><title>新闻</title></rss>", type_="text/xml"), Outcome.NOT_AN_ARTICLE),
        (
            page("<html><head><meta http-equiv='refresh' content='0;url=/x'></head></html>", FRONT),
            Outcome.NOT_AN_ARTICLE,
        ),
        (page(f"<html><body><ul>{LINKS}</ul></body></html>", FRONT), Outcome.NOT_AN_ARTICLE),
        (page(f"<html><body><h1>要闻</h1><div>{SUMMARIES}</div></body></html>"), Outcome.NOT_AN_ARTICLE),
        (page(f"<html><body><h1>要闻</h1><div>{SUMMARIES}</div></body></html>", ""), Outcome.NOT_AN_ARTICLE),
        (page(f"<html><body><ul>{LINKS}</ul></body></html>"), Outcome.NOT_AN_ARTICLE),
        (page("<html><body></body></html>"), Outcome.NOT_AN_ARTICLE),
    ],
)
def test_the_outcome_and_a_sentence(fetched: Page, outcome: Outcome) -> None:
    """The sentence ends with a full stop and names no internals."""
    reading = extract(fetched, HOSTS)
    assert isinstance(reading, NoArticle)
    assert reading.outcome is outcome
    assert reading.url == fetched.url
    assert reading.reason.endswith(".")
    assert "Error" not in reading.reason


def test_an_article_about_error_pages_is_an_article() -> None:
    """The words of the error page may stand in a text."""
    text = "市民反映政务网站常提示“页面没有找到”，区里已经查明原因，正在修复相关栏目。" * 60
    html = (
        '<html><body><div class="rm_txt"><h1>政务网站修好了</h1><div class="col-1-1">2024年05月10日06:58</div>'
        f'<div class="rm_txt_con"><p>{text}</p></div></div></body></html>'
    )
    assert not isinstance(extract(page(html), HOSTS), NoArticle)


@pytest.mark.parametrize("heading", ["<h2>页面没有找到</h2>", "<h1>404 出错啦！</h1>"])
def test_an_error_page_among_many_links_is_gone(heading: str) -> None:
    """The site's error pages keep its navigation."""
    html = (
        f"<html><head><title>人民网</title></head><body><ul>{LINKS * 8}</ul>{heading}<p>请返回首页。</p></body></html>"
    )
    reading = extract(page(html), HOSTS)
    assert isinstance(reading, NoArticle)
    assert reading.outcome is Outcome.GONE


def test_a_headline_may_say_that_something_went_wrong() -> None:
    """In a layout nobody knows, and however short the article."""
    html = (
        "<html><head><title>取款机出错啦 店主连夜送还--山东频道--人民网</title></head><body><h1>取款机出错啦 店主连夜送还</h1>"
        "<p>2024年05月10日06:58 来源：鹿台日报</p><div class='zz'><p>店主说，多出来的钱不是自己的，要赶在天亮以前送回去。</p>"
        "<p>工作人员随后查明原因，取款机已经修好，店主收到一封感谢信。</p></div></body></html>"
    )
    assert not isinstance(extract(page(html), HOSTS), NoArticle)


BOXES = (
    "box_con",
    "rm_txt_con",
    "gray box_text",
    "w1000 txtCon",
    "content clear clearfix",
    "show_text",
    "artDet",
    "pic",
)


@pytest.mark.parametrize("box", BOXES)
@pytest.mark.parametrize("address", ["", "GB/166192/", "GB/166192/index.html", "GB/166192/index3.html"])
def test_a_listing_is_no_article_whatever_its_boxes_are_called(box: str, address: str) -> None:
    """With a description of the column, dates and a pager; an article's address is another thing."""
    html = (
        f'<html><head><title>要闻--人民网</title></head><body><h1>要闻</h1><p>2024年05月10日06:58</p><div class="{box}">'
        f"<p>这个栏目讲的是各地的新鲜事，天天都有，欢迎常来看看。</p><ul>{LINKS}</ul></div>"
        '<div class="page_n"><a href="index2.html">下一页</a></div></body></html>'
    )
    reading = extract(page(html, FRONT + address), HOSTS)
    assert isinstance(reading, NoArticle)
    assert reading.outcome is Outcome.NOT_AN_ARTICLE


def test_an_article_without_a_date_that_exists_is_set_aside() -> None:
    """For an operator to look at; the run goes on."""
    html = (
        '<html><body><div class="rm_txt"><h1>标题</h1><div class="col-1-1">2024年02月31日06:58</div>'
        '<div class="rm_txt_con"><p>一段正文，说的是日期不存在的一天。</p></div></div></body></html>'
    )
    reading = extract(page(html, "http://sd.people.com.cn/n2/2024/0231/c166192-40840001.html"), HOSTS)
    assert isinstance(reading, NoArticle)
    assert reading.outcome is Outcome.SET_ASIDE
    assert "date" in reading.reason
