"""The editor line (责编): the people who edited and released the piece, in every form the site prints."""

from __future__ import annotations

import re
from dataclasses import dataclass

from difang.ingest.extract.names import is_talk, names_in

_LABEL = r"(?:责\s*任\s*编\s*辑|责\s*编|責\s*任\s*編\s*輯|責\s*編)"
_LINE = re.compile(rf"^([(（\[【〔「]?)\s*{_LABEL}\s*[:：]\s*(.*?)\s*[)）\]】〕」]?$")
_LOOSE = re.compile(rf"^([(（\[【〔「])\s*{_LABEL}[\s/|]+(.*?)\s*[)）\]】〕」]$")
_WITHIN = re.compile(
    rf"[(（\[【〔]\s*{_LABEL}\s*[:：]((?:[^()（）\[\]【】〔〕]|[(（\[【][^()（）\[\]【】]{{0,8}}[)）\]】])*)[)）\]】〕]"
)
_TAIL = re.compile(rf"(?:(?<=[。！？!?…”’\"』」)）》\s])|^)\s*{_WITHIN.pattern}\s*$")
_OPEN = re.compile(rf"^[(（\[【〔]\s*{_LABEL}\s*[:：][^()（）\[\]【】〔〕]*$")
_BESIDE = 12
"""Characters that may follow a bracketed line: 分享, 我要纠错, a second bracket."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EditorLine:
    """An editor line as printed, and the names in it; `names` is None where its shape is unknown."""

    line: str
    names: tuple[str, ...] | None


def editor_line(text: str) -> EditorLine | None:
    """What the line says if it is an editor line as a whole, else None: the word 责编 in running text is none.

    Known forms: `(责编：甲、乙)`, `（责任编辑：甲）`, `[责任编辑：甲 乙]`, without brackets, with an ASCII colon,
    in traditional characters, empty (`(责编：)`, which names nobody).
    """
    if not (found := _LINE.match(text) or _LOOSE.match(text)):
        return None
    inner = found[2]
    if inner.count("(") + inner.count("（") > inner.count(")") + inner.count("）"):
        inner += "）"  # the closing bracket of an intern mark was taken for the line's own
    names = names_in(inner)
    if names is None and found[1] and (within := _WITHIN.match(text)) and len(text) - within.end() <= _BESIDE:
        names = names_in(within[1].strip())
    if names is None and (len(text) > 60 or inner.endswith(("。", "！", "？"))):
        return None  # a sentence, not a line of names
    if not found[1] and is_talk(inner):
        return None  # an editor speaking
    return EditorLine(line=text, names=names)


def editor_line_within(text: str) -> EditorLine | None:
    """The bracketed editor line somewhere in the text of an editor block, which may hold a link or two besides."""
    found = _WITHIN.search(text)
    return EditorLine(line=found[0].strip(), names=names_in(found[1].strip())) if found else None


def is_unfinished(text: str) -> bool:
    """Whether the line is an editor line whose bracket is not closed, so that the next may be the rest of it."""
    return bool(_OPEN.match(text))


def editor_tail(text: str) -> tuple[str, EditorLine] | None:
    """The paragraph without the bracketed editor line at its end, and that line, where it ends in one.

    The words before it have to be finished: what a sentence runs into is part of the sentence.
    """
    found = _TAIL.search(text) if "编" in text or "編" in text else None
    if not found or not found.start():
        return None
    return text[: found.start()].rstrip(), EditorLine(line=found[0].strip(), names=names_in(found[1].strip()))
