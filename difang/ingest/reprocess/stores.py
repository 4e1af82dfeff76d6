"""What reprocessing reads and writes, and how it tells how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from difang.ingest.index.port import ArticleIndex
from difang.ingest.note import Rereadings
from difang.ingest.outcome import Ending, Endings
from difang.ingest.pieces import Pieces
from difang.ingest.queue import PageQueue
from difang.ingest.takedown import Takedowns


class Told(Protocol):
    """What the ledger says of how addresses ended."""

    def told(self, urls: Sequence[str]) -> list[Ending]:
        """How these addresses ended, in every run where they did."""
        ...


class Stories(Protocol):
    """What the ledger says of the stories of articles."""

    def differing(self, told: Mapping[str, str | None]) -> dict[str, str | None]:
        """Of articles with the stories an index holds those that tell another one, and that."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Stores:
    """What reprocessing reads and writes; opened and closed by the caller."""

    index: ArticleIndex
    pieces: Pieces
    queue: PageQueue
    endings: Endings
    told: Told
    takedowns: Takedowns
    readings: Rereadings
    stories: Stories


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a step is: `step` is read, compare or write; `done` of `of` in parts of files or in articles."""

    step: str
    done: int
    of: int
