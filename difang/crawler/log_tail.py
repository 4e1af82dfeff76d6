"""The end of a run's log, and searching it backwards: bounded work a look, however long the log is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PIECE = 256 * 1024  # bytes read at a time
MOST_BYTES = 8 * 1024 * 1024
"""So much is read for one look; a search that finds less than asked for goes on from there at the next."""

_LONGEST_LINE = 2_000  # characters shown


@dataclass(frozen=True, kw_only=True, slots=True)
class Tail:
    """Lines, the oldest first, that begin at or after `start`; `size` bytes is the whole. `start` 0: nothing older."""

    lines: tuple[str, ...]
    start: int
    size: int


def read_back(
    path: Path, *, find: str = "", before: int | None = None, most: int = 200, most_bytes: int = MOST_BYTES
) -> Tail:
    """The last `most` lines that hold `find` (in any case) and end at or before the byte `before`, None: the end.

    What was cut off into the older file beside it counts as the beginning. Nothing where there is no log.
    """
    parts = [(part, _size(part)) for part in (path.with_name(f"{path.name}.1"), path)]
    size = sum(length for _, length in parts)
    end = size if before is None else max(0, min(before, size))
    wanted, found, start = find.casefold(), [], end
    for at, line in _lines_back(parts, end):
        if end - at > most_bytes:
            break
        start = at
        text = line.decode("utf-8", errors="replace").rstrip("\r\n")
        if wanted in text.casefold():
            found.append(text[:_LONGEST_LINE])
            if len(found) == most:
                break
    if start == end > 0:  # one line longer than a look: leave it out
        start = max(0, end - most_bytes)
    return Tail(lines=tuple(reversed(found)), start=start, size=size)


def _lines_back(parts: list[tuple[Path, int]], end: int) -> Iterator[tuple[int, bytes]]:
    """Where each line begins, and the line, from the byte `end` backwards."""
    rest = b""
    for at, piece in _pieces_back(parts, end):
        place = at + len(piece) + len(rest)
        rest, *lines = (piece + rest).split(b"\n")
        for line in reversed(lines):
            place -= len(line)
            if place != end:  # behind the last line break stands no line
                yield place, line
            place -= 1
        if len(rest) > MOST_BYTES:
            return
    if rest:
        yield 0, rest


def _pieces_back(parts: list[tuple[Path, int]], end: int) -> Iterator[tuple[int, bytes]]:
    first = sum(length for _, length in parts)
    for path, length in reversed(parts):
        first -= length
        stop = min(end, first + length)
        while stop > first:
            at = max(first, stop - PIECE)
            yield at, _read(path, at - first, stop - at)
            stop = at


def _read(path: Path, at: int, length: int) -> bytes:
    try:
        with path.open("rb") as file:
            file.seek(at)
            return file.read(length)
    except FileNotFoundError:  # begun anew since
        return b""


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116 one call, of a path that may be gone
    except FileNotFoundError:
        return 0
