"""`difang runs`: what each crawl did, with its outcomes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from difang.command.run_lines import line, record
from difang.command.settings import Settings
from difang.command.wiring import open_ledger

if TYPE_CHECKING:
    from difang.crawler.ledger.ledger import Ledger


@click.group(invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List the runs, or show one.

    Example: difang runs list --channel sd --most 5
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@command.command(name="list")
@click.option("--channel", help="Only runs of this channel (its slug).")
@click.option("--most", default=40, show_default=True, type=click.IntRange(min=1), help="So many of the newest.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a run, one a line, the newest first.")
@click.pass_obj
def list_(settings: Settings, channel: str | None = None, most: int = 40, as_json: bool = False) -> None:
    """List the newest runs with their outcomes.

    Example: difang runs list --json
    """
    with _swept(settings) as ledger:
        runs = ledger.runs.newest(most, channel)
        counts = ledger.runs.counts(runs)
    if not runs and not as_json:
        click.echo("No crawl has run yet; `difang crawl` starts one.")
    for run in runs:
        click.echo(
            json.dumps(record(run, counts[run.id]), ensure_ascii=False) if as_json else line(run, counts[run.id])
        )


@command.command()
@click.argument("run_id", metavar="RUN")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def show(settings: Settings, run_id: str, as_json: bool) -> None:
    """Show one run: state, times, outcomes and where its log is.

    Example: difang runs show 20261123T184703Z-sd-1fd34d
    """
    with _swept(settings) as ledger:
        run = ledger.runs.get(run_id)
        counts = ledger.runs.counts([run])[run.id]
    if as_json:
        click.echo(json.dumps(record(run, counts), ensure_ascii=False))
        return
    for name, value in record(run, counts).items():
        if name == "outcomes":
            for outcome, number in value.items():
                click.echo(f"  {outcome:<16} {number}")
        elif value is not None:
            click.echo(f"{name:<18} {value}")


@contextmanager
def _swept(settings: Settings) -> Iterator[Ledger]:
    """The ledger, once runs whose process died were declared lost."""
    ledger = open_ledger(settings)
    try:
        ledger.runs.sweep()
        yield ledger
    finally:
        ledger.close()
