"""`difang search`: one page of results, for people or for programs."""

from __future__ import annotations

import html
import json
import re
from datetime import date
from typing import TYPE_CHECKING

import click

from difang.command.dates import Day
from difang.command.parameters import QueryCommand
from difang.command.settings import Settings
from difang.command.wiring import open_search

if TYPE_CHECKING:
    from difang.search.result import Hit, SearchResult

_FACETS_SHOWN = {
    "channel": "label",
    "editor": "value",
    "source": "value",
    "reporter": "value",
    "template": "value",
    "year": "value",
    "month": "value",
}


@click.command(cls=QueryCommand)
@click.argument("query", nargs=-1)
@click.option("--from", "since", type=Day(), help="Published on this day or later (Beijing time).")
@click.option("--to", "until", type=Day(last=True), help="Published on this day or earlier.")
@click.option(
    "--sort",
    type=click.Choice(["relevance", "newest", "oldest"]),
    default="relevance",
    show_default=True,
    help="Order.",
)
@click.option("--limit", default=10, show_default=True, type=click.IntRange(0, 1_000), help="Hits on a page.")
@click.option("--cursor", help="The cursor under `next` of the page before.")
@click.option("--fold/--no-fold", default=True, help="List one article a story (as it is), or every article.")
@click.option(
    "--facet", "facets", multiple=True, type=click.Choice(["reporter", "template"]), help="Count this facet as well."
)
@click.option("--json", "as_json", is_flag=True, help="The result as one JSON object (docs/search.md).")
@click.pass_obj
def command(
    settings: Settings,
    query: tuple[str, ...],
    since: date | None,
    until: date | None,
    sort: str,
    limit: int,
    cursor: str | None,
    fold: bool,
    facets: tuple[str, ...],
    as_json: bool,
) -> None:
    """Search the articles; docs/query-language.md tells what a query can say. Put it in single quotes.

    Example: difang search '中高风险地区 channel:江苏 editor:萧潇' --sort newest
    """
    from difang.search.engine import MoreFacet, Sort

    index = open_search(settings)
    try:
        result = index.search(
            " ".join(query),
            since=since,
            until=until,
            sort=Sort(sort),
            limit=limit,
            cursor=cursor,
            fold=fold,
            also=[MoreFacet(name) for name in facets],
        )
        empty = result.total == 0 and index.documents() == 0
    finally:
        index.close()
    if as_json:
        click.echo(json.dumps(result.to_dict(), ensure_ascii=False))
    else:
        _show(result)
    if empty:
        click.echo("The index holds no articles yet; `difang crawl` and `difang ingest` fill it.", err=True)


def _show(result: SearchResult) -> None:
    click.secho(f"{result.total:,} found in {result.took_ms} ms", bold=True, nl=False)
    click.echo(f"  understood: {result.understood}" if result.understood else "")
    for what in result.ignored:
        click.secho(f"ignored: {what}", fg="yellow")
    for hit in result.hits:
        _show_hit(hit)
    for name, part in _FACETS_SHOWN.items():
        values = result.facets.get(name, [])[:6]
        if len(values) > 1:
            counted = " · ".join(f"{getattr(value, part)} {value.count:,}" for value in values)
            click.echo(f"{click.style(name, dim=True)}  {counted}")
    if result.next:
        click.secho(f"More with --cursor {result.next}", dim=True)


def _show_hit(hit: Hit) -> None:
    click.echo()
    click.secho(hit.title, bold=True, fg="cyan")
    editors = f"责编 {'、'.join(hit.editors)}" if hit.editors else None
    told = (hit.channel_name, hit.published_at[:16].replace("T", " "), hit.source, editors)
    click.echo(" · ".join(part for part in told if part))
    for passage in hit.passages:
        click.echo(f"  {_coloured(passage)}")
    if hit.also_in:
        channels = dict.fromkeys(other["channel"] for other in hit.also_in)
        click.echo(f"also {len(hit.also_in)} times in {', '.join(channels)}")
    click.secho(f"{hit.url}  {hit.id}", dim=True)


def _coloured(passage: str) -> str:
    parts = re.split(r"<em>(.*?)</em>", passage)
    return "".join(
        click.style(html.unescape(part), fg="red", bold=True) if at % 2 else html.unescape(part)
        for at, part in enumerate(parts)
    )
