"""Looks: what each front page, sitemap and column said when a crawl asked for it last, and since when it says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import Engine, func, select

from difang.crawler.ledger.freshness_tables import looks
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.crawler.ledger.upsert import insert


class Role(StrEnum):
    """What a listing is to its channel."""

    FRONT = "front"  # the front page
    SITEMAP = "sitemap"  # the newest addresses; all sitemaps lie on one host
    COLUMN = "column"  # one of its columns


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What is known of one listing.

    `answered_at` is the last answer of the host's own, `shown_at` the last that showed article links (`links` of
    them); `empty_since` and `failing_since` are None where it is not so now, `reason` says why it is.
    """

    url: str
    channel: str
    role: Role
    looked_at: datetime
    answered_at: datetime | None
    shown_at: datetime | None
    links: int
    empty_since: datetime | None
    failing_since: datetime | None
    reason: str | None


@patient
class Looks:
    """The rows of the looks; one a listing, brought up to date by each look."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def all(self) -> list[Look]:
        """What is known of every listing."""
        with reading(self._engine) as connection:
            rows = connection.execute(select(looks)).mappings().all()
        return [Look(**{**row, "role": Role(row["role"])}) for row in rows]

    def shown(self, url: str, channel: str, role: Role, links: int | None) -> None:
        """The listing showed so many article links; None: as before (304)."""
        now = datetime.now(UTC)
        said = {"answered_at": now, "shown_at": now, "empty_since": None, "failing_since": None, "reason": None}
        self._keep(url, channel, role, said | ({} if links is None else {"links": links}), now)

    def empty(self, url: str, channel: str, role: Role, reason: str) -> None:
        """The host answered, and not one article link was in it."""
        now = datetime.now(UTC)
        said = {"answered_at": now, "empty_since": now, "failing_since": None, "reason": reason}
        self._keep(url, channel, role, said, now, first="empty_since")

    def failed(self, url: str, channel: str, role: Role, reason: str) -> None:
        """The host gave no answer, or an error of its own (5xx)."""
        now = datetime.now(UTC)
        self._keep(url, channel, role, {"failing_since": now, "reason": reason}, now, first="failing_since")

    def _keep(
        self, url: str, channel: str, role: Role, said: Mapping[str, object], now: datetime, first: str | None = None
    ) -> None:
        """Write it down; of the column `first` the earlier value stays."""
        values = {"channel": channel, "role": role.value, "looked_at": now} | dict(said)
        with writing(self._engine) as connection:
            statement = insert(connection, looks)
            stays = {first: func.coalesce(looks.c[first], statement.excluded[first])} if first else {}
            connection.execute(
                statement.on_conflict_do_update(index_elements=["url"], set_=values | stays),
                [{"url": url, "links": 0} | values],
            )
