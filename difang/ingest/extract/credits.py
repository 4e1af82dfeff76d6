"""Reporters (记者) and correspondents (通讯员): named in the author line, at the head and at the tail of the body."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from difang.ingest.extract.names import begins_with_surname, is_talk, names_in
from difang.ingest.extract.surnames import DOUBLE_SURNAMES, SURNAMES
from difang.ingest.extract.trail import Trail
from difang.ingest.extract.whereabouts import without_place

_FIRST_ROLE = re.compile(r"([^\s、，,。；;：:（）()]{0,14}?)(?:记者|記者|通讯员|通訊員)|()(?:实习生|實習生)(?=\s)")
_NAMED = rf"(?:{'|'.join(sorted(DOUBLE_SURNAMES))}|[{''.join(sorted(SURNAMES))}])\s?[\u4e00-\u9fff]{{1,2}}"
"""What begins with a surname and is as long as a name."""
_ROLE = re.compile(
    r"(?:本[报刊网台報網]|(?<=[\s、，,；;/])[^\s、，,。；;：:（）()]{1,14}?(?:报|网|社|台|频道|刊|融媒|客户端|新闻|中心|在线|壹点|報|網))?"
    r"((?:全媒体|融媒体?|见习|实习|特约|特派|首席|执笔|参与|摄影|图片|视频|攝影)*)(记者|記者|通讯员|通訊員|实习生|實習生)"
    r"\s*[:：]?\s*"
    rf"|(?<=[\s、，,；;])(?:图片|图表|视频|海报|漫画)?(?:摄影|摄像|视频|航拍|拍摄|制图|制作|设计|剪辑|编辑|责编|责任编辑|校对|审核|监制"
    rf"|统筹|策划|配音|播音|出镜|翻译|编译|编导|报道员|参与采写)(?=[\s:：/|丨｜]|$|{_NAMED}(?:[\s、，,；;]|$))\s*[:：/|丨｜]?\s*"
)
_PHOTOGRAPHER = re.compile(r"摄影|攝影|图片|视频")
_NO_PAPER = re.compile(
    r"[图圖摄攝由请請的]|采访|提问|回答|[多一两三四五几各][位名]|(?:[各该某位名]|优秀)$|^[据對对向让与和跟]"
)
_BRACKET = re.compile(r"[(（]((?:[^()（）]|[(（][^()（）]{1,8}[)）]){2,60})[)）]")
_TAIL_BRACKET = re.compile(rf"{_BRACKET.pattern}\s*$")
_AFTER_DATELINE = re.compile(
    r"^[(（【\[]?[^，。；：:()（）]{2,40}?\d\s*日\s*[专專]?(?:电|電|讯|訊)\s*[(（]\s*([^()（），。；：:]{2,40}?)\s*[)）]"
)
_LABELLED = re.compile(r"【\s*([^\s【】]{0,10}(?:记者|通讯员|实习生|摄影|编辑|校对|统筹|视频|图片|设计))\s*】")
_MARK = re.compile(r"^[□■●◎○◆▲]+\s*")
_BOTH = r"(?:图文|文图|文字?\s*[/、]\s*(?:图片?|摄影?)|(?:图片?|摄影?)\s*[/、]\s*文字?)"
_AUTHOR = re.compile(
    rf"^(?:{_BOTH}(?:\s*[/:：|丨｜]|\s)|(?:作者|文字?|撰文|撰稿|(?:参与)?采写|执笔)\s*[/:：|丨｜]|\S{{2,12}}供图[\s，,])\s*"
)
_PAPER = re.compile(
    r"^(?:来源\s*[:：]\s*)?[^\s、，,。；;：:（）()]{1,14}?(?:报|网|社|台|频道|刊|融媒|客户端|新闻|中心|在线|壹点|報|網)\s+"
    r"(?=[^\s、，,。；;：:（）()]{0,6}(?:记者|記者|通讯员|通訊員))"
)
_PHOTO = re.compile(r"[摄攝]$|摄影$|供图$|提供$|图片$|[/\s][图圖]$|制图$")
_PHOTO_FIRST = re.compile(r"^(?:图片?|圖片?|摄影?|制图|视频)\s*[/:：]")
_TEXT_PART = re.compile(r"[\s，,；;、](?:文字?|撰文)\s*[/:：|丨｜]\s*")
_PHOTO_PART = re.compile(r"[\s，,；;、](?:图片?|圖片?|摄影?|制图|视频)\s*[/:：].*$")
_TEXT_AND_PHOTO = re.compile(r"^(.*?)(?:\s+文\s+|\s*/\s*文[\s，,、；;]+)\S.*(?:[摄攝图圖]|摄影)$")
_ENDING = re.compile(
    r"\s*(?:文/图|图/文|文/摄|摄/文|/文|文并[摄图]|采访整理|\s(?:图文|文图|综合整理|整理|综合[^\s、，,]{2,10}[电讯]|综合))$"
)
_DONE = re.compile(
    r"\s*(?:(?:联合|共同|参与|独家|综合)?(?:采写|整理|编译|摘编|撰写|撰文|撰稿|供稿|改编|编写|执笔|采访)|文图|图文)$"
)
_ENDS_IN_NAME = re.compile(rf"(?:[记記]者|通[讯訊][员員]|[\s、，,；;:：丨｜]){_NAMED}$|·[\u4e00-\u9fff]{{2,}}$")
_TEXT_THEN_PICTURE = re.compile(r"^(.*)文\s*[，,；;]\s*[^\s，,；;、]{2,4}[图圖]$")
_WROTE = re.compile(r"\s+文\s*$")
_AND_OTHERS = re.compile(r"(?<=\w\w)等\s*$")
_WORD = re.compile(
    r"[感点评链接走访发现手记调查采获悉报道看察视眼说问答场直击之节培训家者证站会团员室部厅行动速递见闻随笔追踪探体验话专栏]"
)
_SUBHEADS = (
    "手记 观察 调查 来信 获悉 报道 从业 采访 了解 看到 站 节 证 在线 连线 帮 专访 札记 述评 说 问 关注 "
    "查访 查看 应邀 时评 文摘 车评 常驻 路遇 路上 计划 成长 简评 简讯 简析 支招 万里行 印象 沙龙 白描 "
    "综合 大众 集体 群众 高温 高校 高考 帮办 帮忙 帮扶 帮助 "
    "景观 习惯 温馨 步行 党员 单独 毕业 商量 应约 提示 提问 心声 高见 计时 连日 连续 全程 安全 查阅 "
)
_NO_NAMES = frozenset(_SUBHEADS.split())
_COLUMNS = frozenset(["时评", "车评", "连线", "连日", "连续", "全程", "应约", "路遇", "路上", "常驻", "万里行"])
"""Words that may follow the names of an author line, though they begin with a surname."""
_GENRE_WORDS = "查访 查看 查阅 关注 应邀 文摘 简评 简讯 简析 支招 印象 沙龙 白描 从业 综合"
_GENRES = frozenset(_GENRE_WORDS.split())
"""Words that tell what an author line's piece is, where they stand alone."""
_APART = frozenset(" \u3000:：")


