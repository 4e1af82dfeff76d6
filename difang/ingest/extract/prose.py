"""Which lines of a container are body, and what the others say: editor line, original title, print edition, links."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import NamedTuple

from difang.ingest.article import PrintEdition
from difang.ingest.extract.dateline import edition_tail, print_edition_of
from difang.ingest.extract.editors import EditorLine, editor_line, editor_tail, is_unfinished
from difang.ingest.extract.lines import Line

_ORIGINAL = re.compile(r"^(?:([(（【\[]?)\s*原(?:标题|標題)|([(（【\[])\s*原[题題])\s*[:：]\s*(.*)$")
_BEGUN_ORIGINAL = re.compile(r"^[(（【\[]\s*原(?:标题|標題)\s*[:：][^)）】\]]*$")
_BEHIND_TITLE = re.compile(r"\s+(?:责编|责任编辑|責編|責任編輯|来源|作者)\s*[:：].*$")
_CLOSING = {"(": ")", "（": "）", "【": "】", "[": "]"}
_MEDIA = r"(?:更多|新浪|腾讯|搜狐|网易|微信|微博|朋友圈?|好友|您的|我的|QQ|空间|人人|豆瓣|开心|百度|贴吧|网|和|或|至)"
_ACCOUNT = r"(?:微信|微博|公众号|视频号|抖音号?|头条号|客户端|小程序)"
_OWN = rf"(?:我们|人民网|人民日报|{_ACCOUNT})"
_SHARE = re.compile(
    rf"^(?:分享(?:让更多人看到|讓更多人看到|到[:：]?(?:[\s、/|,，]*{_MEDIA})*[。！]?)"
    r"|分享到[:：]?(?!了)[^，。！？；”]{0,20}|关注公众号[:：][^，。！？；]{1,20}"
    r"|(?:微信)?扫一扫(?![^，,。]*[，,](?!.*(?:分享|关注|下载|手机|阅读|打开|看|公众号|二维码|朋友圈))).{0,16}(?<![。！？；])"
    r"|(?:请|欢迎)?(?:用?(?:微信|手机)[\s，,]*)?(?:扫码|扫描|长按|识别|扫一扫)[^。！？；：]{0,14}?(?:关注|下载|进入)[^，。！？；：]{0,6}?"
    rf"{_OWN}[^，。！？；：]{{0,10}}|欢迎关注[^，。！？；：]{{0,16}}{_ACCOUNT}|(?:扫一扫)?提供新闻线索|(?:人民日报)?客户端下载|我要评论|点击进入专题"
    r"|版权所有|人 民 网 版 权 所 有.{0,40}"
    r"|(?:[【\[]?(?:打印|纠错|留言|收藏|关闭|评论|复制链接)[】\]]?(?:[\s|/]+|$)){2,}|【?打印】?|【?关闭】?)$"
)
_PAGER = re.compile(
    r"^(?:[\s|]|[【\[(（<]\d{1,3}[】\])）>]|上一页|下一页|首页|尾页|末页|上一頁|下一頁|第\d+页|共\d+页|\d{1,3}(?=\s|$))+$"
)
_PROMOTION = re.compile(r"^[【\[]?(?:点击|點擊|更多|查看|>>|》》)|(?:>>|》》|＞＞)$")
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
_STATEMENT = re.compile(r"声明|转载|版权|授权|热线|投稿|责任自负|不代表本")
_OPENING = ("(", "（", "[", "【", "〔", "「", "［")
_SENTENCE_ENDS = ("。", "！", "？", "!", "?", "”", "；", "，")
_SOURCED = re.compile(r"(?:文章|信息|稿件)?(?:来源|來源|稿源)\s*[:：]\s*[^\s，。；;：:]{2,20}")
_LONGEST_BESIDE = 40
"""Characters of a line that may stand below an editor line in brackets: the source, the author."""
_LONGEST_NOTE = 200
_MOST_EDITOR_LINES = 3
_HAS_LINK, _IMAGES = attrgetter("has_link"), attrgetter("images")


@dataclass(kw_only=True)
class Prose:
    """The body's lines, and what the lines around them told.

    `images` counts those standing before the end of the body, `late_images` those between the body and related links;
    `places` tells of each of these how many of the body's lines stand before it; `linked_lines` counts the lines of the
    body that hold a link, `links` those that are one.
    """

    body: list[str] = field(default_factory=list)
    original_title: str | None = None
    original_line: str = ""
    editors: EditorLine | None = None
    edition: PrintEdition | None = None
    edition_line: str = ""
    images: int = 0
    late_images: int = 0
    places: list[int] = field(default_factory=list)
    linked_lines: int = 0
    links: int = 0


def prose_of(lines: Sequence[Line]) -> Prose:
    """Sort a container's lines."""
    prose = Prose()
    kept = _kept(lines, prose)
    if prose.editors and is_unfinished(prose.editors.line):
        prose = Prose()
        kept = _kept(list(_with_whole_bracket(lines)), prose)
    kept = _without_related(kept)
    end = _end_of_body(kept)
    prose.body = [line.words for line in kept[:end] if line.words]
    if any(map(_HAS_LINK, kept)):
        linked = [line.linked for line in kept[:end] if line.has_link and line.words]
        prose.linked_lines, prose.links = len(linked), sum(linked)
    if any(map(_IMAGES, kept)):
        last = max((at for at in range(end) if kept[at].words), default=-1)
        prose.images = sum(line.images for line in kept[: last + 1])
        prose.late_images = sum(line.images for line in kept[last + 1 : end])
        prose.places = list(_places(kept[:end]))
    _take_tail(prose)
    return prose


