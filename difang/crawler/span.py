"""What a crawl is asked for: which days, how many pages, how deep, or exactly which addresses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from difang.ingest.address import Address

FIRST_DAY = date(1997, 1, 1)
"""The site is on the web since then; no page of it is older."""

_LAST_UNDATED = date(2012, 12, 31)
"""Addresses of the form /GB/<cat>/<id>.html, which tell no day, were given until about 2012."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """`since`, `until`: inclusive days, by the address; `limit`: article pages at most; `urls`: these and no listing.

    `full` walks every listing to its end, whatever earlier crawls saw.
    """

    since: date | None = None
    until: date | None = None
    limit: int | None = None
    full: bool = False
    urls: tuple[str, ...] = ()

    @property
    def whole(self) -> bool:
        """Whether nothing found is left out, so that a listing walked to its end counts as complete."""
        return self.since is None and self.until is None and self.limit is None

    def holds(self, address: Address) -> bool:
        """Whether an article's day lies in the span; an address without a day counts as of 2012 or before."""
        if address.day is None:
            return self.since is None or self.since <= _LAST_UNDATED
        return (self.since is None or address.day >= self.since) and (self.until is None or address.day <= self.until)

    def begins_after(self, address: Address) -> bool:
        """Whether the article is older than the span."""
        return self.since is not None and (address.day or _LAST_UNDATED) < self.since

    def record(self) -> dict[str, Any]:
        """What is asked for as JSON keeps it; what is not asked for is left out."""
        record: dict[str, Any] = {
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "limit": self.limit,
            "full": self.full,
            "urls": list(self.urls),
        }
        return {name: value for name, value in record.items() if value}

    @classmethod
    def of_record(cls, record: Mapping[str, Any]) -> Span:
        """The span of such a record."""
        return cls(
            since=_day(record.get("since")),
            until=_day(record.get("until")),
            limit=record.get("limit"),
            full=record.get("full", False),
            urls=tuple(record.get("urls", ())),
        )

    def __str__(self) -> str:
        words = [f"since {self.since}" if self.since else "", f"until {self.until}" if self.until else ""]
        words.append(f"at most {self.limit} pages" if self.limit is not None else "")
        words.append("every listing to its end" if self.full else "")
        words.append(f"{len(self.urls)} address{'es' if len(self.urls) > 1 else ''} by --url" if self.urls else "")
        return ", ".join(word for word in words if word)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
