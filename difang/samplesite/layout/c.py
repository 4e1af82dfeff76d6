"""Layouts C (2021–, js 2022 and finance 2024 are examples) and C′ (2025–: #newstime, #rm_txt_zw)."""

from __future__ import annotations

from difang.samplesite.layout import parts
from difang.samplesite.layout.parts import Printed, esc
from difang.samplesite.piece import Piece
from difang.samplesite.plan import Layout
from difang.samplesite.surroundings import surroundings

_QR = (
    '<style type="text/css">\n.tjewm{width:100%;text-align:center;margin:30px auto;display:none;}\n</style>\n'
    '<div class="tjewm cf"><span><img src="/NMediaFile/2022/0801/LOCAL202208010936.jpg" width="248" height="248" '
    'border="0" alt="关注公众号：样刊">关注公众号：样刊</span>\n</div>\n'
)
_SHARE = (
    '\t\t\t\t<p class="paper_num"><em class="section-common-share-wrap">分享让更多人看到 '
    '<i class="btn_share_common"><img src="/img/2020wbc/imgs/share.png" alt=""></i> </em></p>\n'
)
_RELATED = '<div class="rm_relevant cf box_news">\n<h5><span></span>相关新闻</h5>\n<ul>{}</ul>\n</div>\n'
_DOWNLOADS = (
    '\t\t\t<div class="rm_relevant rm_download cf">\n\t\t\t\t<h5><span></span>客户端下载</h5>\n\t\t\t\t<ul>\n'
    + "".join(
        f'\t\t\t\t\t<li><a href="http://www.people.com.cn/GB/123231/{k}/index.html" target="_blank">'
        f'<img src="/img/2020wbc/imgs/icon_download_{k}.png" width="70" height="70" alt="">下载{k}</a></li>\n'
        for k in range(7)
    )
    + "\t\t\t\t</ul>\n\t\t\t</div>\n"
)


def printed(piece: Piece, page: int) -> Printed:
    """One page in layout C or C′."""
    around = surroundings(piece.channel, "rm", piece.published.year)
    return [
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n'
        f'<meta http-equiv="content-type" content="text/html;charset={parts.charset(piece)}"/>\n'
        '<meta http-equiv="Content-Language" content="utf-8" />\n<meta content="all" name="robots" />\n',
        parts.title_tag(piece, page, trail=piece.variants.trail),
        '<meta name="renderer" content="webkit" />\n<meta http-equiv="X-UA-Compatible" content="IE=Edge" />\n',
        parts.meta_tags(piece),
        around.head,
        '</head>\n<body>\n<img src="http://www.people.com.cn/img/logo_share_ap.jpg" width="200" height="200" class="hide share-img" />\n',
        around.top,
        '\t<!--路径-->\n\t<div class="layout route cf" id="rwb_navpath">\n\t\t',
        parts.breadcrumb(piece),
        '\n\t</div>\n\t<!--内容-->\n\t<div class="layout rm_txt cf">\n\t\t<div class="col col-1">\n',
        _heading(piece),
        _container(piece, page),
        _after(piece),
        '\t\t</div>\n\t\t<div class="col col-2 fr">\n',
        around.side,
        "\t\t</div>\n\t</div>\n",
        around.foot,
        f'<img src="http://counter.people.cn:8000/f.gif?id={piece.number}" width=0 height=0 style="display:none;">\n</body>\n</html>',
    ]


def _heading(piece: Piece) -> str:
    when = f"{parts.clock(piece)}"
    if piece.layout is Layout.C_PRIME:
        when = f'<b id="newstime">{when}</b>'
    source = parts.source_html(piece)
    empty = "\t\t\t<h1></h1>\n" if piece.variants.empty_heading else ""
    return (
        f'\t\t\t<h3 class="pre">{esc(piece.pre_title or "")}</h3>\n{empty}'
        f'\t\t\t<h1 id="newstit">{parts.title_html(piece)}</h1>\n'
        f'\t\t\t<h4 class="sub">{esc(piece.subtitle or "")}</h4>\n'
        f'\t\t\t<div class="author cf">{esc(piece.byline or "")}</div>\n'
        f'\t\t\t<div class="channel cf">\n\t\t\t\t<div class="col-1-1">\n\t\t\t\t\t{when} | {source}\n\t\t\t\t</div>\n'
        '\t\t\t\t<div class="col-1-2 fr">\n\t\t\t\t\t<span class="rm_type"><img src="/img/2020wbc/imgs/icon_type.png" alt="">'
        "<i>小字号</i></span>\n\t\t\t\t</div>\n\t\t\t</div>\n"
    )


def _container(piece: Piece, page: int) -> str:
    v = piece.variants
    inner = (
        f'\t\t\t\t<div class="bza"><span></span><p></p></div>\n            \t<div class="box_pic">{parts.player(piece)}</div>\n'
        f"{_hidden_title(piece)}{parts.blocks_html(piece, piece.pages[page - 1])}"
        f"{parts.paper_line(piece, page)}{parts.last_line(piece, page)}"
    )
    if piece.layout is Layout.C_PRIME:
        inner = f'<div id="rm_txt_zw">\n{inner}</div>\n'
    block = "" if v.editors == "absent" else f'                <div class="edit cf">{parts.editor_text(piece)}</div>\n'
    inside, outside = ("", block) if v.editors_at == "outside" else (block, "")
    return (
        f'\t\t\t<div class="rm_txt_con cf">\n{inner}{parts.pager(piece, page)}                <div class="box_pic"></div>\n'
        f"{inside}{_QR if v.qr else ''}{_SHARE if v.share else ''}{parts.related_inside(piece, _RELATED)}"
        f"\t\t\t</div>\n{outside}"
    )


def _hidden_title(piece: Piece) -> str:
    if piece.variants.otitle == "absent":
        return ""
    text = f"原标题：{esc(piece.original_title)}" if piece.original_title else ""
    return f'\t\t\t\t<div class="otitle">{text}</div>\n'


def _after(piece: Piece) -> str:
    related = _RELATED.format(parts.related_items(piece)) if piece.variants.related == "after" else ""
    return (
        f"<style>\n.rm_txt_con div.otitle {{ display: none;}}\n</style>\n{parts.topic_list(piece)}{related}{_DOWNLOADS}"
    )
