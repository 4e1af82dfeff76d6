"""What a correction changed, which older versions are kept, and in which order they stand."""

from __future__ import annotations

import time
from dataclasses import replace
from difflib import SequenceMatcher
from itertools import cycle, islice
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from difang.console.marking import marked
from difang.ingest.decide import decide
from difang.ingest.extract.result import PageReading
from difang.ingest.index.comparing import Steps, opcodes
from difang.ingest.index.versions import Change, difference, history
from tests.records import article
from tests.unit.test_decide import FIRST, SECOND, arrival, document, settle

THIRD = "2026-01-03T00:00:00.000000+00:00"
TITLES = ("泉城新开三条公交线路", "泉城新开四条公交线路", "泉城新开五条公交线路")
ONE, TWO, THREE = (article(title=title, fetched_at=t) for title, t in zip(TITLES, (FIRST, SECOND, THIRD), strict=True))


def test_a_difference_names_the_fields_and_the_paragraphs_that_changed() -> None:
    """Old and new; a paragraph put in, one changed, one taken out."""
    old = article(body="一。\n二。\n三。\n四。\n五。")
    new = article(body="零。\n一。\n贰。\n三。\n四。", editors=("孙二",), warnings=("short_body",), fetched_at=SECOND)
    assert difference(old, new) == (
        Change(field="editors", old=("赵一帆", "钱多"), new=("孙二",)),
        Change(field="body", paragraph=1, old=[], new=["零。"]),
        Change(field="body", paragraph=2, old=["二。"], new=["贰。"]),
        Change(field="body", paragraph=5, old=["五。"], new=[]),
    )


def test_the_difference_of_a_long_body_is_small() -> None:
    """One paragraph of a thousand."""
    paragraphs = [f"第{number}段。" for number in range(1_000)]
    old = article(body="\n".join(paragraphs))
    paragraphs[500] = "改了。"
    (change,) = difference(old, article(body="\n".join(paragraphs)))
    assert (change.paragraph, change.old, change.new) == (501, ["第500段。"], ["改了。"])


@given(st.lists(st.sampled_from("一二三四"), max_size=40), st.lists(st.sampled_from("一二三四"), max_size=40))
def test_paragraphs_are_compared_as_difflib_compares_them(old: list[str], new: list[str]) -> None:
    """And with too few steps the codes still make one of the other."""
    exact = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    assert opcodes(old, new, Steps(500_000)) == exact
    for steps in (0, 30, 100):
        made = []
        for word, start, end, new_start, new_end in opcodes(old, new, Steps(steps)):
            assert word != "equal" or old[start:end] == new[new_start:new_end]
            made += old[start:end] if word == "equal" else new[new_start:new_end]
        assert made == new


FEW = [Random(0).choice(["甲。", "乙。", "丙。", "丁。"]) for _ in range(8_000)]
FEW_MORE = [*islice(cycle(["甲。", "乙。", "丙。", "丁。"]), 8_000)]
OTHERS = [f"{number if number % 2 else -number}。" for number in range(8_000)]
LETTERS = [
    [f"{at}。" if at % 2 else "".join(Random(at + of).choices("甲乙丙丁", k=1_900)) for at in range(40)]
    for of in (0, 1)
]


@pytest.mark.parametrize(
    ("old", "new"),
    [(FEW, FEW_MORE), ([f"{number}。" for number in range(8_000)], OTHERS), (LETTERS[0], LETTERS[1])],
    ids=["few different ones", "every other one changed", "long ones alike"],
)
def test_thousands_of_short_paragraphs_are_compared_in_bounded_time(old: list[str], new: list[str]) -> None:
    """Also in every one of many versions; it took 12 s, and grew with the square."""
    bodies = ["\n".join(of) for of in (old, new, old, new)]
    newest, *kept = (article(body=body, fetched_at=f"2026-01-0{9 - at}") for at, body in enumerate(bodies))
    begun = time.process_time()
    versions = history(newest, kept)
    changes = marked(versions)
    assert time.process_time() - begun < 1
    assert all(changes[:3])


def test_versions_stand_newest_first_each_with_what_it_changed() -> None:
    """However they were kept, and whatever is kept of the newest itself."""
    found = history(THREE, [TWO, THREE, ONE])
    assert [version.article.title for version in found] == [*reversed(TITLES)]
    assert [[(c.old, c.new) for c in version.changes] for version in found] == [
        [(TITLES[1], TITLES[2])],
        [(TITLES[0], TITLES[1])],
        [],
    ]


def test_what_says_the_same_is_one_version() -> None:
    """An older page of the same text, another reading of a page, and the newest text kept before."""
    again = replace(TWO, fetched_at="2026-01-02T12:00:00+00:00", warnings=("short_body",))
    same_as_newest = replace(THREE, fetched_at="2026-01-02T18:00:00+00:00")
    assert [v.article for v in history(THREE, [ONE, TWO, again, same_as_newest])] == [THREE, TWO, ONE]
    assert [v.article for v in history(THREE, [])] == [THREE]


def test_a_correction_keeps_what_it_corrects() -> None:
    """And a batch of corrections keeps all but the last."""
    assert settle(TWO, document(ONE)).superseded == (ONE,)
    assert settle(ONE, None).superseded == ()
    folded = decide([arrival(THREE), arrival(ONE), arrival(TWO)], stored=None, parts=[], sightings=[])
    assert folded.superseded == (ONE, TWO)


def test_an_older_page_that_comes_late_becomes_an_older_version() -> None:
    """Never the newest; delivered again it is kept under the same time."""
    late = settle(ONE, document(TWO))
    assert (late.document, late.superseded) == (None, (ONE,))


def test_what_is_no_correction_keeps_nothing() -> None:
    """The same again, the same text elsewhere, another reading of the same page, the mirror's text replaced."""
    url = "http://sd.people.com.cn/n2/2022/0213/c2-35000001.html"
    mirror = "http://sd.people.com.cn/BIG5/n2/2022/0213/c1-35000001.html"
    read_better = replace(ONE, editors=("孙二",))
    for decision in (
        settle(replace(ONE, fetched_at=SECOND), document(ONE)),
        settle(ONE, document(replace(ONE, fetched_at=SECOND))),
        settle(article(url=url, fetched_at=SECOND, sections=("交通",)), document(ONE)),
        settle(article(url=url, sections=("交通",)), document(replace(ONE, fetched_at=SECOND))),
        settle(read_better, document(ONE)),
        settle(TWO, document(article(urls=(mirror,), title="泉城新開三條公交線路"))),
    ):
        assert decision.superseded == ()


def test_a_page_more_completes_an_article_and_a_page_corrected_is_a_version() -> None:
    """By the number of pages joined."""
    second_url = ONE.url.replace(".html", "-2.html")
    one = PageReading(article=article(body="第一页。"), page=1, parts=(second_url,))
    two = PageReading(article=article(body="第二页。", urls=(second_url,), fetched_at=SECOND), page=2, parts=(ONE.url,))
    corrected = replace(two, article=article(body="第贰页。", urls=(second_url,), fetched_at=THIRD))

    def come(page: PageReading, stored: object, parts: list[PageReading]):  # type: ignore[no-untyped-def]
        reached = replace(arrival(ONE, url=page.article.urls[0]), reading=page)
        return decide([reached], stored=stored, parts=parts, sightings=[])  # type: ignore[arg-type]

    complete = come(two, document(one.article), [one, two])
    assert complete.superseded == ()
    changed = come(corrected, complete.document, [one, corrected])
    assert changed.superseded == (complete.document.article,)
    assert changed.document.article.body == "第一页。\n第贰页。"
