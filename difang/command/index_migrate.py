"""`difang index migrate` and `difang index rollback`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from difang.command.settings import Settings
from difang.command.stopping import unwinding_on_signals
from difang.command.wiring import open_index, open_ledger, open_moves
from difang.ingest.errors import DifangError

if TYPE_CHECKING:
    from difang.ingest.index.moving.report import Fill, Moved, Progress, Told, Write
    from difang.ingest.reprocess import Summary


@click.command()
@click.option("--rebuild", is_flag=True, help="Even where the index is as it should be; an unfinished one is dropped.")
@click.option(
    "--from",
    "origin",
    type=click.Choice(["index", "archive"]),
    default="index",
    help="What is built from: the old index, or the archive's pages as today's extraction reads them.",
)
@click.option(
    "--workers", type=click.IntRange(1, 64), help="Extraction processes for --from archive (setting: workers)."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def migrate(settings: Settings, *, rebuild: bool, origin: str, workers: int | None, as_json: bool) -> None:
    """Build the next index beside the old one and put it in its place; search and workers go on meanwhile.

    Needed after an update of difang that changed the mapping, which `difang index status` tells. Interrupted, the next
    call goes on. The index before is kept for `difang index rollback`.

    Example: difang index migrate
    """
    if origin == "index":
        _report(_moved(settings, rebuild=rebuild, fill=None), as_json=as_json)
        _sweep(settings)
    else:
        with unwinding_on_signals(130):
            _migrate_from_archive(settings, rebuild=rebuild, workers=workers or settings.workers, as_json=as_json)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def rollback(settings: Settings, as_json: bool) -> None:
    """Go back to the index before the last migration, with everything written since; called again, forward again.

    Example: difang index rollback
    """
    with _progress() as told:
        moved = {"articles": open_moves(settings, told)["articles"].rollback()}
    _report(moved, as_json=as_json)
    _sweep(settings)


def _moved(settings: Settings, *, rebuild: bool, fill: Fill | None) -> dict[str, Moved]:
    with _progress() as told:
        moves = open_moves(settings, told)
        return {
            name: move.migrate(rebuild=rebuild, fill=fill) if name == "articles" else move.migrate()
            for name, move in moves.items()
        }


def _migrate_from_archive(settings: Settings, *, rebuild: bool, workers: int, as_json: bool) -> None:
    """The old index's articles as they are read now; after the swap what only the archive has, and how pages ended."""
    from difang.command.reprocess import reading_again, show
    from difang.ingest.reprocess import Scope

    with reading_again(settings, Scope(), workers=workers, told=show) as (reprocess, finish):

        def fill(target: str, write: Write) -> None:
            reprocess.fill(target, write, on_progress=show)

        moved = _moved(settings, rebuild=rebuild, fill=fill)
        summary = reprocess.apply(on_progress=show)
        finish()
    _report(moved, as_json=as_json, read=summary)
    if summary.troubles:
        raise DifangError(f"Of the archive not all could be read; its articles are as they were: {summary.troubles[0]}")


def _sweep(settings: Settings) -> None:
    """What came on the takedown list while nobody could write."""
    from difang.ingest.refusing import TakedownSweep

    with closing(open_index(settings)) as index, closing(open_ledger(settings)) as ledger:
        TakedownSweep(ledger.takedowns, index).sweep()


@contextmanager
def _progress() -> Iterator[Told]:
    """On a terminal one line that says the phase and how far it is."""
    shown = sys.stderr.isatty()

    def told(progress: Progress) -> None:
        if shown:
            line = f"{progress.phase}: {progress.done:,} of {progress.total:,}"
            click.echo(f"\r\x1b[K{line}", err=True, nl=False)

    yield told
    if shown:
        click.echo("\r\x1b[K", err=True, nl=False)


def _report(moved: dict[str, Moved], *, as_json: bool, read: Summary | None = None) -> None:
    from difang.ingest.index.moving.report import said

    if as_json:
        told: dict[str, Any] = {name: asdict(one) for name, one in moved.items()}
        click.echo(json.dumps(told | ({"archive": read.to_dict()} if read else {}), ensure_ascii=False))
        return
    for one in moved.values():
        click.echo(said(one))
    if read:
        click.echo(
            f"Of the archive's {read.articles:,} articles {read.added:,} were not in the index and came in,"
            f" {read.removed:,} are none any more and left it, {read.taken_down:,} stay out: they were taken down."
        )
