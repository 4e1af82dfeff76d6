"""Saved searches and where their alerts go: each belongs to a user, who alone sees and changes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, update

from difang.crawler.ledger.alert_tables import (
    DeliveryState,
    Rhythm,
    alert_deliveries,
    alert_hits,
    alert_targets,
    saved_searches,
)
from difang.crawler.ledger.people_tables import users
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.ingest.errors import NotThere, UsageError

BEIJING = timezone(timedelta(hours=8))
MOST_SEARCHES = 100
MOST_TARGETS = 20
"""Of one user."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AlertTarget:
    """Where alerts go; `shown` names service and host, the address itself stays in the ledger."""

    id: int
    owner: str
    label: str
    shown: str
    made_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Wish:
    """What somebody wants of a saved search; `target` None keeps the search and tells nobody."""

    name: str
    query: str
    target: int | None
    rhythm: Rhythm = Rhythm.NOW
    hour: int = 8
    old_too: bool = False
    language: str = "zh"


@dataclass(frozen=True, kw_only=True, slots=True)
class SavedSearch:
    """A saved search as it stands; `waiting` articles are found and not reported, `tries` and `trouble` of sending."""

    id: int
    owner: str
    name: str
    query: str
    target: int | None
    rhythm: Rhythm
    hour: int
    old_too: bool
    language: str
    paused: bool
    made_at: datetime
    since: datetime
    digest_at: datetime | None
    sent_at: datetime | None
    sent: int
    waiting: int = 0
    tries: int = 0
    trouble: str | None = None
    due_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Watched:
    """What matching must know of a saved search that tells somebody."""

    id: int
    query: str
    since: datetime
    old_too: bool


@patient
class SavedSearches:
    """The rows of saved searches and their targets; `owner` is asked for everywhere, so that none is another's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def save(self, owner: str, wish: Wish) -> int:
        """A new one; its number. Raises UsageError for a target of somebody else, or one search too many."""
        now = datetime.now(UTC)
        row = _columns(wish, now) | {"owner": owner, "paused": False, "made_at": now, "since": now, "sent": 0}
        with writing(self._engine) as connection:
            count = select(func.count()).select_from(saved_searches).where(saved_searches.c.owner == owner)
            if (connection.execute(count).scalar() or 0) >= MOST_SEARCHES:
                raise UsageError(f"There are {MOST_SEARCHES} saved searches already; delete one first.")
            _check_target(connection, owner, wish.target)
            made = insert(saved_searches).values(**row).returning(saved_searches.c.id)
            return int(connection.execute(made).scalar_one())

    def change(self, owner: str, number: int, wish: Wish) -> int:
        """What was reported stays reported; a changed query tells of articles first seen from now on.

        What the query before had found and was not reported is dropped; how many articles that were.
        """
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            _check_target(connection, owner, wish.target)
            before = connection.execute(_of(owner, number, select(saved_searches))).mappings().first()
            if before is None:
                raise _none(number)
            values = _columns(wish, now)
            if before["query"] != wish.query or (before["target"] is None and wish.target is not None):
                values["since"] = now
            if values["digest_at"] and before["digest_at"] and before["digest_at"] <= now:
                values["digest_at"] = before["digest_at"]  # it is due, and only not gathered yet
            connection.execute(_of(owner, number, update(saved_searches)).values(**values))
            return _drop(connection, number, now) if before["query"] != wish.query else 0

    def pause(self, owner: str, number: int, *, paused: bool) -> None:
        """What comes meanwhile is not reported; what waits already is, when it goes on."""
        now = datetime.now(UTC)
        values: dict[str, Any] = {"paused": paused, "changed_at": now} | ({} if paused else {"since": now})
        with writing(self._engine) as connection:
            query = _of(owner, number, update(saved_searches)).where(saved_searches.c.paused.is_(not paused))
            connection.execute(query.values(**values))

    def delete(self, owner: str, number: int) -> None:
        """With all it found; raises NotThere where there is none."""
        with writing(self._engine) as connection:
            if not connection.execute(_of(owner, number, delete(saved_searches))).rowcount:
                raise _none(number)

    def get(self, owner: str, number: int) -> SavedSearch:
        """One; raises NotThere where this user has none of this number."""
        for found in self.of(owner, number):
            return found
        raise _none(number)

    def of(self, owner: str, number: int | None = None) -> list[SavedSearch]:
        """A user's saved searches, by name."""
        query = _whole().where(saved_searches.c.owner == owner)
        query = query.where(saved_searches.c.id == number) if number is not None else query
        return self._select(query)

    def all(self) -> list[SavedSearch]:
        """Everybody's, for operators."""
        return self._select(_whole())

    def _select(self, query: Select[Any]) -> list[SavedSearch]:
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [SavedSearch(**{**row, "rhythm": Rhythm(row["rhythm"])}) for row in rows]

    def stamp(self) -> tuple[int, datetime | None]:
        """Changes when what is watched does."""
        query = select(func.count(), func.max(saved_searches.c.changed_at)).select_from(_with_users())
        with reading(self._engine) as connection:
            count, newest = connection.execute(query.where(*_watched())).one()
        return count, newest

    def watched(self) -> list[Watched]:
        """Those that tell somebody: not paused, with a target, of a user who may sign in."""
        columns = (saved_searches.c[name] for name in ("id", "query", "since", "old_too"))
        query = select(*columns).select_from(_with_users()).where(*_watched())
        with reading(self._engine) as connection:
            return [Watched(**row) for row in connection.execute(query).mappings()]

    def add_target(self, owner: str, *, label: str, shown: str, url: str) -> int:
        """A new place for alerts; its number."""
        row = {"owner": owner, "label": label, "shown": shown, "url": url, "made_at": datetime.now(UTC)}
        with writing(self._engine) as connection:
            count = select(func.count()).select_from(alert_targets).where(alert_targets.c.owner == owner)
            if (connection.execute(count).scalar() or 0) >= MOST_TARGETS:
                raise UsageError(f"There are {MOST_TARGETS} places for alerts already; remove one first.")
            made = insert(alert_targets).values(**row).returning(alert_targets.c.id)
            return int(connection.execute(made).scalar_one())

    def targets(self, owner: str) -> list[AlertTarget]:
        """A user's places for alerts."""
        columns = (alert_targets.c[name] for name in ("id", "owner", "label", "shown", "made_at"))
        query = select(*columns).where(alert_targets.c.owner == owner).order_by(alert_targets.c.label)
        with reading(self._engine) as connection:
            return [AlertTarget(**row) for row in connection.execute(query).mappings()]

    def target_url(self, owner: str, number: int) -> str:
        """The address of a place for alerts, secrets and all; raises UsageError where this user has none such."""
        query = select(alert_targets.c.url).where(alert_targets.c.owner == owner, alert_targets.c.id == number)
        with reading(self._engine) as connection:
            url = connection.execute(query).scalar()
        if url is None:
            raise UsageError(f"There is no place for alerts {number}.")
        return str(url)

    def remove_target(self, owner: str, number: int) -> None:
        """Its saved searches stay and tell nobody."""
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            mine = (alert_targets.c.owner == owner, alert_targets.c.id == number)
            using = update(saved_searches).where(saved_searches.c.owner == owner, saved_searches.c.target == number)
            connection.execute(using.values(target=None, changed_at=now))
            if not connection.execute(delete(alert_targets).where(*mine)).rowcount:
                raise UsageError(f"There is no place for alerts {number}.")


