"""The strip of a channel's card: what was found each day against a usual one, and what audits say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from difang.console.operating.calendar import Sort, year
from difang.console.operating.strip import MARKS, Mark, Strip, strip
from difang.crawler.ledger.coverage import DayCoverage
from difang.crawler.watch.volume import DayFound, UsualDay

MONDAY = date(2026, 3, 2)
USUAL = UsualDay(low=10, middle=20, high=30)


AFTER = datetime(2026, 4, 1, tzinfo=UTC)


def audited(day: date, *, missing: int = 0, failed: int = 0, at: datetime = AFTER) -> DayCoverage:
    outcomes = {"indexed": 20 - missing - failed, "failed": failed, "missing": missing}
    counts = {"found": 20, "indexed": 20 - missing - failed, "missing": missing, "taken_down": 0, "survey_id": 1}
    return DayCoverage(channel="sd", day=day, outcomes=outcomes, checked_at=at, **counts)


def of(*articles: int, usual: UsualDay | None = USUAL, books: tuple[DayCoverage, ...] = ()) -> Strip:
    days = [DayFound(day=MONDAY + timedelta(days=n), articles=found, usual=usual) for n, found in enumerate(articles)]
    return strip(days, books)


def test_each_day_is_told_from_a_usual_one() -> None:
    found = of(9, 10, 30, 31)
    assert [square.mark for square in found.squares] == [Mark.FEW, Mark.USUAL, Mark.USUAL, Mark.MANY]
    assert [square.share for square in found.squares] == [0.45, 0.5, 1.0, 1.0]
    assert (found.days(Mark.FEW), found.marks()) == (["03-02"], [Mark.FEW, Mark.MANY, Mark.USUAL])


def test_days_before_a_channel_was_watched_are_judged_by_nobody() -> None:
    assert [square.mark for square in of(0, 3, usual=None).squares] == [Mark.UNKNOWN, Mark.SEEN]


def test_an_audit_knows_better() -> None:
    whole, lacking, failing = (MONDAY + timedelta(days=n) for n in range(3))
    found = of(0, 20, 20, books=(audited(whole), audited(lacking, missing=5), audited(failing, failed=1)))
    assert [(square.mark, square.share) for square in found.squares] == [
        (Mark.WHOLE, 1.0),
        (Mark.LACKING, 0.75),
        (Mark.LACKING, 0.95),
    ]


@pytest.mark.parametrize(("at", "proven"), [(15, False), (16, True)])  # UTC hours; in Beijing the day ends at 16
def test_an_audit_proves_nothing_of_a_day_that_had_not_ended(at: int, proven: bool) -> None:
    for missing, mark, sort in ((0, Mark.WHOLE, Sort.WHOLE), (1, Mark.LACKING, Sort.LACKING)):
        book = audited(MONDAY, missing=missing, at=datetime(2026, 3, 2, at, tzinfo=UTC))
        (square,) = of(20, books=(book,)).squares
        assert square.mark is (mark if proven else Mark.USUAL)
        day = year([book], {MONDAY: 20}, MONDAY)[-1]
        assert (day.sort, day.missing) == ((sort, missing) if proven else (Sort.SEEN, 0))


def test_the_picture_is_one_path_a_mark_with_weeks_apart() -> None:
    found = of(20, 20, 20, 20, 20, 20, 20, 0)
    assert [square.x for square in found.squares] == [0, 10, 20, 30, 40, 50, 60, 76]
    assert found.width == 84
    assert found.ground(Mark.FEW) == "M76 0h8v20h-8z"
    assert found.bars(Mark.FEW) == "M76 20h8v-2h-8z"  # a day without any is seen too
    assert found.bars(Mark.USUAL).count("v-20") == 7
    assert set(MARKS) == set(Mark)
