"""Template drift on invented days: what is an issue, what is chance, and when it is over."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from difang.crawler.drift import UNREAD, Share, Verdict, examine
from difang.crawler.ledger.readings import ALL, SET_ASIDE, TEMPLATE, WARNING, DayCounts
from difang.ingest.extract.generic import GENERIC

TODAY = date(2026, 3, 2)
C, A = TEMPLATE + "C", TEMPLATE + "A"
QUIET = Verdict(drifts=(), back=())


def day(ago: int, pages: int, **signs: int) -> DayCounts:
    """`pages` pages so many days ago; u, s, w, a of them unread, set aside, warned about, read by A, the rest by C."""
    named = {UNREAD: "u", SET_ASIDE: "s", WARNING + "no_minute": "w", A: "a"}
    counts = {sign: signs[short] for sign, short in named.items() if short in signs}
    counts[C] = pages - sum(signs.get(short, 0) for short in "usa")
    return DayCounts(day=TODAY - timedelta(days=ago), signs={ALL: pages} | {s: n for s, n in counts.items() if n})


def usual(days: int = 14, pages: int = 40) -> list[DayCounts]:
    return [day(ago, pages) for ago in range(days, 0, -1)]


def signs(verdict: Verdict) -> list[str]:
    return [drift.sign for drift in verdict.drifts]


def test_the_extraction_calls_pages_without_a_template_as_drift_does() -> None:
    assert TEMPLATE + GENERIC.name == UNREAD


def test_a_redesign_is_one_drift_with_its_figures() -> None:
    (drift,) = examine([*usual(), day(0, 50, u=41)], {}).drifts
    assert (drift.sign, drift.shown_by) == (UNREAD, UNREAD)
    assert (drift.now, drift.usual) == (Share(pages=41, of=50), Share(pages=0, of=560))
    assert (drift.first, drift.last) == (TODAY, TODAY)


@pytest.mark.parametrize(("short", "sign"), [("u", UNREAD), ("s", SET_ASIDE), ("w", WARNING + "no_minute")])
def test_every_trouble_that_rises_drifts(short: str, sign: str) -> None:
    assert signs(examine([*usual(), day(0, 50, **{short: 25})], {})) == [sign]


def test_a_template_that_another_one_replaces_drifts_and_is_shown_by_the_other() -> None:
    (drift,) = examine([*usual(), day(0, 50, a=45)], {}).drifts
    assert (drift.sign, drift.shown_by) == (C, A)


def test_fewer_warnings_are_no_drift() -> None:
    assert examine([day(ago, 40, w=30) for ago in range(14, 0, -1)] + [day(0, 50)], {}) == QUIET


@pytest.mark.parametrize(
    "days",
    [
        [],
        [day(0, 50, u=50)],
        [*usual(2), day(0, 50, u=50)],
        [*usual(14, 2), day(0, 50, u=50)],
        [*usual(), day(0, 9, u=1)],
        [*usual(3, 10), day(0, 10, u=6)],
        [*usual(), day(0, 50, u=9)],
    ],
    ids=["nothing", "no history", "2 days", "28 pages", "1 of 9", "6 of 10 after 30", "18 % of 50"],
)
def test_too_little_is_no_drift(days: Sequence[DayCounts]) -> None:
    assert examine(days, {}) == QUIET


def test_little_is_enough_where_it_is_plain() -> None:
    assert signs(examine([*usual(3, 10), day(0, 10, u=7)], {})) == [UNREAD]


def test_chance_raises_no_alarm() -> None:
    """A thousand channels and days whose pages bear a warning with an unchanging probability."""
    draw = random.Random(4)
    for _ in range(1000):
        share, pages = draw.random(), draw.randint(3, 60)
        days = [day(ago, pages, w=sum(draw.random() < share for _ in range(pages))) for ago in range(14, -1, -1)]
        assert examine(days, {}) == QUIET


def test_a_channel_with_few_pages_is_judged_by_several_days_together() -> None:
    small = [day(ago, 4) for ago in range(17, 2, -1)]
    assert examine([*small, day(2, 4, u=4)], {}) == QUIET
    (drift,) = examine([*small, day(2, 4, u=4), day(1, 4, u=4), day(0, 4, u=4)], {}).drifts
    assert (drift.now, drift.first, drift.last) == (Share(pages=12, of=12), TODAY - timedelta(days=2), TODAY)
    assert examine([*usual()[:3], day(0, 4, u=4)], {}) == QUIET, "the 40 pages of eleven days ago are not of now"


def test_pages_of_more_than_two_weeks_ago_are_no_measure() -> None:
    assert examine([day(ago, 40) for ago in range(29, 14, -1)] + [day(0, 50, u=50)], {}) == QUIET


def test_an_open_issue_is_measured_by_what_was_usual_when_it_opened() -> None:
    broken = [day(ago, 40, u=40) for ago in range(20, -1, -1)]
    opened = {UNREAD: Share(pages=2, of=400)}
    assert examine(broken, {}) == QUIET
    assert signs(examine(broken, opened)) == [UNREAD]
    assert examine([*broken[:-1], day(0, 40)], opened).back == (UNREAD,)
    between = examine([*broken[:-1], day(0, 40, u=6)], opened)
    assert between == QUIET, "15 % is neither enough to open an issue nor back"


def test_an_acknowledged_issue_is_over_when_the_new_is_the_usual() -> None:
    assert examine([*usual(), day(0, 40, u=40)], {UNREAD: None}).back == ()
    assert examine([day(ago, 40, u=40) for ago in range(20, -1, -1)], {UNREAD: None}).back == (UNREAD,)
    assert examine([*usual(), day(1, 40, u=40), day(0, 40)], {UNREAD: None}).back == (UNREAD,)


def test_without_new_pages_an_issue_stays() -> None:
    assert examine([], {UNREAD: Share(pages=0, of=400)}) == QUIET
