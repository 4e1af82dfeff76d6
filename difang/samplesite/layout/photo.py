"""Photo series: layouts pic (div.pic, div.page_n, #next) and picG (dd#picG, div.page_c .fr).

The "next" of the last page is javascript:showAd(…), which leads to another series and is never to be followed.
"""

from __future__ import annotations

from difang.samplesite.layout import parts
from difang.samplesite.layout.parts import Printed
from difang.samplesite.piece import Piece
from difang.samplesite.plan import Layout
from difang.samplesite.surroundings import surroundings


def printed(piece: Piece, page: int) -> Printed:
    """One page of a photo series."""
    old = piece.layout is Layout.PICG
    around = surroundings(piece.channel, "old" if old else "box", piece.published.year)
    editor = "" if piece.variants.editors == "absent" else f'<div class="editor">{parts.editor_text(piece)}</div>\n'
    return [
        f'<!DOCTYPE html>\n<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html; charset={parts.charset(piece)}" />\n',
        parts.title_tag(piece, page, trail=True),
        "" if old else parts.meta_tags(piece),
        around.head,
        "</head>\n<body>\n",
        around.top,
        f'<div class="path">{parts.breadcrumb(piece)}</div>\n<h1>{parts.title_html(piece)}</h1>\n',
        _old(piece, page) if old else _new(piece, page),
        editor,
        around.side,
        around.foot,
        "</body>\n</html>\n",
    ]


def _old(piece: Piece, page: int) -> str:
    return (
        f'<div class="page_c"><span class="fr">{parts.clock(piece)}　{parts.source_html(piece)}</span></div>\n'
        f'<dl class="clear">\n<dd id="picG">{parts.blocks_html(piece, piece.pages[page - 1])}</dd>\n</dl>\n{_pager(piece, page)}'
    )


def _new(piece: Piece, page: int) -> str:
    return (
        f'<div class="pic_data">{parts.clock(piece)}&nbsp;&nbsp;{parts.source_html(piece)}</div>\n'
        f'<div class="pic">{parts.blocks_html(piece, piece.pages[page - 1])}</div>\n{_pager(piece, page)}'
    )


def _pager(piece: Piece, page: int) -> str:
    count = len(piece.pages)
    numbers = "".join(f'<a href="{piece.page_path(k)}">{k}</a>' for k in range(1, count + 1))
    following = piece.page_path(page + 1) if page < count else f"javascript:showAd('{piece.related_gallery}')"
    previous = piece.page_path(page - 1) if page > 1 else "javascript:void(0)"
    return f'<div class="page_n"><a href="{previous}" id="prev">上一页</a>{numbers}<a href="{following}" id="next">下一页</a></div>\n'
