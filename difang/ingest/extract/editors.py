"""The editor line (责编): the people who edited and released the piece, in every form the site prints."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice

from difang.ingest.extract.names import begins_with_surname, is_talk, names_in

_LABEL = r"(?:责\s*任\s*编\s*辑|责\s*编|責\s*任\s*編\s*輯|責\s*編)"
_AFTER_LABEL = r"\s*[:：丨｜|]"
_LABELLED = re.compile(rf"{_LABEL}{_AFTER_LABEL}")
_INTERN_FIRST = re.compile(
    r"([(（\[【〔「［]?)\s*(?:实习|见习|實習|見習)(?:编辑|編輯)\s*[:：]?\s*([^()（）:：。]{2,20}?)[\s、，,；;/|]+"
    rf"{_LABEL}{_AFTER_LABEL}"
)
_LINE = re.compile(rf"^([(（\[【〔「［]?)\s*{_LABEL}\s*([:：丨｜|])\s*(.*?)\s*[)）\]】〕」］]?$")
_LOOSE = re.compile(rf"^([(（\[【〔「［])\s*{_LABEL}([\s/|]+)(.*?)\s*[)）\]】〕」］]$")
_WITHIN = re.compile(
    rf"[(（\[【〔［]\s*{_LABEL}{_AFTER_LABEL}"
    r"((?:[^()（）\[\]【】〔〕［］]|[(（\[【［][^()（）\[\]【】［］]{0,8}[)）\]】］])*)[)）\]】〕］]"
)
_OPEN = re.compile(rf"^[(（\[【〔［]\s*{_LABEL}{_AFTER_LABEL}[^()（）\[\]【】〔〕［］]*$")
_BEGINNING = re.compile(
    r"([(（\[【〔［]?)\s*(?:(?:实习|见习|實習|見習)(?:编辑|編輯)\s*[:：]?[^()（）:：。]{2,20}?)?"
    rf"{_LABEL}\s*[:：丨｜|\s]"
)
_FINISHED = tuple('。！？!?…”’"』」)）》')
_BUTTONS = re.compile(r"(?<=[)）\]】〕］])\s*[\[【]?(?:我要)?(?:纠错|报错|分享|打印|收藏|关闭|举报)[\]】]?\s*$")
_BESIDE_NAMES = re.compile(
    r"(?:\s+(?:纠错|报错|分享|打印|收藏|关闭|举报)|\s*[\[【]?(?:我要|有奖)(?:纠错|报错|举报)[\]】]?)+\s*$"
)
_ENDS_OF_MORE = frozenset("。错享印藏闭报]】")
"""What a full stop or a button ends in; looking for a character is quicker than a pattern."""
_SOURCE_LINE = re.compile(r"\s*(?:文章|信息|稿件)?(?:来源|來源|稿源)\s*[:：]\s*[^\s，。；;：:]{2,20}\s*")
_CREDIT_BEFORE = re.compile(r"[(（][^()（）。]{0,20}(?:[记記]者|通[讯訊][员員])[^()（）。]{2,40}$")
_OTHER_TASK = re.compile(
    r"[\s、，,；;/|丨｜](?:审核|審核|校对|校對|审校|监制|[复终初]审|签发|美编|统筹|策划)\s*[:：].*$"
)
_SAYS = re.compile(r"[说說问問答]$")
_CLOSING = (")", "）", "]", "】", "〕", "］")
_LONGEST = 60
"""Characters; a longer line is a sentence, unless all of it is names."""
_BESIDE = 12
"""Characters that may follow a bracketed line: 分享, 我要纠错, a second bracket."""
_LONGEST_TAIL = 200
_MOST_LINES = 5
_LONGEST_NAME = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class EditorLine:
    """An editor line as printed, and the names in it; `names` is None where its shape is unknown."""

    line: str
    names: tuple[str, ...] | None


def editor_line(text: str) -> EditorLine | None:
    """What the line says if it is an editor line as a whole, else None: the word 责编 in running text is none.

    Known forms: `(责编：甲、乙)`, `（责任编辑：甲）`, `[责任编辑：甲 乙]`, without brackets, with an ASCII colon,
    in traditional characters, with a bar (`责编丨甲`), empty (`(责编：)`, which names nobody). What follows the editors
    with a label of its own (`审核：乙`) names none.
    """
    if intern := _intern_first(text):
        read = editor_line(intern)
        return EditorLine(line=text, names=read.names) if read else None
    if not (found := _LINE.match(text) or _LOOSE.match(text)):
        return None
    inner = found[3]
    if inner.count("(") + inner.count("（") > inner.count(")") + inner.count("）"):
        inner += "）"  # the closing bracket of an intern mark was taken for the line's own
    names = _names(inner)
    if names is None and found[1] and (within := editor_line_within(text)) and len(text) - len(within.line) <= _BESIDE:
        names = within.names
    if (
        inner[-1:] in _ENDS_OF_MORE
        and (less := _without_end(inner)) != inner
        and _are_people(told := _names(less), at_most=3)
    ):
        names, inner = told, less
    if names is None and (len(text) > _LONGEST or inner.endswith(("。", "！", "？"))):
        return None  # a sentence, not a line of names
    if not found[1] and (is_talk(inner) or (found[2] not in ":：" and not _are_people(names))):
        return None  # an editor speaking, or a column's heading: 责编丨读后感
    return EditorLine(line=text, names=names)


def editor_line_within(text: str) -> EditorLine | None:
    """The bracketed editor line somewhere in the text of an editor block, which may hold a link or two besides.

    Of two that name others no names are read: which of them edited the piece is not said.
    """
    text = _intern_first(text, anywhere=True) or text
    found = list(islice(_WITHIN.finditer(text), _MOST_LINES))
    if not found:
        return None
    named = {_names(one[1].strip()) for one in found}
    line = text[found[0].start() : found[-1].end()].strip()
    return EditorLine(line=line, names=named.pop() if len(named) == 1 else None)


def editor_line_behind(text: str) -> EditorLine | None:
    """The editor line at the end of a head's line: `2026年1月2日07:48 来源：某报 责任编辑：甲某`; None without any."""
    if "编" not in text and "編" not in text:
        return None
    found = next(_BEGINNING.finditer(text), None)
    return editor_line(text[found.start() :].strip()) if found else None


