"""Names of people as the site prints them: lists with many separators, two-character names padded with a space."""

from __future__ import annotations

import re

from difang.ingest.extract.surnames import DOUBLE_SURNAMES, SURNAMES

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff〇\U00020000-\U000323af"
_INTERN = re.compile(
    r"[(（〔\[【]\s*(?:实习生?|實習生?|见习|見習|实习编辑|实习记者)\s*[)）〕\]】]|[-－—]\s*(?:实习生?|见习)(?!\S)"
    r"|(?<!\S)(?:实习生|实习编辑|实习记者|實習生|实习|见习)[:：\s]*"
)
_NAME = re.compile(
    rf"(?:[{_HAN}]{{2,4}}|(?!.*[从在的了是向对到被]|.*(?:获悉|近日|日前|今天|昨天))[{_HAN}]{{5,7}}"
    rf"|[{_HAN}]+(?:[·•．・‧][{_HAN}]+)+|[A-Za-z][A-Za-z.'·\- ]+[A-Za-z.])"
)
_SINGLE = re.compile(rf"[{_HAN}]")
_TALK = re.compile(r"[你您我他她它吗呢吧啊嘛的么这哪谁几怎什請请]|谢谢|謝謝|作品|供图|手记|手記")


def names_in(text: str) -> tuple[str, ...] | None:
    """The names of a list such as `甲某、乙 丙（实习）`, in printed order, each once; None where a part is no name.

    Names of two characters padded with a space come out without it, so do three characters alone and a double surname
    with one; an intern mark is no part of a name. Two to seven Han characters are a name (more than four only without
    the small words of a sentence), or any number joined by `·`, or a Latin name.
    """
    found: list[str] = []
    for listed in re.split(r"[、，,；;/|]", text):
        names = _names_between(_INTERN.sub(" ", listed.strip()))
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
    tokens = text.split()
    if len(tokens) == 3 and all(map(_SINGLE.fullmatch, tokens)):
        return ["".join(tokens)]
    names: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        padded = _SINGLE.fullmatch(token) or token in DOUBLE_SURNAMES
        if padded and at + 1 < len(tokens) and _SINGLE.fullmatch(tokens[at + 1]):
            token += tokens[at + 1]
            at += 1
        if not _NAME.fullmatch(token):
            return None
        names.append(token)
        at += 1
    return names
