"""A running service with something for an operator to do: crawls that go on, issues, failures, set-aside pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.people import Role
from difang.ingest.sqlite_queue import SqliteQueue
from tests.services.command import Difang
from tests.services.one_service import OneService, one_service
from tests.services.people import SignedIn, signed_in
from tests.services.replica import Replica, replica

BUSY, QUIET, FRESH = "js", "zj", "sd"
"""The channel that is not paused, one left to the operator, and one that was never crawled."""
FIXED, HOPELESS = "The template of 2025 is not known.", "There is no date of publication."
OPERATOR, ADMIN = "王 芳", "李 管理"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """The service with its address, the replica, and the page a fix has made readable."""

    home: str
    service: OneService
    site: Replica
    waiting: tuple[str, str]
    """Two pages that were set aside by the code of before; today's reads them."""

    @property
    def difang(self) -> Difang:
        return self.service.difang

    def someone(self, role: Role) -> SignedIn:
        name = OPERATOR if role is Role.OPERATOR else ADMIN
        return signed_in(self.service.ledger, role, name=name)

    def article(self, slug: str) -> dict[str, str]:
        """An article of this channel that is read from one page: its id and address."""
        rows = [row for row in self.site.truth("addresses") if f"//{slug}.people" in row["url"]]
        whole = [row for row in rows if row["outcome"] == "indexed" and row["url"] not in self.waiting]
        parts = {row["id"] for row in rows if row["outcome"] == "part"}
        return next(row for row in whole if row["id"] not in parts)


@contextmanager
def stage(folder: Path, *, others: Sequence[str] = (), per_day: int = 3, every: int = 5) -> Iterator[Stage]:
    """The service until the end of the block, all that crawls, reads and serves; it must end in order.

    `others` are channels crawled once before; each that is not paused is crawled every so many minutes.
    """
    channels = [channel.slug for channel in load_channels(None)]
    size = ("--channels", ",".join(channels), "--days", "2", "--per-day", str(per_day), "--archive", "3")
    with replica(*size, "--crawl-delay", "0", "--latency", "20") as site:
        database = f"sqlite:///{folder / 'var' / 'ledger.db'}"
        settings = {"contact": "mailto:test@example.org", "database": database, "delay": "0.02"}
        difang = Difang(var=folder / "var", proxy=site.url, settings=settings)
        difang.crawl(BUSY, QUIET)
        if others:
            difang.start("crawl", *others).communicate()  # small as the site is, one or another fails
        waiting = _set_two_aside(difang)
        difang.run("ingest", "--drain")
        resting = [slug for slug in channels if slug != BUSY]
        difang.run("schedule", "pause", *resting, "--why", "only one is crawled here")
        with one_service(difang, "--every", str(every), "--crawls", "2", log=folder / "service.log") as service:
            found = re.search(r"difang is at (http://\S+?)/?\s", service.said())
            assert found, service.said()
            yield Stage(home=found[1], service=service, site=site, waiting=waiting)


def _set_two_aside(difang: Difang) -> tuple[str, str]:
    """Two pages that wait are set aside, as code of before would have; their addresses. The others are given back."""
    with closing(SqliteQueue(difang.var / "queue.db")) as queue:
        claims = queue.claim(100, lease_seconds=600)
        chosen = [claim for claim in claims if claim.ref.position and "/BIG5/" not in claim.ref.url][:2]
        for claim, reason in zip(chosen, (FIXED, HOPELESS), strict=True):
            queue.set_aside(claim, reason=reason)
        queue.retry_later([claim for claim in claims if claim not in chosen], delay_seconds=0, counted=False)
        return chosen[0].ref.url, chosen[1].ref.url
