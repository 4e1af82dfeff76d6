"""From a run to what it does: a run that works on the past gets a slice of its survey in place of the usual crawl."""

from __future__ import annotations

from collections.abc import Callable

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from difang.crawler.stop import Stop
from difang.crawler.survey.crew import Course, Crew
from difang.crawler.survey.precedence import on_the_past
from difang.crawler.survey.slice import Slice


def course_of(run: Run, ledger: Ledger, spent: Callable[[str], float]) -> Course | None:
    """The course of a run, None for the usual one; `spent` tells which share of its allowance a host has had."""
    if not on_the_past(run) or run.asked_for:
        return None

    async def course(crew: Crew) -> None:
        survey = ledger.surveys.of_run(run.id)
        if survey is None:
            raise Stop(f"No backfill or audit was given to the run {run.id}; `difang backfill list` lists them.")
        await Slice(survey=survey, ledger=ledger, crew=crew, spent=spent).work()

    return course
