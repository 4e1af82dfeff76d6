"""What a migration tells: how far it is, and what it did."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from difang.ingest.index.port import Document


class Phase(StrEnum):
    """The steps of a migration, in order; killed in any of them, the next call goes on there."""

    FILL = "fill"  # from the archive
    COPY = "copy"  # what the old index holds
    CATCH_UP = "catch up"  # what was written meanwhile
    SWAP = "swap"  # writers wait while the last is brought over, compared, and the names are given to the new index


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a phase is: documents (of FILL: files) done of all; `total` may grow while others write."""

    phase: Phase
    done: int
    total: int


Told = Callable[[Progress], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Moved:
    """From where to where (None: nothing was moved), and what was done.

    `copied` counts documents brought over by this call, `removed` those taken out because they were removed from the
    old index meanwhile, `compared` the samples that were the same in both; `waited` is how many seconds writers waited;
    `made`: there was no index, and now there is an empty one; `names` are aliases it had lost and has again.
    """

    source: str
    target: str | None
    documents: int
    copied: int = 0
    removed: int = 0
    compared: int = 0
    waited: float = 0.0
    made: bool = False
    names: Sequence[str] = ()


Write = Callable[[Sequence[Document]], None]
"""Writes documents into the new index: on the disk when it returns; one the index holds already is replaced."""


class Fill(Protocol):
    """Fills the new index from elsewhere, before the rest is copied from the old one."""

    def __call__(self, target: str, write: Write, *, empty: bool) -> None:
        """Write only what the old index holds too, in no older version: another reading of its page.

        `target` is the new index's name, or its folder. Killed, it is called again for the same name and may go on
        where it was, unless the index is `empty`: then one of this name was given up meanwhile.
        """
        ...


ROLLBACK_UNFINISHED = (
    "A rollback was interrupted: `difang index rollback` finishes it; to give it up and make the index anew, run"
    " `difang index migrate --rebuild`."
)


class Move(Protocol):
    """Moving one index; both calls go on where an earlier one was interrupted, and searches go on all the time."""

    def migrate(self, *, rebuild: bool = False, fill: Fill | None = None) -> Moved:
        """Into a new index; nothing where the index is as it should be, unless `fill` or `rebuild` (begins anew).

        Raises UsageError where a rollback was interrupted, which only `rebuild` gives up.
        """
        ...

    def rollback(self) -> Moved:
        """Back to the index before, with everything written since; UsageError where there is none."""
        ...


def said(moved: Moved) -> str:
    """The sentence for people."""
    if moved.made:
        return f"{moved.source} was made; there was nothing to move."
    found = f"{moved.source} has {' and '.join(moved.names)} for an alias again. " if moved.names else ""
    if moved.target is None:
        return f"{found}Nothing to move: {moved.source} is as this version of difang makes it."
    return (
        f"{found}{moved.target} took the place of {moved.source}: {moved.documents:,} documents, {moved.copied:,}"
        f" brought over now, {moved.removed:,} taken out, {moved.compared:,} samples compared; writers waited"
        f" {moved.waited:.1f} s."
    )
