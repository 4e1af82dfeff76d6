"""One run's share of a survey: fetch what is pending, read the next listing page, until it is done or has to leave.

After every step the books say where to go on, so that a run that is killed costs the next one a page at most.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import groupby

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.survey_books import Place
from difang.crawler.ledger.survey_tables import SurveyPurpose, SurveyState
from difang.crawler.ledger.surveys import Survey
from difang.crawler.stop import Stop
from difang.crawler.survey.audit import coverage_of, doubtful
from difang.crawler.survey.crew import Crew
from difang.crawler.survey.listings import Reader
from difang.crawler.survey.precedence import Precedence
from difang.ingest.errors import DifangError, RetryLater
from difang.ingest.outcome import Outcome

_CHUNK = 16
"""So many articles at most are fetched between two looks at whether to leave."""

_AT_A_STRETCH = 10.0
"""Seconds; where so many articles take longer, half as many are fetched at a time, down to one."""

_GAPS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6))
"""After a failed run the survey rests, longer from time to time."""


class Slice:
    """Works on one survey within one run."""

    def __init__(self, *, survey: Survey, ledger: Ledger, crew: Crew, spent: Callable[[str], float]) -> None:
        """`spent` tells which share of its daily allowance a host has had."""
        self._survey = survey
        self._ledger = ledger
        self._books = ledger.survey_books
        self._crew = crew
        self._precedence = Precedence(survey=survey, ledger=ledger, crew=crew, spent=spent)
        self._reader = Reader(survey=survey, ledger=ledger, crew=crew)
        self._columns_known = survey.columns_known
        self._counted = 0
        self._chunk = 1

    async def work(self) -> None:
        """Work until the survey is done or something else goes first; raises Stop where the host does not answer."""
        self._change(started_at=self._survey.started_at or datetime.now(UTC), resume_at=None, sentence=None)
        try:
            await self._steps()
        except (Stop, DifangError) as error:
            self._rest(str(error))
            raise
        except asyncio.CancelledError:
            with suppress(RetryLater):
                self._tell_who_ended_it()
            raise
        finally:
            self._count()

    async def _steps(self) -> None:
        while not (reason := await self._precedence.reason()):
            if not await self._step():
                return
            self._count()
        self._crew.say(f"It leaves for now: {reason.sentence}")
        if reason.until is not None:
            self._change(resume_at=reason.until, sentence=reason.sentence)
        self._tell_who_ended_it()

    def _tell_who_ended_it(self) -> None:
        """A run whose survey a person has stopped did not finish."""
        state = self._ledger.surveys.get(self._survey.id).state
        if state in (SurveyState.PAUSED, SurveyState.CANCELLED):
            self._crew.leave(f"Its {self._survey.purpose.value} is {state.value}.")

    async def _step(self) -> bool:
        """The next thing to do; False where nothing is left."""
        if not self._columns_known:
            await self._reader.front()
            self._columns_known = True
            return True
        if pending := self._books.pending(self._survey.id, self._chunk):
            began = time.monotonic()
            for found_on, group in groupby(pending, key=lambda seen: seen.found_on):
                urls = [seen.url for seen in group]
                if self._survey.purpose is SurveyPurpose.AUDIT:
                    await self._crew.ask_again(urls)
                else:
                    await self._crew.articles(urls, found_on)
                self._books.settle(self._survey.id, urls)
            self._chunk = next_chunk(self._chunk, time.monotonic() - began)
            return True
        places = self._books.places(self._survey.id)
        if (place := self._reader.next_of(places)) is not None:
            await self._reader.read(place)
            return True
        if left := [place for place in places if place.next_url is not None]:
            raise Stop(f"{len(left)} listings cannot be had now, such as {left[0].next_url}.")
        return await self._finish(places)

    async def _finish(self, places: list[Place]) -> bool:
        left = [place.sentence for place in places if place.sentence]
        if self._survey.purpose is SurveyPurpose.BACKFILL:
            if not await self._crew.leftovers(self._precedence.usual_waits):
                return True
            if failed := self._books.outcomes(self._survey.id).get(Outcome.FAILED):
                left.append(f"{failed} addresses failed; the channel's crawls try them again.")
        elif not self._ledger.surveys.get(self._survey.id).doubts_known:
            self._books.doubt(self._survey.id, doubtful(self._ledger, self._survey, self._crew.channel))
            self._change(doubts_known=True)
            return True
        else:
            self._ledger.coverage.keep(coverage_of(self._ledger, self._survey))
        more = f" (and {len(left) - 1} more)" if len(left) > 1 else ""
        self._change(
            state=SurveyState.FINISHED.value,
            ended_at=datetime.now(UTC),
            failures=0,
            sentence=f"{left[0]}{more}" if left else None,
        )
        return False

    def _rest(self, sentence: str) -> None:
        failures = self._ledger.surveys.get(self._survey.id).failures
        gap = _GAPS[min(failures, len(_GAPS) - 1)]
        self._change(failures=failures + 1, resume_at=datetime.now(UTC) + gap, sentence=sentence)

    def _count(self) -> None:
        made = self._crew.requests()
        if made > self._counted:
            self._ledger.surveys.count_requests(self._survey.id, made - self._counted)
            self._counted = made

    def _change(self, **values: object) -> None:
        self._ledger.surveys.change(self._survey.id, **values)


def next_chunk(chunk: int, seconds: float) -> int:
    """How many articles to fetch at a stretch after so many took so long: the usual crawl must not wait for many."""
    if seconds > _AT_A_STRETCH:
        return max(1, chunk // 2)
    return min(_CHUNK, chunk * 2) if seconds < _AT_A_STRETCH / 2 else chunk
