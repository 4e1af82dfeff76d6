"""The arrival: a page of an article just read, and what it is to what the index holds of the article. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from difang.ingest.address import is_mirror
from difang.ingest.article import Article
from difang.ingest.extract.result import PageReading
from difang.ingest.page import PageRef


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A page of an article just read, and under which reference it came."""

    ref: PageRef
    reading: PageReading


def is_original_of(arrival: Arrival, held: Article) -> bool:
    """Whether all that is held of the article is the mirror's copy, and the page is no copy."""
    return all(map(is_mirror, held.urls)) and not is_mirror(arrival.ref.url)


def is_copy_of(arrival: Arrival, held: Article) -> bool:
    """Whether the page is the mirror's copy, and what is held is not."""
    return is_mirror(arrival.ref.url) and not all(map(is_mirror, held.urls))
