"""`difang schedule`: when each channel is crawled, and changing it; a running service follows within seconds."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Any

import click

from difang.command.parameters import by
from difang.command.settings import Settings
from difang.command.wiring import channel_table, open_ledger
from difang.crawler.channels import Channel, named
from difang.ingest.errors import UsageError

if TYPE_CHECKING:
    from difang.crawler.ledger.ledger import Ledger


class Span(click.ParamType[timedelta]):
    """A length of time: 90m, 2h, 1d."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """The length; a usage error for what is none."""
        if isinstance(value, timedelta):
            return value
        from difang.crawler.schedule.timing import length_of

        try:
            return length_of(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)


_by = by()
_why = click.option("--why", default="", help="The reason, for those who come after.")
_json = click.option("--json", "as_json", is_flag=True, help="One JSON object.")


@click.group(epilog="Example: difang schedule set sd --every 30m", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """When each channel is crawled; without a further word: the list."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@command.command("list", epilog="Example: difang schedule list --json")
@_json
@click.pass_obj
def list_(settings: Settings, *, as_json: bool = False) -> None:
    """Each channel's timing, next firing and last run; who leads; whether the account is right."""
    from difang.command.schedule_lines import lines, record

    with closing(open_ledger(settings)) as ledger:
        told = record(ledger, channel_table(settings), datetime.now(UTC))
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for line in lines(told):
        click.echo(line)


@command.command(epilog="Example: difang schedule pause sd js --why 'the site is being redesigned'")
@click.argument("channels", nargs=-1, required=True, metavar="CHANNEL...")
@_by
@_why
@_json
@click.pass_obj
def pause(settings: Settings, channels: tuple[str, ...], *, by: str, why: str, as_json: bool) -> None:
    """Crawl the channels by schedule no more, until resumed; a crawl that runs goes on."""
    _each(settings, channels, by=by, why=why, paused=True, as_json=as_json)


@command.command(epilog="Example: difang schedule resume sd js")
@click.argument("channels", nargs=-1, required=True, metavar="CHANNEL...")
@_by
@_why
@_json
@click.pass_obj
def resume(settings: Settings, channels: tuple[str, ...], *, by: str, why: str, as_json: bool) -> None:
    """Crawl paused channels again, from their next firing on."""
    _each(settings, channels, by=by, why=why, paused=False, as_json=as_json)


def _each(settings: Settings, slugs: tuple[str, ...], *, by: str, why: str, paused: bool, as_json: bool) -> None:
    chosen = named(channel_table(settings), slugs)
    now = datetime.now(UTC)
    with closing(open_ledger(settings)) as ledger:
        for channel in chosen:
            (ledger.schedule.pause if paused else ledger.schedule.resume)(channel.slug, now=now, by=by, why=why)
    word = "paused" if paused else "resumed"
    if as_json:
        click.echo(json.dumps({word: [channel.slug for channel in chosen], "by": by}))
        return
    click.echo(f"{', '.join(channel.name for channel in chosen)}: {word} by {by}.")


