"""The lines of a body container, and which of them are no body: editor line, original title, share line, links."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from lxml import etree

from difang.ingest.article import PrintEdition
from difang.ingest.extract.dateline import print_edition_of
from difang.ingest.extract.editors import EditorLine, editor_line, editor_tail
from difang.ingest.extract.template import select
from difang.ingest.extract.text import BLOCKS, NEVER_TEXT, remove, text_of, tidy

# noncharacters of Unicode, which no text holds: they mark where a link begins and ends
_LINK, _LINK_END = "\ufdd0", "\ufdd1"
_MARKS = re.compile(f"[{_LINK}{_LINK_END}]")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_ORIGINAL = re.compile(r"^[(（【\[]?\s*原(?:标|標)(?:题|題)\s*[:：]\s*(.+?)\s*[)）】\]]?$")
_SHARE = re.compile(
    r"^(?:分享让更多人看到|分享讓更多人看到|分享到[:：]?.{0,20}|关注公众号[:：].{1,20}|(?:微信)?扫一扫.{0,16}|【?打印】?|【?关闭】?)$"
)
_PAGES = re.compile(
    r"^(?:[\s|]|[【\[(（<]\d{1,3}[】\])）>]|上一页|下一页|首页|尾页|末页|上一頁|下一頁|第\d+页|共\d+页|\d{1,3}(?=\s|$))+$"
)
_PROMO = re.compile(r"^[【\[]?(?:点击|點擊|更多|查看|>>|》》)|(?:>>|》》|＞＞)$")
_RELATED = re.compile(
    r"^[【\[〖■●◆]?\s*(?:相关(?:新闻|阅读|报道|链接|专题|推荐|文章|稿件)|延伸阅读|推荐阅读|更多(?:新闻|阅读|精彩).{0,6}|热门排行|精彩(?:推荐|图集)|往期回顾"
    r"|相關(?:新聞|閱讀|報道|鏈接))\s*[】\]〗]?\s*[:：]?\s*(?:>>)?$"
)


@dataclass(kw_only=True)
class Lines:
    """A container's lines that are body, and what the others said."""

    body: list[str] = field(default_factory=list)
    original_title: str | None = None
    editors: EditorLine | None = None
    edition: PrintEdition | None = None
    edition_line: str = ""


def read_lines(container: etree._Element) -> Lines:
    """Sort the lines of a container into body and the rest; takes the container apart."""
    result = Lines()
    kept: list[tuple[str, bool]] = []
    for line in _flatten(container):
        words = _MARKS.sub("", line)
        if not (words := tidy(words)) or _take(words, result) or _SHARE.match(words) or _is_pager(line, words):
            continue
        only_link = _is_link(line)
        if only_link and _PROMO.search(words):
            continue
        kept.append((words, only_link))
    result.body = _without_related(kept)
    if result.body and (tail := editor_tail(result.body[-1])):
        result.body[-1] = tail[0]
        result.editors = result.editors or tail[1]
    return result


def _take(words: str, result: Lines) -> bool:
    if len(words) > 200:
        return False
    if ("编" in words or "編" in words) and (editors := editor_line(words)):
        if result.editors is None or not result.editors.names:
            result.editors = editors
        return True
    if "原" in words and (original := _ORIGINAL.match(words)):
        result.original_title = result.original_title or original[1]
        return True
    if "版" in words and (edition := print_edition_of(words)):
        result.edition, result.edition_line = edition, words
        return True
    return False


def _is_pager(line: str, words: str) -> bool:
    return bool(_PAGES.match(words)) and (_LINK in line or "页" in words or "【" in words)


def _is_link(line: str) -> bool:
    outside, depth = [], 0
    for piece in re.split(f"([{_LINK}{_LINK_END}])", line):
        if piece == _LINK:
            depth += 1
        elif piece == _LINK_END:
            depth -= 1
        elif depth <= 0:
            outside.append(piece)
    return _LINK in line and not re.sub(r"[\s·•■□●◆▪\-—|]+", "", "".join(outside))


def _without_related(lines: list[tuple[str, bool]]) -> list[str]:
    end = len(lines)
    for at, (words, _) in enumerate(lines):
        if _RELATED.match(words) and all(link or _RELATED.match(text) for text, link in lines[at + 1 :]):
            end = at
            break
    while end and lines[end - 1][1]:
        end -= 1
    if not end:
        return [words for words, _ in lines]
    return [words for words, _ in lines[:end]]


def _flatten(container: etree._Element) -> list[str]:
    etree.strip_elements(container, *NEVER_TEXT, with_tail=False)
    for element in select(container, "./descendant::*[@style]"):
        if _HIDDEN.search(element.get("style") or "") and not _take(text_of(element), Lines()):
            remove(element)
    for row in list(container.iter("tr")):
        _join_cells(row)
    for link in container.iter("a"):
        link.text = f"{_LINK}{link.text or ''}"
        link.tail = f"{_LINK_END}{link.tail or ''}"
    inline = {element.tag for element in container.iterdescendants()} - BLOCKS
    etree.strip_tags(container, *inline)
    return [str(text) for text in container.itertext()]


def _join_cells(row: etree._Element) -> None:
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    if row.find(".//p") is not None or row.find(".//br") is not None or row.find(".//tr") is not None:
        return  # a table for layout: its cells hold whole paragraphs
    for cell in cells:
        cell.tag = "span"
        cell.tail = " "
