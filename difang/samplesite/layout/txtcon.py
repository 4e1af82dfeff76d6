"""Layout txtcon (crawler's note): div.w1000.txtCon and div.editor.time1."""

from __future__ import annotations

from difang.samplesite.layout import parts
from difang.samplesite.layout.parts import Printed
from difang.samplesite.piece import Piece
from difang.samplesite.surroundings import surroundings


def printed(piece: Piece, page: int) -> Printed:
    """One page in the txtcon layout."""
    around = surroundings(piece.channel, "box", piece.published.year)
    editor = (
        "" if piece.variants.editors == "absent" else f'<div class="editor time1">{parts.editor_text(piece)}</div>\n'
    )
    numbers = parts.pager(piece, page) if len(piece.pages) > 1 else ""
    return [
        f'<!DOCTYPE html>\n<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html; charset={parts.charset(piece)}" />\n',
        parts.title_tag(piece, page, trail=True),
        parts.meta_tags(piece),
        around.head,
        "</head>\n<body>\n",
        around.top,
        f'<div class="w1000 path">{parts.breadcrumb(piece)}</div>\n<div class="w1000 txtTit">\n<h1>{parts.title_html(piece)}</h1>\n'
        f'<div class="time1">{parts.clock(piece)}&nbsp;&nbsp;{parts.source_html(piece)}</div>\n</div>\n',
        f'<div class="w1000 txtCon">\n{parts.blocks_html(piece, piece.pages[page - 1])}{parts.last_line(piece, page)}{numbers}</div>\n',
        editor,
        around.side,
        around.foot,
        "</body>\n</html>\n",
    ]