def _intern_first(text: str, *, anywhere: bool = False) -> str | None:
    # 责编：甲、乙 for 实习编辑：甲、责编：乙, where the text begins so (or holds that in its bracket)
    if "习编辑" not in text and "習編輯" not in text:
        return None
    found = _INTERN_FIRST.search(text) if anywhere else _INTERN_FIRST.match(text)
    if found is None or (anywhere and not found[1]):
        return None
    return f"{text[: found.start()]}{found[1]}责编：{found[2]}、{text[found.end() :]}"


def is_unfinished(text: str) -> bool:
    """Whether the line is an editor line whose bracket is not closed, so that the next may be the rest of it."""
    return bool(_OPEN.match(text))


def editor_tail(text: str) -> tuple[str, EditorLine] | None:
    """The paragraph without the editor line at its end, and that line, where it ends in one.

    The words before it have to be finished: what a sentence runs into is part of the sentence. A line without brackets
    has to name people and nothing else; a button such as 我要纠错 may follow a bracket.
    """
    if "编" not in text and "編" not in text:
        return None
    from_ = max(0, len(text) - _LONGEST_TAIL)
    beginnings = list(_BEGINNING.finditer(text, from_))
    if not beginnings or not (found := beginnings[-1]).start():
        return None
    before, line = text[: found.start()], _BUTTONS.sub("", text[found.start() :]).strip()
    closed = bool(found[1]) and line.endswith(_CLOSING)
    if found[1] and not closed and any(mark in line for mark in _CLOSING):
        return None  # a sentence goes on behind the bracket
    if not closed and not found[1] and line.endswith(_CLOSING) and _CREDIT_BEFORE.search(before):
        return _of_credit(before, line)
    finished = before.rstrip().endswith(_FINISHED) or _SOURCE_LINE.fullmatch(before)
    if not finished and not (closed and before[-1].isspace()):
        return None
    read = editor_line(line)
    if read is None or (not closed and not _are_people(read.names)):
        return None
    return before.rstrip(), read


def _of_credit(before: str, line: str) -> tuple[str, EditorLine] | None:
    # （某报记者 张某 责编：李某）: the credit stays, closed with the line's bracket
    read = editor_line(line[:-1])
    return (before.rstrip(" \u3000，,；;") + line[-1], read) if read and _are_people(read.names) else None


def _without_end(inner: str) -> str:
    # without a full stop, or a button such as 我要纠错
    return inner[:-1] if inner.endswith("。") else _BESIDE_NAMES.sub("", inner)


def unread_line(text: str) -> str | None:
    """The last line of a body from the label of an editor line on, where it ends in what only looks like one."""
    if "编" not in text and "編" not in text:
        return None
    found = list(_LABELLED.finditer(text, max(0, len(text) - _LONGEST)))
    return text[found[-1].start() :] if found else None


def _names(inner: str) -> tuple[str, ...] | None:
    return None if _LABELLED.search(inner) else names_in(_OTHER_TASK.sub("", inner))


def _are_people(names: tuple[str, ...] | None, *, at_most: int = _LONGEST_NAME) -> bool:
    # whether nothing but names can be meant where no bracket tells
    return bool(names) and all(
        "·" in name or (begins_with_surname(name) and len(name) <= at_most and not _SAYS.search(name))
        for name in names or ()
    )
