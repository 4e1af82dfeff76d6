"""How far a survey is: days complete, addresses and how they ended, requests, when it will end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from difang.crawler.channels import Channel
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.survey_tables import SurveyState
from difang.crawler.ledger.surveys import Survey
from difang.crawler.survey.audit import IN_QUEUE
from difang.crawler.survey.estimate import Pace
from difang.ingest.address import is_listing
from difang.ingest.outcome import Outcome

_NEVER = 36_500  # days
_ENOUGH = 0.02
"""From this share of the days on, the end is foreseen from what was done; before, from the estimate."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """A survey and how far it is; `found` are addresses, `articles` those of them that are searchable.

    `outcomes` adds up to `found`, with `in_queue` for what has no outcome yet. `complete_since` is the day from which
    on everything is complete; None where no day is.
    """

    survey: Survey
    days_complete: int
    complete_since: date | None
    found: int
    articles: int
    outcomes: Mapping[str, int]
    expected_end: datetime | None

    @property
    def requests_an_article(self) -> float | None:
        """Requests made for each searchable article."""
        return self.survey.requests / self.articles if self.articles else None


def progress_of(ledger: Ledger, survey: Survey, channel: Channel | None, pace: Pace) -> Progress:
    """How far the survey is, by the ledger alone; `channel` None where the table has it no more."""
    complete = _complete_days(ledger, survey)
    outcomes = {word or IN_QUEUE: number for word, number in ledger.survey_books.outcomes(survey.id).items()}
    searchable = (Outcome.INDEXED, Outcome.UPDATED, Outcome.UNCHANGED)
    return Progress(
        survey=survey,
        days_complete=len(complete),
        complete_since=_complete_since(survey, complete),
        found=sum(outcomes.values()),
        articles=sum(outcomes.get(outcome, 0) for outcome in searchable),
        outcomes=dict(sorted(outcomes.items())),
        expected_end=_expected_end(ledger, survey, len(complete), channel, pace),
    )


def _complete_days(ledger: Ledger, survey: Survey) -> set[date]:
    """The days that every listing has passed and of which nothing is left to fetch; the sitemap keeps none waiting."""
    if survey.state is SurveyState.FINISHED:
        return set(survey.possible_days)
    if not survey.columns_known:
        return set()
    waiting = [p for p in ledger.survey_books.places(survey.id) if p.next_url is not None and is_listing(p.url)]
    frontier = max((place.reached or survey.until for place in waiting), default=None)
    passed = {day for day in survey.possible_days if frontier is None or day > frontier}
    return passed - {day for day in ledger.survey_books.pending_days(survey.id) if day is not None}


def _complete_since(survey: Survey, complete: set[date]) -> date | None:
    since = None
    for day in reversed(survey.possible_days):
        if day not in complete:
            break
        since = day
    return since


def _expected_end(
    ledger: Ledger, survey: Survey, complete: int, channel: Channel | None, pace: Pace
) -> datetime | None:
    """When it will be done at its pace; None where it is not worked on."""
    if survey.state is not SurveyState.ACTIVE or channel is None:
        return None
    left = max(0, survey.expected_requests - survey.requests)
    if complete >= survey.days * _ENOUGH:
        left = round(survey.requests / complete * (survey.days - complete))
    now = datetime.now(UTC)
    begin = survey.resume_at if survey.resume_at and survey.resume_at > now else now
    days = left / pace.of(channel, ledger)
    return begin + timedelta(days=days) if days < _NEVER else None
