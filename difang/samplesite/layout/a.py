"""Layout A (to 2012; politics 2009 is an example): #p_title, #p_publishtime, #p_content with related links inside."""

from __future__ import annotations

from difang.samplesite.layout import parts
from difang.samplesite.layout.parts import Printed, esc
from difang.samplesite.piece import Piece
from difang.samplesite.surroundings import surroundings


def printed(piece: Piece, page: int) -> Printed:
    """One page in layout A."""
    around = surroundings(piece.channel, "old", piece.published.year)
    title = parts.title_html(piece)
    return [
        '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" '
        '"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">\n<html xmlns="http://www.w3.org/1999/xhtml" lang="utf-8">\n<head>\n',
        parts.title_tag(piece, page, trail=True),
        f'<meta http-equiv="Content-Type" content="text/html; charset={parts.charset(piece)}">\n'
        '<meta http-equiv="content-language" content="utf-8" />\n<meta name="copyright" content="样刊" />\n'
        f'<meta name="description" content="{title}--{piece.channel.name}" />\n<meta name="keywords" content=",{title}--{piece.channel.name}" />\n',
        around.head,
        '</head>\n<body>\n<div class="content">\n\t<div class="left_content">\n\t <div class="left_c_c">\n',
        _heading(piece),
        _container(piece, page),
        _editor_block(piece),
        f'<span id="aboutthisnews" name="aboutthisnews" style=\'display:none\'>\n1001|||{piece.number}|||{title}|||{parts.clock(piece)}\n</span>\n'
        "\t </div>\n\t</div>\n",
        around.side,
        '</div>\n<table class="p_nav" cellpadding="0" cellspacing="0" border="0">\n  <tr>\n'
        f'    <td style="padding-left:15px;"><div id="p_navigator">{parts.breadcrumb(piece)}</div></td>\n  </tr>\n</table>\n',
        around.foot,
        f'<img src="http://58.68.146.44:8000/f.gif?id={piece.number}" width=0 height=0>\n</body>\n</html>\n',
    ]


def _heading(piece: Piece) -> str:
    return (
        f'\t  <p class="p1"></p>\n\t  <p class="p1">&nbsp;{esc(piece.pre_title or "")}&nbsp;&nbsp;</p>\n'
        f'\t  <h1><DIV id="p_title">{parts.title_html(piece)}</div></h1>\n\t  <h2>&nbsp;{esc(piece.subtitle or "")}&nbsp;</h2>\n'
        '\t  <p class="p1">\n\t  </p><table cellpadding="0" cellspacing="0" border="0" style="margin:0 0 0 27px;"><tr>\n'
        f'          <td width="562"> <div align="center"><em>{esc(piece.byline or "")}</em></div></td></tr><tr><td></td></tr></table><p></p>\n'
        f'\t  <p class="p1"><span id="p_publishtime">{parts.clock(piece)}</span>&nbsp;&nbsp;<span id="p_origin">{parts.source_html(piece)}</span></p>\n'
        '\t  <table class="title" cellpadding="0" cellspacing="0" border="0">\n\t\t<tr>\n\t\t  <td width="110">&nbsp;【字号 大 中 小】</td>\n'
        '\t\t  <td width="30"><a href="#" onclick="doPrint()">打印</a></td>\n\t\t  <td width="30"><a href="#">留言</a></td>\n\t\t</tr>\n\t  </table>\n<br>\n'
        '\t  <table class="show_p" cellpadding="0" cellspacing="0" border="0">\n\t\t<tr>\n\t\t  <td align="center"><span id="content_first_pic"></span></td>\n\t\t  </tr>\n\t\t</table>\n'
    )


def _container(piece: Piece, page: int) -> str:
    numbers = ""
    if len(piece.pages) > 1:
        links = "&nbsp;".join(f'<a href="{piece.page_path(k)}">【{k}】</a>' for k in range(1, len(piece.pages) + 1))
        numbers = f'<div class="zdfy" align="center">{links}</div>'
    return (
        '\t  <font class="show_c" id="zoom">\n\t    <div id="p_content">\n<SCRIPT language=JavaScript>\nvar url = document.location.href;\n</SCRIPT>\n'
        f"         {parts.blocks_html(piece, piece.pages[page - 1])}{parts.last_line(piece, page)} {numbers}{_related(piece)}</div>\n\t\t</font>\n"
    )


def _related(piece: Piece) -> str:
    if piece.variants.related == "none":
        return ""
    banner = f"<br><br><img src='/mediafile/200901/12/P20090112{piece.number}.jpg' border='0'>"
    return banner + "".join(
        f"<br><br>　　<b><a href='{href}' target='_blank'><font color='#0000ff'>{esc(title)}&nbsp;</font></a></b>"
        for title, href in piece.related
    )


def _editor_block(piece: Piece) -> str:
    if piece.variants.editors == "absent":
        return ""
    return (
        '\t\t<table class="bianji" cellpadding="0" width="100%" cellspacing="0" border="0">\n\t\t  <tr>\n'
        f'\t\t    <td align="right"><DIV id="p_editor">{parts.editor_text(piece)}</div></td>\n\t\t  </tr>\n\t\t</table>\n'
    )
