"""Parts that several layouts print alike: title, meta tags, breadcrumb, source, body blocks, pager, related news."""

from __future__ import annotations

from html import escape

from difang.samplesite.piece import Block, Picture, Piece, Rows, Text
from difang.samplesite.plan import Layout

Printed = list[str]
"""The parts of a page in order; Static ones among them are the surroundings."""

DECLARATION = {"gb18030": "GB2312", "utf-8": "utf-8"}
PAGETYPES = {"article": "1", "gallery": "2", "video": "3", "interview": "4", "special": "5"}


def esc(text: str) -> str:
    """The text as HTML."""
    return escape(text, quote=False)


def title_html(piece: Piece) -> str:
    """The headline; some pages print its spaces and quotation marks as entities."""
    text = esc(piece.title)
    if piece.variants.entities:
        text = text.replace(" ", "&nbsp;").replace("“", "&ldquo;").replace("”", "&rdquo;").replace("·", "&middot;")
    return text


def charset(piece: Piece) -> str:
    """The charset the page itself declares."""
    honest = DECLARATION[piece.variants.encoding]
    return "GB2312" if piece.variants.declared == "meta" else honest


def title_tag(piece: Piece, page: int, *, trail: bool) -> str:
    """The title element; later pages add their number, some add the site trail."""
    number = f" ({page})" if page > 1 else ""
    after = f"--{piece.channel.name}--人民网 " if trail else ""
    return f"<title>{title_html(piece)}{number}{after}</title>\n"


def meta_tags(piece: Piece) -> str:
    """The meta tags of generations B and later; never the names of editors."""
    first = next((line for block in piece.pages[0] for line in block.lines()), "")
    contentid = f'<meta name="contentid" content="L_{piece.number}">\n' if piece.variants.contentid else ""
    source = f"来源：{piece.source or ''}" + (" 原创稿" if piece.variants.source == "original" else "")
    return (
        f'<meta name="keywords" content="{escape(" ".join(piece.keywords))}" />\n'
        f'<meta name="description" content="{escape(first[:100])}" />\n'
        '<meta name="copyright" content="样刊" />\n<meta name="filetype" content="0">\n<meta name="publishedtype" content="1">\n'
        f'<meta name="pagetype" content="{PAGETYPES[piece.kind]}">\n'
        f'<meta name="catalogs" content="L_{piece.url.rsplit("/c", 1)[-1].split("-")[0]}">\n{contentid}'
        f'<meta name="publishdate" content="{piece.published:%Y-%m-%d}">\n'
        f'<meta name="author" content="L_{100000 + piece.number % 5000}">\n<meta name="editor" content="">\n'
        f'<meta name="source" content="{escape(source)}">\n<meta name="sourcetype" content="">\n'
    )


def breadcrumb(piece: Piece, joiner: str = "&gt;&gt;") -> str:
    """人民网>>山东频道>>要闻 as links."""
    links = (("人民网", "http://www.people.com.cn/"), *piece.sections)
    return joiner.join(f'<a href="{href}" class="clink">{esc(name)}</a>' for name, href in links)


def clock(piece: Piece) -> str:
    """2022年02月13日07:48."""
    return f"{piece.published:%Y年%m月%d日%H:%M}"


def source_html(piece: Piece) -> str:
    """来源：… with or without its link; nothing or an empty 来源： where there is none."""
    if piece.source is None:
        return "来源：" if piece.variants.sub_layout == 0 else ""
    name = esc(piece.source)
    if piece.source_url:
        return f'来源：<a href="{piece.source_url}" target="_blank">{name}</a>'
    return f"来源：{name}" + (" 原创稿" if piece.variants.source == "original" else "")


def blocks_html(piece: Piece, blocks: tuple[Block, ...]) -> str:
    """The body's blocks in the paragraph style of the layout's time."""
    style = _OLD if piece.layout in (Layout.A, Layout.CONTENT) else _STYLES[piece.variants.indent]
    return "".join(_block(block, style) for block in blocks)


# plain, head, centre, line between an image and its caption
_OLD = ("<P>　　{}</P>", "<P><B>　　{}</B></P>", "<P align=center>{}</P>")
_STYLES = {
    "css": (
        '<p style="text-indent: 2em;">\n\t{}</p>\n',
        '<p style="text-indent: 2em;">\n\t<strong>{}</strong></p>\n',
        '<p style="text-align: center;">\n\t{}</p>\n',
    ),
    "spaces": ("<p>　　{}</p>", "<p><strong>　　{}</strong></p>", '<p align="center">{}</p>'),
}
_PLACES = {"plain": 0, "head": 1, "centre": 2}
_MARKS = {
    "strong": "<strong>{}</strong>",
    "red": '<span style="color: rgb(255, 0, 0);">{}</span>',
    "link": '<a href="http://www.people.com.cn/" target="_blank">{}</a>',
}


