"""How fresh each channel is: new articles by the hour they appeared, the newest one, and the delays to the index.

An article counts once, when the ingest worker tells that it is indexed, in the hour the site prints on it: what the
crawl found first and when would show the crawl's own rhythm, and its outages as the channel's.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from math import ceil, log2
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine, Table, case, delete, func, select

from difang.crawler.ledger.freshness_tables import delays, new_articles, newest_articles
from difang.crawler.ledger.run_tables import discoveries
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.crawler.ledger.upsert import among, insert
from difang.ingest.note import Note
from difang.ingest.outcome import Ending, Outcome

KEPT = timedelta(days=63)
"""Eight weeks are learnt from, before a silence that may last a week: 24 rows a channel and day at most."""

DELAYS_KEPT = timedelta(days=28)

_STEPS = 8
"""Steps a doubling of the delay: one is 9 % longer than the one before."""

_BEIJING = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, kw_only=True, slots=True)
class Newest:
    """The newest article of a channel, and since when the channel is watched."""

    since: datetime
    appeared_at: datetime
    url: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Delay:
    """From publication to index: of so many articles, half are faster than `median`, 19 of 20 than `p95`."""

    articles: int
    median: timedelta
    p95: timedelta


@patient
class Freshness:
    """The counts of new articles and of their delays."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def hours(self, since: datetime) -> dict[str, dict[datetime, int]]:
        """Channel → start of an hour → articles that appeared in it; hours without any are left out."""
        query = select(new_articles).where(new_articles.c.hour >= since)
        found: dict[str, dict[datetime, int]] = defaultdict(dict)
        with reading(self._engine) as connection:
            for channel, hour, articles in connection.execute(query):
                found[channel][hour] = articles
        return dict(found)

    def newest(self) -> dict[str, Newest]:
        """Channel → its newest article."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(newest_articles)).all()
        return {row.channel: Newest(since=row.since, appeared_at=row.appeared_at, url=row.url) for row in rows}

    def delays(self, since: date) -> dict[str, Delay]:
        """Channel → the delays of what was published and indexed since that day, exact to 9 %."""
        steps: dict[str, Counter[int]] = defaultdict(Counter)
        query = select(delays.c.channel, delays.c.step, delays.c.articles).where(delays.c.day >= since)
        with reading(self._engine) as connection:
            for channel, step, articles in connection.execute(query):
                steps[channel][step] += articles
        return {channel: _delay(counted) for channel, counted in steps.items()}

    def delay(self, since: date) -> Delay | None:
        """The same over all channels together; None where nothing was published and indexed since that day."""
        query = select(delays.c.step, func.sum(delays.c.articles)).where(delays.c.day >= since).group_by(delays.c.step)
        with reading(self._engine) as connection:
            steps = Counter({step: int(articles) for step, articles in connection.execute(query)})
        return _delay(steps) if steps else None

    def delay_steps(self) -> dict[timedelta, int]:
        """Delay, rounded up by 9 % at most → articles, of all that was indexed in the weeks kept."""
        steps: Counter[int] = Counter()
        with reading(self._engine) as connection:
            for step, articles in connection.execute(select(delays.c.step, delays.c.articles)):
                steps[step] += articles
        return {_length(step): articles for step, articles in sorted(steps.items())}

    def prune(self, now: datetime) -> None:
        """Forget the hours and delays that are of no more use."""
        old_hour = new_articles.c.hour < now - KEPT
        old_day = delays.c.day < now.astimezone(_BEIJING).date() - DELAYS_KEPT
        with reading(self._engine) as connection:
            hour = connection.execute(select(new_articles.c.hour).where(old_hour).limit(1)).first()
            day = connection.execute(select(delays.c.day).where(old_day).limit(1)).first()
        if hour or day:
            with writing(self._engine) as connection:
                connection.execute(delete(new_articles).where(old_hour))
                connection.execute(delete(delays).where(old_day))


def count_new(connection: Connection, endings: Sequence[Ending], notes: Sequence[Note], now: datetime) -> None:
    """Count the articles that are new with these endings; to be called in their transaction, before they are written.

    An address that already led to an article was counted then: a second delivery, a correction, an index made anew.
    """
    indexed = {ending.url for ending in endings if ending.outcome is Outcome.INDEXED}
    noted = {note.url: note for note in notes if note.url in indexed and note.channel and note.published}
    for url in _known(connection, list(noted)):
        del noted[url]
    appeared = {url: _appeared(note) for url, note in noted.items()}
    by_channel: dict[str, list[str]] = defaultdict(list)
    for url, note in noted.items():
        if note.channel:
            by_channel[note.channel].append(url)
    newest = {channel: max((appeared[url], url) for url in urls) for channel, urls in by_channel.items()}
    since = _keep_newest(connection, newest, now)
    hours: list[dict[str, object]] = []
    steps: list[dict[str, object]] = []
    today = now.astimezone(_BEIJING).date()
    for channel, urls in sorted(by_channel.items()):
        in_hour = Counter(_hour(appeared[url]) for url in urls if appeared[url] > now - KEPT)
        hours += [{"channel": channel, "hour": at, "articles": n} for at, n in in_hour.items()]
        took = Counter(_step(delay) for url in urls if (delay := _took(noted[url], since[channel], now)) is not None)
        steps += [{"channel": channel, "day": today, "step": step, "articles": n} for step, n in took.items()]
    _add(connection, new_articles, hours)
    _add(connection, delays, steps)


def _known(connection: Connection, urls: Sequence[str]) -> set[str]:
    query = select(discoveries.c.url).where(
        among(connection, discoveries.c.url, urls), discoveries.c.article_id.is_not(None)
    )
    return set(connection.execute(query).scalars())


def _appeared(note: Note) -> datetime:
    """When the site showed it: as printed, never after we had it; without a clock, on that day before we had it."""
    at = note.published_at
    if at is None:
        assert note.published  # noqa: S101 - for the type checker: notes without a day are not counted
        at = datetime.combine(note.published, time(23, 59), _BEIJING)
    return min(at, note.fetched_at).astimezone(UTC)


def _took(note: Note, since: datetime, now: datetime) -> timedelta | None:
    """From publication to `now`; None for what is older than the watch, or prints no clock.

    What lies ahead of our clock was printed by the host's: the time that has passed is counted on that one.
    """
    at = note.published_at
    if at is None or at < since:
        return None
    there = now if at <= now else now + note.ahead
    return there - at if at <= there else None


def _hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0)


def _keep_newest(
    connection: Connection, newest: Mapping[str, tuple[datetime, str]], now: datetime
) -> dict[str, datetime]:
    """Keep the newest article of each channel, and return since when the channels are watched."""
    if not newest:
        return {}
    statement = insert(connection, newest_articles)
    new, old = statement.excluded, newest_articles.c
    later = new.appeared_at > old.appeared_at
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["channel"],
            set_={
                "url": case((later, new.url), else_=old.url),
                "appeared_at": case((later, new.appeared_at), else_=old.appeared_at),
            },
        ),
        [  # in one order, so that two workers never lock crosswise
            {"channel": channel, "since": now, "appeared_at": at, "url": url}
            for channel, (at, url) in sorted(newest.items())
        ],
    )
    query = select(old.channel, old.since).where(among(connection, old.channel, list(newest)))
    return {row.channel: row.since for row in connection.execute(query)}


def _add(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    if rows:
        statement = insert(connection, table)
        keys = [column.name for column in table.primary_key]
        more = {"articles": table.c.articles + statement.excluded.articles}
        connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=more), list(rows))


def _step(delay: timedelta) -> int:
    return ceil(_STEPS * log2(max(delay / timedelta(minutes=1), 1.0)))


def _length(step: int) -> timedelta:
    return timedelta(minutes=2 ** (step / _STEPS))


def _delay(steps: Counter[int]) -> Delay:
    every = sorted(steps.elements())
    return Delay(
        articles=len(every),
        median=_length(every[(len(every) - 1) // 2]),
        p95=_length(every[(len(every) - 1) * 19 // 20]),
    )
