"""What is known of each address over all runs: when it was fetched, how it ended, whether it is due."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine, bindparam, case, func, null, select, update

from difang.crawler.ledger.tables import addresses
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.crawler.ledger.upsert import insert, many, pieces
from difang.ingest.address import key_of
from difang.ingest.outcome import Ending, Outcome
from difang.ingest.page import PageRef

_GAPS = (timedelta(0), timedelta(hours=1), timedelta(hours=4), timedelta(days=1))
"""After one failed run the next one tries again at once, then with growing gaps, the last of them until the end."""

_MOST_FAILURES = 10
"""Then, after a good week, an address is due no more; `difang runs retry` may still ask for it."""

_READ = (Outcome.INDEXED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.PART)
"""Of these a page was fetched."""

_SETTLED = """
WITH told (outcome, article_id, was_read, run_id, url) AS (VALUES (?,?,?,?,?))
UPDATE addresses SET outcome = told.outcome, article_id = coalesce(told.article_id, addresses.article_id),
fetched_at = CASE WHEN told.was_read = 1 THEN coalesce(addresses.fetched_at, addresses.first_seen)
ELSE addresses.fetched_at END,
due_at = CASE WHEN addresses.run_id = told.run_id THEN NULL ELSE addresses.due_at END
FROM told WHERE addresses.url = told.url
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Headers:
    """What makes a request conditional, and the sitemap's word on when the page changed last."""

    etag: str | None = None
    last_modified: str | None = None
    lastmod: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """An address that was discovered: what it leads to (`key`, `page`), and where the link stood.

    `lastmod` is the sitemap's word on it, as far as the sitemap was read before the page was fetched.
    """

    url: str
    key: str
    page: int
    found_on: str | None
    lastmod: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """An address the ledger knows."""

    url: str
    key: str
    page: int
    first_seen: datetime
    due_at: datetime | None
    outcome: str | None
    fetched_at: datetime | None
    headers: Headers


@patient
class Addresses:
    """Questions to the table of addresses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def known(self, urls: Sequence[str]) -> dict[str, Known]:
        """What the ledger knows of these addresses; those it doesn't are left out."""
        known: dict[str, Known] = {}
        with reading(self._engine) as connection:
            for some in pieces(urls):
                for row in connection.execute(select(addresses).where(addresses.c.url.in_(some))):
                    known[row.url] = _known(row)
        return known

    def fetched_keys(self, keys: Sequence[str]) -> set[tuple[str, int]]:
        """Which (key, page) of these keys were fetched at whatever address."""
        fetched: set[tuple[str, int]] = set()
        with reading(self._engine) as connection:
            for some in pieces(keys):
                query = select(addresses.c.key, addresses.c.page).where(
                    addresses.c.key.in_(some), addresses.c.fetched_at.is_not(None)
                )
                fetched.update((row.key, row.page) for row in connection.execute(query))
        return fetched

    def due(self, channel: str, now: datetime) -> list[Known]:
        """What earlier runs of the channel found and did not fetch, oldest first."""
        query = (
            select(addresses)
            .where(addresses.c.channel == channel, addresses.c.due_at <= now)
            .order_by(addresses.c.first_seen, addresses.c.url)
        )
        with reading(self._engine) as connection:
            return [_known(row) for row in connection.execute(query)]

    def ended(self, channel: str, outcomes: Sequence[str]) -> list[str]:
        """The article addresses (first pages) of a channel whose last outcome is one of these."""
        here = (addresses.c.channel == channel, addresses.c.page == 1, addresses.c.outcome.in_(outcomes))
        with reading(self._engine) as connection:
            return list(connection.execute(select(addresses.c.url).where(*here).order_by(addresses.c.url)).scalars())

    def taken_down(self, channel: str) -> list[str]:
        """The articles of a channel that were made searchable and are gone at the site since."""
        gone = (addresses.c.outcome == Outcome.GONE.value, addresses.c.article_id.is_not(None))
        query = select(addresses.c.url).where(addresses.c.channel == channel, addresses.c.page == 1, *gone)
        with reading(self._engine) as connection:
            return list(connection.execute(query.order_by(addresses.c.url)).scalars())

    def queue(self, channel: str, urls: Sequence[str], run_id: str) -> None:
        """Make these due at once, whatever is known of them: the channel's next crawl fetches them."""
        found = [Found(url=url, key=key_of(url, regional=True), page=1, found_on=None) for url in urls]
        if found:
            with writing(self._engine) as connection:
                mark_found(connection, run_id, channel, found, datetime.now(UTC))

    def postpone(self, rests: Sequence[tuple[str, datetime]]) -> None:
        """Set when these addresses are due."""
        self._set("due_at", rests)

    def due_if_never_fetched(self, urls: Sequence[str]) -> None:
        """Let the next run fetch those of these addresses that no run has fetched."""
        if urls:
            with writing(self._engine) as connection:
                connection.execute(
                    update(addresses)
                    .where(addresses.c.url.in_(urls), addresses.c.fetched_at.is_(None))
                    .values(due_at=datetime.now(UTC))
                )

    def keep_lastmods(self, lastmods: Sequence[tuple[str, datetime]]) -> None:
        """Set what the sitemap said when we saw last that these are as we have them."""
        self._set("lastmod", lastmods)

    def _set(self, column: str, values: Sequence[tuple[str, datetime]]) -> None:
        if values:
            with writing(self._engine) as connection:
                connection.execute(
                    update(addresses).where(addresses.c.url == bindparam("u")).values({column: bindparam("v")}),
                    [{"u": url, "v": value} for url, value in values],
                )


