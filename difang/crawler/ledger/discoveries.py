"""What runs discovered and how it ended: one row for each address of a run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Table,
    and_,
    bindparam,
    desc,
    func,
    or_,
    select,
    union,
    update,
)

from difang.crawler.ledger.addresses import Found, Headers, mark_ended, mark_fetched, mark_found
from difang.crawler.ledger.article_times import keep_article_times
from difang.crawler.ledger.freshness import count_new
from difang.crawler.ledger.readings import count_notes
from difang.crawler.ledger.run_tables import further_captures
from difang.crawler.ledger.schema import as_kept
from difang.crawler.ledger.tables import addresses, discoveries
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.crawler.ledger.upsert import insert, many, pieces
from difang.ingest.edition import extraction_edition
from difang.ingest.note import Note
from difang.ingest.outcome import Ending, Outcome
from difang.ingest.page import PageRef, Position


@dataclass(frozen=True, kw_only=True, slots=True)
class Queued:
    """A page that lies in the page queue, and the headers by which it can be asked for again on condition."""

    ref: PageRef
    headers: Headers


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """How a run's discoveries stand: `outcomes` of those that ended, and how many wait to be fetched or worked on."""

    discovered: int
    outcomes: dict[Outcome, int]
    unfetched: int
    queued: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Names:
    """The article ids and the addresses under which runs met one article."""

    ids: tuple[str, ...]
    urls: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Archived:
    """A page some run fetched at an address, and where the archive keeps it."""

    url: str
    key: str
    run_id: str
    position: Position


@patient
class Discoveries:
    """The rows of what runs discovered; also the port Endings."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def found(self, run_id: str, channel: str, found: Sequence[Found]) -> None:
        """Write down addresses a run will fetch or report as sightings; each is due until it was fetched or ended."""
        if not found:
            return
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            connection.execute(
                insert(connection, discoveries).on_conflict_do_nothing(),
                [
                    {"run_id": run_id, "url": f.url, "key": f.key, "found_on": f.found_on, "found_at": now}
                    for f in found
                ],
            )
            mark_found(connection, run_id, channel, found, now)

    def queued(self, queued: Sequence[Queued]) -> None:
        """Write down that these pages are archived and in the page queue: they are no longer due."""
        if not queued:
            return
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            connection.execute(
                update(discoveries)
                .where(discoveries.c.run_id == bindparam("r"), discoveries.c.url == bindparam("u"))
                .values(file=bindparam("f"), start=bindparam("s"), length=bindparam("l"), queued_at=bindparam("q")),
                [_place(q.ref) | {"r": q.ref.run_id, "u": q.ref.url, "q": now} for q in queued],
            )
            mark_fetched(connection, [(q.ref, q.headers) for q in queued])

    def tell(self, endings: Sequence[Ending], notes: Sequence[Note] = ()) -> None:
        """Write endings down; `indexed` and `updated` stay, whatever a second delivery of the page says of it."""
        if not endings:
            return
        now = datetime.now(UTC)
        one_each = _one_each(endings)
        with writing(self._engine) as connection:
            count_notes(connection, notes)  # first: a page that has ended already was counted then
            count_new(connection, one_each, notes, now)
            _write_endings(connection, one_each, {(note.run_id, note.url): note.template for note in notes}, now)
            mark_ended(connection, one_each, now)
            keep_article_times(connection, one_each, notes)  # last, as the end of a run does: no two lock crosswise

    def give_up(self, connection: Connection, run_id: str, reason: str) -> None:
        """End what the run never fetched as failed; the addresses stay due, so the next run fetches them."""
        connection.execute(
            update(discoveries)
            .where(discoveries.c.run_id == run_id, discoveries.c.outcome.is_(None), discoveries.c.queued_at.is_(None))
            .values(outcome=Outcome.FAILED.value, reason=reason, ended_at=datetime.now(UTC))
        )

    def counts(self, run_ids: Sequence[str]) -> dict[str, Counts]:
        """How these runs' discoveries stand."""
        waiting = discoveries.c.queued_at.is_(None)
        query = select(discoveries.c.run_id, discoveries.c.outcome, waiting, func.count()).group_by(
            discoveries.c.run_id, discoveries.c.outcome, waiting
        )
        counts = {run_id: Counts(discovered=0, outcomes={}, unfetched=0, queued=0) for run_id in run_ids}
        with reading(self._engine) as connection:
            for some in pieces(run_ids):
                for run_id, outcome, unfetched, number in connection.execute(
                    query.where(discoveries.c.run_id.in_(some))
                ):
                    counts[run_id] = _plus(counts[run_id], outcome, bool(unfetched), number)
        return counts

    def names(self, ids: Sequence[str], urls: Sequence[str]) -> Names:
        """Under which ids and addresses runs met the articles of these ids and addresses."""
        columns = (discoveries.c.key, discoveries.c.article_id, discoveries.c.url)
        with reading(self._engine) as connection:
            here = connection.execute(select(*columns).where(discoveries.c.url.in_(urls))).all()
            every = {*ids, *(row.key for row in here), *(row.article_id for row in here if row.article_id)}
            same = or_(discoveries.c.key.in_(every), discoveries.c.article_id.in_(every))
            rows = connection.execute(select(*columns).where(same)).all()
        every |= {row.article_id for row in rows if row.article_id}
        return Names(ids=tuple(sorted(every - {""})), urls=tuple(sorted({row.url for row in (*here, *rows)})))

    def archived(self, names: Sequence[str]) -> list[Archived]:
        """Every page fetched under these ids, keys or addresses, in the order they were archived."""
        named = or_(*(column.in_(names) for column in (discoveries.c.url, discoveries.c.key, discoveries.c.article_id)))
        columns = (discoveries.c.url, discoveries.c.key, discoveries.c.run_id)
        last = select(*columns, *_places(discoveries)).where(named, discoveries.c.file.is_not(None))
        further = select(*columns, *_places(further_captures)).join(further_captures, _OF_ONE).where(named)
        query = union(last, further).order_by("queued_at", "file", "start")
        with reading(self._engine) as connection:
            return [
                Archived(url=r[0], key=r[1], run_id=r[2], position=Position(file=r[3], offset=r[4], length=r[5]))
                for r in connection.execute(query)
            ]

    def told(self, urls: Sequence[str]) -> list[Ending]:
        """How these addresses ended, in every run where they did."""
        columns = [discoveries.c[name] for name in ("run_id", "url", "outcome", "reason", "article_id")]
        endings: list[Ending] = []
        with reading(self._engine) as connection:
            for some in pieces(urls):
                query = select(*columns).where(discoveries.c.url.in_(some), discoveries.c.outcome.is_not(None))
                endings += [
                    Ending(run_id=r[0], url=r[1], outcome=Outcome(r[2]), reason=r[3], article_id=r[4])
                    for r in connection.execute(query)
                ]
        return endings

    def failed(self, run_id: str) -> list[str]:
        """The addresses that failed in this run, or that it never fetched, and that no later run has fetched."""
        left = or_(addresses.c.due_at.is_not(None), addresses.c.outcome == Outcome.FAILED.value)
        query = (
            select(discoveries.c.url)
            .join(addresses, addresses.c.url == discoveries.c.url)
            .where(discoveries.c.run_id == run_id, discoveries.c.outcome == Outcome.FAILED.value, left)
            .order_by(discoveries.c.found_at, discoveries.c.url)
        )
        with reading(self._engine) as connection:
            return list(connection.execute(query).scalars())

    def positions(self, url: str) -> list[Position]:
        """Where the archive keeps what was fetched at an address, the last archived first."""
        last = select(*_places(discoveries)).where(discoveries.c.url == url, discoveries.c.file.is_not(None))
        further = select(*_places(further_captures)).where(further_captures.c.url == url)
        query = union(last, further).order_by(desc("queued_at"), desc("file"), desc("start"))
        with reading(self._engine) as connection:
            return [Position(file=row[0], offset=row[1], length=row[2]) for row in connection.execute(query)]


