"""The bands by which candidates find each other: the same for ever, and others for bulletins of other days."""

from __future__ import annotations

import random

import pytest

from difang.ingest.stories.bands import BANDS, BY_DIGITS, bands_of
from difang.ingest.stories.text import text_of
from tests.made_articles import made_article, sentence
from tests.unit.test_stories import BULLETIN, LONG

CHANCE = random.Random(12)


def test_a_caption_is_no_story() -> None:
    """Too short to tell."""
    assert bands_of([text_of(made_article(body="图为活动现场。记者钱禾摄"))]) == [[]]


def test_bands_are_the_same_numbers_for_ever() -> None:
    """They stand in ledgers; where this fails, a migration must make them anew, as 0016 does."""
    rule = "海岱市昨日公布新规，自明年一月一日起施行，旧规同时废止。"
    plain, counted = bands_of([text_of(made_article(body=body)) for body in (rule, f"{rule}2例。")])
    assert len(plain) == BANDS
    assert plain == PINNED
    assert counted[-BY_DIGITS:] == PINNED_BY_DIGITS


PINNED = [
    -4301485687680352754,
    1605644243365896530,
    -8218989052758042877,
    2494868033110422652,
    1996473976338007427,
    4284203283586119064,
    -4748181320433464793,
    -4215650730251711374,
]


PINNED_BY_DIGITS = [5526129201453618615, 1712074579919896682]


def by_digits(title: str, body: str) -> list[int]:
    return bands_of([text_of(made_article(title=title, body=body))])[0][-BY_DIGITS:]


def test_in_the_last_bands_bulletins_of_other_days_do_not_meet_and_reprints_do() -> None:
    """Under another headline in the first of them; where only the headline's day differs, not in the second."""
    today, tomorrow = (BULLETIN.format(day=day, new=1, all=11, town=1, well=4) for day in (24, 25))
    lead, whole = by_digits("海岱市24日通报", today)
    assert not {lead, whole} & set(by_digits("海岱市25日通报", tomorrow))
    assert by_digits("24日，海岱通报", f"（记者钱禾）{today}") == [lead, whole]
    assert by_digits("海岱通报", f"新华社海岱2月25日电 {today}")[0] == lead
    assert by_digits("海岱市25日通报", today)[1] != whole


@pytest.mark.parametrize("others", [0, 1, 7, 40])
def test_bands_do_not_depend_on_what_else_is_in_the_batch(others: int) -> None:
    """Batches are of any size."""
    texts = [text_of(made_article(body=sentence(CHANCE) * 3 + "24")) for _ in range(others)]
    text = text_of(made_article(body=f"24日，{LONG}"))
    assert bands_of([*texts, text])[-1] == bands_of([text])[0]
