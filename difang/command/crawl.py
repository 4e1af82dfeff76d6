"""`difang crawl`: fetch what channels published, into the archive and the page queue."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from difang import __version__
from difang.command.contact import NO_CONTACT, may_crawl
from difang.command.dates import Day
from difang.command.run_lines import line, record
from difang.command.settings import Settings
from difang.command.wiring import channel_table, open_archive, open_ledger, open_queue
from difang.crawler.channels import Channel, channel_of, named
from difang.crawler.span import Span
from difang.ingest.address import clean_href
from difang.ingest.errors import UsageError

if TYPE_CHECKING:
    from difang.crawler.process import Progress, Report


@click.command()
@click.argument("channels", nargs=-1, metavar="[CHANNEL]...")
@click.option("--since", type=Day(), help="First day, by the date in the address.")
@click.option("--until", type=Day(last=True), help="Last day, by the date in the address.")
@click.option("--url", "urls", multiple=True, help="Fetch exactly this address; may be given several times.")
@click.option("--limit", type=click.IntRange(min=1), help="Fetch at most so many article pages of a channel.")
@click.option("--full", is_flag=True, help="Walk every listing to its end, whatever earlier crawls saw.")
@click.option("--started-by", default="operator", hidden=True)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a run, one a line.")
@click.pass_obj
def command(
    settings: Settings,
    channels: tuple[str, ...],
    since: date | None,
    until: date | None,
    urls: tuple[str, ...],
    limit: int | None,
    full: bool,
    started_by: str,
    as_json: bool,
) -> None:
    """Fetch what the channels published, all of them where none is named.

    Example: difang crawl sd henan --since 2026-11-01
    """
    span = Span(since=since, until=until, limit=limit, full=full)
    if span.since and span.until and span.since > span.until:
        raise UsageError(f"--since {span.since} lies after --until {span.until}; turn them round.")
    plan = _plan_urls(settings, channels, urls) if urls else _plan(settings, channels, span)
    reports = _crawl(settings, plan, started_by)
    for report in reports:
        click.echo(
            json.dumps(record(report.run, report.counts), ensure_ascii=False)
            if as_json
            else line(report.run, report.counts)
        )
    if any(report.run.state != "finished" for report in reports):
        sys.exit(1)


def _plan(settings: Settings, slugs: tuple[str, ...], span: Span) -> list[tuple[Channel, Span]]:
    return [(channel, span) for channel in named(channel_table(settings), slugs)]


def _plan_urls(settings: Settings, slugs: tuple[str, ...], urls: tuple[str, ...]) -> list[tuple[Channel, Span]]:
    if slugs:
        raise UsageError("An address tells its channel by its host; leave the channel out, or the --url.")
    table = channel_table(settings)
    by_channel: dict[str, list[str]] = defaultdict(list)
    channels: dict[str, Channel] = {}
    for url in urls:
        clean = clean_href(url, url)
        if clean is None:
            raise UsageError(f"{url!r} is no web address; give one such as http://sd.people.com.cn/n2/….html.")
        channel = channel_of(clean, table)
        channels[channel.slug] = channel
        by_channel[channel.slug].append(clean)
    return [(channels[slug], Span(urls=tuple(asked))) for slug, asked in by_channel.items()]


def _crawl(settings: Settings, plan: list[tuple[Channel, Span]], started_by: str) -> list[Report]:
    if not may_crawl(settings):
        raise UsageError(NO_CONTACT)
    from difang.crawler.process import Manners, Stores, crawl

    manners = Manners(
        agent=f"difang/{__version__} ({'+' + settings.contact if settings.contact else 'no contact set'})",
        delay=settings.delay,
        daily_allowance=settings.daily_allowance,
        timeout=settings.timeout,
        retries=settings.retries,
        queue_pages=settings.queue_pages,
    )
    ledger, queue = open_ledger(settings), open_queue(settings)
    try:
        logs = Path(settings.var) / "log" / "runs"
        stores = Stores(ledger=ledger, archive=open_archive(settings), queue=queue, logs=logs)
        return crawl(plan, stores=stores, manners=manners, started_by=started_by, on_progress=_show)
    finally:
        queue.close()
        ledger.close()


def _show(progress: Progress) -> None:
    """One line that is written over, where somebody looks on."""
    if sys.stdout.isatty():
        words = f"{progress.running} runs, {progress.requests} requests, {progress.to_fetch} pages to fetch"
        click.echo(f"\r{words:<78}" if progress.running else f"\r{'':<78}\r", nl=False)
