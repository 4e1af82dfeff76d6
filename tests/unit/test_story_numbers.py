"""Numbers however they are written, and what of two texts need not be read for them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from difang.ingest.stories.numbers import apart, places, replaced, value
from difang.ingest.stories.text import MINUS, POINT
from tests.unit.test_stories import LONG


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
        ("几十", "几十"),
        ("十几", "十几"),
        ("vx", "vx"),
        ("2ˑ0ˑ6万", "2.0.6万"),
    ],
)
def test_a_written_number_is_told_in_digits(written: str, digits: str) -> None:
    """However large."""
    assert value(written) == digits


CHARACTERS = "市民运河镇新增第尾号和周日235三十初廿例级上午下av万分之红色预0 " + POINT + MINUS
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
