"""What a search gives back: the same for the command, the API and the pages (docs/search.md)."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from typing import Any

from difang.search.histogram import Histogram


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """One article; `passages` are HTML: escaped text and <em>, nothing else.

    `story` is the same for all articles that tell the same story (docs/stories.md), the article's own id where it
    stands alone; `also_in` are the story's other articles, oldest first, the query finding them or not.
    """

    id: str
    url: str
    title: str
    channel: str
    channel_name: str
    published_at: str
    source: str | None
    editors: list[str]
    score: float
    passages: list[str]
    story: str
    also_in: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class FacetValue:
    """A value that occurs among the hits, how it is called, and in how many of them it occurs."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SearchResult:
    """One page of hits, the contract of command and API; `total` is exact, `next` the next page's cursor or None."""

    query: str
    understood: str
    ignored: list[str]
    total: int
    took_ms: int
    hits: list[Hit]
    facets: dict[str, list[FacetValue]]
    next: str | None

    def to_dict(self) -> dict[str, Any]:
        """The fields of the contract as JSON knows them, whatever a page is shown besides."""
        known = asdict(self)
        return {field.name: known[field.name] for field in fields(SearchResult)}


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultPage(SearchResult):
    """A result with what only a page shows, None where facets were not asked for.

    `headlines` are the hits' titles as HTML like passages, what was found marked. `histogram` counts all hits over
    time, `instead` is another query that sounds like this one and finds more, told where this one finds little.
    `any_of` are the query's terms with OR between them, told where no article holds all of them and some hold one.
    """

    headlines: list[str]
    histogram: Histogram | None
    instead: str | None
    any_of: str | None
