"""What the ledger knows of an article's addresses: every discovery, with the run that made it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, or_, select

from difang.crawler.ledger.run_tables import discoveries, runs
from difang.crawler.ledger.transactions import patient, reading
from difang.ingest.page import Position


@dataclass(frozen=True, kw_only=True, slots=True)
class Discovered:
    """One address as one run met it: where the link stood, where its page lies, how it ended, what read it."""

    url: str
    key: str
    run_id: str
    channel: str | None
    started_by: str | None
    found_on: str | None
    found_at: datetime
    position: Position | None
    queued_at: datetime | None
    outcome: str | None
    reason: str | None
    article_id: str | None
    ended_at: datetime | None
    template: str | None
    read_by: str | None


@patient
class Traces:
    """Questions across the tables of discoveries and runs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, ids: Sequence[str], urls: Sequence[str]) -> list[Discovered]:
        """Every discovery of these addresses and of what has these ids, in order of time."""
        same = or_(discoveries.c.url.in_(urls), discoveries.c.key.in_(ids), discoveries.c.article_id.in_(ids))
        query = (
            select(discoveries, runs.c.channel, runs.c.started_by)
            .join(runs, runs.c.id == discoveries.c.run_id, isouter=True)
            .where(same)
            .order_by(discoveries.c.found_at, discoveries.c.url)
        )
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        found: list[Discovered] = []
        for row in rows:
            values = {name: row[name] for name in Discovered.__slots__ if name != "position"}
            held = row["file"] is not None
            place = Position(file=row["file"], offset=row["start"], length=row["length"]) if held else None
            found.append(Discovered(**values, position=place))
        return found
