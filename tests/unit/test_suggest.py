"""Names by pinyin: surnames are read in each of their ways, by suggestions and by “did you mean”."""

from __future__ import annotations

import pytest

from difang.search.instead import instead
from difang.search.suggest import suggestions
from difang.search.vocabulary import Vocabulary, word

NAMED = {
    "zengzhiwei": "曾志伟",
    "shanjianhua": "单建华",
    "qinzhigang": "覃志刚",
    "zhaizhigang": "翟志刚",
    "xiexiaodong": "解晓东",
    "qiuhe": "仇和",
    "piaoshu": "朴树",
    "zhaliangyong": "查良镛",
    "geliang": "盖亮",
    "yueyun": "乐云",
    "oushaokun": "区少坤",
    "yuchigong": "尉迟恭",
    "lübu": "吕布",
    "lvbu": "吕布",
}
HEADLINES = ["女儿山上", "单位新开"]
WORDS = Vocabulary(
    (
        word("channel", "sd", "山东频道", 9),
        *(word("editor", name, name) for name in sorted({*NAMED.values()})),
        *(word("title", f"t:{headline}", headline) for headline in HEADLINES),
    )
)


@pytest.mark.parametrize(("typed", "name"), NAMED.items())
def test_a_name_is_suggested_by_the_pinyin_of_its_surname(typed: str, name: str) -> None:
    """And by the first letters of it, and while it is typed."""
    assert [one.label for one in suggestions(typed, WORDS, most=8)] == [name]
    assert name in [one.label for one in suggestions(typed[:4], WORDS, most=20)]


@pytest.mark.parametrize("typed", ["cengzhiwei", "zengzhiwei", "zzw", "czw"])
def test_either_reading_suggests_the_same_name(typed: str) -> None:
    assert [one.label for one in suggestions(typed, WORDS, most=8)] == ["曾志伟"]


@pytest.mark.parametrize(
    ("asked", "better"),
    [("增志伟", "曾志伟"), ("zengzhiwei", "曾志伟"), ("山建华", "单建华"), ("秦志刚", "覃志刚"), ("曾志威", "曾志伟")],
)
def test_a_surname_written_otherwise_is_meant_in_each_of_its_readings(asked: str, better: str) -> None:
    assert f'editor:"{better}"' in instead(asked, WORDS)
    assert list(instead(f"editor:{asked}", WORDS)) == [f"editor:{better}"]


def test_only_the_names_of_people_are_read_in_every_way() -> None:
    assert [one.label for one in suggestions("danwei", WORDS, most=8)] == ["单位新开"]
    assert suggestions("shanwei", WORDS, most=8) == []


@pytest.mark.parametrize(
    ("typed", "query"),
    [("nüer", '"女儿山上"'), ("NÜER", '"女儿山上"'), ("shan dong", 'channel:"山东频道"')],
)
def test_pinyin_is_known_with_its_two_dots_and_with_a_space(typed: str, query: str) -> None:
    assert suggestions(typed, WORDS, most=8)[0].query == query
