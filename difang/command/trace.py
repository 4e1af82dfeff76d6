"""`difang trace`: the way of an address or an article through difang."""

from __future__ import annotations

import json
from contextlib import ExitStack, closing
from dataclasses import asdict
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

import click

from difang import __version__
from difang.command.parameters import NOT_BLANK
from difang.command.settings import Settings
from difang.command.wiring import channel_table, open_archive, open_index, open_ledger, open_queue
from difang.ingest.errors import RetryLater

if TYPE_CHECKING:
    from difang.crawler.trace import Step, Trace


@click.command(epilog="Example: difang trace http://sd.people.com.cn/n2/2026/0102/c166192-41234567.html")
@click.argument("target", metavar="URL|ID", type=NOT_BLANK)
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.pass_obj
def command(settings: Settings, *, target: str, as_json: bool) -> None:
    """Where an address or an article is: discovered, fetched, archived, read, indexed; or where it stopped.

    Where the index is out of reach all else is told, and the exit code is 1.
    """
    from difang.crawler.trace import Places, trace

    with ExitStack() as parts:
        places = Places(
            ledger=parts.enter_context(closing(open_ledger(settings))),
            archive=open_archive(settings),
            queue=parts.enter_context(closing(open_queue(settings))),
            index=parts.enter_context(closing(open_index(settings))),
            channels=channel_table(settings),
            agent=f"difang/{__version__}",
        )
        found = trace(target, places)
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, default=_plain))
    else:
        _print(found)
    if found.index_away:  # after all else: one asks when something is wrong
        raise RetryLater(found.index_away)


def _print(found: Trace) -> None:
    click.echo(found.verdict)
    if found.refused_by and found.refused_by not in found.verdict:
        click.echo(f"A crawl would not fetch it: {found.refused_by}")
    for step in found.steps:
        _print_step(step)
    for one in found.indexed:
        article = one.document.article
        click.echo(f"\nindexed {article.id}  {article.title}")
        click.echo(f"  read by template {article.template}, first seen {one.document.first_seen}")
        click.echo(f"  versions {', '.join(one.versions)}")
        for url in article.urls:
            click.echo(f"  {url}")
    for entry in found.takedowns:
        ended = f", undone by {entry.undone_by} {_when(entry.undone_at)}" if entry.undone_at else ""
        click.echo(f"\ntaken down {_when(entry.at)} by {entry.by}: {entry.reason}{ended}")


def _print_step(step: Step) -> None:
    found = step.discovered
    click.echo(f"\n{found.url}")
    click.echo(f"  discovered {_when(found.found_at)} by run {found.run_id}, on {found.found_on or 'no page'}")
    if step.fetch and found.position:
        told = step.fetch.trouble or f"fetched {_when(step.fetch.at)}, HTTP {step.fetch.status}"
        click.echo(f"  {told}")
        place = found.position
        click.echo(f"  archived in {place.file} at byte {place.offset}, {place.length} bytes")
    if found.read_by:
        click.echo(f"  read by template {found.template or 'none'}, edition {found.read_by}")
    reason = f": {found.reason}" if found.reason else ""
    click.echo(f"  ended {_when(found.ended_at)} as {found.outcome}{reason}" if found.outcome else "  has not ended")
    for attempt in step.history:
        click.echo(f"  {_when(attempt.at)} {attempt.deed.value} by {attempt.by}: {attempt.reason or ''}")


def _when(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "never"


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    raise TypeError(f"{type(value).__name__} is no JSON")
