"""The takedown list as a port: which articles and addresses must not be kept, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, kw_only=True, slots=True)
class Takedown:
    """One entry of the list: `names` are the article ids and addresses it covers; times aware, in UTC.

    `removed_at` is when the article was out of the index; `undone_at` when the entry stopped to count.
    """

    number: int
    names: tuple[str, ...]
    reason: str
    by: str
    at: datetime
    removed_at: datetime | None
    undone_by: str | None
    undone_at: datetime | None


class Takedowns(Protocol):
    """The list; the ledger keeps it."""

    def refused(self, names: Sequence[str]) -> dict[str, str]:
        """Of these article ids and addresses those on the list, each with the sentence why it is refused."""
        ...

    def after(self, number: int) -> list[Takedown]:
        """The entries in force with a higher number, oldest first."""
        ...

    def removed(self, numbers: Sequence[int]) -> None:
        """Write down that what these entries cover is out of the index."""
        ...