def _block(block: Block, style: tuple[str, str, str]) -> str:
    if isinstance(block, Text):
        return style[_PLACES[block.style]].format(_marked(block))
    if isinstance(block, Picture):
        return _picture(block, style[2])
    if isinstance(block, Rows):
        rows = "".join(f"<tr>{''.join(f'<td>{esc(cell)}</td>' for cell in row)}</tr>\n" for row in block.rows)
        return f'<table border="1" cellpadding="4" cellspacing="0" align="center"><tbody>\n{rows}</tbody></table>\n'
    tag = "ol" if block.ordered else "ul"
    return f"<{tag}>\n{''.join(f'<li>{esc(item)}</li>{chr(10)}' for item in block.items)}</{tag}>\n"


def _marked(block: Text) -> str:
    if block.mark is None:
        return esc(block.text)
    start, end, tag = block.mark
    inner = _MARKS[tag].format(esc(block.text[start:end]))
    return f"{esc(block.text[:start])}{inner}{esc(block.text[end:])}"


def _picture(block: Picture, centre: str) -> str:
    image = f'<img alt="" src="{block.path}" width="600" height="400" border="0" />'
    if block.form == "table":
        caption = f'<tr><td align="center">{esc(block.caption)}</td></tr>' if block.caption else ""
        return f'<table width="400" align="center" border="0"><tr><td align="center">{image}</td></tr>{caption}</table>'
    return centre.format(image) + (centre.format(esc(block.caption)) if block.caption else "")


def last_line(piece: Piece, page: int) -> str:
    """The editor line as the last plain paragraph of the body, on pages that print it there."""
    if piece.variants.editors_at != "last" or page < len(piece.pages):
        return ""
    return f"<p>　　{esc(piece.editor_line)}</p>"


def editor_text(piece: Piece) -> str:
    """What the editor block holds: the line, or nothing where it stands elsewhere."""
    return "" if piece.variants.editors_at == "last" else esc(piece.editor_line)


def pager(piece: Piece, page: int) -> str:
    """【1】【2】 and the next-page arrow; empty blocks where there is one page."""
    if len(piece.pages) == 1:
        return '<div class="zdfy clearfix"></div><center><table border="0" align="center" width="40%"><tr></tr></table></center>\n'
    links = "".join(f'<a href="{piece.page_path(k)}">【{k}】</a>' for k in range(1, len(piece.pages) + 1))
    arrow = (
        f'<td width="50%" align="center"><a href="{piece.page_path(page + 1)}"><img src="/img/next_page.jpg" border="0"></a></td>'
        if page < len(piece.pages)
        else ""
    )
    return f'<div class="zdfy clearfix">{links}</div><center><table border="0" align="center" width="40%"><tr>{arrow}</tr></table></center>\n'


def paper_line(piece: Piece, page: int) -> str:
    """The print edition, on the last page: 《 人民日报 》（ 2024年05月10日   04 版）."""
    if piece.paper is None or page < len(piece.pages):
        return ""
    name, number = piece.paper
    day = f"{piece.published:%Y年%m月%d日}"
    return f'<p></p><p><span id="paper_num">　　《 {esc(name)} 》（ {day}   {number} 版）</span></p>\n'


def related_items(piece: Piece) -> str:
    """Links to other articles as list items."""
    return "".join(f'<li><a href="{href}" target="_blank">{esc(title)}</a></li>' for title, href in piece.related)


def related_inside(piece: Piece, block: str) -> str:
    """Related news that stand inside the container: as the block given, or as ordinary paragraphs of links."""
    form = piece.variants.related
    if form == "inside":
        return block.format(related_items(piece))
    if form == "paragraphs":
        links = "".join(f'<p>　　<a href="{href}" target="_blank">{esc(t)}</a></p>' for t, href in piece.related)
        return f"<p>　　<strong>相关新闻：</strong></p>{links}"
    return ""


def player(piece: Piece) -> str:
    """The video player of a video page."""
    if piece.kind != "video":
        return ""
    film = f"/mvideo/{piece.published:%Y%m%d}/{piece.number}.mp4"
    return f'<div id="pvideo"></div><script type="text/javascript">showPlayer({{id: "pvideo", src: "{film}", width: 600}});</script>'


def topic_list(piece: Piece) -> str:
    """The articles a special gathers."""
    if piece.kind != "special":
        return ""
    return f'<div class="topic_list cf"><h5>专题报道</h5><ul>{related_items(piece)}</ul></div>\n'
