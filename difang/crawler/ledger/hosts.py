"""The hosts' turns: one process at a time asks a host, not before its delay is over, so many requests a day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, Row, or_, select, update

from difang.crawler.ledger.tables import hosts
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.crawler.ledger.upsert import insert
from difang.ingest.process_names import holder_died

WANTED_SECONDS = 3.0
"""So long a waiting process counts as waiting; it asks again every second."""

_IMPOSSIBLE = 2
"""A hold of more than so many leases: the clock was set back since. Clocks of several machines differ by less."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """The answer to a wish for a host: granted, or not before `next_at`; `requests` were made today by all processes.

    `held` says that another process has the host, `wanted` that another one waits for it. Times in seconds since the
    epoch.
    """

    granted: bool
    next_at: float
    held: bool
    wanted: bool
    requests: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RobotsAnswer:
    """A host's robots.txt as answered: status (599 where nothing answered), text, when."""

    status: int
    text: str
    at: float


@patient
class HostTurns:
    """The rows of the hosts."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def take(self, host: str, holder: str, *, now: float, lease: float, day: str) -> Turn:
        """Take the host for this process, for `lease` seconds at most, if it is free and its delay over.

        Where the clock was set back since the host was asked last, its delay begins anew and no hold lasts longer.
        """
        with writing(self._engine) as connection:
            connection.execute(insert(connection, hosts).values(_new(host)).on_conflict_do_nothing())
            row = _locked(connection, host)
            if row.holder is None and row.held_until > now:
                anew = {"held_until": now, "next_at": now + row.next_at - row.held_until}
                connection.execute(update(hosts).where(hosts.c.host == host).values(anew))
                row = _locked(connection, host)
            mine_or_dead = [holder] + ([row.holder] if row.holder and holder_died(row.holder) else [])
            over = or_(hosts.c.held_until <= now, hosts.c.held_until > now + _IMPOSSIBLE * lease)
            free = or_(hosts.c.holder.is_(None), hosts.c.holder.in_(mine_or_dead), over)
            granted = connection.execute(
                update(hosts)
                .where(hosts.c.host == host, free, hosts.c.next_at <= now)
                .values(holder=holder, held_until=now + lease)
            ).rowcount
            if not granted:
                waits = update(hosts).where(hosts.c.host == host)
                connection.execute(waits.values(wanted_until=now + WANTED_SECONDS))
        return Turn(
            granted=bool(granted),
            next_at=row.next_at,
            held=row.holder not in (None, holder) and row.held_until > now,
            wanted=row.wanted_until > now,
            requests=row.requests if row.day == day else 0,
        )

    def give_back(self, host: str, holder: str, *, last_end: float, next_at: float, requests: int, day: str) -> bool:
        """Let the host go, having made so many requests, the last until then; whether another process waits for it."""
        with writing(self._engine) as connection:
            row = _locked(connection, host)
            before = row.requests if row.day == day else 0
            connection.execute(update(hosts).where(hosts.c.host == host).values(requests=before + requests, day=day))
            connection.execute(
                update(hosts)
                .where(hosts.c.host == host, hosts.c.holder == holder)
                .values(holder=None, held_until=last_end, next_at=next_at, wanted_until=0.0)
            )
        return bool(row.wanted_until > next_at)

    def requests(self, host: str, day: str) -> int:
        """How many requests the host had on this day, by all processes."""
        query = select(hosts.c.requests).where(hosts.c.host == host, hosts.c.day == day)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar() or 0

    def robots(self, host: str) -> RobotsAnswer | None:
        """The host's robots.txt as it was fetched last."""
        with reading(self._engine) as connection:
            row = connection.execute(select(hosts).where(hosts.c.host == host)).one_or_none()
        if row is None or row.robots_at is None:
            return None
        return RobotsAnswer(status=row.robots_status, text=row.robots, at=row.robots_at)

    def keep_robots(self, host: str, answer: RobotsAnswer) -> None:
        """Write down the host's robots.txt."""
        values = {"robots_status": answer.status, "robots": answer.text, "robots_at": answer.at}
        with writing(self._engine) as connection:
            statement = insert(connection, hosts).values(_new(host) | values)
            connection.execute(statement.on_conflict_do_update(index_elements=["host"], set_=values))


def _locked(connection: Connection, host: str) -> Row[Any]:
    return connection.execute(select(hosts).where(hosts.c.host == host).with_for_update()).one()


def _new(host: str) -> dict[str, Any]:
    return {"host": host, "held_until": 0.0, "wanted_until": 0.0, "next_at": 0.0, "day": "", "requests": 0}
