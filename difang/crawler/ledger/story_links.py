"""Links between articles that tell the same, and what becomes of the stories when links come or go."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, or_, select, text

from difang.crawler.ledger.story_tables import story_articles as articles
from difang.crawler.ledger.story_tables import story_links as links
from difang.crawler.ledger.upsert import among, fetched, many, pieces
from difang.ingest.stories.compare import Reading
from difang.ingest.stories.parting import Linked, parted
from difang.ingest.stories.text import Text

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


class _Member(NamedTuple):
    """What the row of an article says of its story."""

    number: int
    id: str
    published: int
    story: str | None
    revision: int


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
    linked = _links(connection, group)
    stories = _parted(connection, group, linked)
    if anew or _torn(group, stories):
        _widen(connection, group, linked)
        stories = _parted(connection, group, linked)
    _tell(connection, group, stories)


def _parted(connection: Connection, group: Mapping[int, _Member], linked: Linked) -> list[list[int]]:
    numbers = sorted(group, key=lambda number: (group[number].published, group[number].id))
    return parted(numbers, linked, partial(_read, connection))


def _torn(group: Mapping[int, _Member], stories: Sequence[Sequence[int]]) -> bool:
    """Whether a story falls apart; one that only grows still contradicts what it did before."""
    before = [{group[number].story for number in each} - {None} for each in stories]
    return sum(map(len, before)) > len(set().union(*before))


def readings_of(connection: Connection, numbers: Iterable[int]) -> dict[int, tuple[Reading, int]]:
    """The texts of these articles, made ready to be compared, and their revisions."""
    columns = (articles.c.number, articles.c.title, articles.c.body, articles.c.dateline, articles.c.revision)
    return {
        row.number: (Reading(Text(title=row.title, body=row.body, dateline=row.dateline)), row.revision)
        for row in connection.execute(select(*columns).where(among(connection, articles.c.number, sorted(numbers))))
    }


def _read(connection: Connection, numbers: Iterable[int]) -> dict[int, Reading]:
    return {number: read for number, (read, _) in readings_of(connection, numbers).items()}


def _by_number(connection: Connection, numbers: Iterable[int]) -> dict[int, _Member]:
    return _members(connection, among(connection, articles.c.number, sorted(numbers)))


def _members(connection: Connection, condition: ColumnElement[bool]) -> dict[int, _Member]:
    columns = (articles.c.number, articles.c.id, articles.c.published, articles.c.story, articles.c.revision)
    rows = fetched(connection, select(*columns).where(condition))
    return {row[0]: _Member(*row) for row in rows}


def _as_compared(rows: dict[int, _Member], each: Link) -> bool:
    one, other = rows.get(each.one), rows.get(each.other)
    return bool(one and other and (one.revision, other.revision) == (each.one_revision, each.other_revision))


def _group(connection: Connection, rows: dict[int, _Member]) -> dict[int, _Member]:
    """These articles and all of their stories."""
    stories = sorted({row.story for row in rows.values() if row.story})
    return rows | (_members(connection, among(connection, articles.c.story, stories)) if stories else {})


def _small_enough(connection: Connection, found: Sequence[Link], rows: dict[int, _Member]) -> list[Link]:
    stories = sorted({row.story for row in rows.values() if row.story})
    of_these = among(connection, articles.c.story, stories)
    query = select(articles.c.story, func.count()).where(of_these).group_by(articles.c.story)
    sizes = Counter(dict(fetched(connection, query) if stories else ()))
    return [each for each in found if all(sizes[rows[n].story] < MOST_MEMBERS for n in (each.one, each.other))]


def _add(connection: Connection, found: Sequence[Link]) -> None:
    many(connection, _LINK, [pair for each in found for pair in ((each.one, each.other), (each.other, each.one))])


def _links(connection: Connection, numbers: Iterable[int]) -> dict[int, set[int]]:
    linked: dict[int, set[int]] = defaultdict(set)
    for one, other in fetched(connection, select(links).where(among(connection, links.c.one, sorted(numbers)))):
        linked[one].add(other)
    return linked


def _widen(connection: Connection, group: dict[int, _Member], linked: dict[int, set[int]]) -> None:
    """What these are linked with in other stories, because numbers contradict, joins them, with its own links."""
    most = len(group) + MOST_MEMBERS
    new = set(group)
    while len(group) <= most and (near := {other for number in new for other in linked[number]} - group.keys()):
        rows = _group(connection, _by_number(connection, near))
        new = rows.keys() - group.keys()
        group |= rows
        linked |= _links(connection, new)


def _tell(connection: Connection, group: dict[int, _Member], stories: Sequence[Sequence[int]]) -> None:
    """Set the stories that differ from what they were, and note them for the index."""
    new = []
    for members in stories:
        story = group[members[0]].id if len(members) > 1 else None
        new += [(story, number) for number in members if group[number].story != story]
    many(connection, _STORY, new)
    many(connection, NOTE, [(number,) for _, number in new])
