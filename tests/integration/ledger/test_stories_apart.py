"""Bulletins of different days stay different stories, whatever is alike to all of them."""

from __future__ import annotations

from itertools import permutations

from difang.crawler.ledger.ledger import Ledger
from difang.ingest.article import Article
from tests.integration.ledger.test_stories import assign
from tests.made_stories import body, corrected, edition

COUNTED = "5月{day}日，运河镇空气质量指数为{here}，石桥村为{there}。"


def bulletin(key: str, number: int, *, day: int) -> Article:
    """What each day says the same, and the numbers of this one."""
    said = COUNTED.format(day=day, here=60 + 7 * day, there=55 + 9 * day)
    return edition(key, number, day=day, body=f"{body(key)}\n{said}", title="海岱市空气质量日报")


def cut(key: str, number: int, *, day: int) -> Article:
    """The same without the paragraph of the numbers."""
    return edition(key, number, day=day, body=body(key), title="海岱市空气质量日报")


def test_a_cut_reprint_belongs_to_the_first_bulletin_it_is_like_and_the_others_stay_apart(ledger: Ledger) -> None:
    """Whatever the order of arrival, one by one or together; also of a reprint of the second day's bulletin."""
    for round_, order in enumerate(permutations(range(5))):
        at = 10 * round_
        key = f"air {round_}"
        came = [bulletin(key, at + day, day=day) for day in (1, 2, 3)]
        came += [bulletin(key, at + 4, day=2), cut(key, at + 5, day=3)]
        if round_ % 2:
            assign(ledger, *(came[each] for each in order))
        else:
            for each in order:
                assign(ledger, came[each])
        told = assign(ledger, *came)
        first, second = str(at + 1), str(at + 2)
        assert list(told.values()) == [first, second, None, second, first], order


def test_a_cut_reprint_moves_on_when_its_bulletin_goes_and_comes_back_with_it(ledger: Ledger) -> None:
    """By a takedown and its undoing, or by a correction."""
    days = [bulletin("air", day, day=day) for day in (1, 2, 3)]
    reprint = cut("air", 5, day=3)
    assign(ledger, *days, reprint)
    ledger.stories.forget([days[0].id])
    assert assign(ledger, *days[1:], reprint) == {"2": "2", "3": None, "5": "2"}
    assert assign(ledger, days[0]) == {"1": "1"}
    assert assign(ledger, *days, reprint) == {"1": "1", "2": None, "3": None, "5": "1"}
    assign(ledger, corrected(days[0], body("other")))
    assert assign(ledger, *days, reprint) == {"1": None, "2": "2", "3": None, "5": "2"}
    ledger.stories.forget([reprint.id])
    assert set(assign(ledger, *days).values()) == {None}


def test_however_many_bulletins_and_cut_reprints_there_are_no_story_has_two_days(ledger: Ledger) -> None:
    """More than one article is compared with; nobody has seen all of them side by side."""
    for some in range(3):
        numbers = range(10 * some, 10 * some + 10)
        days = [bulletin("air", day, day=day + 1) for day in numbers]
        assign(ledger, *days, *(cut("air", 100 + day, day=day + 1) for day in numbers))
    told = assign(ledger, *(bulletin("air", day, day=day + 1) for day in range(30)))
    stories = [story for story in told.values() if story]
    assert len(stories) == len(set(stories))
