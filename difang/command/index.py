"""`difang index`: how the index is, loading articles into it, how an article was corrected."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from typing import IO, TYPE_CHECKING, Any

import click

from difang.command.counted import counted
from difang.command.index_migrate import migrate, rollback
from difang.command.parameters import NOT_BLANK
from difang.command.settings import Settings
from difang.command.wiring import open_index, open_ledger, open_pieces
from difang.ingest.errors import DifangError

if TYPE_CHECKING:
    from difang.ingest.index.load import Trouble


@click.group()
def command() -> None:
    """Look at the index, load articles into it.

    Example: difang index status
    """


command.add_command(migrate)
command.add_command(rollback)


@command.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def status(settings: Settings, as_json: bool) -> None:
    """Show where the index is, what it holds and how it fares.

    Example: difang index status --json
    """
    index = open_index(settings)
    try:
        found = index.status()
    finally:
        index.close()
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False))
        return
    click.echo(f"{'kind':10} {found.kind}")
    click.echo(f"{'documents':10} {found.documents:,}")
    click.echo(f"{'size':10} {found.size / 1e6:,.1f} MB")
    for name, value in found.details.items():
        click.echo(f"{name:10} {value}")


@command.command()
@click.argument("article_id", metavar="ID", type=NOT_BLANK)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a version, newest first.")
@click.pass_obj
def versions(settings: Settings, article_id: str, as_json: bool) -> None:
    """Show how an article was corrected: each version known of it, newest first, and what it changed.

    Example: difang index versions people:L_35131671
    """
    index = open_index(settings)
    try:
        found = index.versions(article_id)
    finally:
        index.close()
    if not found:
        raise DifangError(f"The index holds no article {article_id}; `difang search` prints the ids with --json.")
    for version in found:
        if as_json:
            click.echo(json.dumps(version.to_dict(), ensure_ascii=False))
            continue
        click.echo(f"{version.article.fetched_at}  {version.article.title}")
        for change in version.changes:
            where = f" paragraph {change.paragraph}" if change.paragraph else ""
            click.echo(f"  {change.field}{where}")
            click.echo(f"    - {_shown(change.old)}\n    + {_shown(change.new)}")


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " / ".join(_shown(part) for part in value) or "(nothing)"
    if isinstance(value, dict):  # an image, a dateline, a print edition
        return ", ".join(_shown(part) for part in value.values() if part is not None)
    return "(nothing)" if value is None else str(value)


@command.command()
@click.argument("file", type=click.File("rb"))
@click.option("--json", "as_json", is_flag=True, help="The counts as one JSON object.")
@click.pass_obj
def load(settings: Settings, file: IO[bytes], as_json: bool) -> None:
    """Load articles, one JSON object a line as `difang extract` and `difang export` print them; - is standard input.

    A line that is no article is told with its number and left out, and the exit code is 1. What was taken down
    (`difang takedown`) stays out. What was fetched before the newest page of its article becomes an older version.

    Example: difang extract --warc pages.warc.gz | difang index load -
    """
    from difang.ingest.index.load import load_lines
    from difang.ingest.refusing import TakedownSweep

    with (
        closing(open_index(settings)) as index,
        closing(open_ledger(settings)) as ledger,
        closing(open_pieces(settings)) as pieces,
    ):
        takedowns = ledger.takedowns
        counts, troubles = load_lines(_watched(file), index, pieces=pieces, takedowns=takedowns, told=_tell)
        TakedownSweep(ledger.takedowns, index).sweep()  # what came on the list meanwhile
        index.refresh()
    if as_json:
        click.echo(json.dumps({**counts, "wrong": troubles}))
    else:
        click.echo(_summary(counts, troubles))
    if troubles:
        raise DifangError(f"{troubles:,} of the lines could not be loaded; the sentences above say why.")


def _tell(trouble: Trouble) -> None:
    click.echo(f"line {trouble.line}: {trouble.reason}", err=True)


def _summary(counts: Counter[str], troubles: int) -> str:
    told = [f"{counted(counts['kept'], 'article')} loaded"]
    if counts["stale"]:
        told.append(f"{counts['stale']:,} older than what the index holds")
    if counts["taken_down"]:
        told.append(f"{counts['taken_down']:,} left out because they were taken down")
    if counts["skipped"]:
        told.append(f"{counted(counts['skipped'], 'line')} without an article")
    if troubles:
        told.append(f"{counted(troubles, 'wrong line')}")
    return ", ".join(told)


def _watched(file: IO[bytes]) -> Iterator[bytes]:
    """With a progress bar where there is a terminal to show it and a length to measure."""
    if not (sys.stderr.isatty() and file.seekable()):
        yield from file
        return
    length = file.seek(0, 2)
    file.seek(0)
    with click.progressbar(length=length, file=sys.stderr, label="loading") as bar:
        for line in file:
            bar.update(len(line))
            yield line