def mark_found(connection: Connection, run_id: str, channel: str, found: Sequence[Found], now: datetime) -> None:
    """New addresses, due at once; known ones become due again."""
    statement = insert(connection, addresses)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["url"], set_={"run_id": statement.excluded.run_id, "due_at": statement.excluded.due_at}
        ),
        [
            {
                "url": f.url,
                "channel": channel,
                "key": f.key,
                "page": f.page,
                "first_seen": now,
                "run_id": run_id,
                "due_at": now,
                "failures": 0,
            }
            for f in found
        ],
    )


def mark_fetched(connection: Connection, fetched: Sequence[tuple[PageRef, Headers]]) -> None:
    """These are archived and queued: fetched now, due no more. A sighting is due no more, but was not fetched."""
    connection.execute(
        update(addresses)
        .where(addresses.c.url == bindparam("u"))
        .values(
            due_at=None,
            failures=0,
            fetched_at=func.coalesce(bindparam("t", type_=addresses.c.fetched_at.type), addresses.c.fetched_at),
            etag=bindparam("e"),
            last_modified=bindparam("m"),
            lastmod=func.coalesce(bindparam("s", type_=addresses.c.lastmod.type), addresses.c.lastmod),
        ),
        [
            {
                "u": ref.url,
                "t": ref.fetched_at if ref.position else None,
                "e": headers.etag,
                "m": headers.last_modified,
                "s": headers.lastmod,
            }
            for ref, headers in fetched
        ],
    )


def mark_ended(connection: Connection, endings: Sequence[Ending], now: datetime) -> None:
    """The last outcome of each address; one that failed is due again after a gap, any other is not.

    A page that a worker read was fetched, even where the crawl was killed before it could say so.
    """
    for settled in _by_turns([e for e in endings if e.outcome is not Outcome.FAILED]):
        rows = [(e.outcome.value, e.article_id, int(e.outcome in _READ), e.run_id, e.url) for e in settled]
        many(connection, _SETTLED, rows)
    failed = [{"u": e.url, "o": e.outcome.value, "a": e.article_id} for e in endings if e.outcome is Outcome.FAILED]
    if failed:
        gap = case(
            *(
                (addresses.c.failures == n, bindparam(f"g{n}", type_=addresses.c.due_at.type))
                for n in range(len(_GAPS))
            ),
            (addresses.c.failures >= _MOST_FAILURES - 1, null()),
            else_=bindparam(f"g{len(_GAPS) - 1}", type_=addresses.c.due_at.type),
        )
        times: dict[str, Any] = {f"g{n}": now + gap_length for n, gap_length in enumerate(_GAPS)}
        connection.execute(
            update(addresses)
            .where(addresses.c.url == bindparam("u"))
            .values(
                outcome=bindparam("o"),
                article_id=func.coalesce(bindparam("a", type_=addresses.c.article_id.type), addresses.c.article_id),
                due_at=gap,
                failures=addresses.c.failures + 1,
            ),
            [row | times for row in failed],
        )


def _by_turns(endings: Sequence[Ending]) -> Iterator[Sequence[Ending]]:
    """The same in order, parted so that no address stands twice in a part; two runs may have fetched one."""
    part: dict[str, Ending] = {}
    for ending in endings:
        if ending.url in part:
            yield list(part.values())
            part = {}
        part[ending.url] = ending
    yield list(part.values())


def _known(row: Any) -> Known:
    return Known(
        url=row.url,
        key=row.key,
        page=row.page,
        first_seen=row.first_seen,
        due_at=row.due_at,
        outcome=row.outcome,
        fetched_at=row.fetched_at,
        headers=Headers(etag=row.etag, last_modified=row.last_modified, lastmod=row.lastmod),
    )
