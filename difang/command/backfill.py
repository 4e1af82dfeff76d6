"""`difang backfill`: fetch what channels published in the past, over days if need be, and look how far it is."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from getpass import getuser
from typing import TYPE_CHECKING, Any

import click

from difang.command.dates import Day
from difang.command.parameters import MOST, NUMBER
from difang.command.settings import Settings
from difang.command.survey_lines import line, record, table
from difang.command.surveying import check_span, pace, progress, work
from difang.command.wiring import channel_table, open_ledger
from difang.crawler.channels import named

if TYPE_CHECKING:
    from difang.crawler.ledger.ledger import Ledger
    from difang.crawler.ledger.surveys import Survey


class Backfill(click.Group):
    """Takes `difang backfill sd --from …` for `difang backfill start sd --from …`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What is no command, nor a wish for help, are channels and days."""
        if args and args[0] not in (*self.commands, *self.get_help_option_names(ctx)):
            args = ["start", *args]
        return super().parse_args(ctx, args)


@click.group(cls=Backfill, invoke_without_command=True, subcommand_metavar="CHANNEL... --from D --to D | COMMAND")
@click.pass_context
def command(ctx: click.Context) -> None:
    """Fetch what channels published in the past: back through their listings, within the hosts' daily allowance.

    It goes on where it was after any stop; the same command, `resume` or a running service continue it.

    Example: difang backfill sd henan --from 2023-01-01 --to 2025-12-31
    """
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_)


@command.command()
@click.argument("channels", nargs=-1, required=True, metavar="CHANNEL...")
@click.option("--from", "since", type=Day(), required=True, help="First day, by the date in the address.")
@click.option("--to", "until", type=Day(last=True), required=True, help="Last day, by the date in the address.")
@click.option("--estimate", "only_estimate", is_flag=True, help="Tell what it will cost, and start nothing.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a channel, one a line.")
@click.pass_obj
def start(
    settings: Settings, channels: tuple[str, ...], since: date, until: date, only_estimate: bool, as_json: bool
) -> None:
    """Backfill channels; the word `start` may be left out.

    Example: difang backfill sd --from 2023-01-01 --to 2025-12-31 --estimate
    """
    from difang.crawler.ledger.survey_tables import SurveyPurpose
    from difang.crawler.survey.estimate import estimate

    chosen = named(channel_table(settings), channels)
    check_span(since, until)
    with _ledger(settings) as ledger:
        foreseen = [estimate(ledger, channel, since, until, pace(settings)) for channel in chosen]
        for one in foreseen:
            click.echo(str(one), err=as_json)
        if only_estimate:
            return
        asked = [
            ledger.surveys.ask(
                channel=one.channel,
                purpose=SurveyPurpose.BACKFILL,
                since=since,
                until=until,
                created_by=getuser(),
                expected_articles=one.articles,
                expected_requests=one.requests,
            )
            for one in foreseen
        ]
        _work(settings, ledger, [ledger.surveys.resume(survey.id) for survey in asked], as_json)


@command.command(name="list")
@click.option("--most", default=40, show_default=True, type=MOST, help="So many of the newest.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object each, one a line, the newest first.")
@click.pass_obj
def list_(settings: Settings, most: int = 40, as_json: bool = False) -> None:
    """List the backfills and how far each is.

    Example: difang backfill list --json
    """
    from difang.crawler.ledger.survey_tables import SurveyPurpose

    with _ledger(settings) as ledger:
        surveys = ledger.surveys.newest(most, SurveyPurpose.BACKFILL)
        if not surveys and not as_json:
            click.echo("There is no backfill yet; `difang backfill sd --from 2023-01-01 --to 2023-12-31` starts one.")
        _print(settings, ledger, surveys, as_json)


@command.command()
@click.argument("number", type=NUMBER, metavar="N")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def show(settings: Settings, number: int, as_json: bool) -> None:
    """Show one backfill: days complete, outcomes, requests, expected end.

    Example: difang backfill show 3
    """
    with _ledger(settings) as ledger:
        found = progress(settings, ledger, ledger.surveys.get(number))
    click.echo(json.dumps(record(found), ensure_ascii=False) if as_json else table(found))


@command.command()
@click.argument("number", type=NUMBER, metavar="N")
@click.pass_obj
def pause(settings: Settings, number: int) -> None:
    """Let it rest until somebody resumes it; a run at work on it is cancelled.

    Example: difang backfill pause 3
    """
    from difang.crawler.survey.duty import pause as pause_survey

    with _ledger(settings) as ledger:
        _print(settings, ledger, [pause_survey(ledger, number, getuser())], as_json=False)


@command.command()
@click.argument("number", type=NUMBER, metavar="N")
@click.pass_obj
def resume(settings: Settings, number: int) -> None:
    """Go on with it where it was, also before the end of a rest.

    Example: difang backfill resume 3
    """
    with _ledger(settings) as ledger:
        _work(settings, ledger, [ledger.surveys.resume(number)], as_json=False)


@command.command()
@click.argument("number", type=NUMBER, metavar="N")
@click.pass_obj
def cancel(settings: Settings, number: int) -> None:
    """Give it up; what was fetched stays.

    Example: difang backfill cancel 3
    """
    from difang.crawler.survey.duty import give_up

    with _ledger(settings) as ledger:
        _print(settings, ledger, [give_up(ledger, number, getuser())], as_json=False)


def _work(settings: Settings, ledger: Ledger, surveys: list[Survey], as_json: bool) -> None:
    """Leave it to the running service, or do it here as far as it goes today.

    Exit code 1 where it was to be done here and is not; handed over, what was asked for is done.
    """
    here = work(settings, ledger, surveys)
    ended = [ledger.surveys.get(survey.id) for survey in surveys]
    _print(settings, ledger, ended, as_json)
    if here and (left := [survey for survey in ended if survey.state.value != "finished"]):
        numbers = ", ".join(f"`difang backfill resume {survey.id}`" for survey in left)
        click.echo(f"The rest is fetched later: {numbers} goes on.", err=True)
        sys.exit(1)


def _print(settings: Settings, ledger: Ledger, surveys: list[Survey], as_json: bool) -> None:
    for survey in surveys:
        found = progress(settings, ledger, survey)
        said: Any = json.dumps(record(found), ensure_ascii=False) if as_json else line(found)
        click.echo(said)


@contextmanager
def _ledger(settings: Settings) -> Iterator[Ledger]:
    ledger = open_ledger(settings)
    try:
        yield ledger
    finally:
        ledger.close()
