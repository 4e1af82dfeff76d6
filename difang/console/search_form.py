"""What a reader asked for, read off an address, and the addresses of the searches next to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Depends, Query
from starlette.requests import Request

from difang.console.asked_days import first_day, last_day
from difang.console.languages import N_
from difang.console.spoken import finds_nothing, joined
from difang.ingest.errors import UsageError
from difang.search.engine import Sort
from difang.search.ignored import no_date
from difang.search.index import EVERYWHERE, today_in_beijing
from difang.search.within import MOST_CHOSEN, NAMED, Within, days_of

PERIODS = {1: N_("今天"), 7: N_("最近 7 天"), 30: N_("最近 30 天"), 365: N_("最近一年")}
_LONGEST_NARROWED = 1_000  # characters
_MOST_SHOWN = 80
_PLURAL = *NAMED, "year", "month"

Values = Annotated[list[str], Query(description="A value of this facet; several mean any of them")]
NONE: list[str] = []


def within(
    channel: Values = NONE,
    editor: Values = NONE,
    source: Values = NONE,
    section: Values = NONE,
    reporter: Values = NONE,
    kind: Values = NONE,
    template: Values = NONE,
    year: Values = NONE,
    month: Values = NONE,
) -> Within:
    """What a request chose from the facets, for routes of the API."""
    return Within(
        channel=_once(channel),
        editor=_once(editor),
        source=_once(source),
        section=_once(section),
        reporter=_once(reporter),
        kind=_once(kind),
        template=_once(template),
        year=_once(year),
        month=_once(month),
    )


Chosen = Annotated[Within, Depends(within)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Form:
    """What the reader filled in, as text; `since` and `until` are days like 2026-11-23 or empty."""

    q: str = ""
    since: str = ""
    until: str = ""
    sort: str = Sort.RELEVANCE
    within: Within = EVERYWHERE
    ignored: tuple[str, ...] = ()

    @classmethod
    def of(cls, request: Request) -> Form:
        """Read off an address; a sort nobody knows is relevance, what cannot be chosen is left out and `ignored`."""
        given = request.query_params
        sort = given.get("sort", "")
        chosen, ignored = _chosen(request)
        return cls(
            q=given.get("q", ""),
            since=first_day(given.get("from", "")),
            until=last_day(given.get("to", "")),
            sort=sort if sort in list(Sort) else Sort.RELEVANCE,
            within=chosen,
            ignored=ignored,
        )

    def address(self, **more: str) -> str:
        """The address of this search."""
        sort = "" if self.sort == Sort.RELEVANCE else self.sort
        return "/?" + _encoded([*self._asked(), ("sort", sort), *more.items()])

    def away(self, path: str, **more: str) -> str:
        """The address of a feed or an export of this search."""
        return f"{path}?{_encoded([*more.items(), *self._asked()])}"

    def spoken(self, path: str, *, longest: int, days: bool) -> str | None:
        """The address of a page that knows the query language and no facets, and days only where `days`.

        None where no query of at most `longest` characters finds the same, and where this search finds nothing ever.
        """
        today = today_in_beijing()
        ends = [] if days else [f"from:{self.since}" if self.since else "", f"to:{self.until}" if self.until else ""]
        query = joined(self.q, [self.within.as_query(), *ends], today)
        if query is None or len(query) > longest or finds_nothing(query, today):
            return None
        given = Form(q=query, since=self.since, until=self.until) if days else Form(q=query)
        return given.away(path)

    def with_query(self, q: str) -> Form:
        """The same search for another query."""
        return replace(self, q=q)

    def turned(self, facet: str, value: str) -> str:
        """The address of this search with a value of a facet chosen, or left where it was chosen."""
        return replace(self, within=self.within.turned(facet, value)).address()

    def between(self, first: str, last: str) -> str:
        """The address of this search from one day to another; what was chosen of years and months is let go."""
        return replace(self, since=first, until=last, within=replace(self.within, year=(), month=())).address()

    def periods(self, today: date) -> Iterator[tuple[str, str, bool]]:
        """Each of the usual periods: what it is called, the address, and whether it is the one asked for."""
        for days, label in PERIODS.items():
            first = (today - timedelta(days=days - 1)).isoformat()
            yield label, self.between(first, ""), (self.since, self.until) == (first, "")

    @property
    def bare(self) -> str:
        """The address of the query alone, without dates and facets."""
        return Form(q=self.q, sort=self.sort).address()

    @property
    def blank(self) -> bool:
        """Whether the reader has asked for nothing yet."""
        return not (self.q or self.since or self.until or self.within)

    @property
    def narrowed(self) -> bool:
        """Whether dates or facets narrow the query down."""
        return bool(self.since or self.until or self.within)

    @property
    def narrowable(self) -> bool:
        """Whether facets can be links: each repeats the query, so a very long one would make a page of many MB."""
        return len(self.q) <= _LONGEST_NARROWED

    @property
    def hidden(self) -> list[tuple[str, str]]:
        """What the form's fields do not show and must send along."""
        return [(name, value) for name, values in self.within.chosen() for value in values]

    def _asked(self) -> list[tuple[str, str]]:
        return [("q", self.q), ("from", self.since), ("to", self.until), *self.hidden]


def day(text: str) -> date | None:
    """A day of the form, None where none was filled in; raises UsageError for what is no day."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{text[:_MOST_SHOWN]} is no day; write it as 2026-11-23.") from error


def _chosen(request: Request) -> tuple[Within, tuple[str, ...]]:
    """What can be chosen of it, and a sentence for each thing that cannot."""
    chosen: dict[str, tuple[str, ...]] = {}
    ignored = []
    for name in _PLURAL:
        values = _once(request.query_params.getlist(name))
        wrong = [value for value in values if name not in NAMED and not _is_time(value)]
        ignored += [no_date(name, value) for value in wrong]
        right = tuple(value for value in values if value not in wrong)
        if len(right) > MOST_CHOSEN:
            ignored.append(f"{name}: after its first {MOST_CHOSEN} values")
        chosen[name] = right[:MOST_CHOSEN]
    return Within(**chosen), tuple(ignored)


def _is_time(value: str) -> bool:
    try:
        days_of(value)
    except UsageError:
        return False
    return True


def _once(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))


def _encoded(values: list[tuple[str, str]]) -> str:
    return urlencode([(name, value) for name, value in values if value], errors="replace")
