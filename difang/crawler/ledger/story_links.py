"""Links between articles that tell the same, and what becomes of the stories when links come or go."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, delete, func, or_, select, text

from difang.crawler.ledger.story_tables import story_articles as articles
from difang.crawler.ledger.story_tables import story_links as links
from difang.crawler.ledger.upsert import many, pieces

MOST_MEMBERS = 300
"""Articles of one story; what is alike to more is a form, and each further one stands alone."""

NOTE = "INSERT INTO story_changes (number) VALUES (?) ON CONFLICT DO NOTHING"
"""The index must be told the story of the article of this number."""

_LINK = "INSERT INTO story_links (one, other) VALUES (?,?) ON CONFLICT DO NOTHING"
_STORY = "UPDATE story_articles SET story = ? WHERE number = ?"

_LOCK = 0x6469_6673  # any number, the same in every process


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """Two articles found to tell the same, by number, and the revisions of their texts that were compared."""

    one: int
    other: int
    one_revision: int
    other_revision: int


def take_turn(connection: Connection) -> None:
    """Until the end of the transaction nobody else changes links or stories; SQLite has one writer by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def link(connection: Connection, found: Sequence[Link], anew: Sequence[int]) -> None:
    """Take away all links of the articles `anew`, add the links found, and bring the stories up to date.

    A link between texts of which one has changed since is left out: whoever changed it looks for fellows by himself.
    """
    take_turn(connection)
    touched = {*anew, *(number for each in found for number in (each.one, each.other))}
    rows = _by_number(connection, touched)
    standing = [each for each in found if _as_compared(rows, each)]
    group = _group(connection, rows)
    for some in pieces(list(anew)):
        connection.execute(delete(links).where(or_(links.c.one.in_(some), links.c.other.in_(some))))
    _add(connection, _small_enough(connection, standing, rows))
    _tell(connection, group, _components(connection, group))


def _by_number(connection: Connection, numbers: Iterable[int]) -> dict[int, Any]:
    columns = (articles.c.number, articles.c.id, articles.c.published, articles.c.story, articles.c.revision)
    return {
        row.number: row
        for some in pieces(sorted(numbers))
        for row in connection.execute(select(*columns).where(articles.c.number.in_(some))).all()
    }


def _as_compared(rows: dict[int, Any], each: Link) -> bool:
    one, other = rows.get(each.one), rows.get(each.other)
    return bool(one and other and (one.revision, other.revision) == (each.one_revision, each.other_revision))


def _group(connection: Connection, rows: dict[int, Any]) -> dict[int, Any]:
    """These articles and all of their stories."""
    columns = (articles.c.number, articles.c.id, articles.c.published, articles.c.story, articles.c.revision)
    stories = sorted({row.story for row in rows.values() if row.story})
    members = {
        row.number: row
        for some in pieces(stories)
        for row in connection.execute(select(*columns).where(articles.c.story.in_(some))).all()
    }
    return rows | members


def _small_enough(connection: Connection, found: Sequence[Link], rows: dict[int, Any]) -> list[Link]:
    stories = sorted({row.story for row in rows.values() if row.story})
    sizes: Counter[str | None] = Counter()
    for some in pieces(stories):
        query = select(articles.c.story, func.count()).where(articles.c.story.in_(some)).group_by(articles.c.story)
        sizes.update({row[0]: row[1] for row in connection.execute(query)})
    return [each for each in found if all(sizes[rows[n].story] < MOST_MEMBERS for n in (each.one, each.other))]


def _add(connection: Connection, found: Sequence[Link]) -> None:
    many(connection, _LINK, [pair for each in found for pair in ((each.one, each.other), (each.other, each.one))])


def _components(connection: Connection, group: dict[int, Any]) -> list[list[int]]:
    linked: dict[int, list[int]] = defaultdict(list)
    for some in pieces(sorted(group)):
        for one, other in connection.execute(select(links).where(links.c.one.in_(some))).all():
            linked[one].append(other)
    found, seen = [], set()
    for start in sorted(group):
        if start in seen:
            continue
        seen.add(start)
        component = [start]
        for number in component:
            for other in linked[number]:
                if other in group and other not in seen:
                    seen.add(other)
                    component.append(other)
        found.append(component)
    return found


def _tell(connection: Connection, group: dict[int, Any], components: Sequence[Sequence[int]]) -> None:
    """Set the stories that differ from what they were, and note them for the index."""
    new = []
    for component in components:
        first = min((group[number] for number in component), key=lambda row: (row.published, row.id))
        story = first.id if len(component) > 1 else None
        new += [(story, number) for number in component if group[number].story != story]
    many(connection, _STORY, new)
    many(connection, NOTE, [(number,) for _, number in new])
