"""What goes before a survey: a person's word, the channel's usual crawl, the rest of the daily allowance."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.plans import LATER
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.ledger.survey_tables import SurveyState
from difang.crawler.ledger.surveys import Survey
from difang.crawler.politeness.turns import until_tomorrow
from difang.crawler.schedule.leading import leading
from difang.crawler.survey.crew import Crew

SHARE = 0.8
"""Of a host's daily allowance; the rest is the usual crawl's, whose requests count for both."""

_LONGEST = 15 * 60.0
"""Seconds a run of the service works on a survey, so that a run's log and its counts stay readable."""

_WAITING = timedelta(minutes=5)
"""A planned run that nobody has begun for so long keeps no survey from working: no service runs."""


_CROWDED = timedelta(seconds=5)
"""A service begins what is due within a second or two; what waits longer finds no place."""

_LOOK_AGAIN = 2.0
"""Seconds between two looks whether the usual crawl has ended."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """Why a survey does not go on now, and until when where that is known."""

    sentence: str
    until: datetime | None = None


class Precedence:
    """Asked before each step of a run that works on a survey."""

    def __init__(self, *, survey: Survey, ledger: Ledger, crew: Crew, spent: Callable[[str], float]) -> None:
        self._survey = survey
        self._ledger = ledger
        self._crew = crew
        self._spent = spent
        self._end = time.monotonic() + _LONGEST if crew.run.runner is not None else None

    async def reason(self) -> Reason | None:
        """Why to leave now, or None. A run of no service, which nobody would begin again, waits for the usual crawl."""
        told = None
        while True:
            if (state := self._ledger.surveys.get(self._survey.id).state) is not SurveyState.ACTIVE:
                return Reason(sentence=f"it is {state.value}.")
            usual = self._usual()
            if usual is None:
                break
            if self._end is not None:
                return Reason(sentence=f"a usual crawl goes first ({usual.id}).")
            if usual.id != told:
                told = usual.id
                self._tell(f"It waits for run {usual.id}, the channel's usual crawl, which is {usual.state}.")
            await asyncio.sleep(_LOOK_AGAIN)
        if told:
            self._tell(None)
        if self._end is not None and time.monotonic() > self._end:
            return Reason(sentence="another run goes on with it.")
        return allowance_spent(self._crew.channel.hosts, self._spent)

    def usual_waits(self) -> bool:
        """Whether a usual crawl goes first; asked before each page where a step may take long."""
        return self._usual() is not None

    def _usual(self) -> Run | None:
        """Of this channel; for a run of the service, which has one of the service's places, also of another one.

        Where no service leads, nobody begins what is planned, and only a run that runs goes first.
        """
        now = datetime.now(UTC)
        of_channel = usual_run(self._ledger, self._survey.channel, now)
        if self._end is not None:
            return of_channel or crowded_out(self._ledger, now)
        planned = of_channel is not None and of_channel.state is RunState.PLANNED
        return None if planned and leading(self._ledger, now)["holder"] is None else of_channel

    def _tell(self, sentence: str | None) -> None:
        self._crew.say(sentence or "It goes on.")
        self._ledger.surveys.change(self._survey.id, sentence=sentence)


def usual_run(ledger: Ledger, channel: str, now: datetime) -> Run | None:
    """A run of the channel that is no work on the past and runs, or is due and not overdue."""
    runs = ledger.runs.running() + [run for run in ledger.plans.due(now) if run.due_at and now - run.due_at < _WAITING]
    return next((run for run in runs if run.channel == channel and not on_the_past(run)), None)


def crowded_out(ledger: Ledger, now: datetime) -> Run | None:
    """A usual run that is due for some time though its channel is free: all places of the service are taken."""
    usual = [run for run in ledger.plans.due(now) if not on_the_past(run)]
    late = [run for run in usual if run.due_at and _CROWDED < now - run.due_at < _WAITING]
    busy = {run.channel for run in ledger.runs.running()} if late else set()
    return next((run for run in late if run.channel not in busy), None)


def on_the_past(run: Run) -> bool:
    """Whether a run is part of a survey, or fetches what one found missing."""
    return run.cause in LATER


def allowance_spent(hosts: tuple[str, ...], spent: Callable[[str], float]) -> Reason | None:
    """That a host has had what work on the past may take of its allowance, and rests until tomorrow."""
    for host in hosts:
        if spent(host) >= SHARE:
            sentence = f"{host} has had {SHARE:.0%} of its requests for today; the rest is for the usual crawl."
            return Reason(sentence=sentence, until=datetime.now(UTC) + until_tomorrow())
    return None