@command.command(name="set", epilog="Example: difang schedule set sd --cron '0 6-22/2 * * *' --jitter 5m")
@click.argument("slug", metavar="CHANNEL")
@click.option("--every", type=Span(), help="At this interval, such as 90m or 2h.")
@click.option("--cron", help="By cron: minute, hour, day, month, weekday, in Asia/Shanghai.")
@click.option("--table", is_flag=True, help="As the channel table says, again.")
@click.option("--jitter", type=Span(), help="Each channel has its own place in a window of this length; 0m: none.")
@click.option("--dry-run", is_flag=True, help="Only show the next firings.")
@_by
@_why
@_json
@click.pass_obj
def set_(
    settings: Settings,
    slug: str,
    *,
    every: timedelta | None,
    cron: str | None,
    table: bool,
    jitter: timedelta | None,
    dry_run: bool,
    by: str,
    why: str,
    as_json: bool,
) -> None:
    """Change when a channel is crawled; shows its next five firings and saves."""
    if sum((every is not None, cron is not None, table)) != 1:
        raise UsageError("Say exactly one of --every, --cron and --table.")
    channels = channel_table(settings)
    channel = named(channels, [slug])[0]
    now = datetime.now(UTC)
    paused: dict[str, str] = {}
    from difang.crawler.schedule.policy import leaders_every

    with closing(open_ledger(settings)) as ledger:
        led = leaders_every(channels, ledger.schedule.changes(), ledger.schedule.timings_in_force())
    moments = _next_five(channels, channel, every, cron, jitter, led, now)
    if not as_json:
        for moment in moments:
            click.echo(moment)
    if not dry_run:
        with closing(open_ledger(settings)) as ledger:
            ledger.schedule.set(slug, every=every, cron=cron, jitter=jitter, now=now, by=by, why=why)
            paused = _paused(ledger, [channel])
    if as_json:
        click.echo(json.dumps({"channel": slug, "next": moments, "saved": not dry_run, "paused": bool(paused)}))
    else:
        click.echo(f"{channel.name}: {'not saved' if dry_run else 'saved'}.")
        for sentence in paused.values():
            click.echo(f"{sentence} Until then nothing is planned.", err=True)


def _next_five(
    channels: tuple[Channel, ...],
    channel: Channel,
    every: timedelta | None,
    cron: str | None,
    jitter: timedelta | None,
    instead: timedelta | None,
    now: datetime,
) -> list[str]:
    """As they will be; raises UsageError where the timing cannot be."""
    from difang.crawler.schedule.policy import asked_for
    from difang.crawler.schedule.timing import ZONE, check

    timing = asked_for(channels, channel, every=every, cron=cron, jitter=jitter, instead=instead)
    if every is not None or cron is not None:  # what the leader goes by is not for an operator to be refused
        check(timing, now)
    return [moment.astimezone(ZONE).isoformat() for moment in islice(timing.firings(now), 5)]


@command.command(name="run-now", epilog="Example: difang schedule run-now sd")
@click.argument("channels", nargs=-1, required=True, metavar="CHANNEL...")
@_by
@_json
@click.pass_obj
def run_now(settings: Settings, channels: tuple[str, ...], *, by: str, as_json: bool) -> None:
    """Crawl the channels as soon as the running service has room, without waiting for their firings."""
    chosen = named(channel_table(settings), channels)
    with closing(open_ledger(settings)) as ledger:
        now = datetime.now(UTC)
        asked = [ledger.plans.ask(channel=one.slug, channel_name=one.name, now=now, by=by) for one in chosen]
        leader = _leader(ledger)
        paused = _paused(ledger, chosen)
    if as_json:
        already = [one.run.id for one in asked if one.already]
        told = {"runs": [one.run.id for one in asked], "already": already, "paused": list(paused), "leader": leader}
        click.echo(json.dumps(told))
        return
    for one in asked:
        said = f"Already planned by {one.run.started_by}: run" if one.already else "Planned: run"
        click.echo(f"{said} {one.run.id}")
    for sentence in paused.values():
        click.echo(f"{sentence} This run takes place all the same.", err=True)
    if leader is None:
        click.echo("No service is heard of now, so they wait until a `difang serve` runs.", err=True)


def _paused(ledger: Ledger, channels: Sequence[Channel]) -> dict[str, str]:
    """Which of these channels are paused: a sentence each."""
    changes = ledger.schedule.changes()
    return {
        channel.slug: f"{channel.name} is paused; `difang schedule resume {channel.slug}` ends that."
        for channel in channels
        if channel.slug in changes and changes[channel.slug].paused
    }


def _leader(ledger: Ledger) -> str | None:
    from difang.crawler.schedule.leading import leading

    holder: str | None = leading(ledger, datetime.now(UTC))["holder"]
    return holder
