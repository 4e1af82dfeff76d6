"""The outbox of alerts: what saved searches found, put into deliveries, each sent until its receiver took it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, delete, func, select, update

from difang.crawler.ledger.alert_tables import (
    DeliveryState,
    Rhythm,
    alert_deliveries,
    alert_hits,
    alert_targets,
    saved_searches,
)
from difang.crawler.ledger.people_tables import users
from difang.crawler.ledger.saved_searches import next_digest
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.crawler.ledger.upsert import insert, pieces

CLAIM = timedelta(minutes=2)
"""So long a delivery belongs to who claimed it; sending takes seconds, and whoever died meanwhile sends no more."""

FAILING_TRIES = 5
"""From this one on (a quarter of an hour after the first) an alert that fails is an issue."""

_FIRST_GAP, _LONGEST_GAP = timedelta(minutes=1), timedelta(hours=6)
_PENDING = alert_deliveries.c.state == DeliveryState.PENDING.value


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """One message to send: `url` has secrets; `newest` ids of its articles, of `articles` in all; `tries` with this."""

    id: str
    search: int
    owner: str
    name: str
    query: str
    language: str
    url: str
    articles: int
    newest: tuple[str, ...]
    tries: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Failing:
    """An alert that keeps failing."""

    search: int
    owner: str
    shown: str
    tries: int
    trouble: str
    made_at: datetime


@patient
class AlertOutbox:
    """The rows of hits and deliveries; any number of senders may share them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, hits: Sequence[tuple[int, str]], queries: Mapping[int, str]) -> int:
        """Note that these searches found these articles; what was noted before stays as it is. How many were new.

        `queries` are those that found them: a search whose query was changed meanwhile did not.
        """
        now, new = datetime.now(UTC), 0
        with writing(self._engine) as connection:
            there = _locked(connection, {id_: queries[id_] for id_, _ in hits})
            rows = [{"search": id_, "article": article, "found_at": now} for id_, article in hits if id_ in there]
            for some in pieces(rows):
                found = insert(connection, alert_hits).on_conflict_do_nothing().values(list(some))
                new += connection.execute(found).rowcount
        return new

    def gather(self, now: datetime) -> int:
        """Make deliveries of what waits: at once, or where the hour of the digest has come. How many were made."""
        with writing(self._engine) as connection:
            due = connection.execute(_due(now)).mappings().all()
            made = sum(_make(connection, row["id"], now) for row in due if row["waiting"])
            for row in due:
                if row["rhythm"] == Rhythm.DAILY.value:
                    following = next_digest(row["hour"], now)
                    query = update(saved_searches).where(saved_searches.c.id == row["id"])
                    connection.execute(query.values(digest_at=following))
        return made

    def claim(self, now: datetime, most: int, shown: int = 20) -> list[Delivery]:
        """Up to `most` deliveries that are due, for the caller alone to send; `shown` articles of each are named."""
        claimed = []
        with writing(self._engine) as connection:
            for row in connection.execute(_sendable(now).limit(most)).mappings().all():
                mine = update(alert_deliveries).where(
                    alert_deliveries.c.id == row["id"], alert_deliveries.c.due_at == row["due_at"], _PENDING
                )
                if connection.execute(mine.values(due_at=now + CLAIM, tries=row["tries"] + 1)).rowcount:
                    ids = _newest(connection, row["id"], shown)
                    told = {name: value for name, value in row.items() if name != "due_at"}
                    claimed.append(Delivery(**{**told, "tries": row["tries"] + 1, "newest": ids}))
        return claimed

    def sent(self, delivery: Delivery, now: datetime, *, empty: bool = False) -> None:
        """The receiver took it, or there was nothing left to send."""
        state = DeliveryState.EMPTY if empty else DeliveryState.SENT
        with writing(self._engine) as connection:
            ended = update(alert_deliveries).where(alert_deliveries.c.id == delivery.id, _PENDING)
            if connection.execute(ended.values(state=state.value, ended_at=now, trouble=None)).rowcount and not empty:
                counted = saved_searches.c.sent + delivery.articles
                search = update(saved_searches).where(saved_searches.c.id == delivery.search)
                connection.execute(search.values(sent=counted, sent_at=now))

    def failed(self, delivery: Delivery, trouble: str, now: datetime) -> None:
        """It is sent again, after gaps that double from a minute to six hours."""
        gap = min(_LONGEST_GAP, _FIRST_GAP * 2 ** min(delivery.tries - 1, 20))
        self._again(delivery, {"due_at": now + gap, "trouble": trouble[:300]})

    def put_back(self, delivery: Delivery, now: datetime) -> None:
        """It could not be tried, through no fault of its receiver."""
        self._again(delivery, {"due_at": now + timedelta(seconds=30), "tries": delivery.tries - 1})

    def failing(self) -> list[Failing]:
        """The alerts that failed FAILING_TRIES times and are not paused."""
        columns = [alert_deliveries.c[name] for name in ("search", "tries", "trouble", "made_at")]
        query = select(*columns, saved_searches.c.owner, alert_targets.c.shown).select_from(_joined())
        query = query.where(*_may_be_sent(), alert_deliveries.c.tries >= FAILING_TRIES)
        with reading(self._engine) as connection:
            rows = connection.execute(query.where(alert_deliveries.c.trouble.is_not(None))).mappings()
            return [Failing(**row) for row in rows]

    def prune(self, before: datetime) -> int:
        """Forget deliveries that ended before; what was reported is remembered as long as its search."""
        with writing(self._engine) as connection:
            return connection.execute(delete(alert_deliveries).where(alert_deliveries.c.ended_at < before)).rowcount

    def _again(self, delivery: Delivery, values: dict[str, Any]) -> None:
        with writing(self._engine) as connection:
            query = update(alert_deliveries).where(alert_deliveries.c.id == delivery.id, _PENDING)
            connection.execute(query.values(**values))