def _take_tail(prose: Prose) -> None:
    # editor lines and a print edition at the end of the last paragraph; of two that name others none is believed
    found: EditorLine | None = None
    for _ in range(_MOST_EDITOR_LINES):
        if not prose.body or not (tail := editor_tail(prose.body[-1])):
            break
        prose.body[-1], line = tail
        differs = found is not None and found.names != line.names
        found = EditorLine(line=line.line, names=None if differs else line.names)
    prose.editors = prose.editors or found
    if prose.body and (printed := edition_tail(prose.body[-1])):
        prose.body[-1], prose.edition, prose.edition_line = printed
    if prose.body and not prose.body[-1]:
        prose.body.pop()


def _kept(lines: Sequence[Line], prose: Prose) -> list[Line]:
    ends: _Ends | None = None
    kept = []
    joined = -1
    for at, line in enumerate(lines):
        words = line.words
        if at == joined:
            continue
        if "原" in words and (whole := _whole_original(lines, at)):
            words, joined = whole, at + 1
        if words and (editors := _editors_in(words)):
            ends = ends or _ends_of(lines)
            if at > (ends.bracketed if words.startswith(_OPENING) else ends.plain):
                if prose.editors is None or not prose.editors.names:
                    prose.editors = editors
                continue
        if not words or not (_take_note(words, prose) or is_furniture(line)):
            kept.append(line)
    return kept


def _editors_in(words: str) -> EditorLine | None:
    # a search for one character is much quicker than a pattern
    return editor_line(words) if ("编" in words or "編" in words) and len(words) <= _LONGEST_NOTE else None


class _Ends(NamedTuple):
    """The last line of text that an editor line can't stand before: one without brackets, and one in brackets.

    A book's particulars (责任编辑：…, 出版社：…) are text; after a bracketed line a source or a statement may stand.
    """

    plain: int
    bracketed: int


def _ends_of(lines: Sequence[Line]) -> _Ends:
    plain = -1
    for at in range(len(lines) - 1, -1, -1):
        line = lines[at]
        if _is_heading(line):
            plain = -1  # the lines below are those of related news
        elif not line.words or _is_around(line) or _SOURCED.fullmatch(line.words):
            continue
        elif len(line.words) <= _LONGEST_BESIDE and not line.words.endswith(_SENTENCE_ENDS):
            plain = max(plain, at)
        elif not (len(line.words) <= _LONGEST_NOTE and _STATEMENT.search(line.words)):
            return _Ends(plain=max(plain, at), bracketed=at)
        else:
            plain = max(plain, at)
    return _Ends(plain=plain, bracketed=-1)


def _is_around(line: Line) -> bool:
    # what belongs to the page and not to the text; an editor line is no text before another
    words = line.words
    if is_furniture(line) or line.linked or _is_item(line):
        return True
    if len(words) > _LONGEST_NOTE:
        return False
    if _editors_in(words) or ("原" in words and _ORIGINAL.match(words)):
        return True
    return "版" in words and print_edition_of(words) is not None


