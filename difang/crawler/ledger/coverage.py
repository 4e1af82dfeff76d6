"""Coverage: of each channel and day, what an audit found at the site and what we have of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta, timezone

from sqlalchemy import ColumnElement, Engine, select

from difang.crawler.ledger.survey_tables import coverage
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.crawler.ledger.upsert import insert

_BEIJING = timezone(timedelta(hours=8))


@dataclass(frozen=True, kw_only=True, slots=True)
class DayCoverage:
    """One day of a channel: how many addresses the site shows, and of these: searchable, never fetched.

    `outcomes` adds up to `found`; besides the outcomes it knows `in_queue` and `missing`. `taken_down` were indexed
    and are gone at the site; we keep them. What came to the site after `checked_at` may not be among the found.
    """

    channel: str
    day: date
    found: int
    indexed: int
    missing: int
    taken_down: int
    outcomes: Mapping[str, int]
    checked_at: datetime
    survey_id: int

    @property
    def complete(self) -> bool:
        """Whether nothing the site shows was missing."""
        return not self.missing and not self.outcomes.get("failed")

    @property
    def day_was_over(self) -> bool:
        """Whether the day had ended at the site, in Beijing, when it was looked at; before, nothing is proven of it."""
        return self.checked_at.astimezone(_BEIJING).date() > self.day


@patient
class Coverage:
    """The rows of the coverage; a later audit of a day replaces the earlier one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, days: Sequence[DayCoverage]) -> None:
        """Write down what was found."""
        if not days:
            return
        rows = [
            {field.name: getattr(day, field.name) for field in fields(DayCoverage)}
            | {"outcomes": json.dumps(dict(day.outcomes))}
            for day in days
        ]
        with writing(self._engine) as connection:
            statement = insert(connection, coverage)
            new = {column.name: statement.excluded[column.name] for column in coverage.c if not column.primary_key}
            connection.execute(statement.on_conflict_do_update(index_elements=["channel", "day"], set_=new), rows)

    def of(self, channel: str, since: date, until: date) -> list[DayCoverage]:
        """The days of a channel that were ever audited, the oldest first."""
        return self._select(coverage.c.channel == channel, coverage.c.day.between(since, until))

    def since(self, first: date) -> list[DayCoverage]:
        """The days of all channels from this one on that were ever audited, the oldest first."""
        return self._select(coverage.c.day >= first)

    def _select(self, *where: ColumnElement[bool]) -> list[DayCoverage]:
        query = select(coverage).where(*where).order_by(coverage.c.day, coverage.c.channel)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [DayCoverage(**{**row, "outcomes": json.loads(row["outcomes"])}) for row in rows]
