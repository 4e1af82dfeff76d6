"""The surveys: asked for, worked on by one run at a time, paused, resumed, ended."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, RowMapping, insert, select, update

from difang.crawler.ledger.run_tables import RunState, runs
from difang.crawler.ledger.survey_tables import SurveyPurpose, SurveyState, surveys
from difang.crawler.ledger.transactions import alone, patient, reading, writing
from difang.crawler.span import FIRST_DAY
from difang.ingest.errors import DifangError, NotThere

LAST_DAY = date(2099, 12, 31)
"""What is beyond is a mistake in the typing."""

_UNENDED = (SurveyState.ACTIVE, SurveyState.PAUSED)

_LIVING = (RunState.PLANNED.value, RunState.RUNNING.value)


@dataclass(frozen=True, kw_only=True, slots=True)
class Survey:
    """One walk back through a channel's listings, over as many runs as it takes; days inclusive, times aware.

    `run_id` is the run that works on it or did last; it rests until `resume_at`.
    """

    id: int
    channel: str
    purpose: SurveyPurpose
    since: date
    until: date
    each: bool
    state: SurveyState
    sentence: str | None
    created_by: str
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None
    resume_at: datetime | None
    run_id: str | None
    columns_known: bool
    doubts_known: bool
    runs: int
    requests: int
    failures: int
    expected_articles: int
    expected_requests: int

    @property
    def days(self) -> int:
        """How many days it covers."""
        return (self.until - self.since).days + 1

    @property
    def possible_days(self) -> list[date]:
        """The days it covers of which there can be pages; a survey from before days were looked at may name any."""
        first, last = max(self.since, FIRST_DAY), min(self.until, LAST_DAY)
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def rests(self, now: datetime) -> bool:
        """Whether it waits for a later time."""
        return self.resume_at is not None and self.resume_at > now


@patient
class Surveys:
    """The rows of the surveys."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def ask(
        self,
        *,
        channel: str,
        purpose: SurveyPurpose,
        since: date,
        until: date,
        created_by: str,
        each: bool = False,
        expected_articles: int = 0,
        expected_requests: int = 0,
    ) -> Survey:
        """A new survey, active; the unended one of the same channel, purpose and days where there is one."""
        asked = {"channel": channel, "purpose": purpose.value, "since": since, "until": until, "each": each}
        begun = {"state": SurveyState.ACTIVE.value, "created_by": created_by, "created_at": datetime.now(UTC)}
        expected = {"expected_articles": expected_articles, "expected_requests": expected_requests}
        empty = {"columns_known": False, "doubts_known": False, "runs": 0, "requests": 0, "failures": 0}
        same = [surveys.c[name] == value for name, value in asked.items()]
        with writing(self._engine) as connection:
            alone(connection)
            query = select(surveys.c.id).where(*same, surveys.c.state.in_([s.value for s in _UNENDED]))
            number = connection.execute(query).scalars().first()
            if number is None:
                new = insert(surveys).values(asked | begun | expected | empty).returning(surveys.c.id)
                number = connection.execute(new).scalar_one()
        return self.get(number)

    def get(self, number: int) -> Survey:
        """One survey; raises NotThere where there is none of this number."""
        found = self._select(select(surveys).where(surveys.c.id == number))
        if not found:
            raise NotThere(f"There is no backfill or audit {number}; `difang backfill list` lists them.")
        return found[0]

    def newest(self, most: int, purpose: SurveyPurpose | None = None) -> list[Survey]:
        """The newest first, of one purpose or both."""
        query = select(surveys).order_by(surveys.c.id.desc()).limit(most)
        return self._select(query.where(surveys.c.purpose == purpose.value) if purpose else query)

    def active(self, channel: str | None = None) -> list[Survey]:
        """Those to be worked on, the oldest first, of one channel or all."""
        query = select(surveys).where(surveys.c.state == SurveyState.ACTIVE.value).order_by(surveys.c.id)
        return self._select(query.where(surveys.c.channel == channel) if channel else query)

    def finished(self, purpose: SurveyPurpose) -> list[Survey]:
        """Those of a purpose that came to their end, the newest first."""
        done = (surveys.c.state == SurveyState.FINISHED.value, surveys.c.purpose == purpose.value)
        return self._select(select(surveys).where(*done).order_by(surveys.c.id.desc()))

    def of_run(self, run_id: str) -> Survey | None:
        """The survey this run works on."""
        return next(iter(self._select(select(surveys).where(surveys.c.run_id == run_id))), None)

    def assign(self, number: int, run_id: str) -> bool:
        """Give an active survey to this run, unless another living run has it; one run gets it."""
        with writing(self._engine) as connection:
            alone(connection)
            holder = select(runs.c.id).join(surveys, surveys.c.run_id == runs.c.id)
            if connection.execute(holder.where(surveys.c.id == number, runs.c.state.in_(_LIVING))).first():
                return False
            mine = update(surveys).where(surveys.c.id == number, surveys.c.state == SurveyState.ACTIVE.value)
            return bool(connection.execute(mine.values(run_id=run_id, runs=surveys.c.runs + 1)).rowcount)

    def change(self, number: int, **values: Any) -> None:
        """Write down how far it is: columns of the table, an enum as itself."""
        with writing(self._engine) as connection:
            connection.execute(update(surveys).where(surveys.c.id == number).values(values))

    def count_requests(self, number: int, more: int) -> None:
        """So many requests more were made for it."""
        with writing(self._engine) as connection:
            counted = {"requests": surveys.c.requests + more}
            connection.execute(update(surveys).where(surveys.c.id == number).values(counted))

    def pause(self, number: int, sentence: str | None = None) -> Survey:
        """Let no run work on it any more, for this reason; the one that does ends within seconds."""
        return self._turn(number, SurveyState.PAUSED, sentence)

    def resume(self, number: int) -> Survey:
        """Let it go on where it was, at once even where it rested; how its last run ended, or will, is forgotten."""
        living = select(runs.c.id).where(runs.c.state.in_(_LIVING), runs.c.cancel_at.is_(None))
        ended = (surveys.c.id == number, surveys.c.run_id.not_in(living))
        self._turn(number, SurveyState.ACTIVE)
        with writing(self._engine) as connection:
            alone(connection)  # or a run that is given to it at this moment would be taken for none
            connection.execute(update(surveys).where(*ended).values(run_id=None))
        return self.get(number)

    def cancel(self, number: int) -> Survey:
        """Give it up; what was fetched stays."""
        return self._turn(number, SurveyState.CANCELLED)

    def _turn(self, number: int, state: SurveyState, sentence: str | None = None) -> Survey:
        ended = datetime.now(UTC) if state is SurveyState.CANCELLED else None
        turned = {"state": state.value, "ended_at": ended, "resume_at": None, "sentence": sentence, "failures": 0}
        here = (surveys.c.id == number, surveys.c.state.in_([one.value for one in _UNENDED]))
        before = self.get(number)
        with writing(self._engine) as connection:
            done = connection.execute(update(surveys).where(*here).values(turned))
        if not done.rowcount:
            turn = "" if before.state is state else f"; it cannot become {state.value}"
            raise DifangError(f"Number {number} is {before.state.value} already{turn}.")
        return self.get(number)

    def _select(self, query: Any) -> list[Survey]:
        with reading(self._engine) as connection:
            return [_survey(row) for row in connection.execute(query).mappings()]


def _survey(row: RowMapping) -> Survey:
    values = {field.name: row[field.name] for field in fields(Survey)}
    return Survey(**values | {"purpose": SurveyPurpose(row["purpose"]), "state": SurveyState(row["state"])})
