"""What a trend's address asks for: queries, step and days; and addresses made of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from starlette.requests import Request

from difang.console.asked_days import first_day, last_day
from difang.console.languages import N_
from difang.console.trends.figures import MOST_QUERIES, Step
from difang.ingest.errors import UsageError

LONGEST_QUERY = 1_000
"""Characters: each figure of the table is a link that repeats its query."""

_NO_DATE = N_("日期请写成 2026-11-23 这样。")


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """As it was filled in; `since` and `until` are texts like 2026-11-23 or empty."""

    queries: tuple[str, ...] = ()
    step: Step = Step.MONTH
    since: str = ""
    until: str = ""

    @classmethod
    def of(cls, request: Request) -> Asked:
        """Read off an address: `q` up to five times, `by`, `from`, `to`."""
        given = request.query_params
        words = [text.strip()[:LONGEST_QUERY] for text in given.getlist("q")]
        by = given.get("by", "")
        return cls(
            queries=tuple(dict.fromkeys(word for word in words if word))[:MOST_QUERIES],
            step=Step(by) if by in list(Step) else Step.MONTH,
            since=first_day(given.get("from", "").strip()),
            until=last_day(given.get("to", "").strip()),
        )

    def days(self) -> tuple[date | None, date | None]:
        """The days; raises UsageError where one is none."""
        try:
            first, last = (date.fromisoformat(text) if text else None for text in (self.since, self.until))
        except ValueError as error:
            raise UsageError(_NO_DATE) from error
        return first, last

    def address(self, path: str = "/trends", **more: str) -> str:
        """The address of these trends in another form."""
        days = {"from": self.since, "to": self.until}
        values = [("q", query) for query in self.queries]
        values += [("by", self.step.value), *(pair for pair in (days | more).items() if pair[1])]
        return f"{path}?{urlencode(values)}"

    def hits(self, query: str, *, first: str = "", last: str = "", channel: str = "") -> str:
        """The results behind a figure."""
        values = {
            "q": query,
            "channel": channel,
            "from": first or self.since,
            "to": last or self.until,
            "sort": "newest",
        }
        return "/?" + urlencode({name: value for name, value in values.items() if value})
