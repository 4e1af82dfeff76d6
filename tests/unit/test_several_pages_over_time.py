"""How an article of several pages stood over time: the same versions in every order, in whatever batches they come."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations, product

import pytest

from difang.ingest.outcome import Outcome
from difang.ingest.reprocess.compare import Verdict
from tests.records import article
from tests.several_pages import Fetch, Site, page_of, site, stood, told


def check(site: Site, fetches: Sequence[Fetch], order: Sequence[int], cuts: Sequence[bool]) -> None:
    site.bring([fetches[number] for number in order], cuts)
    hint = f"{[f'{f.page}{f.text}{f.day}' for f in fetches]} in order {order}, batches {cuts}"
    true = stood(fetches)
    assert [told(one) for one in site.kept] == true[:-1], hint
    text, since = told(site.newest.article)
    assert text == true[-1][0], hint
    assert since >= true[-1][1], hint
    if list(order) == sorted(order):
        assert since == true[-1][1], hint
    found = site.reprocessed(fetches)
    assert (found.verdict, found.fields, found.older, found.spare) == (Verdict.SAME, (), (), ()), hint


LAST = Fetch(page=2, text="二", day=28)


@pytest.mark.parametrize(
    ("texts", "second"), [*product(["甲乙甲"], [1, 3, 5, 8, None]), ("甲甲乙", 3), ("甲乙乙", 1), ("甲甲甲", 5)]
)
def test_versions_are_the_same_in_every_order_and_every_batches(texts: str, second: int | None) -> None:
    """The first page on the days 2, 4 and 6; the second one before them, between two of them, after them or never."""
    fetches = [Fetch(page=1, text=text, day=2 * number) for number, text in enumerate(texts, start=1)]
    fetches += [Fetch(page=2, text="二", day=second)] if second else []
    fetches.sort(key=lambda fetch: fetch.day)
    with site() as parts:
        for order in permutations(range(len(fetches))):
            for cuts in product((True, False), repeat=len(fetches) - 1):
                check(parts, fetches, order, cuts)


@pytest.mark.parametrize("seed", range(20))
def test_versions_of_pages_in_random_orders_are_the_same(seed: int) -> None:
    """Four to seven fetches of both pages, each of up to three texts, some delivered twice."""
    dice = random.Random(seed)
    with site() as parts:
        for _ in range(20):
            pages = [1, *dice.choices((1, 2), k=dice.randrange(3, 7))]
            dice.shuffle(pages)
            fetches = [Fetch(page=page, text=dice.choice("甲乙丙"), day=day) for day, page in enumerate(pages, start=1)]
            order = [*range(len(fetches)), *dice.choices(range(len(fetches)), k=dice.choice((0, 0, 2)))]
            dice.shuffle(order)
            check(parts, fetches, order, dice.choices((True, False), k=len(order) - 1))


@pytest.mark.parametrize("seed", range(10))
def test_what_an_earlier_difang_left_wrong_is_counted_and_mended(seed: int) -> None:
    """Versions that lack, that no page ever said, and that were joined of other pages; held by an earlier time."""
    dice = random.Random(seed)
    with site() as parts:
        for _ in range(20):
            pages = [1, *dice.choices((1, 2), k=5)]
            fetches = [Fetch(page=page, text=dice.choice("甲乙"), day=day) for day, page in enumerate(pages, start=1)]
            parts.bring(fetches, [True] * 5)
            true, id_ = [*map(told, parts.kept), told(parts.newest.article)], article(parts.number).id
            kept, second = parts.parts.kept.setdefault(id_, {}), min(f.day for f in [*fetches, LAST] if f.page == 2)
            for fetch in dice.sample(fetches[:-1], 3):
                spoilt = replace(page_of(parts.number, fetch).article, body=dice.choice("甲乙"), page_count=1)
                if dice.random() < 0.5:
                    kept.pop(spoilt.fetched_at, None)
                elif fetch.day >= second and spoilt.fetched_at < parts.newest.article.fetched_at:
                    kept[spoilt.fetched_at] = spoilt
            if again := [one for one in parts.kept if one.body == parts.newest.article.body]:
                held = replace(parts.newest.article, fetched_at=again[0].fetched_at)
                parts.parts.held[id_] = replace(parts.newest, article=held)
            parts.apply(parts.reprocessed(fetches))
            assert [*map(told, parts.kept), told(parts.newest.article)] == true, fetches
            found = parts.reprocessed(fetches)
            assert (found.verdict, found.older, found.spare) == (Verdict.SAME, (), ())


def with_copies(dice: random.Random, most: int) -> list[Fetch]:
    """Fetches of one to three pages on as many days, about a third of them of the mirror."""
    last = dice.choice((1, 2, 2, 3))
    pages = [1, *dice.choices(range(1, last + 1), k=dice.randrange(1, most))]
    dice.shuffle(pages)
    texts, rate = dice.choice(("甲乙", "甲乙丙")), dice.choice((0.2, 0.4, 0.6))
    return [
        Fetch(page=page, text=dice.choice(texts), day=day, mirrored=dice.random() < rate, alone=last == 1)
        for day, page in enumerate(pages, start=1)
    ]


def check_copied(site: Site, fetches: Sequence[Fetch], order: Sequence[int], cuts: Sequence[bool]) -> None:
    site.bring([fetches[number] for number in order], cuts)
    hint = f"{[(f.page, f.text, f.day, f.mirrored) for f in fetches]} in order {order}, batches {cuts}"
    true = stood(fetches)
    assert [told(one) for one in site.kept] == true[:-1], hint
    text, since = told(site.newest.article)
    assert text == true[-1][0], hint
    assert since >= true[-1][1], hint
    assert set(site.newest.article.urls) == {url_of(site, f) for f in fetches if f.page == 1}, hint
    found = site.reprocessed(fetches)
    assert (found.verdict, found.fields, found.older, found.spare) == (Verdict.SAME, (), (), ()), hint


def url_of(site: Site, fetch: Fetch) -> str:
    return page_of(site.number, fetch).article.urls[0]


@pytest.mark.parametrize("seed", range(4))
def test_with_pages_of_the_mirror_s_the_same_in_every_order_and_every_batches(seed: int) -> None:
    dice = random.Random(seed)
    with site() as parts:
        for _ in range(4):
            fetches = with_copies(dice, 4)
            for order in permutations(range(len(fetches))):
                for cuts in product((True, False), repeat=len(fetches) - 1):
                    check_copied(parts, fetches, order, cuts)


@pytest.mark.parametrize("seed", range(20))
def test_with_pages_of_the_mirror_s_the_same_in_random_orders(seed: int) -> None:
    """Up to seven fetches, some delivered twice; one in four in the order they were fetched."""
    dice = random.Random(seed)
    with site() as parts:
        for _ in range(20):
            fetches = with_copies(dice, 7)
            if fetches[0].alone:
                fetches = fetches[:4]
            order = [*range(len(fetches)), *dice.choices(range(len(fetches)), k=dice.choice((0, 0, 2)))]
            dice.shuffle(order)
            if dice.random() < 0.25:
                order.sort()
            check_copied(parts, fetches, order, dice.choices((True, False), k=len(order) - 1))


def test_a_first_page_that_takes_the_mirror_s_place_beside_its_later_page_is_an_update() -> None:
    copy, second, first = (
        Fetch(page=1, text="誤", day=3, mirrored=True),
        Fetch(page=2, text="二", day=1),
        Fetch(page=1, text="一", day=2),
    )
    with site() as parts:
        parts.bring([copy], [])
        parts.parts.batches.append([page_of(parts.number, fetch) for fetch in (second, first)])
        assert parts.worker.work(9) == Counter((Outcome.PART, Outcome.UPDATED))
        parts.parts.batches.append([page_of(parts.number, first)])
        assert parts.worker.work(9) == Counter((Outcome.UNCHANGED,))
        assert parts.newest.article.body == "一\n二"
