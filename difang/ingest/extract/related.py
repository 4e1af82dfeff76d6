"""Links to other news in or below a body: their headings, the links in a list of them, and where the body ends."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import attrgetter

from difang.ingest.extract.lines import Line

RELATED = re.compile(
    r"^(?:[【\[〖■●◆]|[>＞》]{1,4})?\s*(?:(?:更多)?相关(?:新闻|阅读|报道|链接|专题|推荐|文章|稿件|评论|视频|图集|图片)|新闻链接|延伸阅读"
    r"|(?:推荐|热点|编辑)(?:阅读|新闻|推荐)|更多(?:新闻|阅读|精彩|报道).{0,6}|阅读更多|猜你喜欢|热门排行|24小时热门新闻|精彩(?:推荐|图集)|往期回顾|[您你]可能感兴趣的.{0,4}"
    r"|相關(?:新聞|閱讀|報道|鏈接|評論|視頻)|新聞鏈接|編輯推薦|推薦新聞)\s*[】\]〗]?\s*[:：]?\s*(?:>>)?$"
)
"""The heading of related news."""
_ATTACHMENT = re.compile(r"^[【\[(（]?\s*附(?:件|表|录|錄|[:：])")
_LINKED_TEXT = re.compile(
    r"\.(?:docx?|xlsx?|pptx?|pdf|zip|rar|wps|txt)$|^(?:https?://|www\.)\S+$"
    r"|。[”’』」)）]?$|：[“「].*[！？!?][”」]$|[。！？!?].*[！？!?][”’』」)）]?$"
    r"|^[(（][^()（）]{0,14}(?:[记記]者|通[讯訊][员員])[^()（）]{1,40}[)）]$",
    re.IGNORECASE,
)
"""What a title of related news never is: a file, an address, a sentence, a credit in brackets."""
_EXCLAIMED = re.compile(r"[！？!?][”’』」)）]?$")
_LEADS_IN = re.compile(r"(?:^[【\[(（]?\s*附(?:件|表|录|錄)|网址|地址|链接|入口|下载|全文)\s*[】\])）]?\s*[:：]$")
_BESIDE_LINK = re.compile(
    r"(?:\d{1,2}[、.．)）])?(?:[(（\[【]?(?:\d{2,4}[年/.]?)?\d{1,2}[月/.]?\d{1,2}日?(?:\d{1,2}[:：]\d{2}(?:[:：]\d{2})?)?[)）\]】]?)?"
    r"(?:[(（\[【][^()（）]{2,14}[)）\]】])?"
)
_LONGEST_END = 200
"""Characters at the end of a linked line by which text is told from a title."""
_HAS_LINK = attrgetter("has_link")


def end_of_body(lines: Sequence[Line]) -> int:
    """The number of the line from which on there are links, headings of links and images alone."""
    heading = next(
        (at for at in range(_tail(lines, len(lines), items=True), len(lines)) if is_heading(lines[at])), len(lines)
    )
    links = [at for at in range(_tail(lines, heading, items=False), heading) if lines[at].linked]
    if len(links) == 1 and _EXCLAIMED.search(lines[links[0]].words[-2:]):
        links = []  # a linked last line that ends in ！ or ？ is text; of several, headlines
    link = links[0] if links else heading
    return link if any(line.words for line in lines[:link]) else len(lines)


def _tail(lines: Sequence[Line], end: int, *, items: bool) -> int:
    while end and (not (line := lines[end - 1]).words or _belongs_to_list(line, items=items)):
        end -= 1
    if end < len(lines) and end and _leads_in(lines[end - 1].words):
        while end < len(lines) and lines[end].linked:
            end += 1
    return end


def _leads_in(words: str) -> bool:
    # 附件：, 报名网址：; what is linked right below belongs to it
    return words.endswith(("：", ":")) and bool(_LEADS_IN.search(words[-20:])) and not RELATED.match(words)


def _belongs_to_list(line: Line, *, items: bool) -> bool:
    if line.linked or (items and is_item(line)):
        is_text = not items and _LINKED_TEXT.search(line.words[-_LONGEST_END:])
        return not is_text and not _ATTACHMENT.match(line.words)
    return is_heading(line)


def is_heading(line: Line) -> bool:
    """Whether it heads related news; 相关链接：江苏多地发布通知 with the title linked is heading and link in one."""
    return bool(RELATED.match(line.words) or (line.has_link and line.beside and RELATED.match(line.beside[:40])))


def without_related(lines: list[Line]) -> list[Line]:
    """The lines without headings of related news and the links right below them, where more text follows."""
    if not any(map(_HAS_LINK, lines)):
        return lines
    kept: list[Line] = []
    last = max((at for at, line in enumerate(lines) if line.words), default=-1)
    at = 0
    while at < len(lines):
        after = at + 1
        if lines[at].words and not lines[at].images and is_heading(lines[at]):
            while after < len(lines) and is_item(lines[after]):
                after += 1
        if after == at + 1 or after > last:
            kept.append(lines[at])
            after = at + 1
        at = after
    return kept


def is_item(line: Line) -> bool:
    """Whether it is a link alone or with its number, date or source, as in a list of related news."""
    return line.has_link and not line.images and (line.linked or bool(_BESIDE_LINK.fullmatch(line.beside[:60])))