def _locked(connection: Connection, searches: Mapping[int, str]) -> set[int]:
    """Those of the searches that still ask this, and are not deleted until the transaction ends."""
    there: set[int] = set()
    for some in pieces(sorted(searches)):
        query = select(saved_searches.c.id, saved_searches.c.query).where(saved_searches.c.id.in_(some))
        rows = connection.execute(query.with_for_update(read=True, key_share=True))
        there.update(id_ for id_, asked in rows if searches[id_] == asked)
    return there


def _due(now: datetime) -> Any:
    """The searches to make a delivery of: none is pending, and something waits or the digest's hour has come."""
    waiting = (
        select(func.count())
        .where(alert_hits.c.search == saved_searches.c.id, alert_hits.c.delivery.is_(None))
        .scalar_subquery()
    )
    pending = select(alert_deliveries.c.id).where(alert_deliveries.c.search == saved_searches.c.id, _PENDING).exists()
    at_once = (saved_searches.c.rhythm == Rhythm.NOW.value) & (waiting > 0)
    digest = (saved_searches.c.rhythm == Rhythm.DAILY.value) & (saved_searches.c.digest_at <= now)
    columns = (saved_searches.c.id, saved_searches.c.rhythm, saved_searches.c.hour, waiting.label("waiting"))
    usable = (saved_searches.c.paused.is_(False), saved_searches.c.target.is_not(None))
    return select(*columns).where(*usable, ~pending, at_once | digest)


def _make(connection: Connection, search: int, now: datetime) -> bool:
    delivery = uuid.uuid4().hex
    row = {"id": delivery, "search": search, "state": DeliveryState.PENDING.value, "articles": 0, "tries": 0}
    made = insert(connection, alert_deliveries).on_conflict_do_nothing().values(**row, made_at=now, due_at=now)
    if not connection.execute(made).rowcount:  # another sender made one just now
        return False
    waiting = (alert_hits.c.search == search, alert_hits.c.delivery.is_(None))
    articles = connection.execute(update(alert_hits).where(*waiting).values(delivery=delivery)).rowcount
    connection.execute(update(alert_deliveries).where(alert_deliveries.c.id == delivery).values(articles=articles))
    return True


def _newest(connection: Connection, delivery: str, most: int) -> tuple[str, ...]:
    query = select(alert_hits.c.article).where(alert_hits.c.delivery == delivery)
    query = query.order_by(alert_hits.c.found_at.desc(), alert_hits.c.article.desc()).limit(most)
    return tuple(row[0] for row in connection.execute(query))


def _sendable(now: datetime) -> Any:
    delivery = [alert_deliveries.c[name] for name in ("id", "search", "articles", "tries", "due_at")]
    search = [saved_searches.c[name] for name in ("owner", "name", "query", "language")]
    query = select(*delivery, *search, alert_targets.c.url).select_from(_joined())
    return query.where(*_may_be_sent(), alert_deliveries.c.due_at <= now).order_by(alert_deliveries.c.due_at)


def _joined() -> Any:
    searches = alert_deliveries.join(saved_searches, saved_searches.c.id == alert_deliveries.c.search)
    targets = searches.join(alert_targets, alert_targets.c.id == saved_searches.c.target)
    return targets.join(users, users.c.name == saved_searches.c.owner)


def _may_be_sent() -> tuple[Any, ...]:
    return (_PENDING, saved_searches.c.paused.is_(False), users.c.barred.is_(False))
