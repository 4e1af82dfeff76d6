"""Differences between two versions, marked for readers: what was taken out, what was put in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from difang.console.languages import N_
from difang.ingest.index.comparing import Steps, opcodes
from difang.ingest.index.versions import Change, Version

_LONGEST = 2_000  # characters of a passage that are compared one by one
_MOST_STEPS = 1_000_000  # for all passages of a page, some 120 ms; an ordinary one takes a few thousand
FIELDS = {
    "title": N_("标题"),
    "pre_title": N_("肩题"),
    "subtitle": N_("副题"),
    "body": N_("正文"),
    "editors": N_("责编"),
    "reporters": N_("记者"),
    "correspondents": N_("通讯员"),
    "source": N_("来源"),
    "published_at": N_("发布时间"),
    "byline": N_("署名"),
    "images": N_("图片"),
    "keywords": N_("关键词"),
    "sections": N_("栏目"),
    "original_title": N_("原标题"),
    "print_edition": N_("报纸"),
}
"""What a field is called; one that is not here goes by its own name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """One changed field or passage; `pieces` are (kind, text) where kind is `same`, `out` or `in`."""

    field: str
    paragraph: int | None
    pieces: list[tuple[str, str]]


def marked(versions: Sequence[Version]) -> list[list[Marked]]:
    """What each of the versions changed, ready to be shown."""
    steps = Steps(_MOST_STEPS)
    return [[_marked(change, steps) for change in version.changes] for version in versions]


def _marked(change: Change, steps: Steps) -> Marked:
    return Marked(
        field=FIELDS.get(change.field, change.field),
        paragraph=change.paragraph,
        pieces=list(_pieces(_text(change, change.old), _text(change, change.new), steps)),
    )


def _text(change: Change, value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values() if part)
    if isinstance(value, list | tuple):
        return ("\n" if change.field in ("body", "images") else "、").join(_text(change, part) for part in value)
    return "" if value is None else str(value)


def _pieces(old: str, new: str, steps: Steps) -> Iterator[tuple[str, str]]:
    if max(len(old), len(new)) > _LONGEST:
        yield from (piece for piece in (("out", old), ("in", new)) if piece[1])
        return
    for word, start, end, new_start, new_end in opcodes(old, new, steps):
        if word == "equal":
            yield "same", old[start:end]
            continue
        if old[start:end]:
            yield "out", old[start:end]
        if new[new_start:new_end]:
            yield "in", new[new_start:new_end]
