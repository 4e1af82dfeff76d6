"""Layout A′ (2012–15): h1#p_title; time as #p_publishtime, p.sou or h5 > i; body #p_content or div.show_text."""

from __future__ import annotations

from difang.samplesite.layout import parts
from difang.samplesite.layout.parts import Printed, esc
from difang.samplesite.piece import Piece
from difang.samplesite.surroundings import surroundings


def printed(piece: Piece, page: int) -> Printed:
    """One page in layout A′; `sub_layout` chooses among its three forms."""
    around = surroundings(piece.channel, "old", piece.published.year)
    return [
        "<!DOCTYPE html>\n<html>\n<head>\n"
        f'<meta http-equiv="Content-Type" content="text/html; charset={parts.charset(piece)}" />\n',
        parts.title_tag(piece, page, trail=True),
        f'<meta name="description" content="{parts.title_html(piece)}" />\n',
        around.head,
        '</head>\n<body>\n<div class="path">',
        parts.breadcrumb(piece),
        '</div>\n<div class="text_c clear">\n',
        f'<h3 class="pre">{esc(piece.pre_title or "")}</h3>\n<h1 id="p_title">{parts.title_html(piece)}</h1>\n'
        f'<h4 class="sub">{esc(piece.subtitle or "")}</h4>\n<p class="author">{esc(piece.byline or "")}</p>\n',
        _time(piece),
        parts.player(piece),
        _container(piece, page),
        parts.topic_list(piece),
        "</div>\n",
        around.side,
        around.foot,
        f'<img src="http://counter.people.cn:8000/f.gif?id={piece.number}" width=0 height=0>\n</body>\n</html>\n',
    ]


def _time(piece: Piece) -> str:
    when, source = parts.clock(piece), parts.source_html(piece)
    return (
        f'<p class="time"><span id="p_publishtime">{when}</span>&nbsp;&nbsp;<span id="p_origin">{source}</span></p>\n',
        f'<p class="sou">{when}&nbsp;&nbsp;&nbsp;&nbsp;{source}</p>\n',
        f"<h5><i>{when}</i>&nbsp;&nbsp;{source}</h5>\n",
    )[piece.variants.sub_layout]


def _container(piece: Piece, page: int) -> str:
    inner = f"{parts.blocks_html(piece, piece.pages[page - 1])}{parts.last_line(piece, page)}{_inside(piece)}"
    numbers = parts.pager(piece, page) if len(piece.pages) > 1 else ""
    editor = "" if piece.variants.editors == "absent" else f'<div id="p_editor">{parts.editor_text(piece)}</div>\n'
    related = f'<div class="relate"><h2>相关新闻</h2><ul>{parts.related_items(piece)}</ul></div>\n'
    if piece.variants.related != "after":
        related = ""
    opening = '<div class="show_text">' if piece.variants.sub_layout == 2 else '<div id="p_content">'
    return f"{opening}\n{inner}{numbers}</div>\n{editor}{related}"


def _inside(piece: Piece) -> str:
    return parts.related_inside(piece, '<div class="relate"><h2>相关新闻</h2><ul>{}</ul></div>\n')
