"""Moving the index, whoever asks for it: from the old index or the archive, and what else then has to be put right."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from difang.command.servers import elasticsearch_client
from difang.command.settings import Settings
from difang.command.wiring import open_index, open_ledger, open_moves
from difang.ingest.errors import RetryLater

if TYPE_CHECKING:
    from difang.ingest.index.moving.report import Fill, Moved, Progress, Told, Write
    from difang.ingest.reprocess import Progress as ReadAgain
    from difang.ingest.reprocess import Summary

Step = Callable[[str, int, int], None]
"""Hears the name of a step, and how much of how much is done."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Migrated:
    """What was moved, by family of indexes; and what the archive's pages were read as, where it was built from them."""

    moved: dict[str, Moved]
    read: Summary | None = None

    def to_dict(self) -> dict[str, Any]:
        """As JSON: a family each, and `archive`."""
        told: dict[str, Any] = {name: asdict(one) for name, one in self.moved.items()}
        return told | ({"archive": self.read.to_dict()} if self.read else {})


def migrate(settings: Settings, *, rebuild: bool, step: Step) -> Migrated:
    """From the old index; nothing where it is as it should be, unless `rebuild`."""
    migrated = Migrated(moved=_moved(settings, rebuild=rebuild, fill=None, step=step))
    _sweep(settings)
    return migrated


def migrate_from_archive(settings: Settings, *, rebuild: bool, workers: int, step: Step) -> Migrated:
    """The old index's articles as they are read now; after the swap what only the archive has, and how pages ended."""
    from difang.command.reprocess import reading_again
    from difang.ingest.reprocess import Scope

    def show(progress: ReadAgain) -> None:
        step(progress.step, progress.done, progress.of)

    with reading_again(settings, Scope(), workers=workers, told=show) as (reprocess, finish):

        def fill(target: str, write: Write, *, empty: bool) -> None:
            reprocess.fill(target, write, empty=empty, on_progress=show)

        moved = _moved(settings, rebuild=rebuild, fill=fill, step=step)
        summary = reprocess.apply(on_progress=show)
        finish()
    return Migrated(moved=moved, read=summary)


def roll_back(settings: Settings, *, step: Step) -> Migrated:
    """To the index before; raises UsageError where there is none."""
    with _alone(settings) as prove:
        migrated = Migrated(moved={"articles": open_moves(settings, _teller(step, prove))["articles"].rollback()})
    _sweep(settings)
    return migrated


def _moved(settings: Settings, *, rebuild: bool, fill: Fill | None, step: Step) -> dict[str, Moved]:
    with _alone(settings) as prove:
        return {
            name: move.migrate(rebuild=rebuild, fill=fill) if name == "articles" else move.migrate()
            for name, move in open_moves(settings, _teller(step, prove)).items()
        }


@contextmanager
def _alone(settings: Settings) -> Iterator[Callable[[], None]]:
    """An embedded index knows its one mover by a lock on its folder; at Elasticsearch there is a mark."""
    if not settings.index:
        yield lambda: None
        return
    from difang.command.mover import only_mover, only_mover_there

    with (
        closing(open_ledger(settings)) as ledger,
        only_mover(ledger) as prove_here,
        closing(elasticsearch_client(settings)) as client,
        only_mover_there(client) as prove_there,
    ):

        def prove() -> None:
            prove_here()
            prove_there()

        yield prove


def _teller(step: Step, prove: Callable[[], None]) -> Told:
    def told(progress: Progress) -> None:
        prove()
        step(progress.phase.value, progress.done, progress.total)

    return told


def _sweep(settings: Settings) -> None:
    """Take out what came on the takedown list while nobody could write."""
    from difang.ingest.refusing import TakedownSweep

    with closing(open_index(settings)) as index, closing(open_ledger(settings)) as ledger:
        try:
            TakedownSweep(ledger.takedowns, index).sweep()
        except RetryLater:
            if settings.index:
                raise  # an embedded index that another process writes is swept by that one
