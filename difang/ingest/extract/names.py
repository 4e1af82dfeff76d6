"""Names of people as the site prints them: lists with many separators, two-character names padded with a space."""

from __future__ import annotations

import re

from difang.ingest.extract.surnames import DOUBLE_SURNAMES, SURNAMES

_HAN = "\u3400-\u4dbf\u4e00-\u4e27\u4e29-\u9fff\uf900-\ufaff〇\U00020000-\U000323af"
"""Han characters but 丨 (U+4E28), which stands between label and name as a bar does."""
_REMARK = re.compile(
    r"[(（〔\[【［]\s*(?:实习生?|實習生?|见习生?|見習|(?:实习|见习)(?:编辑|记者)|[^()（）\s]{2,6}(?:频道|頻道))\s*[)）〕\]】］]"
    r"|[-－—]\s*(?:实习生?|见习)(?!\S)"
    r"|(?<!\S)(?:(?:实习|见习)(?:编辑|记者|生)|實習生|实习|见习)[:：\s]*"
)
"""What tells of a person and is no part of the name: an intern's mark, the channel."""
_REMARKING = frozenset("习習见見频頻")
_NAME = re.compile(
    rf"(?:[{_HAN}]{{2,4}}|(?!.*[从在的了是向对到被]|.*(?:获悉|近日|日前|今天|昨天))[{_HAN}]{{5,7}}"
    rf"|[{_HAN}]+(?:[·•．・‧][{_HAN}]+)+|[A-Za-z][A-Za-z.'·\- ]+[A-Za-z.])"
)
_TASK = re.compile(
    r"编辑|責編|责编|编审|主编|审核|审校|校对|校對|监制|统筹|策划|签发|值班|[初复终]审|[记記]者|通[讯訊][员員]"
)
"""Words for a part in the work: what holds one is no name."""
_SEPARATOR = re.compile(r"[、，,；;/|丨｜]")
_SINGLE = re.compile(rf"[{_HAN}]")
_TALK = re.compile(r"[你您我他她它吗呢吧啊嘛的么这哪谁几怎什請请]|谢谢|謝謝|作品|供图|手记|手記")


def names_in(text: str) -> tuple[str, ...] | None:
    """The names of a list such as `甲某、乙 丙（实习）`, in printed order, each once; None where a part is no name.

    Names of two characters padded with a space come out without it, so do three characters alone, a double surname with
    one, and a surname and the rest. An intern's mark and a channel in brackets are no part of a name. Two to seven Han
    characters are a name (more than four only without the small words of a sentence), or any number joined by `·`, or
    a Latin name; what holds a word for a part in the work (审核, 编辑) is none.
    """
    found: list[str] = []
    remarked = not _REMARKING.isdisjoint(text)  # looking for characters is quicker than a pattern
    for listed in _SEPARATOR.split(text):
        listed = listed.strip()
        names = _names_between(_REMARK.sub(" ", listed) if remarked else listed)
        if names is None:
            return None
        found += [name for name in names if name not in found]
    return tuple(found)


def is_talk(text: str) -> bool:
    """Whether the text holds what no name does: 你好, 谢谢, a particle of speech."""
    return bool(_TALK.search(text))


def begins_with_surname(name: str, *, double: bool = True) -> bool:
    """Whether the name begins with a common surname; `double=False` takes those of one character alone."""
    if name[:2] in DOUBLE_SURNAMES:
        return double
    return name[:1] in SURNAMES


def _names_between(text: str) -> list[str] | None:
    latin = " ".join(text.split())
    if latin and latin.isascii():
        return [latin] if _NAME.fullmatch(latin) else None
    if _TASK.search(text):
        return None
    tokens = text.split()
    if len(tokens) == 3 and all(map(_SINGLE.fullmatch, tokens)):
        return ["".join(tokens)]
    if len(tokens) == 2 and _is_parted_name(*tokens):
        return ["".join(tokens)]
    names: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        padded = _SINGLE.fullmatch(token) or token in DOUBLE_SURNAMES
        if padded and at + 1 < len(tokens) and _SINGLE.fullmatch(tokens[at + 1]):
            token += tokens[at + 1]
            at += 1
        elif token in DOUBLE_SURNAMES and at + 1 < len(tokens):
            return None  # 欧阳 王芳: one person or two
        if not _NAME.fullmatch(token):
            return None
        names.append(token)
        at += 1
    return names


def _is_parted_name(surname: str, rest: str) -> bool:
    # 尹 星云, 慕容 雪村; the rest begins with no surname, else it may be a person of its own
    if len(rest) != 2 or begins_with_surname(rest) or not _NAME.fullmatch(rest):
        return False
    return surname in DOUBLE_SURNAMES or (len(surname) == 1 and surname in SURNAMES)
