"""`difang audit`: re-read a channel's listings and prove of each address found there in which outcome it ended."""

from __future__ import annotations

import json
import sys
from collections import Counter
from contextlib import closing
from datetime import date
from getpass import getuser
from typing import TYPE_CHECKING, Any

import click

from difang.command.dates import Day
from difang.command.settings import Settings
from difang.command.survey_lines import line
from difang.command.surveying import check_span, progress, wait_for_service, work
from difang.command.wiring import channel_table, open_ledger
from difang.crawler.channels import Channel, named

if TYPE_CHECKING:
    from difang.crawler.ledger.coverage import DayCoverage
    from difang.crawler.ledger.ledger import Ledger
    from difang.crawler.ledger.surveys import Survey
    from difang.crawler.survey.audit import Verdict

_WORTH_FETCHING = ("missing", "failed")
_TOLD = ("indexed", "missing")


@click.command()
@click.argument("channel", metavar="CHANNEL")
@click.option("--from", "since", type=Day(), required=True, help="First day, by the date in the address.")
@click.option("--to", "until", type=Day(last=True), required=True, help="Last day, by the date in the address.")
@click.option("--articles", "each", is_flag=True, help="Ask for each article we have of these days: is it there still?")
@click.option("--queue", is_flag=True, help="Queue what is missing or failed: the channel's next crawl fetches it.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a day, one a line, with its missing addresses.")
@click.pass_obj
def command(settings: Settings, channel: str, since: date, until: date, each: bool, queue: bool, as_json: bool) -> None:
    """Compare what the site's listings and sitemap show of these days with what we have, and store it as coverage.

    Exit code 1: something is missing, or the audit is not done yet; the same command then goes on with it.

    Example: difang audit sd --from 2026-10-01 --to 2026-10-31
    """
    (chosen,) = named(channel_table(settings), [channel])
    check_span(since, until)
    with closing(open_ledger(settings)) as ledger:
        survey = _audited(settings, ledger, chosen, since, until, each=each)
        if survey.state.value != "finished":
            click.echo(line(progress(settings, ledger, survey)), err=True)
            click.echo("The audit is not done; the same command goes on with it.", err=True)
            sys.exit(1)
        missing = _report(ledger, chosen, survey, as_json=as_json)
        if queue and missing:
            ledger.addresses.queue(chosen.slug, [verdict.url for verdict in missing], survey.run_id or "")
            said = f"{len(missing)} addresses are queued; `difang crawl {chosen.slug}` fetches them."
            click.echo(said, err=as_json)
    sys.exit(1 if missing else 0)


def _audited(settings: Settings, ledger: Ledger, channel: Channel, since: date, until: date, *, each: bool) -> Survey:
    from difang.crawler.ledger.survey_tables import SurveyPurpose

    asked = ledger.surveys.ask(
        channel=channel.slug,
        purpose=SurveyPurpose.AUDIT,
        since=since,
        until=until,
        each=each,
        created_by=getuser(),
    )
    survey = ledger.surveys.resume(asked.id)
    if not work(settings, ledger, [survey]):
        wait_for_service(ledger, survey)
    return ledger.surveys.get(survey.id)


def _report(ledger: Ledger, channel: Channel, survey: Survey, *, as_json: bool) -> list[Verdict]:
    """Print each day and what is missing; what is missing."""
    from difang.crawler.survey.audit import taken_down, verdicts

    days = ledger.coverage.of(channel.slug, survey.since, survey.until)
    found = verdicts(ledger, survey)
    down = taken_down(ledger, survey)
    missing = [verdict for verdict in found if verdict.word in _WORTH_FETCHING]
    if as_json:
        for day in days:
            lost = [verdict.url for verdict in missing if verdict.day == day.day]
            gone = [seen.url for seen in down if seen.day == day.day]
            click.echo(json.dumps(record(day) | {"missing_urls": lost, "taken_down_urls": gone}, ensure_ascii=False))
        return missing
    for day in days:
        click.echo(day_line(day))
    for verdict in missing:
        click.echo(f"{verdict.word}: {verdict.url} (found on {verdict.found_on})")
    for seen in down:
        click.echo(f"taken down at the site, kept here: {seen.url}")
    words = Counter(verdict.word for verdict in found)
    told = ", ".join(f"{number} {word}" for word, number in sorted(words.items()))
    click.echo(f"{channel.name}: {len(found)} addresses found at the site: {told or 'none'}; {len(down)} taken down.")
    if not survey.each:
        click.echo("Articles that are listed still were not asked for one by one; --articles does.")
    return missing


def record(day: DayCoverage) -> dict[str, Any]:
    """A day as JSON gives it."""
    return {
        "channel": day.channel,
        "day": day.day.isoformat(),
        "found": day.found,
        "indexed": day.indexed,
        "missing": day.missing,
        "taken_down": day.taken_down,
        "outcomes": dict(day.outcomes),
        "checked_at": day.checked_at.isoformat(),
    }


def day_line(day: DayCoverage) -> str:
    """A day as one line."""
    others = ", ".join(
        f"{number} {word}" for word, number in day.outcomes.items() if word not in ("indexed", "missing")
    )
    more = f" ({others})" if others else ""
    down = f", {day.taken_down} taken down" if day.taken_down else ""
    return f"{day.day}  {day.found} found, {day.indexed} searchable, {day.missing} missing{down}{more}"
