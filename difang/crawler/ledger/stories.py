"""Stories in the ledger: the port Stories on SQLite and PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, delete, select, update

from difang.crawler.ledger.opening import reading, writing
from difang.crawler.ledger.story_links import Link, link, take_turn
from difang.crawler.ledger.story_tables import story_articles as articles
from difang.crawler.ledger.story_tables import story_bands as bands
from difang.crawler.ledger.story_tables import story_changes as changes
from difang.crawler.ledger.upsert import insert, pieces
from difang.ingest.stories.compare import Reading, same_story
from difang.ingest.stories.port import Telling
from difang.ingest.stories.text import Text

MOST_IN_A_BAND = 64
"""Articles that share a band; of more the ones that came last are kept, or bulletins would make each look-up longer."""

MOST_COMPARED = 8
"""Articles a new one is compared with: those that share the most bands, and of these the ones that came nearest."""

_BANDS_A_STATEMENT = 2_000
"""Bands are whole numbers and stand in the statement as they are: as parameters they would cost ten times as much."""


class StoryBook:
    """The rows of the stories; usable from any thread and from many processes at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def assign(self, tellings: Sequence[Telling]) -> dict[str, str | None]:
        """In three steps, each a transaction of its own.

        First the bands are there for all to see, then others with the same bands are looked for: of two workers that
        bring a story's two editions at one moment, the one that looks later sees the other's.
        """
        if not tellings:
            return {}
        numbers, fresh, moved = self._take_in(tellings)
        found = self._compared(fresh, numbers) if fresh else []
        again = [numbers[telling.id] for telling in moved]
        if found or again:
            with writing(self._engine) as connection:
                link(connection, found, again)
        return self._stories_of([telling.id for telling in tellings])

    def forget(self, ids: Sequence[str]) -> None:
        """Take these out, with their bands and links."""
        with writing(self._engine) as connection:
            for some in pieces(list(dict.fromkeys(ids))):
                gone = list(connection.scalars(select(articles.c.number).where(articles.c.id.in_(some))))
                link(connection, [], gone)
                for table in (bands, changes, articles):
                    connection.execute(delete(table).where(table.c.number.in_(gone)))

    def waiting(self, most: int) -> dict[str, str | None]:
        """In the order in which the articles first came."""
        query = (
            select(articles.c.id, articles.c.story)
            .join(changes, changes.c.number == articles.c.number)
            .order_by(changes.c.number)
            .limit(most)
        )
        with reading(self._engine) as connection:
            return {row.id: row.story for row in connection.execute(query)}

    def settle(self, told: Mapping[str, str | None]) -> dict[str, str | None]:
        """In one transaction, so that no change comes between the comparison and the deletion."""
        if not self._any_change():
            now = self._stories_of(list(told))
            return {id_: story for id_, story in now.items() if told[id_] != story}
        differing: dict[str, str | None] = {}
        with writing(self._engine) as connection:
            take_turn(connection)
            for some in pieces(list(told)):
                now = _select_stories(connection, some)
                differing |= {id_: story for id_, story in now.items() if told[id_] != story}
                same = [id_ for id_ in now if id_ not in differing]
                numbers = select(articles.c.number).where(articles.c.id.in_(same))
                connection.execute(delete(changes).where(changes.c.number.in_(numbers)))
        return differing

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def _any_change(self) -> bool:
        with reading(self._engine) as connection:
            return connection.execute(select(changes.c.number).limit(1)).first() is not None

    def _stories_of(self, ids: Sequence[str]) -> dict[str, str | None]:
        with reading(self._engine) as connection:
            found: dict[str, str | None] = {}
            for some in pieces(ids):
                found |= _select_stories(connection, some)
        return found

    def _take_in(self, tellings: Sequence[Telling]) -> tuple[dict[str, int], list[Telling], list[Telling]]:
        """The numbers of all, those to look for fellows of, and those whose links must be drawn anew."""
        with writing(self._engine) as connection:
            held = _rows(connection, [telling.id for telling in tellings])
            new = [telling for telling in tellings if telling.id not in held]
            moved = [telling for telling in tellings if telling.id in held and _moved(telling, held[telling.id])]
            if moved:
                _change(connection, moved, held)
            if new:
                connection.execute(
                    insert(connection, articles).on_conflict_do_nothing(), [_values(telling) for telling in new]
                )
            numbers = {id_: row.number for id_, row in held.items()}
            for some in pieces([telling.id for telling in new]):
                query = select(articles.c.id, articles.c.number).where(articles.c.id.in_(some))
                numbers |= {row.id: row.number for row in connection.execute(query)}
            _keep_bands(connection, [(band, numbers[each.id]) for each in new + moved for band in each.bands])
            if held:  # written before: a crash must not leave the index with what it held
                known = [{"number": row.number} for row in held.values()]
                connection.execute(insert(connection, changes).on_conflict_do_nothing(), known)
        return numbers, new + moved, moved

    def _compared(self, fresh: Sequence[Telling], numbers: dict[str, int]) -> list[Link]:
        near = self._sharing({band for telling in fresh for band in telling.bands})
        candidates: dict[int, list[int]] = {}
        for telling in fresh:
            number = numbers[telling.id]
            shared: dict[int, int] = defaultdict(int)
            for band in telling.bands:
                for other in near.get(band, ()):
                    shared[other] += 1
            shared.pop(number, None)
            if shared:
                candidates[number] = sorted(shared, key=lambda other: (-shared[other], abs(other - number)))
        return self._same(candidates) if candidates else []

    def _sharing(self, wanted: Iterable[int]) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        with reading(self._engine) as connection:
            for some in pieces(sorted(wanted), _BANDS_A_STATEMENT):
                for band, number in connection.exec_driver_sql(
                    f"SELECT band, number FROM story_bands WHERE band IN ({','.join(map(str, some))})"  # noqa: S608
                ):
                    found[band].append(number)
        if full := {band: sorted(members) for band, members in found.items() if len(members) > MOST_IN_A_BAND}:
            with writing(self._engine) as connection:
                statement = delete(bands).where(bands.c.band == bindparam("b"), bands.c.number == bindparam("n"))
                old = [{"b": band, "n": n} for band, members in full.items() for n in members[:-MOST_IN_A_BAND]]
                connection.execute(statement, old)
            found |= {band: members[-MOST_IN_A_BAND:] for band, members in full.items()}
        return found

    def _same(self, candidates: dict[int, list[int]]) -> list[Link]:
        chosen = {number: others[:MOST_COMPARED] for number, others in candidates.items()}
        readings = self._readings({*chosen, *(other for others in chosen.values() for other in others)})
        links, seen = [], set()
        for number, others in chosen.items():
            for other in others:
                pair = (min(number, other), max(number, other))
                if pair in seen or number not in readings or other not in readings:
                    continue
                seen.add(pair)
                (mine, mine_is), (yours, yours_is) = readings[number], readings[other]
                if same_story(mine, yours):
                    links.append(Link(one=number, other=other, one_revision=mine_is, other_revision=yours_is))
        return links

    def _readings(self, numbers: Iterable[int]) -> dict[int, tuple[Reading, int]]:
        found = {}
        columns = (articles.c.number, articles.c.title, articles.c.body, articles.c.revision)
        with reading(self._engine) as connection:
            for some in pieces(sorted(numbers)):
                for row in connection.execute(select(*columns).where(articles.c.number.in_(some))):
                    found[row.number] = (Reading(Text(title=row.title, body=row.body)), row.revision)
        return found


