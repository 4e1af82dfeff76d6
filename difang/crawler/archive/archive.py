"""The folder of the WARC files: opening a run's files, reading a page back, recovering what a killed run left."""

from __future__ import annotations

import fcntl
from dataclasses import replace
from pathlib import Path

from difang.crawler.archive.members import whole_length
from difang.crawler.archive.writer import OPEN, RunFiles
from difang.ingest.errors import RetryLater, SetAside
from difang.ingest.page import Page, Position
from difang.ingest.warc import page_at


class Archive:
    """A folder of WARC files; a file being written bears the suffix `.open`, and references never do."""

    def __init__(self, folder: Path, *, max_bytes: int) -> None:
        """The folder is made when the first page is kept; a file is followed by the next one at `max_bytes`."""
        self.folder = folder
        self._max_bytes = max_bytes

    def open_run(self, run_id: str, agent: str) -> RunFiles:
        """Where this run keeps its pages; `agent` is the user agent, for the warcinfo record."""
        return RunFiles(self.folder, run_id, agent, self._max_bytes)

    def read(self, position: Position) -> Page:
        """One page, whether its file is closed or still written; raises SetAside where it cannot be read whole."""
        closed = self.folder / position.file
        for file in (closed, closed.with_name(closed.name + OPEN), closed):
            try:
                return replace(page_at(file, position.offset, position.length), position=position)
            except FileNotFoundError:
                continue
        raise SetAside(f"The archive has no file {position.file}; bring it back into {self.folder}, then retry.")

    def files(self) -> list[Path]:
        """All files, the oldest first, the ones being written too."""
        return sorted(self.folder.glob("*.warc.gz*"))

    def recover(self) -> list[Path]:
        """Close what runs left open that were killed: cut after the last whole record, renamed; returns the files.

        A file whose writer lives is locked by it and left alone. Raises RetryLater where the disk does not play.
        """
        try:
            return [file for left in sorted(self.folder.glob("*" + OPEN)) if (file := _close_left(left))]
        except OSError as error:
            raise RetryLater(f"The archive {self.folder} cannot be put in order ({error}).") from error


def _close_left(left: Path) -> Path | None:
    try:
        file = left.open("r+b")
    except FileNotFoundError:  # its writer closed it just now
        return None
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return None
        records, length = whole_length(file)
        if records < 2:  # nothing but the warcinfo record
            left.unlink(missing_ok=True)
            return None
        file.truncate(length)
        closed = left.with_name(left.name.removesuffix(OPEN))
        left.rename(closed)
        return closed
