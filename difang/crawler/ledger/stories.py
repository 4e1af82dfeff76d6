"""Stories in the ledger: the port Stories on SQLite and PostgreSQL."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from heapq import nsmallest
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, String, bindparam, cast, delete, func, select, update

from difang.crawler.ledger.opening import reading, writing
from difang.crawler.ledger.story_links import NOTE, Link, link, readings_of, take_turn
from difang.crawler.ledger.story_tables import story_articles as articles
from difang.crawler.ledger.story_tables import story_bands as bands
from difang.crawler.ledger.story_tables import story_changes as changes
from difang.crawler.ledger.upsert import among, fetched, many, pieces
from difang.ingest.stories.bands import BY_DIGITS, bands_of
from difang.ingest.stories.compare import same_story
from difang.ingest.stories.port import Telling
from difang.ingest.stories.text import Text

MOST_IN_A_BAND = 64
"""Articles that share a band; of more the ones that came last are kept, or bulletins would make each look-up longer."""

MOST_COMPARED = 8
"""Articles a new one is compared with: first those with the same digits, that is in the most of the last bands, then
those that share the most bands, and of these the ones that came nearest."""

_NEW_ARTICLE = """
INSERT INTO story_articles (id, version, published, revision, title, body, dateline)
VALUES (?,?,?,0,?,?,?) ON CONFLICT DO NOTHING
"""
_NEW_BAND = "INSERT INTO story_bands (band, number) VALUES (?,?) ON CONFLICT DO NOTHING"
_OLD_BAND = "DELETE FROM story_bands WHERE band = ? AND number = ?"


class StoryBook:
    """The rows of the stories; usable from any thread and from many processes at once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def assign(self, tellings: Sequence[Telling]) -> dict[str, str | None]:
        """In three steps, each a transaction of its own.

        First the bands are there for all to see, then others with the same bands are looked for: of two workers that
        bring a story's two editions at one moment, the one that looks later sees the other's. What is new and found
        no fellow stands alone; who finds it a moment later notes it, and `settle` sees that.
        """
        if not tellings:
            return {}
        numbers, fresh, moved = self._take_in(tellings)
        found = self._compared(fresh, numbers) if fresh else []
        again = [numbers[telling.id] for telling in moved]
        if found or again:
            with writing(self._engine) as connection:
                link(connection, found, again)
        linked = {number for each in found for number in (each.one, each.other)}
        alone = {telling.id for telling in fresh if numbers[telling.id] not in linked} - {each.id for each in moved}
        return dict.fromkeys(alone) | self._stories_of([each.id for each in tellings if each.id not in alone])

    def forget(self, ids: Sequence[str]) -> None:
        """Take these out, with their bands and links."""
        with writing(self._engine) as connection:
            for some in pieces(list(dict.fromkeys(ids))):
                rows = _rows(connection, some)
                gone = [row.number for row in rows.values()]
                link(connection, [], gone)
                _drop_bands(connection, list(rows.values()))
                for table in (changes, articles):
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
            return self._differing(told)
        with writing(self._engine) as connection:
            take_turn(connection)
            differing = _select_differing(connection, told)
            same = [id_ for id_ in told if id_ not in differing]
            numbers = select(articles.c.number).where(among(connection, articles.c.id, same))
            connection.execute(delete(changes).where(changes.c.number.in_(numbers)))
        return differing

    def differing(self, told: Mapping[str, str | None]) -> dict[str, str | None]:
        """Of articles with the stories an index holds those that tell another one, and that; unknown ones are left out.

        What the index was told of a story and then lost, as by going back to a snapshot, is noted nowhere else.
        """
        return self._differing(told)

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def _any_change(self) -> bool:
        with reading(self._engine) as connection:
            return connection.execute(select(changes.c.number).limit(1)).first() is not None

    def _stories_of(self, ids: Sequence[str]) -> dict[str, str | None]:
        if not ids:
            return {}
        with reading(self._engine) as connection:
            return dict.fromkeys(ids) | _select_stories(connection, ids, articles.c.story.is_not(None))

    def _differing(self, told: Mapping[str, str | None]) -> dict[str, str | None]:
        with reading(self._engine) as connection:
            return _select_differing(connection, told)

    def _take_in(self, tellings: Sequence[Telling]) -> tuple[dict[str, int], list[Telling], list[Telling]]:
        """The numbers of all, those to look for fellows of, and those whose links must be drawn anew."""
        with writing(self._engine) as connection:
            held = _rows(connection, [telling.id for telling in tellings])
            new = [telling for telling in tellings if telling.id not in held]
            moved = [telling for telling in tellings if telling.id in held and _moved(telling, held[telling.id])]
            if moved:
                _change(connection, moved, held)
            many(connection, _NEW_ARTICLE, [_row(telling) for telling in new])
            numbers = {id_: row.number for id_, row in held.items()}
            if new:
                query = select(articles.c.id, articles.c.number)
                ours = query.where(among(connection, articles.c.id, [telling.id for telling in new]))
                numbers |= dict(fetched(connection, ours))
            rows = [(band, numbers[each.id]) for each in new + moved for band in each.bands]
            many(connection, _NEW_BAND, sorted(rows, key=itemgetter(0)))
            if held:  # written before: a crash must not leave the index with what it held
                many(connection, NOTE, [(row.number,) for row in held.values()])
        return numbers, new + moved, moved

    def _compared(self, fresh: Sequence[Telling], numbers: dict[str, int]) -> list[Link]:
        near = self._sharing({band for telling in fresh for band in telling.bands})
        candidates: dict[int, list[int]] = {}
        for telling in fresh:
            if not (common := [band for band in telling.bands if band in near]):
                continue
            number = numbers[telling.id]
            shared = Counter(other for band in common for other in near[band])
            shared.pop(number, None)
            if shared:
                candidates[number] = _nearest(number, shared, telling.bands[-BY_DIGITS:], near)
        return self._same(candidates) if candidates else []

    def _sharing(self, wanted: Iterable[int]) -> dict[int, list[int]]:
        """The articles of each band that has several."""
        members = func.aggregate_strings(cast(bands.c.number, String), ",")
        query = select(bands.c.band, members).group_by(bands.c.band).having(func.count() > 1)
        with reading(self._engine) as connection:
            rows = fetched(connection, query.where(among(connection, bands.c.band, sorted(wanted))))
        found = {band: sorted(map(int, numbers.split(","))) for band, numbers in rows}
        if full := {band: members for band, members in found.items() if len(members) > MOST_IN_A_BAND}:
            with writing(self._engine) as connection:
                old = [(band, number) for band, members in full.items() for number in members[:-MOST_IN_A_BAND]]
                many(connection, _OLD_BAND, old)
            found |= {band: members[-MOST_IN_A_BAND:] for band, members in full.items()}
        return found

    def _same(self, candidates: dict[int, list[int]]) -> list[Link]:
        with reading(self._engine) as connection:
            texts = {*candidates, *(other for others in candidates.values() for other in others)}
            readings = readings_of(connection, texts)
        links, seen = [], set()
        for number, others in candidates.items():
            for other in others:
                pair = (min(number, other), max(number, other))
                if pair in seen or number not in readings or other not in readings:
                    continue
                seen.add(pair)
                (mine, mine_is), (yours, yours_is) = readings[number], readings[other]
                if same_story(mine, yours):
                    links.append(Link(one=number, other=other, one_revision=mine_is, other_revision=yours_is))
        return links


