"""`difang crawl`: fetch what channels published, into the archive and the page queue."""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from datetime import date
from typing import TYPE_CHECKING

import click

from difang import __version__
from difang.command.contact import NO_CONTACT, may_crawl
from difang.command.dates import Day
from difang.command.logs import warnings_to_stderr
from difang.command.run_lines import line, record
from difang.command.settings import Settings
from difang.command.wiring import channel_table, open_archive, open_ledger, open_queue, run_logs
from difang.crawler.channels import Channel, channel_of, named
from difang.crawler.span import Span
from difang.ingest.address import clean_href
from difang.ingest.errors import RetryLater, UsageError

if TYPE_CHECKING:
    from difang.crawler.ledger.run import Run
    from difang.crawler.process import Manners, OnProgress, Progress, Report, Stores

_COLUMNS = 78
"""Of the line of progress."""


@click.command()
@click.argument("channels", nargs=-1, metavar="[CHANNEL]...")
@click.option("--since", type=Day(), help="First day, by the date in the address.")
@click.option("--until", type=Day(last=True), help="Last day, by the date in the address.")
@click.option("--url", "urls", multiple=True, help="Fetch exactly this address; may be given several times.")
@click.option("--limit", type=click.IntRange(min=1), help="Fetch at most so many article pages of a channel.")
@click.option("--full", is_flag=True, help="Walk every listing to its end, whatever earlier crawls saw.")
@click.option("--started-by", default="operator", hidden=True)
@click.option("--run", "run_id", hidden=True, help="Carry out this planned run, with what it asks for.")
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
    run_id: str | None,
    as_json: bool,
) -> None:
    """Fetch what the channels published, all of them where none is named.

    Example: difang crawl sd henan --since 2026-11-01
    """
    span = Span(since=since, until=until, limit=limit, full=full)
    if span.since and span.until and span.since > span.until:
        raise UsageError(f"--since {span.since} lies after --until {span.until}; turn them round.")
    if run_id and (channels or urls or span != Span()):
        raise UsageError("A planned run knows what it asks for; name nothing but the run.")
    if run_id:
        reports = carry_out(settings, run_id)
    else:
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
    from difang.crawler.process import crawl

    with _stores(settings) as stores:
        return crawl(plan, stores=stores, manners=_manners(settings), started_by=started_by, on_progress=_show)


def carry_out(settings: Settings, run_id: str) -> list[Report]:
    """Carry out a planned run in this process."""
    from difang.crawler.process import take_over

    with _stores(settings) as stores:
        run = stores.ledger.runs.get(run_id)
        table = channel_table(settings)
        channel = channel_of(run.request.urls[0], table) if run.asked_for else named(table, [run.channel])[0]
        return [take_over(run_id, channel, stores=stores, manners=_manners(settings), on_progress=_show)]


def carry_out_all(settings: Settings, runs: Sequence[Run], on_progress: OnProgress) -> list[Report]:
    """Carry out planned runs of channels in this process, together."""
    from difang.crawler.process import take_over_all

    table = channel_table(settings)
    plan = [(named(table, [run.channel])[0], run.id) for run in runs]
    with _stores(settings) as stores:
        return take_over_all(plan, stores=stores, manners=_manners(settings), on_progress=on_progress)


def _manners(settings: Settings) -> Manners:
    from difang.crawler.process import Manners

    if not may_crawl(settings):
        raise UsageError(NO_CONTACT)
    return Manners(
        agent=f"difang/{__version__} ({'+' + settings.contact if settings.contact else 'no contact set'})",
        delay=settings.delay,
        daily_allowance=settings.daily_allowance,
        timeout=settings.timeout,
        retries=settings.retries,
        queue_pages=settings.queue_pages,
    )


@contextmanager
def _stores(settings: Settings) -> Iterator[Stores]:
    """Where a crawl writes; once it has, the channels are judged."""
    from difang.crawler.process import Stores
    from difang.crawler.watch.watching import check

    warnings_to_stderr()
    with closing(open_ledger(settings)) as ledger, closing(open_queue(settings)) as queue:
        try:
            yield Stores(ledger=ledger, archive=open_archive(settings), queue=queue, logs=run_logs(settings))
        finally:
            _wipe()
        with suppress(RetryLater):  # a later crawl or the service judges them then
            check(ledger, channel_table(settings))


def _show(progress: Progress) -> None:
    """One line that is written over, where somebody looks on."""
    if sys.stdout.isatty():
        words = f"runs at work {progress.running}, requests {progress.requests}, pages to fetch {progress.to_fetch}"
        click.echo(f"\r{words:<{_COLUMNS}}", nl=False)


def _wipe() -> None:
    if sys.stdout.isatty():
        click.echo(f"\r{'':<{_COLUMNS}}\r", nl=False)