def next_digest(hour: int, after: datetime) -> datetime:
    """The next time it is this hour in Beijing."""
    local = after.astimezone(BEIJING)
    digest = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return digest if digest > local else digest + timedelta(days=1)


def _columns(wish: Wish, now: datetime) -> dict[str, Any]:
    names = ("name", "query", "target", "hour", "old_too", "language")
    digest = next_digest(wish.hour, now) if wish.rhythm is Rhythm.DAILY else None
    told: Mapping[str, Any] = {name: getattr(wish, name) for name in names}
    return {**told, "rhythm": wish.rhythm.value, "changed_at": now, "digest_at": digest}


def _drop(connection: Connection, search: int, now: datetime) -> int:
    """Nothing that waits is sent; what was tried may have been sent, and is remembered so that it never is twice."""
    pending = (alert_deliveries.c.search == search, alert_deliveries.c.state == DeliveryState.PENDING.value)
    tried = connection.execute(select(alert_deliveries.c.articles).where(*pending, alert_deliveries.c.tries > 0))
    dropped = tried.scalar() or 0
    untried = select(alert_deliveries.c.id).where(*pending, alert_deliveries.c.tries == 0)
    waits = alert_hits.c.delivery.is_(None) | alert_hits.c.delivery.in_(untried)
    dropped += connection.execute(delete(alert_hits).where(alert_hits.c.search == search, waits)).rowcount
    ended = update(alert_deliveries).where(*pending)
    connection.execute(ended.values(state=DeliveryState.DROPPED.value, ended_at=now))
    return dropped


def _check_target(connection: Connection, owner: str, target: int | None) -> None:
    query = select(alert_targets.c.id).where(alert_targets.c.owner == owner, alert_targets.c.id == target)
    if target is not None and connection.execute(query).scalar() is None:
        raise UsageError(f"There is no place for alerts {target}.")


def _whole() -> Select[Any]:
    waiting = (
        select(func.count())
        .where(alert_hits.c.search == saved_searches.c.id, alert_hits.c.delivery.is_(None))
        .scalar_subquery()
    )
    pending = (alert_deliveries.c.search == saved_searches.c.id) & (
        alert_deliveries.c.state == DeliveryState.PENDING.value
    )
    shown = [column for column in saved_searches.c if column.name != "changed_at"]
    delivery = (alert_deliveries.c.tries, alert_deliveries.c.trouble, alert_deliveries.c.due_at)
    query = select(
        *shown,
        (waiting + func.coalesce(alert_deliveries.c.articles, 0)).label("waiting"),
        func.coalesce(delivery[0], 0).label("tries"),
        *delivery[1:],
    )
    return query.outerjoin(alert_deliveries, pending).order_by(saved_searches.c.name, saved_searches.c.id)


def _of(owner: str, number: int, query: Any) -> Any:
    return query.where(saved_searches.c.owner == owner, saved_searches.c.id == number)


def _with_users() -> Any:
    return saved_searches.join(users, users.c.name == saved_searches.c.owner)


def _watched() -> Sequence[Any]:
    return (saved_searches.c.paused.is_(False), saved_searches.c.target.is_not(None), users.c.barred.is_(False))


def _none(number: int) -> NotThere:
    return NotThere(f"There is no saved search {number}.")