_OF_ONE = and_(further_captures.c.run_id == discoveries.c.run_id, further_captures.c.url == discoveries.c.url)


def _places(table: Table) -> tuple[ColumnElement[Any], ...]:
    return (table.c.file, table.c.start, table.c.length, table.c.queued_at)


def _place(ref: PageRef) -> dict[str, str | int | None]:
    if ref.position is None:
        return {"f": None, "s": None, "l": None}
    return {"f": ref.position.file, "s": ref.position.offset, "l": ref.position.length}


_NEWS = (Outcome.INDEXED, Outcome.UPDATED)


def _one_each(endings: Sequence[Ending]) -> list[Ending]:
    """Of each address the first ending that is news, else the last that is not `unchanged`, else that."""
    one_each: dict[tuple[str, str], Ending] = {}
    for ending in endings:
        place = (ending.run_id, ending.url)
        before = one_each.get(place)
        if before is None or (before.outcome not in _NEWS and ending.outcome is not Outcome.UNCHANGED):
            one_each[place] = ending
    return list(one_each.values())


_ENDED = """
INSERT INTO discoveries (run_id, url, key, found_at, outcome, reason, article_id, ended_at, template, read_by)
VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (run_id, url) DO UPDATE SET
outcome = excluded.outcome, reason = excluded.reason,
article_id = coalesce(excluded.article_id, discoveries.article_id),
ended_at = coalesce(discoveries.ended_at, excluded.ended_at),
template = coalesce(excluded.template, discoveries.template),
read_by = coalesce(excluded.read_by, discoveries.read_by)
WHERE coalesce(discoveries.outcome, '') NOT IN ('indexed', 'updated')
"""


def _write_endings(
    connection: Connection, endings: Sequence[Ending], templates: dict[tuple[str, str], str | None], now: datetime
) -> None:
    at, edition = as_kept(connection, now), extraction_edition()
    rows = []
    for e in endings:
        place = (e.run_id, e.url)
        told = (templates[place], edition) if place in templates else (None, None)
        rows.append((*place, e.article_id or "", at, e.outcome.value, e.reason, e.article_id, at, *told))
    many(connection, _ENDED, rows)


def _plus(counts: Counts, outcome: str | None, unfetched: bool, number: int) -> Counts:
    outcomes = dict(counts.outcomes)
    if outcome is not None:
        outcomes[Outcome(outcome)] = outcomes.get(Outcome(outcome), 0) + number
    return Counts(
        discovered=counts.discovered + number,
        outcomes=outcomes,
        unfetched=counts.unfetched + (number if outcome is None and unfetched else 0),
        queued=counts.queued + (number if outcome is None and not unfetched else 0),
    )