def _nearest(number: int, shared: Counter[int], told: Sequence[int], near: Mapping[int, Sequence[int]]) -> list[int]:
    """The MOST_COMPARED of these articles; `shared` is how many bands they share, `told` the bands of the digits."""
    if len(shared) <= MOST_COMPARED:
        return list(shared)
    digits = Counter(other for band in told for other in near.get(band, ()))
    return nsmallest(MOST_COMPARED, shared, key=lambda other: (-digits[other], -shared[other], abs(other - number)))


def _select_stories(
    connection: Connection, ids: Sequence[str], *conditions: ColumnElement[bool]
) -> dict[str, str | None]:
    query = select(articles.c.id, articles.c.story).where(among(connection, articles.c.id, ids), *conditions)
    return dict(fetched(connection, query))


def _select_differing(connection: Connection, told: Mapping[str, str | None]) -> dict[str, str | None]:
    """Most articles stand alone and were told so: of these no row is fetched."""
    now = _select_stories(connection, list(told), articles.c.story.is_not(None))
    if left := [id_ for id_, story in told.items() if story and id_ not in now]:
        now |= _select_stories(connection, left)
    return {id_: story for id_, story in now.items() if told[id_] != story}


def _rows(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    query = select(articles).where(among(connection, articles.c.id, ids)).with_for_update()
    return {row.id: row for row in connection.execute(query).all()}


def _moved(telling: Telling, row: Any) -> bool:
    """Whether a version no older than the known one says something else, or at another time."""
    said = (telling.text, telling.published)
    return telling.version >= row.version and said != (_text(row), row.published)


def _text(row: Any) -> Text:
    return Text(title=row.title, body=row.body, dateline=row.dateline)


def _row(telling: Telling) -> tuple[str, int, int, str, str, str]:
    text = telling.text
    return telling.id, telling.version, telling.published, text.title, text.body, text.dateline


def _drop_bands(connection: Connection, rows: Sequence[Any]) -> None:
    """Made anew from the texts: the table is not ordered by article, and to look through it would take for ever."""
    old = bands_of([_text(row) for row in rows])
    many(connection, _OLD_BAND, [(band, row.number) for row, of in zip(rows, old, strict=True) for band in of])


def _change(connection: Connection, moved: Sequence[Telling], held: Mapping[str, Any]) -> None:
    _drop_bands(connection, [held[telling.id] for telling in moved])
    columns = ("version", "published", "title", "body", "dateline")
    statement = (
        update(articles)
        .where(articles.c.id == bindparam("key"))
        .values(revision=articles.c.revision + 1, **{name: bindparam(f"new_{name}") for name in columns})
    )
    names = ("key", *(f"new_{name}" for name in columns))
    connection.execute(statement, [dict(zip(names, _row(telling), strict=True)) for telling in moved])
