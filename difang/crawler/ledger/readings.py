"""How the pages were read: for each channel and day of the fetch, how many pages bear which sign, with examples.

Signs: `pages` (every page counted), `template:NAME`, `set_aside`, `warning:CODE`. Only counts are kept, not the pages:
some ten rows a channel and day, however many pages a backfill brings.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, case, delete, select, update

from difang.crawler.ledger.tables import discoveries, readings, runs
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.crawler.ledger.upsert import among, insert
from difang.ingest.note import Note

ALL, SET_ASIDE, TEMPLATE, WARNING = "pages", "set_aside", "template:", "warning:"
EXAMPLES = 3

KEPT = timedelta(days=30)
"""Two weeks are compared with; as much again is there for somebody who looks back."""

_OLD = timedelta(days=14)
"""A page published longer before its fetch (backfill, a first crawl) has a template of its time."""

_BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, kw_only=True, slots=True)
class DayCounts:
    """One day of a channel: sign → pages; the sign ALL is always there."""

    day: date
    signs: dict[str, int]


@patient
class Readings:
    """The counts of how pages were read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def by_channel(self) -> dict[str, list[DayCounts]]:
        """Channel → its days, oldest first."""
        counts: dict[tuple[str, date], dict[str, int]] = defaultdict(dict)
        query = select(readings.c.channel, readings.c.day, readings.c.sign, readings.c.pages)
        with reading(self._engine) as connection:
            for channel, day, sign, pages in connection.execute(query):
                counts[channel, day][sign] = pages
        days: dict[str, list[DayCounts]] = defaultdict(list)
        for channel, day in sorted(counts):
            days[channel].append(DayCounts(day=day, signs=counts[channel, day]))
        return dict(days)

    def examples(self, channel: str, sign: str, first: date, last: date) -> tuple[str, ...]:
        """Up to three pages of the channel that bear the sign, of the newest of these days."""
        query = (
            select(readings.c.examples)
            .where(readings.c.channel == channel, readings.c.sign == sign, readings.c.day.between(first, last))
            .order_by(readings.c.day.desc())
        )
        with reading(self._engine) as connection:
            urls = [url for text in connection.execute(query).scalars() for url in text.split("\n")]
        return tuple(dict.fromkeys(urls))[:EXAMPLES]

    def reread(self, pairs: Sequence[tuple[Note, Note]]) -> None:
        """Count these pages as the second note says where they were counted as the first; implements Rereadings."""
        moved: Counter[tuple[str, date, str, str]] = Counter()
        shown: dict[tuple[str, date, str, str], str] = {}
        for old, new in pairs:
            if old.channel is None or _is_old(old):
                continue
            day = old.fetched_at.astimezone(_BEIJING).date()
            left, come = set(_signs(old)) - set(_signs(new)), set(_signs(new)) - set(_signs(old))
            for sign in left | come:
                place = (old.channel, day, sign if sign in left else "", sign if sign in come else "")
                moved[place] += 1
                shown.setdefault(place, new.url)
        if moved:
            with writing(self._engine) as connection:
                for place in sorted(moved):
                    _move(connection, place, moved[place], shown[place])

    def prune(self, today: date) -> None:
        """Forget the days that are of no more use."""
        old = readings.c.day < today - KEPT
        with reading(self._engine) as connection:
            if connection.execute(select(readings.c.day).where(old).limit(1)).first() is None:
                return
        with writing(self._engine) as connection:
            connection.execute(delete(readings).where(old))


def _move(connection: Connection, place: tuple[str, date, str, str], number: int, url: str) -> None:
    """So many pages of a channel and day bear one sign less, or one more; a day that was never counted stays so."""
    channel, day, left, come = place
    here = (readings.c.channel == channel, readings.c.day == day)
    if left:
        fewer = case((readings.c.pages > number, readings.c.pages - number), else_=0)
        connection.execute(update(readings).where(*here, readings.c.sign == left).values(pages=fewer))
        return
    counted = connection.execute(select(readings.c.pages).where(*here, readings.c.sign == ALL)).scalar()
    if counted:
        statement = insert(connection, readings)
        row = {"channel": channel, "day": day, "sign": come, "pages": min(number, counted), "examples": url}
        more = case((readings.c.pages + number < counted, readings.c.pages + number), else_=counted)
        conflict = {"index_elements": ["channel", "day", "sign"], "set_": {"pages": more}}
        connection.execute(statement.values(row).on_conflict_do_update(**conflict))


def count_notes(connection: Connection, notes: Sequence[Note]) -> None:
    """Count these pages, each once; to be called in the transaction that writes their endings, before they are written.

    An ending marks its page as counted, so that a second delivery of a run's page changes nothing.
    """
    new = {(note.run_id, note.url): note for note in notes if not _is_old(note)}
    for place in _ended(connection, [url for _, url in new]) & new.keys():
        del new[place]
    if not new:
        return
    channels = _channels_of_runs(connection, {note.run_id for note in new.values() if note.channel is None})
    bearers: dict[tuple[str, date, str], list[str]] = defaultdict(list)
    for note in new.values():
        day = note.fetched_at.astimezone(_BEIJING).date()
        if channel := note.channel or channels.get(note.run_id):
            for sign in _signs(note):
                bearers[channel, day, sign].append(note.url)
    if not bearers:
        return
    statement = insert(connection, readings)
    added = statement.excluded
    few = case(
        (readings.c.pages < EXAMPLES, readings.c.examples + "\n" + added.examples),
        else_=readings.c.examples,
    )
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["channel", "day", "sign"],
            set_={"pages": readings.c.pages + added.pages, "examples": few},
        ),
        [
            {"channel": c, "day": d, "sign": s, "pages": len(urls), "examples": "\n".join(urls[:EXAMPLES])}
            for (c, d, s), urls in sorted(bearers.items())  # in one order, so that two workers never lock crosswise
        ],
    )


def _is_old(note: Note) -> bool:
    return note.published is not None and note.fetched_at.astimezone(_BEIJING).date() - note.published > _OLD


def _signs(note: Note) -> Iterator[str]:
    yield ALL
    yield SET_ASIDE if note.template is None else TEMPLATE + note.template
    for code in note.warnings:
        yield WARNING + code


def _ended(connection: Connection, urls: Sequence[str]) -> set[tuple[str, str]]:
    query = select(discoveries.c.run_id, discoveries.c.url).where(
        among(connection, discoveries.c.url, urls), discoveries.c.ended_at.is_not(None)
    )
    return {(row.run_id, row.url) for row in connection.execute(query)}


def _channels_of_runs(connection: Connection, run_ids: set[str]) -> dict[str, str]:
    if not run_ids:
        return {}
    rows = connection.execute(select(runs.c.id, runs.c.channel).where(runs.c.id.in_(run_ids)))
    return {row.id: row.channel for row in rows}
