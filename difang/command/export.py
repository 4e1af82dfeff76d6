"""`difang export`: all articles a query finds, into a file."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Any

import click

from difang.command.dates import Day
from difang.command.parameters import QueryCommand
from difang.command.settings import Settings
from difang.command.wiring import open_search
from difang.ingest.errors import DifangError


@click.command(cls=QueryCommand)
@click.argument("query", nargs=-1)
@click.option("--format", "format_", type=click.Choice(["jsonl", "csv", "parquet"]), required=True, help="Of the file.")
@click.option("--output", "-o", type=click.Path(dir_okay=False, path_type=Path), help="The file; else standard output.")
@click.option("--from", "since", type=Day(), help="Published on this day or later (Beijing time).")
@click.option("--to", "until", type=Day(last=True), help="Published on this day or earlier.")
@click.pass_obj
def command(
    settings: Settings,
    query: tuple[str, ...],
    format_: str,
    output: Path | None,
    since: date | None,
    until: date | None,
) -> None:
    """Write all articles a query finds, newest first, whole. An empty query writes every article.

    Example: difang export 'channel:山东 from:2024' --format csv -o shandong.csv
    """
    from difang.search.export import FORMATS

    index = open_search(settings)
    try:
        text = " ".join(query)
        for what in index.ignored(text):
            click.echo(f"ignored: {what}", err=True)
        records = index.export(text, since=since, until=until)
        watched = _Watched(records, shown=bool(output) and sys.stderr.isatty())
        pieces = FORMATS[format_](watched)
        first = next(pieces, b"")  # an index that is away leaves no empty file, and an older file as it was
        with output.open("wb") if output else nullcontext(sys.stdout.buffer) as out:
            for piece in chain([first], pieces):
                out.write(piece)
    except BrokenPipeError:
        return
    except OSError as error:
        raise DifangError(f"The export could not be written: {error}.") from error
    finally:
        index.close()
    click.echo(f"{watched.count:,} articles{f' in {output}' if output else ''}", err=True)


class _Watched:
    """The records, counted, with the count on the terminal while it lasts."""

    def __init__(self, records: Iterable[dict[str, Any]], *, shown: bool) -> None:
        self._records = records
        self._shown = shown
        self.count = 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for record in self._records:
            yield record
            self.count += 1
            if self._shown and self.count % 1_000 == 0:
                click.echo(f"\r{self.count:,} articles", err=True, nl=False)
        if self._shown:
            click.echo("\r", err=True, nl=False)
