"""Working on backfills and audits from the command line: here, in this process, as far as it goes today."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import click

from difang.command.crawl import carry_out_all
from difang.command.settings import Settings
from difang.command.survey_lines import line
from difang.command.wiring import channel_table
from difang.crawler.channels import named
from difang.ingest.errors import UsageError

if TYPE_CHECKING:
    from difang.crawler.ledger.ledger import Ledger
    from difang.crawler.ledger.surveys import Survey
    from difang.crawler.survey.estimate import Pace
    from difang.crawler.survey.progress import Progress

_SHOW_SECONDS = 2.0


def check_span(since: date, until: date) -> None:
    """Raises UsageError for days the wrong way round, to come, or from before there was a site."""
    from difang.crawler.span import FIRST_DAY
    from difang.search.index import today_in_beijing

    if since > until:
        raise UsageError(f"--from {since} lies after --to {until}; turn them round.")
    if since < FIRST_DAY:
        raise UsageError(f"--from {since}: the site has no page from before {FIRST_DAY}; begin there or later.")
    today = today_in_beijing()
    for name, day in (("--from", since), ("--to", until)):
        if day > today:
            raise UsageError(f"{name} {day} is a day to come; the last day there is to ask for is today, {today}.")


def pace(settings: Settings) -> Pace:
    """How fast the settings let work on the past go."""
    from difang.crawler.survey.estimate import Pace

    return Pace(delay=settings.delay, allowance=settings.daily_allowance)


def progress(settings: Settings, ledger: Ledger, survey: Survey) -> Progress:
    """How far it is."""
    from difang.crawler.survey.progress import progress_of

    channel = next((one for one in channel_table(settings) if one.slug == survey.channel), None)
    return progress_of(ledger, survey, channel, pace(settings))


def work(settings: Settings, ledger: Ledger, surveys: Sequence[Survey]) -> bool:
    """Leave these to the running service, which is said; or work on them here. Whether it was done here."""
    from difang.crawler.schedule.leading import leading

    if leading(ledger, datetime.now(UTC))["holder"] is not None:
        for survey in surveys:
            said = f"The running service works on it; `difang backfill show {survey.id}` tells how far it is."
            click.echo(said, err=True)
        return False
    work_here(settings, ledger, surveys)
    return True


def wait_for_service(ledger: Ledger, survey: Survey) -> None:
    """Wait until the service has done it, or lets it rest; the service goes on with it whoever waits."""
    while (now := ledger.surveys.get(survey.id)).state.value == "active" and not now.rests(datetime.now(UTC)):
        time.sleep(_SHOW_SECONDS)


def work_here(settings: Settings, ledger: Ledger, surveys: Sequence[Survey]) -> None:
    """Work on these until each is done, rests until another day, or is paused; as runs of this process.

    Raises DifangError where a run of another process works on one of them.
    """
    from difang.crawler.survey.duty import plan_here

    table = channel_table(settings)
    planned = [plan_here(ledger, survey, named(table, [survey.channel])[0]) for survey in surveys]
    shown = time.monotonic()
    told: set[str] = set()

    def show(_progress: object) -> None:
        nonlocal shown
        if time.monotonic() - shown <= _SHOW_SECONDS:
            return
        shown = time.monotonic()
        now = [ledger.surveys.get(survey.id) for survey in surveys]
        for sentence in [f"{one.channel}: {one.sentence}" for one in now if one.sentence]:
            if sentence not in told:
                told.add(sentence)
                click.echo(sentence, err=True)
        if sys.stdout.isatty():
            said = "; ".join(line(progress(settings, ledger, one)) for one in now)
            click.echo(f"\r{said[:118]:<118}", nl=False)

    carry_out_all(settings, planned, show)
    if sys.stdout.isatty():
        click.echo(f"\r{'':<118}\r", nl=False)
