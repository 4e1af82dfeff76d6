"""The page: what its headers tell of the host's clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from difang.ingest.page import Page

FETCHED = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "minutes"),
    [
        ("Mon, 02 Mar 2026 13:30:00 GMT", 90),
        ("Mon, 02 Mar 2026 21:30:00 +0800", 90),
        ("Mon, 02 Mar 2026 11:00:00 GMT", 0),  # out of a cache
        ("", 0),
        ("yesterday", 0),
        ("Mon, 02 Mar 99999 13:30:00 GMT", 0),
        ("Mon, 32 Mar 2026 25:99:00 GMT", 0),
    ],
)
def test_a_clock_ahead_of_ours_is_told_by_the_date_and_an_older_date_tells_nothing(date: str, minutes: int) -> None:
    page = Page(
        url="http://sd.people.com.cn/",
        final_url="http://sd.people.com.cn/",
        status=200,
        headers=(("date", date),) if date else (),
        body=b"",
        fetched_at=FETCHED,
        run_id="run-1",
    )
    assert page.ahead == timedelta(minutes=minutes)
