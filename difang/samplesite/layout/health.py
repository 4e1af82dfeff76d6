"""Layout health (seen 2024): articleCont, title h2, artOri, artDet, the editor outside the body."""

from __future__ import annotations

from difang.samplesite.layout import parts
from difang.samplesite.layout.parts import Printed
from difang.samplesite.piece import Piece
from difang.samplesite.surroundings import surroundings


def printed(piece: Piece, page: int) -> Printed:
    """One page in the health layout."""
    around = surroundings(piece.channel, "rm", piece.published.year)
    editor = "" if piece.variants.editors == "absent" else f'<div class="editor">{parts.editor_text(piece)}</div>\n'
    numbers = parts.pager(piece, page) if len(piece.pages) > 1 else ""
    return [
        f'<!DOCTYPE html>\n<html>\n<head>\n<meta charset="{parts.charset(piece)}">\n',
        parts.title_tag(piece, page, trail=piece.variants.trail),
        parts.meta_tags(piece),
        around.head,
        "</head>\n<body>\n",
        around.top,
        f'<div class="nav_path">{parts.breadcrumb(piece)}</div>\n<div class="articleCont">\n'
        f'<div class="title"><h2>{parts.title_html(piece)}</h2></div>\n'
        f'<div class="artOri">{parts.clock(piece)}&nbsp;&nbsp;{parts.source_html(piece)}</div>\n',
        f'<div class="artDet">\n{parts.blocks_html(piece, piece.pages[page - 1])}{parts.last_line(piece, page)}{numbers}</div>\n',
        editor,
        f'</div>\n<div class="about"><h3>推荐阅读</h3><ul>{parts.related_items(piece)}</ul></div>\n',
        around.side,
        around.foot,
        "</body>\n</html>",
    ]
