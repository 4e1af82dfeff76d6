"""Differences between two versions, marked for readers: what was taken out, what was put in."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from difang.console.languages import N_
from difang.ingest.index.versions import Change, Version

_LONGEST = 2_000  # characters that are compared one by one; the time grows with their square
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


def marked(version: Version) -> list[Marked]:
    """What a version changed, ready to be shown."""
    return [
        Marked(
            field=FIELDS.get(change.field, change.field),
            paragraph=change.paragraph,
            pieces=list(_pieces(_text(change, change.old), _text(change, change.new))),
        )
        for change in version.changes
    ]


def _text(change: Change, value: Any) -> str:
    if isinstance(value, dict):
        return " ".join(str(part) for part in value.values() if part)
    if isinstance(value, list | tuple):
        return ("\n" if change.field in ("body", "images") else "、").join(_text(change, part) for part in value)
    return "" if value is None else str(value)


def _pieces(old: str, new: str) -> Iterator[tuple[str, str]]:
    if max(len(old), len(new)) > _LONGEST:
        yield from (piece for piece in (("out", old), ("in", new)) if piece[1])
        return
    for word, start, end, new_start, new_end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if word == "equal":
            yield "same", old[start:end]
            continue
        if old[start:end]:
            yield "out", old[start:end]
        if new[new_start:new_end]:
            yield "in", new[new_start:new_end]