@dataclass(frozen=True, kw_only=True, slots=True)
class Credits:
    """The people a text names as reporters and as correspondents, in printed order."""

    reporters: tuple[str, ...] = ()
    correspondents: tuple[str, ...] = ()


def credits_in(text: str, *, author_line: bool = False) -> Credits | None:
    """What a credit such as `本报记者 王某某 方 某 通讯员 钱某` names, if it is a credit as a whole; None else.

    A photo credit (`某某 摄`, `图/本报记者 某某`) names no reporter of the article, and neither do a part of another
    kind (编辑, 视频, 实习生) and the place before 报道. In an author line there is no subhead to confuse a name with: a
    name that is a word too (温馨, 高见) is read beside a clear one or apart from 记者, and another word takes no name
    from the rest.
    """
    if "记者" not in text and "通讯员" not in text and "記者" not in text and "通訊員" not in text:
        return None
    if "【" in text:
        text = _LABELLED.sub(r" \1 ", text)
    written = _written_part(_MARK.sub("", text.strip()))
    first = _FIRST_ROLE.match(written) if written else None
    if written is None or first is None or _NO_PAPER.search(first[1] or ""):
        return None
    return _people_in(written[first.end(1) if first[1] else 0 :], author_line=author_line)


def _written_part(text: str) -> str | None:
    # the credit without what it says of pictures and places; None where it speaks of pictures alone
    text = _PAPER.sub("", _AUTHOR.sub("", text))
    if _PHOTO_FIRST.match(text):
        if not (written := _TEXT_PART.search(text)):
            return None
        text = text[written.end() :]
    text = _ENDING.sub("", _PHOTO_PART.sub("", text))
    if both := _TEXT_AND_PHOTO.match(text):
        text = both[1]
    elif (parted := _TEXT_THEN_PICTURE.match(text)) and _ENDS_IN_NAME.search(parted[1]):
        text = parted[1]  # 张某文，李某图
    elif (done := _DONE.search(text)) and _ENDS_IN_NAME.search(text[: done.start()]):
        text = text[: done.start()]  # 张某整理; what runs into a name that is none (记者精心整理) stays with it
    return None if _PHOTO.search(text) else without_place(text)


