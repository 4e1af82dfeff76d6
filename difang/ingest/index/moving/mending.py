"""An embedded index whose state is torn, or whose generation in use is gone: which of those left takes its place."""

from __future__ import annotations

import json
from collections.abc import Set
from datetime import UTC, datetime
from pathlib import Path

import tantivy

from difang.ingest.errors import DifangError
from difang.ingest.index.embedded import get_from
from difang.ingest.index.entry import document_of, is_later
from difang.ingest.index.folder import make, open_existing
from difang.ingest.index.generations import (
    STATE_FILE,
    State,
    changes,
    forget_changes,
    holds_index,
    put_state,
    standing_still,
)
from difang.ingest.index.moving.folders import numbered, records


def mended(folder: Path) -> State:
    """Put a state in force whose generation in use holds all that the others do; an empty one where none is left.

    Raises DifangError where none does, or where what it has more may have been removed from another: only a person
    knows which was in use.
    """
    with standing_still(folder):
        left = [name for name in (".", *numbered(folder)) if holds_index(folder / name)]
        if not left:
            make(folder)
        state = State(active=_fullest(folder, left) if left else ".")
        put_state(folder, state)
        forget_changes(folder)
    return state


def _fullest(folder: Path, names: list[str]) -> str:
    if len(names) == 1:
        return names[0]
    noted = set(changes(folder, 0)[0])
    for name in reversed(names):  # of two that hold the same the later one has the newer fields
        others = [folder / other for other in names if other != name]
        if all(_covers(folder / name, other) for other in others):
            if _removed_from(folder / names[-1], folder / name, noted):
                break
            return name
    each = "; ".join(_told(folder, name) for name in names)
    state = json.dumps({"active": "NAME"})
    raise DifangError(
        f"Nothing tells which of the indexes in {folder} was in use: {each}. Copy the folder, write"
        f" {state} with the name of the one to keep into {folder / STATE_FILE}, then run"
        " `difang index migrate --rebuild` and `difang reprocess --apply`."
    )


def _covers(one: Path, other: Path) -> bool:
    """Whether the one holds each article of the other, the same or of a newer page."""
    index, others = _opened(one), _opened(other)
    for some, _ in records(others, others.searcher(), None):
        documents = [document_of(record.decode()) for record in some]
        held = get_from(index, [document.article.id for document in documents])
        for document in documents:
            mine = held.get(document.article.id)
            if mine is None or not (mine == document or is_later(mine, document)):
                return False
    return True


def _removed_from(last: Path, one: Path, noted: Set[str]) -> bool:
    """Whether what the last one lacks of the other may have been removed from it.

    All of it is `noted` then, as what is written or removed of late. Where it lacks more, its making was never ended,
    and nobody used it.
    """
    lacking = _ids(one) - _ids(last)
    return bool(lacking) and lacking <= noted


def _ids(generation: Path) -> set[str]:
    index = _opened(generation)
    return {document_of(one.decode()).article.id for some, _ in records(index, index.searcher(), None) for one in some}


def _told(folder: Path, name: str) -> str:
    written = datetime.fromtimestamp((folder / name / "meta.json").stat().st_mtime, UTC)
    return (
        f'"{name}" {_opened(folder / name).searcher().num_docs:,} articles, written last {written:%Y-%m-%d %H:%M} UTC'
    )


def _opened(generation: Path) -> tantivy.Index:
    index = open_existing(generation, any_version=True)
    assert index is not None  # noqa: S101 (it was looked for)
    return index
