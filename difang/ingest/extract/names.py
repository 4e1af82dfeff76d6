"""Names of people as the site prints them: lists with many separators, two-character names padded with a space."""

from __future__ import annotations

import re

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff〇\U00020000-\U000323af"
_INTERN = re.compile(
    r"[(（〔\[]\s*(?:实习生?|實習生?|见习|見習|实习编辑|实习记者)\s*[)）〕\]]|^(?:实习生|实习编辑|实习记者|實習生|实习)[:：\s]*"
)
_NAME = re.compile(
    rf"(?:[{_HAN}]{{2,4}}|(?!.*[从在的了是向对到被]|.*(?:获悉|近日|日前|今天|昨天))[{_HAN}]{{5,7}}"
    rf"|[{_HAN}]+(?:[·•．・‧][{_HAN}]+)+|[A-Za-z][A-Za-z.'·\- ]+[A-Za-z.])"
)
_SINGLE = re.compile(rf"[{_HAN}]")


def names_in(text: str) -> tuple[str, ...] | None:
    """The names of a list such as `甲某、乙 丙（实习）`, in printed order, each once; None where a part is no name.

    Names of two characters padded with a space come out without it; an intern mark is no part of a name. Two to
    seven Han characters are a name (more than four only without the small words of a sentence), or any number joined
    by `·`, or a Latin name.
    """
    found: list[str] = []
    for listed in re.split(r"[、，,；;/|]", text):
        names = _names_between(_INTERN.sub(" ", listed.strip()))
        if names is None:
            return None
        found += [name for name in names if name not in found]
    return tuple(found)


def _names_between(text: str) -> list[str] | None:
    latin = " ".join(text.split())
    if latin and latin.isascii():
        return [latin] if _NAME.fullmatch(latin) else None
    tokens = text.split()
    names: list[str] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if _SINGLE.fullmatch(token) and at + 1 < len(tokens) and _SINGLE.fullmatch(tokens[at + 1]):
            token += tokens[at + 1]
            at += 1
        if not _NAME.fullmatch(token):
            return None
        names.append(token)
        at += 1
    return names
