"""Giving surveys their runs: what the leading service does every few seconds, and the command line once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from difang.crawler.channels import Channel
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.run_tables import RunCause
from difang.crawler.ledger.survey_tables import SurveyPurpose, SurveyState
from difang.crawler.ledger.surveys import Survey
from difang.crawler.span import Span
from difang.crawler.survey.precedence import usual_run
from difang.ingest.errors import DifangError

_CAUSES = {SurveyPurpose.BACKFILL: RunCause.BACKFILL, SurveyPurpose.AUDIT: RunCause.AUDIT}

_MOMENT = timedelta(seconds=2)
"""Between planning a run and its beginning the survey is given to it."""


EVERY = timedelta(seconds=5)


def plan_surveys(ledger: Ledger, channels: Sequence[Channel]) -> None:
    """Plan a run for each channel whose oldest active survey may go on now and has none.

    Nothing is planned where the survey rests, a run works on it, or the channel's usual crawl runs or is due. Where
    somebody cancelled its last run, it is paused.
    """
    by_slug = {channel.slug: channel for channel in channels}
    now = datetime.now(UTC)
    for slug, survey in _oldest(ledger).items():
        channel = by_slug.get(slug)
        if channel is None or survey.rests(now) or usual_run(ledger, slug, now):
            continue
        if by := _cancelled_by(ledger, survey):
            ledger.surveys.pause(survey.id, f"{by} cancelled its run {survey.run_id}.")
        else:
            plan_survey(ledger, survey, channel)


def plan_survey(ledger: Ledger, survey: Survey, channel: Channel) -> Run | None:
    """A run for this survey, due now; None where another one has it."""
    run = ledger.plans.plan(
        channel=channel.slug,
        channel_name=channel.name,
        cause=_CAUSES[survey.purpose],
        due_at=datetime.now(UTC) + _MOMENT,
        started_by=survey.created_by,
        request=Span(since=survey.since, until=survey.until),
    )
    if ledger.surveys.assign(survey.id, run.id):
        return run
    ledger.plans.withdraw(run.id)
    return None


def plan_here(ledger: Ledger, survey: Survey, channel: Channel) -> Run:
    """A run for this survey that this process is to carry out; raises DifangError where a living run has it."""
    ledger.runs.sweep()
    run = plan_survey(ledger, survey, channel)
    if run is None:
        holder = ledger.surveys.get(survey.id).run_id
        raise DifangError(
            f"The run {holder} works on it already; `difang backfill show {survey.id}` tells how far it is."
        )
    return run


def give_up(ledger: Ledger, number: int, by: str) -> Survey:
    """Give a survey up; the run that works on it is cancelled too, because it may wait for a host for minutes.

    Raises DifangError where the survey has ended.
    """
    _end_run(ledger, number, by)
    return ledger.surveys.cancel(number)


def pause(ledger: Ledger, number: int, by: str) -> Survey:
    """Let no run work on a survey until it is resumed; the one that does is cancelled, as by `give_up`.

    Raises DifangError where the survey has ended.
    """
    _end_run(ledger, number, by)
    return ledger.surveys.pause(number)


def _end_run(ledger: Ledger, number: int, by: str) -> None:
    """Before the survey stops: a run that sees it stopped leaves at once, and tells who wanted that."""
    survey = ledger.surveys.get(number)
    if survey.state is SurveyState.ACTIVE and survey.run_id is not None:
        with suppress(DifangError):  # it has ended
            ledger.runs.ask_cancel(survey.run_id, by)


def _cancelled_by(ledger: Ledger, survey: Survey) -> str | None:
    return ledger.runs.get(survey.run_id).cancel_by if survey.run_id else None


def _oldest(ledger: Ledger) -> dict[str, Survey]:
    oldest: dict[str, Survey] = {}
    for survey in ledger.surveys.active():
        oldest.setdefault(survey.channel, survey)
    return oldest
