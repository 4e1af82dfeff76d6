"""The end of a run's log, searching it backwards and leafing through it: a hundred megabytes are one quick look."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

PIECE = 256 * 1024  # bytes read at a time
MOST_BYTES = 128 * 1024 * 1024
"""So much is read for one look; a search that finds less than asked for goes on from there at the next."""

_LONGEST_LINE = 2_000  # characters shown
_LONGEST_KEPT = 4 * 1024 * 1024
"""Bytes of one line that are kept while its beginning is looked for, beside one piece."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tail:
    """Lines, the oldest first, that begin at or after `start` and end before `end`; `size` bytes is the whole.

    `start` 0: nothing older; `end` as `size`: nothing newer.
    """

    lines: tuple[str, ...]
    start: int
    end: int
    size: int


def read_back(
    path: Path, *, find: str = "", before: int | None = None, most: int = 200, most_bytes: int = MOST_BYTES
) -> Tail:
    """The last `most` lines that hold `find` (in any case) and end at or before the byte `before`, None: the end.

    What was cut off into the older file beside it counts as the beginning. Nothing where there is no log.
    """
    parts, size = _parts(path)
    end = size if before is None else max(0, min(before, size))
    holds, found, start = _holding(find), [], end
    for place, block in _blocks_back(parts, end):
        if end - start >= most_bytes:
            break
        start = place
        if not holds(block):
            continue
        for at, line in reversed(_lines(place, block)):
            if holds(line):
                found.append(line)
                if len(found) == most:
                    return Tail(lines=_shown(found[::-1]), start=at, end=end, size=size)
    return Tail(lines=_shown(found[::-1]), start=start, end=end, size=size)


def read_on(path: Path, *, after: int, find: str = "", most: int = 200, most_bytes: int = MOST_BYTES) -> Tail:
    """The first `most` lines that hold `find` and begin at the byte `after` or later, for leafing back to the end."""
    parts, size = _parts(path)
    start = max(0, min(after, size))
    holds, found, end = _holding(find), [], start
    rest = b""
    for at, piece in _pieces_on(parts, start):
        whole, cut, begun = (rest + piece).rpartition(b"\n")
        block, place = whole + cut, at - len(rest)
        if not block and len(begun) <= _LONGEST_KEPT:
            rest = begun
            continue
        if not block:  # a line longer than that is shown in pieces
            block, begun = begun, b""
        rest, end = begun, place + len(block)
        for begins, line in _lines(place, block) if holds(block) else ():
            if holds(line):
                found.append(line)
                if len(found) == most:
                    end = min(begins + len(line) + 1, size)
                    return Tail(lines=_shown(found), start=start, end=end, size=size)
        if end - start >= most_bytes:
            break
    else:
        end = size
        found += [rest] if rest and holds(rest) else []
    return Tail(lines=_shown(found), start=start, end=end, size=size)


def _holding(find: str) -> Callable[[bytes], bool]:
    """Whether bytes hold the text in any case; a piece that does not is done with at once, at a gigabyte a second."""
    beyond_ascii = "".join(letter for letter in find if not letter.isascii())
    if beyond_ascii.lower() == beyond_ascii.upper():  # as Chinese is: ASCII's letters alone have two cases
        wanted = find.encode("utf-8", "surrogatepass").lower()
        return lambda text: wanted in text.lower()
    folded = find.casefold()
    return lambda text: folded in text.decode("utf-8", errors="replace").casefold()


def _lines(place: int, block: bytes) -> list[tuple[int, bytes]]:
    """Where each line of the block begins, and the line; behind the last line break stands none."""
    found = []
    for line in block.removesuffix(b"\n").split(b"\n"):
        found.append((place, line))
        place += len(line) + 1
    return found


def _shown(lines: list[bytes]) -> tuple[str, ...]:
    return tuple(line.decode("utf-8", errors="replace").rstrip("\r")[:_LONGEST_LINE] for line in lines)


def _blocks_back(parts: list[tuple[Path, int]], end: int) -> Iterator[tuple[int, bytes]]:
    """Where each block of whole lines begins, and the block, from the byte `end` backwards.

    Of a very long line the middle is left out.
    """
    behind: list[bytes] = []  # what follows in the line whose beginning is not read yet, the last first
    for at, piece in _pieces_back(parts, end):
        cut = piece.find(b"\n") + 1
        if not cut or (cut == len(piece) and not behind):
            if sum(map(len, behind)) > _LONGEST_KEPT:
                behind = behind[:1]
            behind.append(piece)
            continue
        block = piece[cut:] + b"".join(reversed(behind))
        yield at + cut, block
        behind = [piece[:cut]]
    if behind:
        yield 0, b"".join(reversed(behind))


def _parts(path: Path) -> tuple[list[tuple[Path, int]], int]:
    parts = [(part, _size(part)) for part in (path.with_name(f"{path.name}.1"), path)]
    return parts, sum(length for _, length in parts)


def _pieces_on(parts: list[tuple[Path, int]], start: int) -> Iterator[tuple[int, bytes]]:
    first = 0
    for path, length in parts:
        while first <= start < first + length:
            piece = _read(path, start - first, min(PIECE, first + length - start))
            if not piece:
                return
            yield start, piece
            start += len(piece)
        first += length


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
