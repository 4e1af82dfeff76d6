"""Numbers however they are written, and what of two texts need not be read for them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from difang.ingest.index.analysis import flat_words
from difang.ingest.stories.numbers import COUNTED, UNCOUNTED, apart, places, replaced, value
from difang.ingest.stories.text import MINUS, POINT
from tests.unit.test_stories import FIGURES, LONG, same


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("一千零八十亿", "108000000000"),
        ("一万亿", "1000000000000"),
        ("3万5千", "35000"),
        ("十二", "12"),
        ("二百五十", "250"),
        ("两万", "20000"),
        ("万亿", "1000000000000"),
        ("1亿2000万", "120000000"),
        ("零", "0"),
        ("xii", "12"),
        ("一万二", "12000"),
        ("两亿三", "230000000"),
        ("三千五", "3500"),
        ("一百二", "120"),
        ("一百零二", "102"),
        ("百", "100"),
        ("半", "0.5"),
        (f"{MINUS}十五", "-15"),
        ("几十", "几十"),
        ("十几", "十几"),
        ("vx", "vx"),
        ("2ˑ0ˑ6万", "2.0.6万"),
    ],
)
def test_a_written_number_is_told_in_digits(written: str, digits: str) -> None:
    """However large."""
    assert value(written) == digits


CHARACTERS = "市民运河镇新增第尾号和周日235三十初廿例级上午下av万分之红色预0统一些是百半点刻零 " + POINT + MINUS
WORDS = st.sampled_from(CHARACTERS) | st.sampled_from(("请广大市民查看", "驾车请减速慢行"))
PARTS = st.lists(WORDS, max_size=20).map("".join)


@given(PARTS, PARTS, PARTS, PARTS)
@settings(max_examples=1000)
def test_what_two_texts_begin_and_end_with_says_nothing_of_replaced_numbers(
    begin: str, here: str, there: str, end: str
) -> None:
    """It is left out without cutting a number's place."""
    one, other = begin + here + end, begin + there + end
    parts = [places(part)[0] for part in apart(one, other)]
    assert sorted(replaced(*parts)) == sorted(replaced(places(one)[0], places(other)[0]))


def test_of_two_long_texts_that_differ_in_a_word_little_is_left() -> None:
    """Which is what makes it quick."""
    here, there = apart(LONG, LONG.replace("居民", "市民", 1))
    assert here != there
    assert len(here) == len(there) < 150 < len(LONG)


UNITS = (
    "座",
    "毫米",
    "厘米",
    "公里",
    "丈",
    "小时",
    "分钟",
    "微克",
    "斤",
    "枚",
    "金",
    "胜",
    "球",
    "死",
    "口",
    "匹",
    "厂",
)
WRITTEN = [
    *((f"三{unit}", f"五{unit}") for unit in UNITS),
    ("三比一", "二比一"),
    ("八折", "七折"),
    ("二季度", "四季度"),
    ("一中", "三中"),
    ("二等奖", "一等奖"),
    ("经一路", "经七路"),
    ("卷一", "卷二"),
    ("翻一番", "翻两番"),
    ("七点一刻", "七点三刻"),
    ("七点半", "七点"),
    ("7点半", "7点"),
    ("一个半小时", "一个小时"),
    ("半天", "三天"),
    ("百人", "千人"),
    ("数百名", "数千名"),
    ("十来人", "二十来人"),
    ("A组", "B组"),
    ("零下三度", "三度"),
    ("零下十三度", "零下十五度"),
    ("死亡病例无", "死亡病例2例"),
    ("死亡病例：无", "死亡病例：2例"),
    ("今日没有降雨", "今日5毫米降雨"),
]


@pytest.mark.parametrize(("one", "other"), WRITTEN)
def test_bulletins_that_differ_in_a_written_number_are_different_stories(one: str, other: str) -> None:
    """Whatever it counts, or where there is none."""
    body = (
        "海岱市今日通报{}，请广大市民合理安排出行，注意防范。市里将及时发布最新信息，如有变化另行通知，敬请留意。" * 2
    )
    assert same(body.format(one, one), body.format(one, one))
    assert not same(body.format(one, one), body.format(other, other))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("一万二人", "12000人"),
        ("一百二十二人", "122人"),
        ("一百二人", "120人"),
        ("零下三℃", "-3℃"),
        ("零上三度", "3度"),
        ("七点半", "7点半"),
        ("两天半", "2.5天"),
        ("三毫米", "3毫米"),
        ("死亡病例0例", "死亡病例无"),
    ],
)
def test_a_reprint_that_writes_a_number_in_digits_is_the_same_story(one: str, other: str) -> None:
    """House styles differ."""
    assert same(f"据介绍，到时为{one}左右。{LONG}", f"据介绍，到时为{other}左右。{LONG}")


@pytest.mark.parametrize("word", UNCOUNTED.split())
def test_a_numeral_within_a_word_is_no_number(word: str) -> None:
    """So that many of them are not taken for the many figures of a report."""
    assert places(f"市民{word}运河")[0] == {}


def test_what_numbers_are_told_by_is_as_folding_leaves_it() -> None:
    """A text is folded before: 座 is 坐 there."""
    assert flat_words(COUNTED) == COUNTED
    assert flat_words(UNCOUNTED) == UNCOUNTED


def test_a_reprint_without_one_point_of_a_list_is_the_same_story() -> None:
    """二是 and 三是 count nothing."""
    body = f"一是加强领导，保障供应。二是加强协调，稳定价格。三是加强宣传，引导消费。{LONG}"
    assert same(body, body.replace("二是加强协调，稳定价格。三是", "二是"))


def test_a_reprint_that_also_tells_what_there_is_none_of_is_the_same_story() -> None:
    """A sentence more."""
    body = f"石桥村确诊病例2例，死亡病例1例，出院病例1例。{LONG}"
    assert same(body, body.replace("出院", "无死亡病例，无疑似病例。出院"))


@pytest.mark.parametrize(("one", "other"), [("第三期四版", "第五期四版"), ("截至2月7日24时", "截至2月8日24时")])
def test_an_ordinal_or_a_day_right_before_another_number_is_one_too(one: str, other: str) -> None:
    """No correction of a report with many figures, whatever stands behind."""
    edited = LONG.replace("受到居民欢迎", "受居民欢迎", 1)
    assert not same(f"本报今天公布，{one}。{LONG}{FIGURES}", f"本报今天公布，{other}。{edited}{FIGURES}")
