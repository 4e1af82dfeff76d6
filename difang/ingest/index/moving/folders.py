"""The folders of generations as a move handles them: their names, their files, the order of their records."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import tantivy

from difang.ingest.errors import RetryLater
from difang.ingest.index.generations import META, OWN_FILES

_PAGE = 2_000
_GREATEST = 2**63 - 1


@contextmanager
def told_in_a_sentence(folder: Path) -> Iterator[None]:
    """What Tantivy or the disk raises becomes RetryLater."""
    try:
        yield
    except (OSError, ValueError) as error:
        raise RetryLater(
            f"The index in {folder} could not be moved ({error}); nothing was swapped. Check the disk, then run the"
            " same command again: it goes on."
        ) from error


def records(index: tantivy.Index, searcher: tantivy.Searcher, cursor: int | None) -> Iterator[tuple[list[bytes], int]]:
    """The records in their order from `cursor` on, and each time the cursor behind them."""
    while True:
        query = tantivy.Query.range_query(
            index.schema,
            "order",
            tantivy.FieldType.Integer,
            lower_bound=-_GREATEST if cursor is None else cursor,
            upper_bound=_GREATEST,
            include_lower=cursor is None,
        )
        found: Any = searcher.search(query, limit=_PAGE, count=False, order_by_field="order", order=tantivy.Order.Asc)
        if not found.hits:
            return
        cursor = int(found.hits[-1][0])
        yield [bytes(searcher.doc(address)["record"][0]) for _, address in found.hits], cursor


def numbered(folder: Path) -> list[str]:
    """The names of the generations in folders of their own, in the order in which they were made."""
    return sorted((path.name for path in folder.iterdir() if path.is_dir() and path.name.isdecimal()), key=int)


def next_name(folder: Path) -> str:
    """A name no generation has, higher than all."""
    return str(max(map(int, numbered(folder)), default=1) + 1)


def link(source: Path, target: Path) -> None:
    """The files of a generation under another folder; they are never changed, only replaced. Raises RetryLater."""
    target.mkdir()
    try:
        for file in source.iterdir():
            if file.is_file() and file.name not in OWN_FILES and not file.name.endswith(".lock"):
                os.link(file, target / file.name)
    except OSError as error:
        shutil.rmtree(target)
        raise RetryLater(f"{source} cannot be gone back to now ({error}); try again.") from error


def sweep(folder: Path, *kept: str | None) -> None:
    """Delete all generations but these; of a call that was killed within one nothing is left that holds an index."""
    for name in numbered(folder):
        if name not in kept:
            (folder / name / META).unlink(missing_ok=True)
            shutil.rmtree(folder / name, ignore_errors=True)
    if "." not in kept:
        (folder / META).unlink(missing_ok=True)
        for path in folder.iterdir():
            if path.is_file() and path.name not in OWN_FILES:
                path.unlink()
