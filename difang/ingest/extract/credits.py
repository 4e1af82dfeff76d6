"""Reporters (记者) and correspondents (通讯员): named in the author line, at the head and at the tail of the body."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from difang.ingest.extract.names import names_in
from difang.ingest.extract.trail import Trail

_FIRST_ROLE = re.compile(r"[^\s、，,。；;：:（）()]{0,14}?(记者|記者|通讯员|通訊員)")
_ROLE = re.compile(
    r"(?:[^\s、，,。；;：:（）()]{0,12}?(?:报|网|社|台|频道|刊|融媒|客户端|報|網))?(?:见习|实习|特约|首席)?"
    r"(记者|記者|通讯员|通訊員)\s*[:：]?\s*"
)
_BRACKET = re.compile(r"[(（]([^()（）]{2,60})[)）]")
_TAIL_BRACKET = re.compile(r"[(（]([^()（）]{2,60})[)）]\s*$")
_MARK = re.compile(r"^[□■●◎○◆▲]+\s*")
_PHOTO = re.compile(r"[摄攝]$|摄影$|供图$|图片$|/图$|制图$")
_ENDING = re.compile(r"\s*(?:综合报道|报道|報道|报导|文/图|图/文)$")
_WROTE = re.compile(r"\s+文\s*$")
_NO_NAMES = frozenset(
    (
        "手记",
        "观察",
        "调查",
        "来信",
        "获悉",
        "报道",
        "从业",
        "采访",
        "了解",
        "看到",
        "站",
        "节",
        "证",
        "在线",
        "连线",
        "帮",
        "专访",
        "札记",
        "述评",
        "说",
        "问",
    )
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Credits:
    """The people a text names as reporters and as correspondents, in printed order."""

    reporters: tuple[str, ...] = ()
    correspondents: tuple[str, ...] = ()


def credits_in(text: str) -> Credits | None:
    """What a credit such as `本报记者 王某某 方 某 通讯员 钱某` names, if it is a credit as a whole; None else.

    A photo credit (`某某 摄`) names no reporter of the article.
    """
    if "记者" not in text and "通讯员" not in text and "記者" not in text and "通訊員" not in text:
        return None
    text = _ENDING.sub("", _MARK.sub("", text.strip()))
    if not (first := _FIRST_ROLE.match(text)) or _PHOTO.search(text):
        return None
    text = text[first.start(1) :]
    roles = list(_ROLE.finditer(text))
    reporters: list[str] = []
    correspondents: list[str] = []
    ends = [role.start() for role in roles[1:]] + [len(text)]
    for role, end in zip(roles, ends, strict=True):
        listed = text[role.end() : end]
        names = names_in(listed) or names_in(_WROTE.sub("", listed))
        if not names or _NO_NAMES.intersection(names):
            return None
        people = correspondents if role[1] in ("通讯员", "通訊員") else reporters
        people += [name for name in names if name not in people]
    return Credits(reporters=tuple(reporters), correspondents=tuple(correspondents))


def credits_of(byline: str | None, lines: Sequence[str], trail: Trail) -> Credits:
    """The credits of an author line and of a body's first and last lines, each person once."""
    found: list[Credits] = []
    for text in dict.fromkeys(_places(byline, lines)):
        if named := credits_in(text):
            found.append(named)
            for role, people in (("reporters", named.reporters), ("correspondents", named.correspondents)):
                if people:
                    trail.note(role, "credit in the author line, at head or tail of the body", text)
    return Credits(
        reporters=tuple(dict.fromkeys(name for named in found for name in named.reporters)),
        correspondents=tuple(dict.fromkeys(name for named in found for name in named.correspondents)),
    )


def _places(byline: str | None, lines: Sequence[str]) -> list[str]:
    places = [byline] if byline else []
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
