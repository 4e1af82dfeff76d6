"""Which of the folders of the embedded index is the one in use, and what was written while another is being made.

The folder holds one generation or two: the first in itself, later ones in folders of their own; `generations.json` says
which is in use and is replaced in one action. Whoever writes holds `writing.lock` for the length of a batch, so a swap
falls between two batches. Where there are two generations, every batch first notes its ids in `changed.jsonl`: that is
what must be brought over to the other.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from difang.ingest.errors import RetryLater

STATE_FILE, _LOCK, _CHANGED = "generations.json", "writing.lock", "changed.jsonl"
META = "meta.json"
"""The file without which Tantivy sees no index in a folder."""

OWN_FILES = frozenset((STATE_FILE, _LOCK, _CHANGED, "moving.lock", "versions.db", "versions.db-wal", "versions.db-shm"))
"""What lies beside the first generation and is no part of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """Generations by the names of their folders, `.` the folder itself.

    `other` is being made where `making` (`back`: to go back to it), else it is kept to go back to; `cursor` is how far
    it was copied; `archive`: it is filled from there first, `filled` when that is done; kept after the swap,
    because the two then hold different readings of the same pages.
    """

    active: str = "."
    other: str | None = None
    making: bool = False
    back: bool = False
    cursor: int | None = None
    copied: bool = False
    archive: bool = False
    filled: bool = False


class Unusable(RetryLater):
    """The state is torn, or the generation in use is gone; the sentence says what to do."""


def state_of(folder: Path) -> State:
    """The state in force; raises Unusable where there is none any more, RetryLater where the folder cannot be read."""
    state = _read(folder)
    while state != State() and not holds_index(folder / state.active):
        again = _read(folder)
        if again == state:  # else two migrations ended between reading it and looking
            raise Unusable(
                f"The index in use, {folder / state.active}, is gone; put it back from a backup, or let"
                " `difang index migrate --rebuild` make it of what is left and then run `difang reprocess --apply`."
            )
        state = again
    return state


def _read(folder: Path) -> State:
    file = folder / STATE_FILE
    try:
        state = State(**json.loads(file.read_text(encoding="utf-8")))
    except FileNotFoundError:
        return State()
    except OSError as error:
        raise RetryLater(f"The index in {folder} cannot be read now: {error}.") from error
    except (ValueError, TypeError) as error:
        raise _torn(file) from error
    if not isinstance(state.active, str) or not isinstance(state.other, str | None):
        raise _torn(file)
    return state


def _torn(file: Path) -> Unusable:
    return Unusable(
        f"{file} is torn, so that nobody knows which index is in use; `difang index migrate --rebuild` mends it."
    )


def holds_index(generation: Path) -> bool:
    """Whether there is an index in this folder, whole or not."""
    return (generation / META).is_file()


def active(folder: Path) -> Path:
    """The generation to read and write."""
    return folder / state_of(folder).active


def put_state(folder: Path, state: State) -> None:
    """Replace the state in one action, on the disk when this returns."""
    beside = folder / f"{STATE_FILE}.new"
    with beside.open("w", encoding="utf-8") as file:
        json.dump(asdict(state), file)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / STATE_FILE)


@contextmanager
def writing(folder: Path) -> Iterator[State]:
    """Nobody else writes, and the generations stay as they are; waits for its turn. Raises as `state_of` does."""
    with standing_still(folder):
        yield state_of(folder)


@contextmanager
def standing_still(folder: Path) -> Iterator[None]:
    """Nobody else writes, whatever the state is; waits for its turn."""
    with _lock_file(folder / _LOCK) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextmanager
def moving(folder: Path) -> Iterator[None]:
    """Nobody else migrates; raises RetryLater where somebody does."""
    with _lock_file(folder / "moving.lock") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise RetryLater(f"Another process moves the index in {folder}; wait for it to end.") from error
        yield


def _lock_file(file: Path) -> IO[bytes]:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        return file.open("ab")
    except OSError as error:
        raise RetryLater(f"The index in {file.parent} cannot be written ({error}); check the disk.") from error


def note_changes(folder: Path, ids: Iterable[str]) -> None:
    """Note ids about to be written or removed; on the disk when this returns."""
    with (folder / _CHANGED).open("ab") as file:
        # Whole lines behind what a full disk or a kill left of one.
        file.write(b"\n" + b"".join(json.dumps(id_).encode() + b"\n" for id_ in ids))
        file.flush()
        os.fsync(file.fileno())


def changes(folder: Path, since: int) -> tuple[list[str], int]:
    """The ids noted from that byte on, each once, and where the next ones begin."""
    try:
        with (folder / _CHANGED).open("rb") as file:
            file.seek(since)
            noted = file.read()
    except FileNotFoundError:
        return [], 0
    whole = noted[: noted.rfind(b"\n") + 1]
    return list(dict.fromkeys(id_ for line in whole.splitlines() if (id_ := _noted(line)))), since + len(whole)


def _noted(line: bytes) -> str | None:
    """None for what is left of a line whose batch was therefore not written."""
    try:
        return str(json.loads(line))
    except ValueError:
        return None


def forget_changes(folder: Path) -> None:
    """Both generations hold the same."""
    (folder / _CHANGED).unlink(missing_ok=True)