def _with_whole_bracket(lines: Sequence[Line]) -> Iterator[Line]:
    # an editor line that is broken within its bracket comes out as one line
    begun: Line | None = None
    for line in lines:
        whole = f"{begun.words}{line.words}" if begun else ""
        if begun and whole.endswith((")", "）", "]", "】")) and editor_line(whole):
            line, begun = line._replace(words=whole), None
        elif begun:
            yield begun
            begun = None
        if is_unfinished(line.words):
            begun = line
        else:
            yield line
    if begun:
        yield begun


def _without_related(lines: list[Line]) -> list[Line]:
    # without headings of related news and the links right below them, where more text follows
    if not any(map(_HAS_LINK, lines)):
        return lines
    kept: list[Line] = []
    last = max((at for at, line in enumerate(lines) if line.words), default=-1)
    at = 0
    while at < len(lines):
        after = at + 1
        if lines[at].words and not lines[at].images and _is_heading(lines[at]):
            while after < len(lines) and _is_item(lines[after]):
                after += 1
        if after == at + 1 or after > last:
            kept.append(lines[at])
            after = at + 1
        at = after
    return kept


def _is_item(line: Line) -> bool:
    # a link alone or with its number, date or source, as in a list of related news
    return line.has_link and not line.images and (line.linked or bool(_BESIDE_LINK.fullmatch(line.beside[:60])))


def _places(lines: Sequence[Line]) -> Iterator[int]:
    before = 0
    for line in lines:
        yield from [before] * line.images
        before += bool(line.words)


def _take_note(words: str, prose: Prose) -> bool:
    if len(words) > _LONGEST_NOTE:
        return False
    if "原" in words and (original := _ORIGINAL.match(words)):
        title = _unbracketed(original[3].strip(), original[1] or original[2] or "")
        if behind := _BEHIND_TITLE.search(title):
            title = title[: behind.start()]
            if prose.editors is None or not prose.editors.names:
                prose.editors = editor_line(behind[0].strip()) or prose.editors
        if title and not prose.original_title:
            prose.original_title, prose.original_line = title, words
        return True
    if "版" in words and (edition := print_edition_of(words)):
        prose.edition, prose.edition_line = edition, words
        return True
    return False


def _whole_original(lines: Sequence[Line], at: int) -> str | None:
    # an original title that is broken within its bracket
    after = lines[at + 1].words if at + 1 < len(lines) else ""
    if not after or len(after) > _LONGEST_NOTE or not _BEGUN_ORIGINAL.match(lines[at].words[:_LONGEST_NOTE]):
        return None
    return f"{lines[at].words}{after}" if after.endswith(_CLOSING[lines[at].words[0]]) else None


def _unbracketed(title: str, opening: str) -> str:
    # without the line's closing bracket; the title's own, as in 通车（图）, stays
    if not opening or not title.endswith((")", "）", "】", "]")):
        return title
    closed = sum(map(title.count, ")）】]")) > sum(map(title.count, "(（【["))
    return title[:-1].rstrip() if closed else title


def is_furniture(line: Line) -> bool:
    """Whether the line belongs to the site and not to the text: share line, pager, promotion."""
    words = line.words
    if len(words) > 60:
        return False
    if _SHARE.match(words) or (line.linked and _PROMOTION.search(words)):
        return True
    return bool(_PAGER.match(words)) and (line.has_link or "页" in words or "【" in words)


def _end_of_body(lines: Sequence[Line]) -> int:
    # from here on there are links, headings of links and images alone
    heading = next(
        (at for at in range(_tail(lines, len(lines), items=True), len(lines)) if _is_heading(lines[at])), len(lines)
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
    if line.linked or (items and _is_item(line)):
        is_text = not items and _LINKED_TEXT.search(line.words[-_LONGEST_NOTE:])
        return not is_text and not _ATTACHMENT.match(line.words)
    return _is_heading(line)


def _is_heading(line: Line) -> bool:
    # 相关链接：江苏多地发布通知 with the title linked is heading and link in one
    return bool(RELATED.match(line.words) or (line.has_link and line.beside and RELATED.match(line.beside[:40])))
