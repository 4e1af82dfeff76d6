"""The head of an article inside its body's container, and a headline repeated there."""

# ruff: noqa: E501 - pages are easier to read unbroken

from __future__ import annotations

import pytest

from difang.ingest.extract import explain
from tests.unit.extract.layouts import CRUMBS, EDITORS, FIRST, LAYOUTS, SECOND, layout_c, read
from tests.unit.extract.pages import HOSTS, page

TITLE = "谷子长势好"
TIME = '<p>2024年05月10日06:58 来源：<a href="http://paper.example/1.html">鹿台日报</a></p>'
TEXT = f"<p>{FIRST}</p><p>{SECOND}</p>"
BODY = f"{FIRST}\n{SECOND}"
HEADS = {
    "in sequence": f"<h1>{TITLE}</h1>{TIME}",
    "in a part of its own": f"<header><h1>{TITLE}</h1><div>{TIME}</div></header>",
    "below the breadcrumb": f"<div>{CRUMBS}</div><h1>{TITLE}</h1>{TIME}",
    "headline as h2": f"<h2>{TITLE}</h2>{TIME}",
    "headline as a block": f'<div class="t">{TITLE}</div>{TIME}',
    "headline broken": f"<h1>谷子<br>长势好</h1>{TIME}",
    "headline in wide letters": f"<h1>{TITLE}</h1>{TIME}",
    "with buttons": f"<h1>{TITLE}</h1>{TIME}<p>【字号 <a href='#'>大</a> <a href='#'>中</a> <a href='#'>小</a>】【打印】</p>",
    "with seconds": f"<h1>{TITLE}</h1>{TIME.replace('06:58', '06:58:00')}",
    "time as bare text": f"<h1>{TITLE}</h1>{TIME[3:-4]}<br>",
    "in cells": f"<table><tr><td><h1>{TITLE}</h1></td></tr><tr><td>{TIME[3:-4]}</td></tr></table>",
    "navigation above": f"<ul><li><a href='/a'>首页</a></li><li><a href='/b'>要闻</a></li></ul><h1>{TITLE}</h1>{TIME}",
    "headline twice": f"<h1>{TITLE}</h1>{TIME}<p><b>{TITLE}</b></p>",
    "source first": f"<h1>{TITLE}</h1><p>来源：<a href='http://paper.example/1.html'>鹿台日报</a> 2024年05月10日06:58</p>",
    "source on a line of its own": (
        f"<h1>{TITLE}</h1><p>2024年05月10日06:58</p><p>来源：<a href='http://paper.example/1.html'>鹿台日报</a></p>"
    ),
}
CONTAINERS = ("<article>%s</article>", '<div class="zz">%s</div>', "%s", '<div><div class="x">%s</div></div>')
KNOWN = ("gray box_text", "w1000 txtCon", "content clear clearfix", "rm_txt_con", "artDet")


def page_with(inner: str, container: str = '<div class="zz">%s</div>', *, title: str = TITLE) -> str:
    return f"<html><head><title>{title}--山东频道--人民网</title></head><body>{container % inner}</body></html>"


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("head", HEADS)
def test_a_head_in_an_unknown_container_is_read_and_no_body(head: str, container: str) -> None:
    """Whatever holds them both."""
    article = read(page_with(f"{HEADS[head]}{TEXT}<p>{EDITORS}</p>", container)).article
    assert (article.template, article.body, article.editors) == ("generic", BODY, ("王芳", "李强"))
    assert "".join(article.title.split()) == TITLE
    assert article.published_at == "2024-05-10T06:58:00+08:00"
    assert (article.source, article.source_url) == ("鹿台日报", "http://paper.example/1.html")