def _keep_bands(connection: Connection, rows: Sequence[tuple[int, int]]) -> None:
    for some in pieces(rows, _BANDS_A_STATEMENT):
        values = ",".join(f"({band},{number})" for band, number in some)
        connection.exec_driver_sql(
            f"INSERT INTO story_bands (band, number) VALUES {values} ON CONFLICT DO NOTHING"  # noqa: S608
        )


def _select_stories(connection: Connection, ids: Sequence[str]) -> dict[str, str | None]:
    query = select(articles.c.id, articles.c.story).where(articles.c.id.in_(ids))
    return {row.id: row.story for row in connection.execute(query)}


def _rows(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    return {
        row.id: row
        for some in pieces(ids)
        for row in connection.execute(select(articles).where(articles.c.id.in_(some)).with_for_update())
    }


def _moved(telling: Telling, row: Any) -> bool:
    """Whether a version no older than the known one says something else, or at another time."""
    said = (telling.text.title, telling.text.body, telling.published)
    return telling.version >= row.version and said != (row.title, row.body, row.published)


def _change(connection: Connection, moved: Sequence[Telling], held: Mapping[str, Any]) -> None:
    numbers = [held[telling.id].number for telling in moved]
    connection.execute(delete(bands).where(bands.c.number.in_(numbers)))
    columns = ("version", "published", "title", "body")
    statement = (
        update(articles)
        .where(articles.c.id == bindparam("key"))
        .values(revision=articles.c.revision + 1, **{name: bindparam(f"new_{name}") for name in columns})
    )
    rows = [(telling.id, _values(telling)) for telling in moved]
    connection.execute(
        statement, [{"key": id_, **{f"new_{name}": values[name] for name in columns}} for id_, values in rows]
    )


def _values(telling: Telling) -> dict[str, Any]:
    return {
        "id": telling.id,
        "version": telling.version,
        "published": telling.published,
        "revision": 0,
        "title": telling.text.title,
        "body": telling.text.body,
    }
