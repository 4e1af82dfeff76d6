"""Layout content (crawler's note): div.content.clear.clearfix, a date without a clock."""

from __future__ import annotations

from difang.samplesite.layout import parts
from difang.samplesite.layout.parts import Printed
from difang.samplesite.piece import Piece
from difang.samplesite.surroundings import surroundings


def printed(piece: Piece, page: int) -> Printed:
    """One page in the content layout."""
    around = surroundings(piece.channel, "old", piece.published.year)
    day = f"{piece.published.year}-{piece.published.month}-{piece.published.day}"
    editor = "" if piece.variants.editors == "absent" else f'<div class="editor">{parts.editor_text(piece)}</div>\n'
    numbers = parts.pager(piece, page) if len(piece.pages) > 1 else ""
    return [
        f'<html>\n<head>\n<meta http-equiv="Content-Type" content="text/html; charset={parts.charset(piece)}">\n',
        parts.title_tag(piece, page, trail=True),
        around.head,
        '</head>\n<body>\n<div class="path">',
        parts.breadcrumb(piece),
        f"</div>\n<h1>{parts.title_html(piece)}</h1>\n<h5>{day} {parts.source_html(piece)}</h5>\n",
        f'<div class="content clear clearfix">\n{parts.blocks_html(piece, piece.pages[page - 1])}{parts.last_line(piece, page)}{numbers}</div>\n',
        editor,
        around.side,
        around.foot,
        "</body>\n</html>\n",
    ]
