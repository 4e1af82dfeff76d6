"""`difang serve`: schedule, console and search in this process; crawls and the ingest worker in processes beside it."""

from __future__ import annotations

import logging
from datetime import timedelta

import click

from difang.command.contact import NO_CONTACT, may_crawl
from difang.command.logs import log_to_stderr
from difang.command.service import Service
from difang.command.settings import Settings
from difang.command.stopping import unwinding_on_signals
from difang.ingest.event import Event

_NO_SCHEDULE = "This service was begun with --no-schedule."

log = logging.getLogger(__name__)


@click.command(epilog="Example: difang serve --port 8020")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8020, show_default=True)
@click.option("--no-schedule", is_flag=True, help="Crawl nothing by itself.")
@click.option("--no-ingest", is_flag=True, help="Start no ingest worker (others do the work).")
@click.option("--crawls", type=click.IntRange(1), default=4, show_default=True, help="Crawls at a time.")
@click.option("--every", type=click.IntRange(1), help="Crawl every channel each N minutes, whatever the table says.")
@click.pass_obj
def command(
    settings: Settings, *, host: str, port: int, no_schedule: bool, no_ingest: bool, crawls: int, every: int | None
) -> None:
    """Crawl on a schedule, index what comes, and show it: console and search on http://HOST:PORT/."""
    log_to_stderr(settings.log_format)
    forbidden = not no_schedule and not may_crawl(settings)
    idle = NO_CONTACT if forbidden else _NO_SCHEDULE if no_schedule else ""
    service = Service(
        settings,
        crawls_at_once=0 if idle else crawls,
        every=timedelta(minutes=every) if every else None,
        ingest=not no_ingest,
        idle=idle,
    )

    def ready(address: str) -> None:
        click.echo(f"difang is at {address}")
        log.info("The service begins at %s", address, extra=Event.SERVICE_BEGUN.of(address=address))
        if forbidden:
            log.warning("Nothing is crawled: %s", NO_CONTACT, extra=Event.NO_CRAWLS.of())

    with unwinding_on_signals(code=0):
        service.run(host, port, on_ready=ready)
