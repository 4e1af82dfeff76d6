"""Days on the command line: 2020-02-06, 2020-02, 2020 or 最近7天, as in a query."""

from __future__ import annotations

from datetime import date
from typing import Any

import click


class Day(click.ParamType[date]):
    """The first day of what is written, or its last where `last`."""

    name = "day"

    def __init__(self, *, last: bool = False) -> None:
        self._last = last

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """The day; a usage error for what is no date."""
        from difang.search.dates import period
        from difang.search.index import today_in_beijing

        if isinstance(value, date):
            return value
        if (found := period(value, today_in_beijing())) is None:
            self.fail(f"{value!r} is no date; write it as 2020-02-06, 2020-02, 2020 or 最近7天.", param, ctx)
        return found[1] if self._last else found[0]
