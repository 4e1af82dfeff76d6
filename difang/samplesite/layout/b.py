"""Layout B (2016–20; culture 2019 is an example): text_title, box01, box_con#rwb_zw with the editor block inside."""

from __future__ import annotations

from difang.samplesite.layout import parts
from difang.samplesite.layout.parts import Printed, esc
from difang.samplesite.piece import Piece
from difang.samplesite.surroundings import surroundings

_RELATED = '<div class="clearfix box_news"><h2>相关新闻</h2>\n<ul>{}</ul></div>\n'
_SHARE = (
    '<div class="fr">\n<div class="fx"><div id="ops_share"><div class="ops_shareLayer"><span class="ops_tit">分享到：</span>'
    '<ul class="ops_icons"><li><a href="javascript:void(0)" class="icon_rmwb" title="微博"><i> </i></a></li></ul></div></div></div>\n'
    '<div class="message" id="rwb_bbstop">&nbsp;</div>\n</div>\n'
)


def printed(piece: Piece, page: int) -> Printed:
    """One page in layout B."""
    around = surroundings(piece.channel, "box", piece.published.year)
    return [
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml">\n<head>\n'
        f'<meta http-equiv="content-type" content="text/html;charset={parts.charset(piece)}"/>\n'
        '<meta http-equiv="Content-Language" content="utf-8" />\n<meta content="all" name="robots" />\n',
        parts.title_tag(piece, page, trail=True),
        parts.meta_tags(piece),
        '<meta http-equiv="X-UA-Compatible" content="IE=EmulateIE7" />\n<!-- 调用样式表 -->\n',
        around.head,
        "</head>\n<body>\n",
        around.top,
        '<!--path-->\n<div class="clearfix w1000_320 path path2 pos_re_search">\n   <div class="fl">\n   <span id="rwb_navpath">',
        parts.breadcrumb(piece),
        "</span>\n   </div>\n</div>\n<!--path end-->\n\n",
        _heading(piece),
        '<!--text_con-->\n<div class="clearfix w1000_320 text_con">\n   <!--text left-->\n   <div class="fl text_con_left">\n',
        _container(piece, page),
        _after(piece),
        "   </div>\n   <!--text left end-->\n   <!--text right-->\n",
        around.side,
        "</div>\n<!--text_con end-->\n",
        around.foot,
        f'<img src="http://counter.people.cn:8000/f.gif?id={piece.number}" width="0" height="0" style="display:none;">\n</body></html>',
    ]


def _heading(piece: Piece) -> str:
    return (
        '<!--text_title-->\n<div class="clearfix w1000_320 text_title">\n'
        f'\t<h3 class="pre">{esc(piece.pre_title or "")}</h3>\n\t<h1>{parts.title_html(piece)}</h1>\n'
        f'\t<h4 class="sub">{esc(piece.subtitle or "")}</h4>\n    <p class="author">{esc(piece.byline or "")}</p>\n'
        f'   <div class="box01">\n      <div class="fl">{parts.clock(piece)}&nbsp;&nbsp;{parts.source_html(piece)}</div>\n'
        f"      {_SHARE}   </div>\n</div>\n<!--text_title end-->\n"
    )


def _container(piece: Piece, page: int) -> str:
    v = piece.variants
    hidden = ""
    if v.otitle != "absent":
        text = f"原标题：{esc(piece.original_title)}" if piece.original_title else ""
        hidden = f'        <div class="otitle" style="display:none;">{text}</div>\n'
    block = "" if v.editors == "absent" else f'        <div class="edit clearfix">{parts.editor_text(piece)}</div>\n'
    inside, outside = ("", block) if v.editors_at == "outside" else (block, "")
    extra = '<div class="jingbian2012"><a href="http://www.people.com.cn/">精编推荐</a></div>\n' if v.qr else ""
    return (
        f'      <div class="box_con" id="rwb_zw">\n        <div class="box_pic">{parts.player(piece)}</div>\n{hidden}        '
        f"{parts.blocks_html(piece, piece.pages[page - 1])}{parts.paper_line(piece, page)}{parts.last_line(piece, page)}"
        f'{parts.pager(piece, page)}        <div class="box_pic"></div>\n{inside}{extra}'
        f"{parts.related_inside(piece, _RELATED)}      </div>\n{outside}"
    )


def _after(piece: Piece) -> str:
    related = _RELATED.format(parts.related_items(piece)) if piece.variants.related == "after" else ""
    return (
        '      <div class="box_down clearfix"><div class="fl"><span id="rwb_khd"><a href="http://www.people.com.cn/GB/123231/">'
        f'客户端下载</a></span></div></div>\n{parts.topic_list(piece)}<div id="rwb_xgxw">\n{related}</div>\n'
    )
