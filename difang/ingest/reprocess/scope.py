"""What is reprocessed: which channels, days and templates."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlsplit

from difang.ingest.address import article_address
from difang.ingest.article import Article
from difang.ingest.extract.result import Hosts


@dataclass(frozen=True, kw_only=True, slots=True)
class Scope:
    """Empty or None means all. The day is the one in the address, or where it has none the article's own.

    `template`: articles it reads now, or read when they were indexed.
    """

    channels: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    template: str | None = None

    def name(self, edition: str) -> str:
        """A file name that tells this scope's pages, read by this edition of the code, from others."""
        asked = json.dumps([sorted(self.channels), str(self.since), str(self.until), edition])
        return hashlib.sha256(asked.encode()).hexdigest()[:16]

    def may_hold(self, url: str, hosts: Hosts) -> bool:
        """Whether the page at an address can be part of it, as far as the address tells."""
        parts = urlsplit(url)
        host = hosts.get(parts.hostname or "")
        if self.channels and (host.channel if host else None) not in self.channels:
            return False
        address = article_address(url)
        return address is None or address.day is None or self._holds_day(address.day)

    def holds(self, url: str, article: Article | None) -> bool:
        """Whether a page is part of it now that it was read; `article` None: it is no article."""
        address = article_address(url)
        if address is not None and address.day is not None:
            return self._holds_day(address.day)
        if article is not None:
            return self._holds_day(date.fromisoformat(article.published_at[:10]))
        return self.since is None and self.until is None

    def reads(self, articles: Iterable[Article | None]) -> bool:
        """Whether the template asked for is among those of these articles."""
        return self.template is None or any(article and article.template == self.template for article in articles)

    def _holds_day(self, day: date) -> bool:
        return (self.since is None or day >= self.since) and (self.until is None or day <= self.until)
