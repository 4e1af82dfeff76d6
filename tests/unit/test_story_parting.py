"""Which linked articles are one story: bulletins of two days are not, over whatever third article."""

from __future__ import annotations

import random
from itertools import combinations

from difang.ingest.stories.compare import Reading, same_story
from difang.ingest.stories.parting import parted
from difang.ingest.stories.text import text_of
from tests.made_articles import made_article
from tests.unit.test_stories import FIGURES

LONG = "".join(
    random.Random(3).choices("云腾致雨露结为霜果珍李柰菜重芥姜海咸河淡鳞潜羽翔龙师火帝鸟官皇始制文字乃服衣裳", k=400)
)
EDITED = LONG.replace(LONG[200:204], "市民认为", 1)
"""Without a number."""


def stories(*bodies: str, among: int | None = None) -> list[list[int]]:
    """Of these bodies under one headline, published in this order; `among`: only the first so many are looked at."""
    readings = [Reading(text_of(made_article(title="海岱市公布新规", body=body))) for body in bodies]
    linked: dict[int, set[int]] = {number: set() for number in range(len(bodies))}
    for one, other in combinations(range(len(bodies)), 2):
        if same_story(readings[one], readings[other]):
            linked[one].add(other)
            linked[other].add(one)
    numbers = range(len(bodies))[:among]
    return parted(numbers, linked, lambda wanted: {number: readings[number] for number in wanted})


def day(number: int) -> str:
    return f"{LONG}\n5月{number}日，运河镇投资{30 + number}万元。"


def test_a_cut_reprint_belongs_to_the_bulletin_published_first() -> None:
    """Also where it was published before all of them, and where some are linked with others than are looked at."""
    assert stories(day(1), day(2), LONG) == [[0, 2], [1]]
    assert stories(LONG, day(2), day(1)) == [[0, 1], [2]]
    assert stories(day(1), LONG, day(2), LONG, among=3) == [[0, 1], [2]]


def test_a_reprint_of_a_correction_stays_with_the_uncorrected_edition() -> None:
    """An edited one tells that the figure was corrected; cut, it has too few to tell so itself."""
    original, edited = LONG + FIGURES, EDITED + FIGURES.replace("33万元", "53万元")
    cut = edited[: edited.index("53万元。北") + 6]
    assert stories(original, cut) == [[0], [1]]
    assert stories(original, edited, cut) == [[0, 1, 2]]


def test_over_a_third_one_figure_of_few_may_be_corrected_in_an_edited_edition() -> None:
    """The third has neither."""
    figures = FIGURES[: FIGURES.index("左")]
    original, edited = LONG + figures, EDITED + figures.replace("33万元", "53万元")
    assert stories(original, edited) == [[0], [1]]
    assert stories(original, edited, LONG) == [[0, 1, 2]]
    assert stories(original, LONG + figures.replace("33万元", "53万元"), LONG) == [[0, 2], [1]]
