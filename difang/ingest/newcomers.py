"""Who is told of articles that came into the index: the saved searches that wait for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from difang.ingest.index.port import Document


@dataclass(frozen=True, kw_only=True, slots=True)
class Newcomer:
    """A document the index has acknowledged; `new`: by its first page, not by a correction or a later page."""

    document: Document
    new: bool


class Newcomers(Protocol):
    """Told of each newcomer at least once, before its page leaves the queue; a second telling changes nothing."""

    def tell(self, newcomers: Sequence[Newcomer]) -> None:
        """Raises RetryLater where it cannot be noted now: the pages are then worked on again."""
        ...


class Nobody:
    """Where nobody waits for articles."""

    def tell(self, newcomers: Sequence[Newcomer]) -> None:
        """Nothing."""
