"""`difang index migrate` and `difang index rollback`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from difang.command import moving
from difang.command.settings import Settings
from difang.command.stopping import unwinding_on_signals
from difang.ingest.errors import DifangError


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
    with unwinding_on_signals(130), _progress() as step:
        if origin == "index":
            migrated = moving.migrate(settings, rebuild=rebuild, step=step)
        else:
            migrated = moving.migrate_from_archive(
                settings, rebuild=rebuild, workers=workers or settings.workers, step=step
            )
    _report(migrated, as_json=as_json)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def rollback(settings: Settings, as_json: bool) -> None:
    """Go back to the index before the last migration, with everything written since; called again, forward again.

    Example: difang index rollback
    """
    with unwinding_on_signals(130), _progress() as step:
        rolled_back = moving.roll_back(settings, step=step)
    _report(rolled_back, as_json=as_json)


@contextmanager
def _progress() -> Iterator[moving.Step]:
    """On a terminal one line that says the step and how far it is."""
    shown = sys.stderr.isatty()

    def step(name: str, done: int, of: int) -> None:
        if shown:
            click.echo(f"\r\x1b[K{name}: {done:,} of {of:,}", err=True, nl=False)

    yield step
    if shown:
        click.echo("\r\x1b[K", err=True, nl=False)


def _report(migrated: moving.Migrated, *, as_json: bool) -> None:
    from difang.ingest.index.moving.report import said

    read = migrated.read
    if as_json:
        click.echo(json.dumps(migrated.to_dict(), ensure_ascii=False))
    else:
        for one in migrated.moved.values():
            click.echo(said(one))
        if read:
            click.echo(
                f"Of the archive's {read.articles:,} articles {read.added:,} were not in the index and came in,"
                f" {read.removed:,} are none any more and left it, {read.taken_down:,} stay out: they were taken down."
            )
    if read and read.troubles:
        raise DifangError(f"Not all of the archive came into the index: {read.troubles[0]}")
