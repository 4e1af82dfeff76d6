"""The audit log: everything somebody changed, with who and when; nothing in it is ever changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, insert, select

from difang.crawler.ledger.people_tables import deeds
from difang.crawler.ledger.transactions import reading, writing


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """One thing done: `deed` such as run.cancel, `about` what it was done to."""

    id: int
    at: datetime
    who: str
    deed: str
    about: str
    details: dict[str, Any]


class Deeds:
    """The rows of the audit log."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(self, who: str, deed: str, about: str = "", **details: Any) -> None:
        """Write down what was done; secrets do not belong in `details`."""
        row = {"at": datetime.now(UTC), "who": who, "deed": deed, "about": about[:500]}
        with writing(self._engine) as connection:
            connection.execute(insert(deeds).values(**row, details=json.dumps(details, ensure_ascii=False)))

    def newest(
        self,
        most: int,
        *,
        who: str | None = None,
        deed: str | None = None,
        about: str | None = None,
        before: int | None = None,
    ) -> list[Deed]:
        """The newest first, of one person, of one kind, about one thing, older than the one with the id `before`."""
        conditions: Mapping[Any, Any] = {deeds.c.who: who, deeds.c.deed: deed, deeds.c.about: about}
        query = select(deeds).where(*[column == value for column, value in conditions.items() if value])
        query = query.where(deeds.c.id < before) if before else query
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(deeds.c.id.desc()).limit(most)).mappings().all()
        return [Deed(**{**row, "details": json.loads(row["details"])}) for row in rows]
