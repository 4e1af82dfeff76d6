"""Other people's WARC files in the ledger: how far each was read, and the pages that were taken out of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update

from difang.crawler.ledger.tables import addresses, discoveries
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.crawler.ledger.upsert import insert, pieces
from difang.crawler.ledger.warc_in_tables import warc_files, warc_records
from difang.ingest.address import article_address
from difang.ingest.page import PageRef


@dataclass(frozen=True, kw_only=True, slots=True)
class WarcFile:
    """A file as far as it was read: all before `offset` (bytes) was dealt with; `counts` by what became of it."""

    id: int
    path: str
    size: int
    changed: int
    run_id: str
    series: int
    offset: int
    counts: dict[str, int]
    troubles: tuple[str, ...]
    started_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A page that was copied into the archive, and the id of the record it was copied from."""

    record: str
    ref: PageRef
    channel: str


@patient
class WarcFiles:
    """The rows of the files and their records."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def find(self, path: Path) -> WarcFile | None:
        """The row of the file as it is now; one that was changed since is another file."""
        status = path.stat()
        same = (warc_files.c.path == str(path), warc_files.c.size == status.st_size)
        query = select(warc_files).where(*same, warc_files.c.changed == status.st_mtime_ns)
        with reading(self._engine) as connection:
            row = connection.execute(query).mappings().one_or_none()
        return _file(row) if row else None

    def begin(self, path: Path, run_id: str) -> WarcFile:
        """A new row, or the file's own, to be read on; `run_id` counts only where it is new."""
        status, now = path.stat(), datetime.now(UTC)
        values = {"path": str(path), "size": status.st_size, "changed": status.st_mtime_ns, "run_id": run_id}
        with writing(self._engine) as connection:
            statement = insert(connection, warc_files).values(
                **values, series=1, offset=0, counts="{}", troubles="[]", started_at=now
            )
            same = statement.on_conflict_do_update(
                index_elements=["path", "size", "changed"], set_={"series": warc_files.c.series + 1}
            )
            return _file(connection.execute(same.returning(*warc_files.c)).mappings().one())

    def known(self, records: Sequence[str]) -> set[str]:
        """Those of these record ids that were taken, out of whatever file."""
        found: set[str] = set()
        with reading(self._engine) as connection:
            for some in pieces(records):
                query = select(warc_records.c.record).where(warc_records.c.record.in_(some))
                found.update(connection.execute(query).scalars())
        return found

    def keep(self, file: WarcFile, taken: Sequence[Taken], *, ended: bool = False) -> None:
        """Write down how far the file was read, and the pages taken; they are in archive and queue already."""
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            if taken:
                rows = [{"record": one.record, "file": file.id} for one in taken]
                connection.execute(insert(connection, warc_records).on_conflict_do_nothing(), rows)
                _discovered(connection, file, {one.ref.url: one for one in taken}, now)
            connection.execute(
                update(warc_files)
                .where(warc_files.c.id == file.id)
                .values(
                    offset=file.offset,
                    counts=json.dumps(file.counts),
                    troubles=json.dumps(file.troubles, ensure_ascii=False),
                    ended_at=now if ended else None,
                )
            )


def _discovered(connection: Connection, file: WarcFile, taken: dict[str, Taken], now: datetime) -> None:
    """One row an address, as for a crawl; nothing becomes due, and what a crawl knows of an address stays."""
    statement = insert(connection, discoveries)
    places = {name: statement.excluded[name] for name in ("file", "start", "length", "queued_at")}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["run_id", "url"], set_=places),
        [_discovery(one.ref, file, now) for one in taken.values()],
    )
    known = insert(connection, addresses)
    first = func.coalesce(addresses.c.fetched_at, known.excluded.fetched_at)
    connection.execute(
        known.on_conflict_do_update(index_elements=["url"], set_={"fetched_at": first}),
        [_address(one, file, now) for one in taken.values()],
    )


def _discovery(ref: PageRef, file: WarcFile, now: datetime) -> dict[str, Any]:
    place = ref.position
    return {
        "run_id": file.run_id,
        "url": ref.url,
        "key": ref.key,
        "found_on": f"the WARC file {Path(file.path).name}",
        "found_at": now,
        "file": place.file if place else None,
        "start": place.offset if place else None,
        "length": place.length if place else None,
        "queued_at": now,
    }


def _address(one: Taken, file: WarcFile, now: datetime) -> dict[str, Any]:
    told = article_address(one.ref.url)
    return {
        "url": one.ref.url,
        "channel": one.channel,
        "key": one.ref.key,
        "page": told.page if told else 1,
        "first_seen": now,
        "run_id": file.run_id,
        "failures": 0,
        "fetched_at": one.ref.fetched_at,
    }


def _file(row: Any) -> WarcFile:
    values = {**row, "counts": json.loads(row["counts"]), "troubles": tuple(json.loads(row["troubles"]))}
    return WarcFile(**values)
