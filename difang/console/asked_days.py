"""First and last days as they are asked for beside a query: days, months or years, read as `from:` and `to:` are."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query
from pydantic import BeforeValidator

from difang.search.dates import period
from difang.search.index import today_in_beijing


def first_day(text: str) -> str:
    """2024-02-01 of 2024-02; what is no date stays as it is."""
    read = period(text, today_in_beijing())
    return read[0].isoformat() if read else text


def last_day(text: str) -> str:
    """2024-02-29 of 2024-02; what is no date stays as it is."""
    read = period(text, today_in_beijing())
    return read[1].isoformat() if read else text


Since = Annotated[
    date | None,
    BeforeValidator(first_day),
    Query(alias="from", description="First day, Beijing time; a month or year stands for its first"),
]
Until = Annotated[
    date | None,
    BeforeValidator(last_day),
    Query(alias="to", description="Last day, Beijing time; a month or year stands for its last"),
]
