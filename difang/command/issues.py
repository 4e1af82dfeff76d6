"""`difang issues`: what somebody must look at."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from difang.command.parameters import MOST, NUMBER, by
from difang.command.settings import Settings
from difang.command.wiring import channel_names, channel_table, open_ledger
from difang.crawler.channels import named
from difang.ingest.errors import UsageError

if TYPE_CHECKING:
    from difang.crawler.ledger.issues import Issue


@click.group(epilog="Example: difang issues ack 7 --by Li", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """What somebody must look at; without a further word: the list of what is not resolved."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_issues)


@command.command("list", epilog="Example: difang issues list --kind silent --severity high --json")
@click.option("--kind", "kinds", multiple=True, help="Only of this kind, such as silent or drift; docs/issues.md.")
@click.option("--channel", "channels", multiple=True, help="Only of this channel, such as sd.")
@click.option("--severity", "severities", multiple=True, type=click.Choice(["low", "medium", "high"]))
@click.option("--state", "states", multiple=True, type=click.Choice(["open", "acknowledged", "resolved"]))
@click.option("--all", "everything", is_flag=True, help="The resolved ones too.")
@click.option("--most", default=100, show_default=True, type=MOST, help="So many, the newest.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object an issue, one a line, the newest first.")
@click.pass_obj
def list_issues(
    settings: Settings,
    *,
    kinds: tuple[str, ...] = (),
    channels: tuple[str, ...] = (),
    severities: tuple[str, ...] = (),
    states: tuple[str, ...] = (),
    everything: bool = False,
    most: int = 100,
    as_json: bool = False,
) -> None:
    """The issues, newest first; what is resolved only where --all or --state asks for it."""
    from difang.crawler.ledger.issues import UNRESOLVED, Wanted
    from difang.crawler.ledger.tables import IssueState, Severity

    _check_kinds(kinds)
    known = tuple(channel.slug for channel in named(channel_table(settings), channels)) if channels else ()
    asked = tuple(IssueState(state) for state in states)
    wanted = Wanted(
        states=asked or (() if everything else UNRESOLVED),
        kinds=kinds,
        channels=known,
        severities=tuple(Severity(severity) for severity in severities),
    )
    with closing(open_ledger(settings)) as ledger:
        issues = ledger.issues.select(wanted, most)
    for issue in issues:
        click.echo(_json(issue) if as_json else _line(issue))
    if not issues and not as_json:
        click.echo("There is no issue.")


def _check_kinds(kinds: tuple[str, ...]) -> None:
    """Raises UsageError for one that no issue is of."""
    from difang.crawler.drift_issues import KIND as DRIFT
    from difang.crawler.schedule.missed import KIND as MISSED
    from difang.crawler.watch import finding, parts

    known = [*finding.Kind, *parts.Kind, DRIFT, MISSED]
    if unknown := [kind for kind in kinds if kind not in known]:
        raise UsageError(f"There is no kind of issue {unknown[0]}; the kinds are {', '.join(known)}.")


@command.command(epilog="Example: difang issues show 7")
@click.argument("number", type=NUMBER)
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
    for name, value in issue.figures.items():
        click.echo(f"  {name:<18} {value}")


@command.command(epilog="Example: difang issues ack 7 --by Li")
@click.argument("number", type=NUMBER)
@by("takes it up")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def ack(settings: Settings, number: int, *, by: str, as_json: bool) -> None:
    """Say that somebody has taken an issue up; `acknowledge` is the same word."""
    with closing(open_ledger(settings)) as ledger:
        issue = ledger.issues.acknowledge(number, by)
    click.echo(_json(issue) if as_json else _line(issue))


command.add_command(ack, "acknowledge")


@command.command(epilog="Example: difang issues resolve 7 --by Li")
@click.argument("number", type=NUMBER)
@by("has done it")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def resolve(settings: Settings, number: int, *, by: str, as_json: bool) -> None:
    """Say that an issue is done; it opens anew, under another number, should it still be so at the next check."""
    with closing(open_ledger(settings)) as ledger:
        issue = ledger.issues.resolve_by_hand(number, by)
    click.echo(_json(issue) if as_json else _line(issue))


@command.command(epilog="Example: difang issues check")
@click.option("--json", "as_json", is_flag=True, help="One JSON object: the issues opened and resolved.")
@click.pass_obj
def check(settings: Settings, *, as_json: bool) -> None:
    """Judge every channel now: its templates, its silence, its days, its listings and hosts, its runs."""
    from difang.crawler.drift_issues import check as check_drift
    from difang.crawler.watch.watching import check as check_channels

    table = channel_table(settings)
    with closing(open_ledger(settings)) as ledger:
        done = (check_drift(ledger, channel_names(settings)), check_channels(ledger, table))
    opened = [issue for one in done for issue in one.opened]
    resolved = [issue for one in done for issue in one.resolved]
    if as_json:
        record = {"opened": [_record(issue) for issue in opened], "resolved": [_record(issue) for issue in resolved]}
        click.echo(json.dumps(record, ensure_ascii=False))
        return
    for issue in (*opened, *resolved):
        click.echo(_line(issue))
    click.echo(f"{len(opened)} opened, {len(resolved)} resolved.")


def _line(issue: Issue) -> str:
    who = {"acknowledged": issue.acknowledged_by, "resolved": issue.resolved_by}.get(issue.state)
    by = f" by {who}" if who else ""
    return (
        f"{issue.id:>5}  {issue.opened_at:%Y-%m-%d %H:%M}Z  {issue.severity.value:<6}  {issue.kind:<13}"
        f"  {issue.state}{by}  {issue.sentence}"
    )


def _record(issue: Issue) -> dict[str, Any]:
    times = {name: getattr(issue, name) for name in ("opened_at", "last_seen_at", "acknowledged_at", "resolved_at")}
    return asdict(issue) | {name: time.isoformat() if time else None for name, time in times.items()}


def _json(issue: Issue) -> str:
    return json.dumps(_record(issue), ensure_ascii=False)
