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
from difang.ingest.extract.furniture import is_furniture
from difang.ingest.extract.lines import Line
from difang.ingest.extract.related import end_of_body, is_heading, is_item, without_related

_ORIGINAL = re.compile(r"^(?:([(（【\[]?)\s*原(?:标题|標題)|([(（【\[])\s*原[题題])\s*[:：]\s*(.*)$")
_BEGUN_ORIGINAL = re.compile(r"^[(（【\[]\s*原(?:标题|標題)\s*[:：][^)）】\]]*$")
_BEHIND_TITLE = re.compile(r"\s+(?:责编|责任编辑|責編|責任編輯|来源|作者)\s*[:：].*$")
_CLOSING = {"(": ")", "（": "）", "【": "】", "[": "]"}
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
    kept = without_related(kept)
    end = end_of_body(kept)
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
        if is_heading(line):
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
    if is_furniture(line) or line.linked or is_item(line):
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
