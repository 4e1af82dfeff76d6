"""Who is told of issues, and what they were told; the rules' addresses hold secrets and leave this book by one way."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Engine, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from difang.crawler.ledger.issues import Issue
from difang.crawler.ledger.tables import IssueState, Severity
from difang.crawler.ledger.telling_tables import telling_rules, told_issues
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.crawler.ledger.upsert import insert as upsert
from difang.crawler.ledger.upsert import pieces
from difang.ingest.errors import UsageError

_LONGEST_PAUSE = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What a rule asks for: issues of `severity` and above, of these channels (none: all), told how.

    `quiet_from` and `quiet_until` are minutes of the day in Beijing; `wakes`: high ones are told then too. A new issue
    waits `window` seconds for others, is told again every `remind_hours` (0: never) until somebody takes it up, and
    its end is told where `tells_end`, all of it in `language`.
    """

    name: str
    severity: Severity
    channels: tuple[str, ...] = ()
    quiet_from: int | None = None
    quiet_until: int | None = None
    wakes: bool = True
    window: int = 60
    remind_hours: int = 0
    tells_end: bool = True
    language: str = "zh"


class Place(Protocol):
    """Where messages go: `url` with its secrets, `shown` without any."""

    @property
    def url(self) -> str:
        """What is sent to."""
        ...

    @property
    def shown(self) -> str:
        """What people see."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """A rule as it stands, without its address; `shown` says where it leads without any secret."""

    id: int
    wish: Wish
    shown: str
    made_by: str
    made_at: datetime
    sent_at: datetime | None
    tries: int
    next_try_at: datetime | None
    trouble: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """What a rule told of an issue last."""

    issue: int
    severity: Severity
    told_at: datetime
    end_told: bool


@patient
class TellingBook:
    """The rows of the rules and of what was told."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def make(self, wish: Wish, *, address: Place, by: str) -> Rule:
        """A new rule; raises UsageError where the name is taken."""
        row = _row(wish) | {"address": address.url, "shown": address.shown, "made_by": by, "made_at": datetime.now(UTC)}
        try:
            with writing(self._engine) as connection:
                number = connection.execute(insert(telling_rules).values(row).returning(telling_rules.c.id))
                made = number.scalar_one()
        except IntegrityError:
            raise UsageError(f"There is a rule {wish.name} already; choose another name.") from None
        return next(rule for rule in self.rules() if rule.id == made)

    def change(self, number: int, wish: Wish, *, address: Place | None) -> Rule:
        """Another wish, and another address where one is given; raises UsageError where the name is taken."""
        self.get(number)
        row = _row(wish) | ({"address": address.url, "shown": address.shown} if address else {})
        row |= {"tries": 0, "next_try_at": None, "trouble": None}
        try:
            with writing(self._engine) as connection:
                connection.execute(update(telling_rules).where(telling_rules.c.id == number).values(row))
        except IntegrityError:
            raise UsageError(f"There is a rule {wish.name} already; choose another name.") from None
        return self.get(number)

    def remove(self, number: int) -> Rule:
        """End a rule; raises UsageError where there is none."""
        rule = self.get(number)
        with writing(self._engine) as connection:
            connection.execute(delete(telling_rules).where(telling_rules.c.id == number))
            connection.execute(delete(told_issues).where(told_issues.c.rule == number))
        return rule

    def rules(self) -> list[Rule]:
        """All of them, by name."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(telling_rules).order_by(telling_rules.c.name)).mappings().all()
        return [_rule(dict(row)) for row in rows]

    def get(self, number: int) -> Rule:
        """One rule; raises UsageError where there is none."""
        for rule in self.rules():
            if rule.id == number:
                return rule
        raise UsageError(f"There is no rule {number}.")

    def address(self, number: int) -> str:
        """The secret address, to send to; for nothing else."""
        with reading(self._engine) as connection:
            query = select(telling_rules.c.address).where(telling_rules.c.id == number)
            return str(connection.execute(query).scalar_one())

    def told(self, rule: int) -> dict[int, Told]:
        """Issue → what was told of it, as far as its end was not told."""
        query = select(told_issues).where(told_issues.c.rule == rule, told_issues.c.end_told.is_(False))
        with reading(self._engine) as connection:
            rows = connection.execute(query).all()
        return {
            row.issue: Told(
                issue=row.issue, severity=Severity(row.severity), told_at=row.told_at, end_told=row.end_told
            )
            for row in rows
        }

    def sent(self, rule: int, issues: Sequence[Issue], *, now: datetime) -> None:
        """A message with these issues was taken."""
        rows = [
            {
                "rule": rule,
                "issue": issue.id,
                "severity": issue.severity.value,
                "told_at": now,
                "end_told": issue.state is IssueState.RESOLVED,
            }
            for issue in issues
        ]
        with writing(self._engine) as connection:
            for some in pieces(rows):
                statement = upsert(connection, told_issues)
                new = {name: statement.excluded[name] for name in ("severity", "told_at", "end_told")}
                connection.execute(
                    statement.on_conflict_do_update(index_elements=["rule", "issue"], set_=new), list(some)
                )
            well = {"sent_at": now, "tries": 0, "next_try_at": None, "trouble": None}
            connection.execute(update(telling_rules).where(telling_rules.c.id == rule).values(well))

    def close(self, rule: int, issues: Sequence[Issue]) -> None:
        """The end of these issues need not be told."""
        same = (told_issues.c.rule == rule, told_issues.c.issue.in_([issue.id for issue in issues]))
        with writing(self._engine) as connection:
            connection.execute(update(told_issues).where(*same).values(end_told=True))

    def failed(self, rule: Rule, trouble: str, *, now: datetime) -> None:
        """A message was not taken; it is tried again after a minute, two, four, … at most an hour."""
        pause = min(timedelta(minutes=2 ** min(rule.tries, 10)), _LONGEST_PAUSE)
        ill = {"tries": rule.tries + 1, "next_try_at": now + pause, "trouble": trouble}
        with writing(self._engine) as connection:
            connection.execute(update(telling_rules).where(telling_rules.c.id == rule.id).values(ill))


def _row(wish: Wish) -> dict[str, Any]:
    names = Wish.__slots__
    row: dict[str, Any] = {name: getattr(wish, name) for name in names}
    return row | {"severity": wish.severity.value, "channels": json.dumps(list(wish.channels))}


def _rule(row: dict[str, Any]) -> Rule:
    wish = {name: row[name] for name in Wish.__slots__}
    wish |= {"severity": Severity(row["severity"]), "channels": tuple(json.loads(row["channels"]))}
    kept = ("id", "shown", "made_by", "made_at", "sent_at", "tries", "next_try_at", "trouble")
    return Rule(**{name: row[name] for name in kept}, wish=Wish(**wish))
