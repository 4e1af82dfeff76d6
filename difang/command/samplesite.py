"""`difang samplesite`: the replica of the regional hosts as a forward proxy."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

import click

from difang.ingest.errors import UsageError
from difang.samplesite import control, proxy
from difang.samplesite.calendar import CHINA
from difang.samplesite.faults import Faults
from difang.samplesite.server import Replica
from difang.samplesite.site import Site


def _channels(text: str) -> int | tuple[str, ...]:
    return int(text) if text.isdigit() else tuple(filter(None, (word.strip() for word in text.split(","))))


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"samplesite: {text!r} is no moment; write --now as 2026-03-02T12:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=CHINA)


@click.command(
    epilog="""\b
Example:
  difang samplesite --port 8901 --channels sd,js --days 3 &
  http_proxy=http://127.0.0.1:8901 difang crawl sd js
  curl http://127.0.0.1:8901/truth/summary
  curl -d '{"advance_minutes": 60}' http://127.0.0.1:8901/control/clock"""
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8901,
    show_default=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--channels", default="3", show_default=True, help="How many of the 33 channels, or their slugs: sd,js.")
@click.option("--days", default=7, show_default=True, help="Days before today on which articles appeared.")
@click.option("--per-day", default=20, show_default=True, help="Articles a channel publishes a day.")
@click.option("--archive", default=40, show_default=True, help="Older articles of a channel, from 2010 on.")
@click.option("--seed", default=1, show_default=True, help="Another seed, other articles.")
@click.option("--now", default=None, help="The site's clock, ISO 8601; it stands still until moved. Default: now.")
@click.option(
    "--latency",
    type=click.FloatRange(0, 3_600_000),
    default=0.0,
    show_default=True,
    help="Milliseconds before each answer.",
)
@click.option(
    "--crawl-delay",
    type=click.FloatRange(0),
    default=120.0,
    show_default=True,
    help="Crawl-delay of the two central hosts, seconds.",
)
@click.option("--faults", default="", help="CHANNEL:FAULT[:SHARE],… such as sd:503:0.2,js:reset,hb:down.")
@click.option("--log", is_flag=True, help="Print each request on stderr.")
def command(
    host: str,
    port: int,
    channels: str,
    days: int,
    per_day: int,
    archive: int,
    seed: int,
    now: str | None,
    latency: float,
    crawl_delay: float,
    faults: str,
    log: bool,
) -> None:
    """Answer as the regional hosts, through a proxy: everything generated, the truth at /truth/articles.

    The first line printed is the address it listens on. Ends on SIGTERM or Ctrl-C.
    """
    switched = Faults()
    try:
        site = Site(
            seed=seed,
            channels=_channels(channels),
            days=days,
            per_day=per_day,
            archive=archive,
            now=_moment(now),
            crawl_delay=crawl_delay,
        )
        control.set_faults(site, switched, faults)
    except ValueError as error:
        raise UsageError(f"samplesite: {error}") from error
    logging.getLogger("aiohttp").setLevel(logging.CRITICAL)  # a connection broken on purpose is no error
    replica = Replica(
        site, switched, latency=latency / 1000, log=(lambda line: click.echo(line, err=True)) if log else None
    )
    try:
        asyncio.run(proxy.listen(replica.handle, host=host, port=port, ready=click.echo))
    except proxy.PortTaken as error:
        raise UsageError(str(error)) from error
