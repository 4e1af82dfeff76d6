"""`difang index migrate` and `difang index rollback`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from difang.command.settings import Settings
from difang.command.wiring import open_moves

if TYPE_CHECKING:
    from difang.ingest.index.moving.report import Moved, Progress, Told


@click.command()
@click.option("--rebuild", is_flag=True, help="Even where the index is as it should be; an unfinished one is dropped.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def migrate(settings: Settings, rebuild: bool, as_json: bool) -> None:
    """Build the next index beside the old one and put it in its place; search and workers go on meanwhile.

    Needed after an update of difang that changed the mapping, which `difang index status` tells. Interrupted, the next
    call goes on. The index before is kept for `difang index rollback`.

    Example: difang index migrate
    """
    with _progress() as told:
        moved = {}
        for name, move in open_moves(settings, told).items():
            moved[name] = move.migrate(rebuild=rebuild and name == "articles")
    _report(moved, as_json=as_json)


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


def _report(moved: dict[str, Moved], *, as_json: bool) -> None:
    from difang.ingest.index.moving.report import said

    if as_json:
        told: dict[str, Any] = {name: asdict(one) for name, one in moved.items()}
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for one in moved.values():
        click.echo(said(one))
