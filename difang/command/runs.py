"""`difang runs`: what each crawl did, with its outcomes; its log; ending it; trying again what failed."""

from __future__ import annotations

import json
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from difang.command.parameters import MOST, by
from difang.command.run_lines import line, record
from difang.command.settings import Settings
from difang.command.wiring import channel_table, open_ledger, run_logs
from difang.crawler.channels import named
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.ledger.transactions import Away
from difang.crawler.retry import plan_retry
from difang.ingest.errors import DifangError, RetryLater

if TYPE_CHECKING:
    from difang.crawler.ledger.ledger import Ledger
    from difang.crawler.ledger.run import Run


@click.group(invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """List the runs, show one or its log, cancel one, or try again what failed in it.

    Example: difang runs list --channel sd --most 5
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@command.command(name="list")
@click.option("--channel", help="Only runs of this channel (its slug).")
@click.option("--most", default=40, show_default=True, type=MOST, help="So many of the newest.")
@click.option(
    "--state",
    type=click.Choice([state.value for state in RunState]),
    help="Only these; `planned` lists what comes, next first.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a run, one a line, the newest first.")
@click.pass_obj
def list_(
    settings: Settings,
    channel: str | None = None,
    most: int = 40,
    state: str | None = None,
    as_json: bool = False,
) -> None:
    """List the newest runs with their outcomes.

    Example: difang runs list --json
    """
    with _swept(settings) as ledger:
        runs = _listed(ledger, channel, state, most)
        if channel and not runs:  # one with runs may have left the table, or be a host beside the channels
            runs = _listed(ledger, named(channel_table(settings), [channel])[0].slug, state, most)
        counts = ledger.runs.counts(runs)
    if not runs and not as_json and not channel and not state:
        click.echo("No crawl has run yet; `difang crawl` starts one.")
    for run in runs:
        click.echo(
            json.dumps(record(run, counts[run.id]), ensure_ascii=False) if as_json else line(run, counts[run.id])
        )


def _listed(ledger: Ledger, channel: str | None, state: str | None, most: int) -> list[Run]:
    if state == RunState.PLANNED:
        return list(ledger.plans.ahead(channel)[:most])
    return list(ledger.runs.newest(most, channel, RunState(state) if state else None))


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


@command.command(epilog="Example: difang runs log 20261123T184703Z-sd-1fd34d --follow")
@click.argument("run_id", metavar="RUN")
@click.option("--follow", is_flag=True, help="Go on with what is added, until the run ends.")
@click.pass_obj
def log(settings: Settings, run_id: str, *, follow: bool) -> None:
    """Print the log of a run, on the machine it ran on."""
    from difang.crawler.run_log import follow_log, log_file, read_log

    with _swept(settings) as ledger:
        run = ledger.runs.get(run_id)
        path = Path(run.log) if run.log else log_file(run_logs(settings), run.id)

        def ended() -> bool:
            return ledger.runs.get(run_id).ended_at is not None

        if not path.exists() and not (follow and run.ended_at is None):
            raise DifangError(_no_log(run, path))
        pieces = follow_log(path, ended=ended, pause=lambda: time.sleep(0.5)) if follow else read_log(path)
        for piece in pieces:
            click.echo(piece, nl=False)


@command.command(epilog="Example: difang runs cancel 20261123T184703Z-sd-1fd34d --by Li")
@click.argument("run_id", metavar="RUN")
@by("wants it")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def cancel(settings: Settings, run_id: str, *, by: str, as_json: bool) -> None:
    """End a run cleanly, on whatever machine it runs; a planned one is not begun."""
    with _swept(settings) as ledger:
        run = ledger.runs.ask_cancel(run_id, by)
        counts = ledger.runs.counts([run])[run.id]
    if as_json:
        click.echo(json.dumps(record(run, counts), ensure_ascii=False))
    elif run.state is RunState.RUNNING:
        click.echo(f"The run {run.id} has been told to end; it does within seconds, wherever it runs.")
    else:
        click.echo(line(run, counts))


@command.command(epilog="Example: difang runs retry 20261123T184703Z-sd-1fd34d")
@click.argument("run_id", metavar="RUN")
@click.option("--here", is_flag=True, help="Fetch them in this process, where no `difang serve` runs.")
@by("wants it")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: the new run.")
@click.pass_obj
def retry(settings: Settings, run_id: str, *, here: bool, by: str, as_json: bool) -> None:
    """Fetch what failed in a run again, now; by itself the channel's next runs do it, with growing gaps."""
    with _swept(settings) as ledger:
        asked = plan_retry(ledger, run_id, by, datetime.now(UTC))
        run, counts = asked.run, ledger.runs.counts([asked.run])[asked.run.id]
    if here:
        from difang.command.crawl import carry_out

        (report,) = carry_out(settings, run.id)
        run, counts = report.run, report.counts
    if as_json:
        click.echo(json.dumps(record(run, counts), ensure_ascii=False))
    elif here:
        click.echo(line(run, counts))
    elif asked.already:
        click.echo(f"They are already planned as run {run.id}, by {run.started_by}, which is {run.state}.")
    else:
        said = f"Planned as run {run.id}; a running `difang serve` begins it as soon as the host is free."
        click.echo(f"{len(run.request.urls)} addresses are fetched again. {said}")
    if here and run.state is not RunState.FINISHED:
        sys.exit(1)


def _no_log(run: Run, path: Path) -> str:
    if run.state is RunState.PLANNED:
        return f"The run {run.id} has not begun, so it has no log yet."
    if run.machine and run.machine != socket.gethostname():
        return f"The log of run {run.id} lies on {run.machine}, at {path}; read it there."
    return f"The run {run.id} has no log: {path} is not there; logs are kept for 30 days."


@contextmanager
def _swept(settings: Settings) -> Iterator[Ledger]:
    """The ledger, once runs whose process died were declared lost."""
    with closing(open_ledger(settings)) as ledger:
        try:
            ledger.runs.sweep()
        except Away:
            raise
        except RetryLater as error:  # a full disk keeps nobody from reading
            click.echo(f"{error} Until then runs whose process died may be shown as running.", err=True)
        yield ledger
