"""`difang issues`: what somebody must look at."""

from __future__ import annotations

import getpass
import json
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from difang.command.settings import Settings
from difang.command.wiring import channel_names, open_ledger

if TYPE_CHECKING:
    from difang.crawler.ledger.issues import Issue


@click.group(epilog="Example: difang issues acknowledge 7 --by Li", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """What somebody must look at; without a further word: the list of what is not resolved."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_issues)


@command.command("list", epilog="Example: difang issues list --all --json")
@click.option("--all", "everything", is_flag=True, help="The resolved ones too.")
@click.option("--most", default=100, show_default=True, type=click.IntRange(min=1), help="With --all, so many.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an issue, one a line, the newest first.")
@click.pass_obj
def list_issues(settings: Settings, *, everything: bool = False, most: int = 100, as_json: bool = False) -> None:
    """The issues, newest first."""
    with closing(open_ledger(settings)) as ledger:
        issues = ledger.issues.newest(most) if everything else ledger.issues.unresolved()
    for issue in issues:
        click.echo(_json(issue) if as_json else _line(issue))
    if not issues and not as_json:
        click.echo("There is no issue.")


@command.command(epilog="Example: difang issues show 7")
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def show(settings: Settings, number: int, *, as_json: bool) -> None:
    """One issue with its example pages and figures."""
    with closing(open_ledger(settings)) as ledger:
        issue = ledger.issues.get(number)
    if as_json:
        click.echo(_json(issue))
        return
    click.echo(_line(issue))
    for url in issue.examples:
        click.echo(f"  {url}")
    for name, value in _record(issue).items():
        if name not in ("id", "sentence", "examples", "state", "figures") and value is not None:
            click.echo(f"{name:<18} {value}")


@command.command(epilog="Example: difang issues acknowledge 7 --by Li")
@click.argument("number", type=int)
@click.option("--by", default=getpass.getuser, help="Who takes it up.  [default: the user of this process]")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def acknowledge(settings: Settings, number: int, *, by: str, as_json: bool) -> None:
    """Say that somebody has taken an issue up."""
    with closing(open_ledger(settings)) as ledger:
        issue = ledger.issues.acknowledge(number, by)
    click.echo(_json(issue) if as_json else _line(issue))


@command.command(epilog="Example: difang issues check")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: the issues opened and resolved.")
@click.pass_obj
def check(settings: Settings, *, as_json: bool) -> None:
    """Compare the newest pages of every channel with its last two weeks now."""
    from difang.crawler.drift_issues import check as check_drift

    with closing(open_ledger(settings)) as ledger:
        done = check_drift(ledger, channel_names(settings))
    if as_json:
        record = {
            "opened": [_record(issue) for issue in done.opened],
            "resolved": [_record(issue) for issue in done.resolved],
        }
        click.echo(json.dumps(record, ensure_ascii=False))
        return
    for issue in (*done.opened, *done.resolved):
        click.echo(_line(issue))
    click.echo(f"{len(done.opened)} opened, {len(done.resolved)} resolved.")


def _line(issue: Issue) -> str:
    by = f" by {issue.acknowledged_by}" if issue.state == "acknowledged" else ""
    return f"{issue.id:>5}  {issue.opened_at:%Y-%m-%d %H:%M}Z  {issue.state}{by}  {issue.sentence}"


def _record(issue: Issue) -> dict[str, Any]:
    times = {name: getattr(issue, name) for name in ("opened_at", "last_seen_at", "acknowledged_at", "resolved_at")}
    return asdict(issue) | {name: time.isoformat() if time else None for name, time in times.items()}


def _json(issue: Issue) -> str:
    return json.dumps(_record(issue), ensure_ascii=False)
