"""The same made-up article in each layout of the site."""

# ruff: noqa: E501 - pages are easier to read unbroken

from __future__ import annotations

from difang.ingest.extract import extract
from difang.ingest.extract.result import PageReading
from tests.unit.extract.pages import HOSTS, URL, page

CRUMBS = (
    '<a href="http://www.people.com.cn/" class="clink">人民网</a>&gt;&gt;'
    '<a href="http://sd.people.com.cn/" class="clink">山东频道</a>&gt;&gt;<a href="/GB/1/" class="clink">要闻</a>'
)


FIRST = "人民网济南5月9日电 （记者钱伟）鹿台乡今年种下三千亩谷子，长势好于去年。"


SECOND = "乡里说，秋后还要再添两台烘干机，让新粮早些入库。"


EDITORS = "(责编：王芳、李强)"


def layout_c(
    inner: str, *, editors: str = f'<div class="edit cf">{EDITORS}</div>', when: str = "2024年05月10日06:58"
) -> str:
    return (
        f"<html><head><title>谷子长势好</title></head><body><div id='rwb_navpath'>{CRUMBS}</div>"
        '<div class="layout rm_txt cf"><h3 class="pre">夏田见闻</h3><h1></h1><h1 id="newstit">谷子长势好</h1><h4 class="sub"></h4>'
        f'<div class="author cf"></div><div class="channel cf"><div class="col-1-1">{when} | 来源：'
        '<a href="http://paper.example/1.html">鹿台日报</a></div></div>'
        f'<div class="rm_txt_con cf"><div class="bza"><span></span><p></p></div>{inner}{editors}'
        '<p class="paper_num"><em>分享让更多人看到 <i></i></em></p></div></div></body></html>'
    )


LAYOUTS = {
    "A": (
        f'<html><body><div class="left_c_c"><p class="p1"></p><p class="p1">&nbsp;夏田见闻</p><h1><DIV id="p_title">谷子长势好</div></h1>'
        '<h2>&nbsp;</h2><p class="p1"><span id="p_publishtime">2024年05月10日06:58</span>&nbsp;<span id="p_origin">来源：'
        f'<a href="http://paper.example/1.html">鹿台日报</a></span></p><font id="zoom"><div id="p_content"><P>　　{FIRST}</P>'
        f"<P>　　{SECOND}</P><br><img src='/mediafile/200901/12/P1.jpg'><br>　　<b><a href='/GB/1/2.html'>别的新闻一条</a></b>"
        f'</div></font><DIV id="p_editor">（责任编辑：王芳、李强）</div></div><div id="p_navigator">{CRUMBS}</div></body></html>'
    ),
    "A′": (
        f'<html><body><div class="path">{CRUMBS}</div><div class="text_c"><h3 class="pre">夏田见闻</h3><h1 id="p_title">谷子长势好</h1>'
        '<p class="sou">2024年05月10日06:58&nbsp;&nbsp;来源：<a href="http://paper.example/1.html">鹿台日报</a>&nbsp;'
        f'<a href="#">手机看新闻</a></p><div class="show_text"><p>{FIRST}</p><p>{SECOND}</p></div><div id="p_editor">{EDITORS}</div>'
        "</div></body></html>"
    ),
    "B": (
        f'<html><body><span id="rwb_navpath">{CRUMBS}</span><div class="clearfix text_title"><h3 class="pre">夏田见闻</h3><h1>谷子长势好</h1>'
        '<div class="box01"><div class="fl">2024年05月10日06:58&nbsp;&nbsp;来源：<a href="http://paper.example/1.html">鹿台日报</a></div>'
        f'</div></div><div class="box_con" id="rwb_zw"><p>　　{FIRST}</p><p>　　{SECOND}</p><div class="zdfy clearfix"></div>'
        f'<div class="edit clearfix">{EDITORS}</div></div></body></html>'
    ),
    "C": layout_c(f"<p>　　{FIRST}</p><p>　　{SECOND}</p>"),
    "C′": layout_c(
        f'<div id="rm_txt_zw"><p>{FIRST}</p><p>{SECOND}</p></div>', when='<b id="newstime">2024年05月10日06:58</b>'
    ),
    "health": (
        f'<html><body><div class="path">{CRUMBS}</div><div class="articleCont"><h3 class="pre">夏田见闻</h3><div class="title">'
        '<h2>谷子长势好</h2></div><div class="artOri">2024年05月10日06:58 来源：<a href="http://paper.example/1.html">鹿台日报</a></div>'
        f'<div class="artDet"><p>{FIRST}</p><p>{SECOND}</p></div><div class="editor">{EDITORS}</div></div></body></html>'
    ),
}


def read(html: str, url: str = URL) -> PageReading:
    reading = extract(page(html, url), HOSTS)
    assert isinstance(reading, PageReading), reading
    return reading
