"""What is known of each listing: when it was last walked to its end, and when it is worth another visit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Engine, select

from difang.crawler.ledger.tables import listings
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.crawler.ledger.upsert import insert

_LONGEST_REST = timedelta(days=30)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """What is known of a listing; `walked_at`: the end of the last complete walk, `misses`: empty visits in a row."""

    url: str
    walked_at: datetime | None = None
    due_at: datetime | None = None
    misses: int = 0
    etag: str | None = None
    last_modified: str | None = None


@patient
class Listings:
    """The rows of the listings."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def get(self, url: str) -> Listing:
        """What is known of a listing; one never seen is due and was never walked."""
        with reading(self._engine) as connection:
            row = connection.execute(select(listings).where(listings.c.url == url)).one_or_none()
        if row is None:
            return Listing(url=url)
        return Listing(
            url=url,
            walked_at=row.walked_at,
            due_at=row.due_at,
            misses=row.misses,
            etag=row.etag,
            last_modified=row.last_modified,
        )

    def missed(self, known: Listing, channel: str, now: datetime) -> None:
        """Write down that the listing was empty or gone: it rests a day, then two, up to thirty."""
        rest = min(timedelta(days=known.misses + 1), _LONGEST_REST)
        self.keep(replace(known, misses=known.misses + 1, due_at=now + rest), channel)

    def keep(self, listing: Listing, channel: str) -> None:
        """Write down what is known now."""
        values = {name: getattr(listing, name) for name in Listing.__slots__} | {"channel": channel}
        with writing(self._engine) as connection:
            statement = insert(connection, listings)
            connection.execute(statement.on_conflict_do_update(index_elements=["url"], set_=values), [values])