def _people_in(text: str, *, author_line: bool) -> Credits | None:
    roles = list(_ROLE.finditer(text))
    reporters: list[str] = []
    correspondents: list[str] = []
    ends = [role.start() for role in roles[1:]] + [len(text)]
    for role, end in zip(roles, ends, strict=True):
        if role[2] in (None, "实习生", "實習生") or _PHOTOGRAPHER.search(role[1]):
            continue
        listed = _AND_OTHERS.sub("", _without_paper(text[role.end() : end], text[end : end + 2]))
        names = names_in(listed) or names_in(_WROTE.sub("", listed))
        if author_line and names:
            names = _in_author_line(names, apart=text[role.end() - 1] in _APART)
            listed = " ".join(names)
        if not names or not (author_line or all(map(_may_be_name, names))) or is_talk(listed):
            return None
        people = correspondents if role[2] in ("通讯员", "通訊員") else reporters
        people += [name for name in names if name not in people]
    return Credits(reporters=tuple(reporters), correspondents=tuple(correspondents))


def _without_paper(listed: str, role: str) -> str:
    # 张某 半月谈记者 李某: a word that runs into the next 记者 and begins with no surname says whose reporter that is
    before, parted, word = listed.rpartition(" ")
    return before if parted and word and role in ("记者", "記者") and not begins_with_surname(word) else listed


def _in_author_line(names: tuple[str, ...], *, apart: bool) -> tuple[str, ...]:
    # the clear names, and the words beside them that begin with a surname; where no name is clear, words that stand
    # apart from 记者 (本报记者 温馨) and are of no genre
    names = tuple(name for name in names if not is_talk(name))
    clear = any(map(_may_be_name, names))
    if not clear and not (apart and all(map(_may_be_word_and_name, names)) and _GENRES.isdisjoint(names)):
        return ()
    return tuple(name for name in names if _may_be_name(name) or _may_be_word_and_name(name))


def _may_be_word_and_name(name: str) -> bool:
    return len(name) == 2 and begins_with_surname(name) and name not in _COLUMNS


def _may_be_name(name: str) -> bool:
    # 记者手记 and 记者走访发现 are subheads; what begins with a surname and is short is a name
    if name in _NO_NAMES or (len(name) > 3 and _DONE.search(name)):
        return False
    if name[:2] in _NO_NAMES and (len(name) > 3 or not begins_with_surname(name)):
        return False
    longest = 4 if name[:2] in DOUBLE_SURNAMES else 3
    return (len(name) <= longest and begins_with_surname(name)) or "·" in name or not _WORD.search(name)


def credits_of(byline: str | None, lines: Sequence[str], trail: Trail) -> Credits:
    """The credits of an author line and of a body's first and last lines, each person once."""
    found: list[Credits] = []
    for text in dict.fromkeys(_places(byline, lines)):
        if named := credits_in(text, author_line=text == byline):
            found.append(named)
            for role, people in (("reporters", named.reporters), ("correspondents", named.correspondents)):
                if people:
                    trail.note(role, "credit in the author line, at head or tail of the body", text)
    if not found and (bare := _after_dateline(lines)):
        named, text = bare
        found.insert(0, named)
        trail.note("reporters", "names alone in brackets behind the dateline", text)
        if named.correspondents:
            trail.note("correspondents", "credit in the author line, at head or tail of the body", text)
    return Credits(
        reporters=tuple(dict.fromkeys(name for named in found for name in named.reporters)),
        correspondents=tuple(dict.fromkeys(name for named in found for name in named.correspondents)),
    )


def _after_dateline(lines: Sequence[str]) -> tuple[Credits, str] | None:
    # 人民网洛阳2月12日电（霍某某 张某）: names there are the reporters'; one alone has to begin with a surname
    for line in lines[:2]:
        if ("电" in (head := line[:80]) or "讯" in head) and (found := _AFTER_DATELINE.match(head)):
            named = credits_in(f"记者 {found[1]}")
            names = named.reporters if named else ()
            if named and names and not _ROLE.match(found[1]):
                return (named, found[0]) if len(names) > 1 or all(map(_is_surely_name, names)) else None
    return None


def _is_surely_name(name: str) -> bool:
    return "·" in name or (begins_with_surname(name) and len(name) <= (4 if name[:2] in DOUBLE_SURNAMES else 3))


def _places(byline: str | None, lines: Sequence[str]) -> list[str]:
    places = [byline] if byline else []
    if byline and byline.endswith((")", "）")):
        places += [bracket[1] for bracket in _BRACKET.finditer(byline[:80])]
    for line in filter(_may_name, lines[:2]):
        places += [bracket[1] for bracket in _BRACKET.finditer(line[:80])]
        if len(line) <= 60:
            places.append(line)
    # pictures without a caption and tables may stand before the first paragraph
    places += [bracket[1] for line in filter(_may_name, lines[2:8]) if (bracket := _BRACKET.match(line))]
    for line in filter(_may_name, lines[-3:]):
        if bracket := _TAIL_BRACKET.search(line[-70:]):
            places.append(bracket[1])
        if len(line) <= 60:
            places.append(line)
    return places


def _may_name(line: str) -> bool:
    # 记者, 通讯员 and their traditional forms; a search for one character is much quicker than a pattern
    return "者" in line or "员" in line or "員" in line
