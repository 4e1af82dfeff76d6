"""What makes two articles one story: the same words, and the same numbers where they stand alike."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from difang.ingest.stories.compare import Reading, same_story
from difang.ingest.stories.text import BANDS, bands_of, text_of
from tests.made_articles import made_article, sentence

CHANCE = random.Random(11)
LONG = "\n".join("".join(f"{sentence(CHANCE)}。" for _ in range(4)) for _ in range(5))
BULLETIN = (
    "2月{day}日0时至24时，海岱市新增确诊病例{new}例，均为输入病例。截至2月{day}日24时，全市累计报告确诊病例{all}例，"
    "其中运河镇{town}例、石桥村4例；累计治愈出院{well}例，尚有密切接触者231人正在接受医学观察。"
)


def same(one: str, other: str, *, titles: tuple[str, str] = ("海岱市公布新规", "海岱市公布新规")) -> bool:
    texts = [text_of(made_article(title=title, body=body)) for title, body in zip(titles, (one, other), strict=True)]
    first, second = bands_of(texts)
    candidates = bool(set(first) & set(second))
    return candidates and same_story(Reading(texts[0]), Reading(texts[1]))


def test_a_reprint_with_another_dateline_other_credits_and_another_headline_is_the_same_story() -> None:
    """What each channel prints its own way."""
    here = f"人民网济南2月6日电 （记者钱禾）{LONG}"
    there = f"新华社青岛2月8日电（记者 赵一、萧云 通讯员 林知夏）{LONG}"
    assert same(here, there, titles=("海岱市公布新规", "特别关注｜这些规定今起实施"))


def test_a_cut_reprint_is_the_same_story() -> None:
    """One paragraph of five is gone."""
    assert same(LONG, LONG[: LONG.rindex("\n")])


def test_traditional_characters_and_other_punctuation_make_no_difference() -> None:
    """As the mirror prints them."""
    body = "臺地發展規劃公布後，運河鎮居民紛紛表示，這些舉措來得及時，希望儘快落實到每個社區，讓大家出行更加方便。" * 3
    simple = (
        "台地发展规划公布后。运河镇居民纷纷表示——这些举措来得及时，希望尽快落实到每个社区；让大家出行更加方便！" * 3
    )
    assert same(body, simple)


def test_bulletins_of_two_days_are_different_stories() -> None:
    """The same words, other numbers."""
    today = BULLETIN.format(day=24, new=2, all=133, town=12, well=94)
    assert same(today, today)
    assert not same(today, BULLETIN.format(day=25, new=1, all=134, town=12, well=99))


def test_bulletins_that_differ_in_the_day_alone_are_different_stories() -> None:
    """Nothing new on either day."""
    one = BULLETIN.format(day=24, new=0, all=133, town=12, well=94)
    assert not same(one, BULLETIN.format(day=25, new=0, all=133, town=12, well=94))


def test_a_day_in_the_headline_alone_makes_two_stories() -> None:
    """The body says today."""
    body = "海岱市今日无新增病例，无新增疑似病例，现有病例均在市中医院隔离治疗，病情平稳，请市民继续做好防护。" * 2
    assert not same(body, body, titles=("海岱市14日无新增病例", "海岱市13日无新增病例"))


def test_one_corrected_figure_in_a_long_report_leaves_it_the_same_story() -> None:
    """One of many numbers."""
    figures = "".join(f"{place}镇投资{n}万元。" for n, place in enumerate("东西南北中上下左右前后内外", start=31))
    assert same(LONG + figures, LONG + figures.replace("35万元", "53万元"))
    assert not same(LONG + figures, LONG + figures.replace("35万元", "53万元").replace("36万元", "63万元"))


def test_different_articles_are_different_stories() -> None:
    """Made of the same words even."""
    other = "\n".join("".join(f"{sentence(CHANCE)}。" for _ in range(4)) for _ in range(5))
    assert not same(LONG, other)


def test_a_caption_is_no_story() -> None:
    """Too short to tell."""
    assert bands_of([text_of(made_article(body="图为活动现场。记者钱禾摄"))]) == [[]]


def test_bands_are_the_same_numbers_for_ever() -> None:
    """They stand in ledgers; where this fails, a migration must empty the tables of stories."""
    [found] = bands_of([text_of(made_article(body="海岱市昨日公布新规，自明年一月一日起施行，旧规同时废止。"))])
    assert len(found) == BANDS
    assert found == PINNED


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


@pytest.mark.parametrize("others", [0, 1, 7])
def test_bands_do_not_depend_on_what_else_is_in_the_batch(others: int) -> None:
    """Batches are of any size."""
    texts = [text_of(made_article(body=sentence(CHANCE) * 3)) for _ in range(others)]
    text = text_of(made_article(body=LONG))
    assert bands_of([*texts, text])[-1] == bands_of([text])[0]


@given(st.text(), st.text())
def test_whatever_an_article_holds_it_is_compared_without_error(title: str, body: str) -> None:
    """Surrogates, controls and marks too; and it is alike to itself."""
    text = text_of(made_article(title=title, body=body, content_hash=""))
    bands_of([text])
    reading = Reading(text)
    assert same_story(reading, Reading(text))
