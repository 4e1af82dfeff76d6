"""The stories as a port: which articles tell the same story, kept where every ingest worker sees it at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from difang.ingest.stories.text import Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Telling:
    """An article as stories see it; `version` and `published` in whole numbers that grow with time."""

    id: str
    version: int
    published: int
    text: Text
    bands: Sequence[int]


class Stories(Protocol):
    """A story is what is linked by likeness, two articles or more; its id is that of its member published first.

    Whatever the order in which articles come, and whichever worker brings them, the same articles make the same
    stories. All methods raise RetryLater where the store is out of reach.
    """

    def assign(self, tellings: Sequence[Telling]) -> dict[str, str | None]:
        """Take these articles in, anew where their text changed; the story of each, None for one that stands alone.

        An older version than the one known changes nothing. Each article is there once.
        """
        ...

    def forget(self, ids: Sequence[str]) -> None:
        """Take these out; what only they linked falls apart."""
        ...

    def waiting(self, most: int) -> dict[str, str | None]:
        """Articles whose story changed since the index was last told, the longest waiting first, and their story."""
        ...

    def settle(self, told: Mapping[str, str | None]) -> dict[str, str | None]:
        """The index now holds these stories; those that have changed meanwhile come back with what they are now."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