@pytest.mark.parametrize("names", KNOWN)
def test_a_head_in_a_known_container_is_no_body(names: str) -> None:
    """Where the container's layout is known by its name."""
    inner = f"<h3>夏田见闻</h3><h1>{TITLE}</h1><h4>秋后再添两台</h4><p>本报记者 王乐文 方 敏</p>{TIME}{TEXT}{EDITORS}"
    article = read(page_with(inner, f'<div class="{names}">%s</div>')).article
    assert article.template != "generic"
    assert (article.title, article.pre_title, article.subtitle) == (TITLE, "夏田见闻", "秋后再添两台")
    assert (article.byline, article.reporters) == ("本报记者 王乐文 方 敏", ("王乐文", "方敏", "钱伟"))
    assert (article.published_at, article.source) == ("2024-05-10T06:58:00+08:00", "鹿台日报")
    assert article.body == BODY


def test_a_headline_and_what_is_named_beside_it_are_read_in_the_container() -> None:
    """h3.pre and h4.sub, without a time below them."""
    inner = f"<h3 class='pre'>夏田见闻</h3><h1 id='newstit'>{TITLE}</h1><h4 class='sub'>秋后再添两台</h4>{TEXT}"
    html = layout_c(inner).replace('<h3 class="pre">夏田见闻</h3><h1></h1><h1 id="newstit">谷子长势好</h1>', "")
    article = read(html).article
    assert (article.title, article.pre_title, article.subtitle) == (TITLE, "夏田见闻", "秋后再添两台")
    assert article.body == BODY


@pytest.mark.parametrize("byline", ["本报记者 王乐文 方 敏", "作者：王乐文"])
@pytest.mark.parametrize("outside", ["", f"<h1>{TITLE}</h1>"])
def test_an_author_line_below_the_head_in_the_container_is_the_byline(outside: str, byline: str) -> None:
    """Below the time, whether the headline stands in the container or above it."""
    inside = "" if outside else f"<h1>{TITLE}</h1>"
    article = read(page_with(f"{inside}{TIME}<p>{byline}</p>{TEXT}", f"{outside}<div>%s</div>")).article
    assert (article.byline, article.body) == (byline, BODY)


def test_an_author_behind_the_source_in_the_container_is_the_byline() -> None:
    """In the line of the time."""
    html = page_with(f"<h1>{TITLE}</h1>{TIME.replace('</p>', ' 记者：王乐文 责任编辑：王芳</p>')}{TEXT}")
    article = read(html).article
    assert (article.byline, article.reporters, article.editors) == ("记者：王乐文", ("王乐文", "钱伟"), ("王芳",))
    assert (article.source, article.body) == ("鹿台日报", BODY)


def test_an_editor_line_in_the_head_is_read() -> None:
    """Behind the source, and on a line of its own."""
    for editors in (" 责任编辑：王芳</p>", f"</p><p>{EDITORS}</p>"):
        html = page_with(f"<h1>{TITLE}</h1>{TIME.replace('</p>', editors)}{TEXT}")
        article = read(html).article
        assert (article.editors[:1], article.body) == (("王芳",), BODY)
        assert any(trace.field == "editors" and "王芳" in trace.text for trace in explain(page(html), HOSTS)[1])


REPEATED = (
    f"<p style='text-align:center'><strong>{TITLE}</strong></p>",
    f"<p>　　{TITLE}</p>",
    f"<h2>{TITLE}</h2>",
    f"<h1>{TITLE}</h1>",
    "<p>谷 子<br>长势好</p>",
)


@pytest.mark.parametrize("repeated", REPEATED)
@pytest.mark.parametrize("name", LAYOUTS)
def test_a_headline_repeated_as_the_first_line_is_no_body(name: str, repeated: str) -> None:
    """In a paragraph or heading of its own, spaces aside."""
    html = LAYOUTS[name].replace("<p>", "<P>").replace(FIRST, f"</p>{repeated}<p>{FIRST}")
    assert read(html).article.body == BODY


def test_width_of_letters_is_no_difference() -> None:
    """Full-width digits and brackets in the headline."""
    html = layout_c(f"<p>GDP增长5%（图）</p>{TEXT}").replace(TITLE, "ＧＤＰ增长５％(图)")
    assert read(html).article.body == BODY


