"""`difang channels`: the channel table, as a table, and one channel in full."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click

from difang.command.settings import Settings
from difang.command.wiring import channel_table
from difang.crawler.channels import Channel, named


@click.group(invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON list.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """List the channels, or show one.

    Example: difang channels show sd
    """
    if ctx.invoked_subcommand is not None:
        return
    channels = channel_table(ctx.obj)
    if as_json:
        click.echo(json.dumps([_record(channel) for channel in channels], ensure_ascii=False))
        return
    for channel in channels:
        low, high = channel.volume
        names = " ".join(channel.all_hosts)
        click.echo(
            f"{channel.slug:<8} {channel.name:\u3000<6} {low:>3}-{high:<4} {len(channel.columns):>3} columns  {names}"
        )


@command.command()
@click.argument("slug")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def show(settings: Settings, slug: str, as_json: bool) -> None:
    """Show one channel in full.

    Example: difang channels show henan --json
    """
    channel = named(channel_table(settings), [slug])[0]
    if as_json:
        click.echo(json.dumps(_record(channel), ensure_ascii=False))
        return
    low, high = channel.volume
    click.echo(f"{channel.slug} {channel.name}")
    click.echo(f"hosts     {' '.join(channel.hosts)}")
    if channel.cities:
        click.echo(f"cities    {' '.join(channel.cities)}")
    click.echo(f"front     {channel.front}")
    click.echo(f"sitemap   {channel.sitemap or 'none'}")
    click.echo(f"volume    {low} to {high} articles on a usual day")
    click.echo(f"every     {channel.every.total_seconds() / 60:.0f} minutes")
    for column in channel.columns:
        click.echo(f"column    {column.url}  {column.name}{'' if column.verified else '  (unverified)'}")


def _record(channel: Channel) -> dict[str, Any]:
    record = asdict(channel)
    record["every"] = int(channel.every.total_seconds())
    return record
