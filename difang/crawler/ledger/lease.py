"""One leader among any number of processes: a row, its holder, and a number that fences off every holder of before.

No clock of any machine decides. A follower watches the leader's beats and takes over once it has seen none for the
length of the lease by its own elapsed time; the leader proves within each transaction that the number is still its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, select, update

from difang.crawler.ledger.schedule_tables import leases
from difang.crawler.ledger.transactions import alone, reading, writing
from difang.crawler.ledger.upsert import insert
from difang.ingest.errors import DifangError
from difang.ingest.process_names import holder_died, holder_name


class Deposed(DifangError):
    """Another process leads now; this one must neither plan nor start anything."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """The lease as it stands; `holder` None where the last one let go of it."""

    holder: str | None
    number: int
    beat: int
    seen_at: datetime
    since: datetime
    watched_since: datetime


class Lease:
    """The lease as one process sees it."""

    def __init__(
        self,
        engine: Engine,
        name: str,
        *,
        seconds: float,
        elapsed: Callable[[], float],
        holder: str | None = None,
        died: Callable[[str], bool] = holder_died,
    ) -> None:
        """`died` tells whether a holder surely is gone, so that nobody waits for a process of this machine."""
        self._engine = engine
        self._name = name
        self._seconds = seconds
        self._elapsed = elapsed
        self._died = died
        self.holder = holder or holder_name()
        self.number: int | None = None
        self._observed: tuple[int, int] | None = None
        self._observed_at = 0.0

    def take(self, now: datetime) -> bool:
        """Become the leader where there is none; to be asked again and again."""
        held = read_lease(self._engine, self._name)
        if held is not None and not self._free(held):
            return False
        with writing(self._engine) as connection:
            alone(connection)
            if held is None:
                taken = self._found(connection, now)
            else:
                mine = {"holder": self.holder, "number": held.number + 1, "beat": 0, "since": now}
                seen = (leases.c.number == held.number, leases.c.beat == held.beat, leases.c.name == self._name)
                taken = bool(connection.execute(update(leases).where(*seen).values(mine)).rowcount)
        self.number = (held.number + 1 if held else 1) if taken else None
        return taken

    def _free(self, held: Held) -> bool:
        if held.holder is None or self._died(held.holder):
            return True
        if self._observed != (held.number, held.beat):
            self._observed, self._observed_at = (held.number, held.beat), self._elapsed()
        return self._elapsed() - self._observed_at >= self._seconds

    def _found(self, connection: Connection, now: datetime) -> bool:
        row = {"name": self._name, "holder": self.holder, "number": 1, "beat": 0}
        times = {"seen_at": now, "since": now, "watched_since": now}
        new = insert(connection, leases).values(row | times).on_conflict_do_nothing().returning(leases.c.name)
        return connection.execute(new).first() is not None

    @contextmanager
    def leading(self) -> Iterator[Connection]:
        """A transaction in which this process surely leads, and no other plans or begins runs; raises Deposed."""
        with writing(self._engine) as connection:
            alone(connection)
            self.prove(connection)
            yield connection

    def prove(self, connection: Connection) -> None:
        """Give a sign of life within a transaction and hold the lease until its end; raises Deposed."""
        mine = (leases.c.name == self._name, leases.c.number == self.number, leases.c.holder == self.holder)
        beaten = connection.execute(update(leases).where(*mine).values(beat=leases.c.beat + 1))
        if not beaten.rowcount:
            self.number = None
            raise Deposed("Another process leads the schedule now; this one follows.")

    def may_begin(self, connection: Connection, now: datetime, within: timedelta) -> bool:
        """Whether this process leads and has looked at the schedule within this time; asked before a run is begun.

        A process that was stopped or suspended must look first: what it would begin may be another's, or long missed.
        """
        held = _read(connection, self._name)
        mine = held is not None and (held.holder, held.number) == (self.holder, self.number)
        return held is not None and mine and abs(now - held.seen_at) <= within

    def held(self, connection: Connection) -> Held:
        """The lease within a transaction of `leading`."""
        held = _read(connection, self._name)
        assert held is not None  # noqa: S101 - the transaction has just updated it
        return held

    def seen(self, connection: Connection, now: datetime, watched_since: datetime) -> None:
        """Write down that somebody was there now."""
        row = {"seen_at": now, "watched_since": watched_since}
        connection.execute(update(leases).where(leases.c.name == self._name).values(row))

    def release(self) -> None:
        """Let another take over at once."""
        if self.number is None:
            return
        with writing(self._engine) as connection:
            mine = (leases.c.name == self._name, leases.c.number == self.number, leases.c.holder == self.holder)
            connection.execute(update(leases).where(*mine).values(holder=None))
        self.number = None


def read_lease(engine: Engine, name: str) -> Held | None:
    """The lease as it stands, None where nobody ever held it."""
    with reading(engine) as connection:
        return _read(connection, name)


def _read(connection: Connection, name: str) -> Held | None:
    row = connection.execute(select(leases).where(leases.c.name == name)).mappings().first()
    return Held(**{field: row[field] for field in Held.__slots__}) if row else None