TEXTS = (
    ("<p>谷子</p>", "谷子"),
    ("<p>谷子长势好，农民笑。</p>", "谷子长势好，农民笑。"),
    ("<p>谷子长势很好</p>", "谷子长势很好"),
    ("<h2>一、产量</h2>", "一、产量"),
    ("<p>2024年5月10日</p>", "2024年5月10日"),
    ("<p>2023年05月10日06:58 来源：别报</p>", "2023年05月10日06:58 来源：别报"),
    ("<p>本报记者 王乐文</p>", "本报记者 王乐文"),
    ("<p>□ 本报记者 王乐文</p>", "□ 本报记者 王乐文"),
    ("<p>来源：江苏省统计局</p>", "来源：江苏省统计局"),
    ("<p>人民网舆情数据中心</p>", "人民网舆情数据中心"),
    ("<p>编者按</p><p>谷子长势好</p>", "编者按\n谷子长势好"),
)


@pytest.mark.parametrize(("inner", "kept"), TEXTS)
def test_a_first_line_that_is_not_the_head_stays(inner: str, kept: str) -> None:
    """A part of the headline, what is only like it, a subhead, another day."""
    for html in (layout_c(f"{inner}{TEXT}"), page_with(f"{inner}{TEXT}", f"<h1>{TITLE}</h1>{TIME}<div>%s</div>")):
        assert read(html).article.body == f"{kept}\n{BODY}"


def test_a_subhead_below_the_head_in_the_container_stays() -> None:
    """The first line below the time that is no credit is text."""
    article = read(page_with(f"<h1>{TITLE}</h1>{TIME}<h2>一、产量</h2>{TEXT}<h2>{TITLE}</h2><p>{SECOND}</p>")).article
    assert article.body == f"一、产量\n{BODY}\n{TITLE}\n{SECOND}"
    assert article.subtitle is None


def test_a_headline_that_is_all_the_text_stays() -> None:
    """As below a video."""
    assert read(layout_c(f"<p>{TITLE}</p>")).article.body == TITLE


def test_images_above_the_headline_in_the_container_stay_images() -> None:
    """What the head's lines hold of images is not lost."""
    html = page_with(f"<p><img src='/a.jpg'></p><h1>{TITLE}</h1>{TIME}{TEXT}")
    assert [image.url for image in read(html).article.images] == ["http://sd.people.com.cn/a.jpg"]


@pytest.mark.parametrize(
    "author", ['<div class="author">本报记者 王乐文 方敏</div>', "<div>本报记者 王乐文 方敏</div>"]
)
def test_an_author_line_above_an_unknown_container_is_read(author: str) -> None:
    """By its usual name, and by its form between headline and body."""
    html = page_with(TEXT, f"<div><h3>夏田见闻</h3><h1>{TITLE}</h1><h4>副题</h4>{author}{TIME}</div><div>%s</div>")
    article = read(html).article
    assert (article.byline, article.reporters) == ("本报记者 王乐文 方敏", ("王乐文", "方敏", "钱伟"))
    assert (article.pre_title, article.subtitle, article.body) == ("夏田见闻", "副题", BODY)


def test_a_time_behind_the_breadcrumb_is_read() -> None:
    """As pages before 2009 print it in the breadcrumb's cell; the day behind another article's link is none."""
    crumbs = '<td><a href="http://www.people.com.cn/">人民网</a> &gt;&gt; <a href="http://sd.people.com.cn/">山东视窗</a> 2005年05月06日14:23</td>'
    other = "<ul><li><a href='/GB/1/2/3.html'>别的新闻</a> 2005-05-05 10:00</li></ul>"
    html = page_with(TEXT, f"{other}<table><tr>{crumbs}</tr></table><h1>{TITLE}</h1><div>%s</div>")
    article = read(html, "http://sd.people.com.cn/GB/1/2/3371234.html").article
    assert (article.published_at, article.sections) == ("2005-05-06T14:23:00+08:00", ("山东视窗",))
