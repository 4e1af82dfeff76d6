"""Which lines of a container are body, and what the others say: editor line, original title, print edition, links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from difang.ingest.article import PrintEdition
from difang.ingest.extract.dateline import print_edition_of
from difang.ingest.extract.editors import EditorLine, editor_line, editor_tail
from difang.ingest.extract.lines import Line

_ORIGINAL = re.compile(r"^[(（【\[]?\s*原(?:标题|標題)\s*[:：]\s*(.*?)\s*[)）】\]]?$")
_SHARE = re.compile(
    r"^(?:分享让更多人看到|分享讓更多人看到|分享到[:：]?.{0,20}|关注公众号[:：].{1,20}|(?:微信)?扫一扫.{0,16}|【?打印】?|【?关闭】?)$"
)
_PAGER = re.compile(
    r"^(?:[\s|]|[【\[(（<]\d{1,3}[】\])）>]|上一页|下一页|首页|尾页|末页|上一頁|下一頁|第\d+页|共\d+页|\d{1,3}(?=\s|$))+$"
)
_PROMOTION = re.compile(r"^[【\[]?(?:点击|點擊|更多|查看|>>|》》)|(?:>>|》》|＞＞)$")
RELATED = re.compile(
    r"^[【\[〖■●◆]?\s*(?:相关(?:新闻|阅读|报道|链接|专题|推荐|文章|稿件)|延伸阅读|推荐阅读|更多(?:新闻|阅读|精彩).{0,6}|热门排行"
    r"|精彩(?:推荐|图集)|往期回顾|相關(?:新聞|閱讀|報道|鏈接))\s*[】\]〗]?\s*[:：]?\s*(?:>>)?$"
)
_LONGEST_NOTE = 200


@dataclass(kw_only=True)
class Prose:
    """The body's lines, and what the lines around them told.

    `images` counts those standing before the end of the body, `late_images` those between the body and related links;
    `places` tells of each of these how many of the body's lines stand before it; `linked_lines` counts the lines of the
    body that hold a link.
    """

    body: list[str] = field(default_factory=list)
    original_title: str | None = None
    editors: EditorLine | None = None
    edition: PrintEdition | None = None
    edition_line: str = ""
    images: int = 0
    late_images: int = 0
    places: list[int] = field(default_factory=list)
    linked_lines: int = 0


def prose_of(lines: Sequence[Line]) -> Prose:
    """Sort a container's lines."""
    prose = Prose()
    kept = [line for line in lines if not line.words or not (_take_note(line.words, prose) or is_furniture(line))]
    end = _end_of_body(kept)
    last = max((at for at in range(end) if kept[at].words), default=-1)
    prose.body = [line.words for line in kept[:end] if line.words]
    prose.linked_lines = sum(line.has_link for line in kept[:end] if line.words)
    prose.images = sum(line.images for line in kept[: last + 1])
    prose.late_images = sum(line.images for line in kept[last + 1 : end])
    prose.places = list(_places(kept[:end]))
    if prose.body and (tail := editor_tail(prose.body[-1])):
        prose.body[-1] = tail[0]
        prose.editors = prose.editors or tail[1]
    return prose


def _places(lines: Sequence[Line]) -> Iterator[int]:
    before = 0
    for line in lines:
        yield from [before] * line.images
        before += bool(line.words)


def _take_note(words: str, prose: Prose) -> bool:
    if len(words) > _LONGEST_NOTE:
        return False
    if ("编" in words or "編" in words) and (editors := editor_line(words)):
        if prose.editors is None or not prose.editors.names:
            prose.editors = editors
        return True
    if "原" in words and (original := _ORIGINAL.match(words)):
        prose.original_title = prose.original_title or original[1] or None
        return True
    if "版" in words and (edition := print_edition_of(words)):
        prose.edition, prose.edition_line = edition, words
        return True
    return False


def is_furniture(line: Line) -> bool:
    """Whether the line belongs to the site and not to the text: share line, pager, promotion."""
    words = line.words
    if len(words) > 60:
        return False
    if _SHARE.match(words) or (line.linked and _PROMOTION.search(words)):
        return True
    return bool(_PAGER.match(words)) and (line.has_link or "页" in words or "【" in words)


def _end_of_body(lines: Sequence[Line]) -> int:
    tail = len(lines)  # from here on there are links, headings of links and images alone
    while tail and (lines[tail - 1].linked or not lines[tail - 1].words or RELATED.match(lines[tail - 1].words)):
        tail -= 1
    heading = (at for at in range(tail, len(lines)) if RELATED.match(lines[at].words))
    link = (at for at in range(tail, len(lines)) if lines[at].linked)
    end = min(next(heading, len(lines)), next(link, len(lines)))
    return end if any(line.words for line in lines[:end]) else len(lines)
