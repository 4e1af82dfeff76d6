"""Other people's WARC files in the ledger: how far each was read, and the pages that were taken out of it."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, func, select, update

from difang.crawler.ledger.plans import new_id
from difang.crawler.ledger.run import Run, row_of
from difang.crawler.ledger.run_tables import RunCause, RunState, further_captures, runs
from difang.crawler.ledger.runs import SILENCE
from difang.crawler.ledger.tables import addresses, discoveries
from difang.crawler.ledger.transactions import alone, patient, reading, writing
from difang.crawler.ledger.upsert import insert, pieces
from difang.crawler.ledger.warc_in_tables import warc_files, warc_records
from difang.crawler.span import Span
from difang.ingest.address import article_address
from difang.ingest.errors import DifangError
from difang.ingest.page import PageRef
from difang.ingest.process_names import pid_died

CHANNEL = "warc"
"""Stands where a crawl's run has its channel; a file holds pages of several."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WarcFile:
    """A file as far as it was read: all before `offset` (bytes) was dealt with; `counts` by what became of it.

    `hosts` is the sign of the hosts known when reading began; `again` that it had been read to its end before;
    `unfound` the address of a page of it that was fetched again and whose body lies in no file that was given with it.
    """

    id: int
    path: str
    size: int
    changed: int
    run_id: str
    series: int
    offset: int
    counts: dict[str, int]
    troubles: tuple[str, ...]
    hosts: str
    started_at: datetime
    ended_at: datetime | None
    again: bool = False
    unfound: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A page that was copied into the archive, and the name of the record it was copied from."""

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

    def begin(self, path: Path, *, hosts: str, again: bool = False) -> WarcFile:
        """The file's row, new or taken up again, and with it its run, which is this process's now.

        `again` begins anew: nothing counts as dealt with. Raises DifangError where another process is reading the file.
        """
        status, now = path.stat(), datetime.now(UTC)
        run = _run(path, now)
        values = {"path": str(path), "size": status.st_size, "changed": status.st_mtime_ns, "run_id": run.id}
        with writing(self._engine) as connection:
            alone(connection)
            statement = insert(connection, warc_files).values(**values, series=1, **_unread(hosts, now))
            same = statement.on_conflict_do_update(
                index_elements=["path", "size", "changed"],
                set_={"series": warc_files.c.series + 1} | (_unread(hosts, now) if again else {}),
            )
            file = _file(connection.execute(same.returning(*warc_files.c)).mappings().one())
            if file.run_id == run.id:
                connection.execute(insert(connection, runs).values(row_of(run)))
            else:
                _take_up(connection, file, now)
        return replace(file, again=again)

    def known(self, records: Sequence[str]) -> set[str]:
        """Those of these records that were taken, out of whatever file."""
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
                _discovered(connection, file, taken, now)
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


def _unread(hosts: str, now: datetime) -> dict[str, Any]:
    return {"offset": 0, "counts": "{}", "troubles": "[]", "hosts": hosts, "started_at": now, "ended_at": None}


def _run(path: Path, now: datetime) -> Run:
    return Run(
        id=new_id(CHANNEL, now),
        channel=CHANNEL,
        channel_name="WARC",
        started_by="operator",
        cause=RunCause.OPERATOR,
        request=Span(),
        scope=f"the WARC file {path.name}",
        asked_for=True,
        state=RunState.RUNNING,
        machine=socket.gethostname(),
        pid=os.getpid(),
        planned_at=now,
        due_at=now,
        started_at=now,
        heartbeat_at=now,
    )


def _take_up(connection: Connection, file: WarcFile, now: datetime) -> None:
    """The run goes on in this process."""
    row = connection.execute(select(runs).where(runs.c.id == file.run_id)).one()
    mine = (row.machine, row.pid) == (socket.gethostname(), os.getpid())
    silent = row.heartbeat_at is None or now - row.heartbeat_at > SILENCE
    if row.state == RunState.RUNNING.value and not (mine or silent or pid_died(row.machine, row.pid)):
        raise DifangError(f"{file.path} is being read by process {row.pid} on {row.machine}; wait for its end.")
    values = {"pid": os.getpid(), "machine": socket.gethostname(), "heartbeat_at": now}
    again = {"state": RunState.RUNNING.value, "sentence": None, "ended_at": None}
    connection.execute(update(runs).where(runs.c.id == file.run_id).values(values | again))


def _discovered(connection: Connection, file: WarcFile, taken: Sequence[Taken], now: datetime) -> None:
    """One row an address, as for a crawl; nothing becomes due, and what a crawl knows of an address stays.

    The captures the file holds of it besides the last one are written down apart.
    """
    last = {one.ref.url: one for one in taken}
    _keep_further(connection, file, [one for one in taken if last[one.ref.url] is not one], list(last), now)
    statement = insert(connection, discoveries)
    places = {name: statement.excluded[name] for name in ("file", "start", "length", "queued_at")}
    connection.execute(
        statement.on_conflict_do_update(index_elements=["run_id", "url"], set_=places),
        [_discovery(one.ref, file, now) for one in last.values()],
    )
    known = insert(connection, addresses)
    first = func.coalesce(addresses.c.fetched_at, known.excluded.fetched_at)
    connection.execute(
        known.on_conflict_do_update(index_elements=["url"], set_={"fetched_at": first}),
        [_address(one, file, now) for one in last.values()],
    )


def _keep_further(
    connection: Connection, file: WarcFile, further: Sequence[Taken], urls: Sequence[str], now: datetime
) -> None:
    """Those of this time, and those that stand in the rows of these addresses, which others take the place of."""
    columns = [discoveries.c[column.name] for column in further_captures.c]
    before = select(*columns).where(
        discoveries.c.run_id == file.run_id, discoveries.c.url.in_(urls), discoveries.c.file.is_not(None)
    )
    statement = insert(connection, further_captures)
    names = [column.name for column in further_captures.c]
    connection.execute(statement.from_select(names, before).on_conflict_do_nothing())
    rows = [_discovery(one.ref, file, now) for one in further]
    if rows:
        kept = [{name: row[name] for name in names} for row in rows]
        connection.execute(statement.on_conflict_do_nothing(), kept)


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
