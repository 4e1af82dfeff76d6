"""Where a reporter was, as credits tell it after the names (王某济南报道, 发自济南): no part of the names."""

from __future__ import annotations

import re

from difang.ingest.extract.localities import LOCALITIES
from difang.ingest.extract.names import begins_with_surname

_REPORTING = re.compile(
    r"(\s*)(?:(?:摄影|图文|综合|联合|共同|参与|现场|独家|跟踪|采访|深度)?|(?:[从自][^\s、，,/]{2,8}?)?发回)(?:报道|報道|报导)$"
)
_SENT_FROM = re.compile(r"(?:\s*[发發]自|\s自)\s*[^\s、，,/]{2,8}$")
_WIRE = re.compile(r"[电電讯訊]$")
_LAST = re.compile(r"(?:^|(?<=[\s、，,]))[^\s、，,]*$")
_ROLE_BEFORE = re.compile(r"(?:记者|記者|通讯员|通訊員)\s*[:：]?\s*$")
_GLUED = re.compile(r"^.*(?:记者|記者|通讯员|通訊員)[:：]?")
_ADMINISTRATIVE = re.compile(r"..+[省市县区州盟旗镇乡村縣區鎮鄉]$")
_MOST_PLACES = 8
_LONGEST_PLACE = max(map(len, LOCALITIES))


def without_place(text: str) -> str | None:
    """The credit without the place and the word 报道 at its end; None where a name and a place cannot be told apart."""
    if not (reporting := _REPORTING.search(text)):
        wired = _known_place(text[:-1]) if _WIRE.search(text) else 0
        return text[: -1 - wired] if wired else _SENT_FROM.sub("", text)
    text = text[: reporting.start()]
    if found := _SENT_FROM.search(text):
        return text[: found.start()]
    for _ in range(_MOST_PLACES):
        shorter = _without_last_place(text, parted=bool(reporting[1]))
        if shorter is None or shorter == text:
            return shorter
        text = shorter.rstrip(" \u3000、，,")
    return None


def _without_last_place(text: str, *, parted: bool) -> str | None:
    # `parted` tells that a space stands between the last word and 报道
    found = _LAST.search(text)
    word = found[0] if found else ""
    before = text[: len(text) - len(word)]
    name = _GLUED.sub("", word)
    if not name:
        return text
    known = _known_place(name)
    if name != word or _ROLE_BEFORE.search(before):  # the first name of its role
        if known and len(name) - known >= 2:
            return text[:-known]
        glued = not parted and len(name) > 3 and "·" not in name
        return None if known == len(name) or (glued and begins_with_surname(name, double=False)) else text
    if known == len(name) or _ADMINISTRATIVE.match(name):
        return before
    if known and len(name) - known >= 2:
        return text[:-known]
    is_name = parted or len(name) == 1 or begins_with_surname(name) or "·" in name
    return text if is_name else before


def _known_place(word: str) -> int:
    # how many characters at the end of the word are a known place
    sizes = range(min(_LONGEST_PLACE, len(word)), 1, -1)
    return next((size for size in sizes if word[-size:] in LOCALITIES), 0)
