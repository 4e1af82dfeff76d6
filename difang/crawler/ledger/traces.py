"""What the ledger knows of an article's addresses: every discovery, with the run that made it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, RowMapping, and_, or_, select

from difang.crawler.ledger.run_tables import discoveries, further_captures, runs
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
        """Every discovery of these addresses and of what has these ids, in order of time.

        One of which the run archived several pages comes once with each, the last archived last.
        """
        same = or_(discoveries.c.url.in_(urls), discoveries.c.key.in_(ids), discoveries.c.article_id.in_(ids))
        query = (
            select(discoveries, runs.c.channel, runs.c.started_by)
            .join(runs, runs.c.id == discoveries.c.run_id, isouter=True)
            .where(same)
            .order_by(discoveries.c.found_at, discoveries.c.url)
        )
        of_one = and_(further_captures.c.run_id == discoveries.c.run_id, further_captures.c.url == discoveries.c.url)
        order = (further_captures.c.queued_at, further_captures.c.file, further_captures.c.start)
        others = select(further_captures).join(discoveries, of_one).where(same).order_by(*order)
        further: dict[tuple[str, str], list[RowMapping]] = defaultdict(list)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
            for row in connection.execute(others).mappings():
                further[row["run_id"], row["url"]].append(row)
        return [_discovered(row, archived) for row in rows for archived in (*further[row["run_id"], row["url"]], row)]


def _discovered(row: RowMapping, archived: RowMapping) -> Discovered:
    values = {name: row[name] for name in Discovered.__slots__ if name not in ("position", "queued_at")}
    held = archived["file"] is not None
    place = Position(file=archived["file"], offset=archived["start"], length=archived["length"]) if held else None
    return Discovered(**values, position=place, queued_at=archived["queued_at"])
