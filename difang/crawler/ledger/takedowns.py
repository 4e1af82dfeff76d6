"""The takedown list in the ledger: who took what down, when and why; an entry that was undone stays, without force."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select, update

from difang.crawler.ledger.takedown_tables import takedown_names, takedowns
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.crawler.ledger.upsert import among
from difang.ingest.takedown import Takedown

_SHORT_LIST = 200
"""Names on the list that are sooner read than looked for one by one; the worker asks for a thousand with each batch."""

_IN_FORCE = takedowns.c.undone_at.is_(None)


@patient
class TakedownList:
    """The rows of the list; implements the port Takedowns."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def put(self, names: Sequence[str], *, reason: str, by: str) -> Takedown:
        """A new entry, in force from now on."""
        with writing(self._engine) as connection:
            values = {"reason": reason, "by": by, "at": datetime.now(UTC)}
            number = connection.execute(insert(takedowns).values(values).returning(takedowns.c.number)).scalar_one()
            connection.execute(insert(takedown_names), [{"number": number, "name": n} for n in dict.fromkeys(names)])
            return _entries(connection, takedowns.c.number == number)[0]

    def undo(self, numbers: Sequence[int], *, by: str) -> None:
        """These entries have no force any more."""
        with writing(self._engine) as connection:
            connection.execute(
                update(takedowns)
                .where(takedowns.c.number.in_(numbers), _IN_FORCE)
                .values(undone_by=by, undone_at=datetime.now(UTC))
            )

    def refused(self, names: Sequence[str]) -> dict[str, str]:
        """Of these article ids and addresses those on the list, each with the sentence why it is refused."""
        with reading(self._engine) as connection:
            asked = _on_short_list(connection, names) if len(names) > _SHORT_LIST else list(dict.fromkeys(names))
            query = (
                select(takedown_names.c.name, takedowns.c.at, takedowns.c.reason)
                .join(takedowns)
                .where(among(connection, takedown_names.c.name, asked), _IN_FORCE)
            )
            rows = connection.execute(query).all() if asked else []
        return {name: f"It was taken down on {at:%Y-%m-%d} ({reason})." for name, at, reason in rows}

    def after(self, number: int) -> list[Takedown]:
        """The entries in force with a higher number, oldest first."""
        with reading(self._engine) as connection:
            return _entries(connection, takedowns.c.number > number, _IN_FORCE)

    def undone_since(self, moment: datetime) -> bool:
        """Whether an entry lost its force after that."""
        query = select(takedowns.c.number).where(takedowns.c.undone_at > moment).limit(1)
        with reading(self._engine) as connection:
            return connection.execute(query).first() is not None

    def of(self, names: Sequence[str]) -> list[Takedown]:
        """Every entry that covers one of these article ids or addresses, undone ones too, oldest first."""
        covers = takedowns.c.number.in_(select(takedown_names.c.number).where(takedown_names.c.name.in_(names)))
        with reading(self._engine) as connection:
            return _entries(connection, covers)

    def every(self) -> list[Takedown]:
        """All entries, oldest first."""
        with reading(self._engine) as connection:
            return _entries(connection)

    def removed(self, numbers: Sequence[int]) -> None:
        """Write down that what these entries cover is out of the index."""
        if numbers:
            with writing(self._engine) as connection:
                connection.execute(
                    update(takedowns).where(takedowns.c.number.in_(numbers)).values(removed_at=datetime.now(UTC))
                )


def _entries(connection: Connection, *conditions: Any) -> list[Takedown]:
    rows = connection.execute(select(takedowns).where(*conditions).order_by(takedowns.c.number)).mappings().all()
    names: dict[int, list[str]] = {row["number"]: [] for row in rows}
    query = select(takedown_names).join(takedowns).where(*conditions).order_by(takedown_names.c.name)
    for number, name in connection.execute(query):
        names.setdefault(number, []).append(name)
    return [Takedown(**row, names=tuple(names[row["number"]])) for row in rows]


def _on_short_list(connection: Connection, names: Sequence[str]) -> list[str]:
    """Those of the names that may be on the list: all of them where the list is long."""
    listed = set(connection.execute(select(takedown_names.c.name).limit(_SHORT_LIST + 1)).scalars())
    return [name for name in dict.fromkeys(names) if len(listed) > _SHORT_LIST or name in listed]
