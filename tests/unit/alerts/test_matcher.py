"""Matching without an index: anchors never hide an article the tree finds."""

from __future__ import annotations

from datetime import date

import pytest

from difang.ingest.index.entry import entry_of
from difang.search.alerts.matcher import Matcher
from difang.search.synonyms import Synonyms, Word
from tests.made_articles import document, made_article

TODAY = date(2026, 11, 23)
ARTICLE = made_article(
    title="海岱市公布新规",
    subtitle="地铁三号线",
    body="海岱市昨日公布新规。\n5G基站覆盖二十个社区，公交车扩大服务。",
    editors=("纪 小禾",),
    source="海岱晚报",
    published_at="2026-11-20T10:00:00+08:00",
)


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("新规", True),
        ("规海", False),
        ('"公布新规"', True),
        ('"新规地铁"', False),  # no phrase runs from the title into the subtitle
        ('title:"三号线"', True),
        ("title:基站", False),
        ("5G", True),
        ("地铁 OR 高铁", True),
        ("高铁 OR 飞机", False),
        ("-高铁", True),
        ("-地铁", False),
        ("editor:纪小禾", True),
        ("editor:纪*", True),
        ("editor:小禾", False),
        ("channel:山东 source:海岱晚报", True),
        ("最近7天", True),
        ("to:2026-11-19", False),
        ("from:2026-11-20 to:2026-11-20", True),
        ("海岱市昨日公布了全新规定", True),  # a long term: most of its parts
        ("新安县上半年启用中医院", False),
        ("", True),
        ("-", False),
    ],
)
def test_a_saved_search_finds_what_the_query_means(query: str, finds: bool) -> None:
    assert (list(Matcher({1: query}, TODAY).matches(entry_of(document(ARTICLE)))) == [1]) is finds


def test_each_search_is_told_once_however_many_of_its_anchors_an_article_has() -> None:
    matcher = Matcher(dict.fromkeys((3, 1, 2), "新规 OR 公布 OR 公交车"), TODAY)
    assert list(matcher.matches(entry_of(document(ARTICLE)))) == [1, 2, 3]


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("轨道", True),
        ("轨道 公交车", True),
        ("轨道 OR 飞机", True),
        ("飞机 -轨道", False),
        ("-轨道", False),
        ('"轨道"', False),
        ("title:轨道", True),
        ("基站", False),  # replaced by what the article has not
    ],
)
def test_a_saved_search_knows_synonyms_as_its_results_do(query: str, finds: bool) -> None:
    rules: dict[Word, tuple[Word, ...]] = {("轨", "道"): (("轨", "道"), ("地", "铁")), ("基", "站"): (("铁", "塔"),)}
    matcher = Matcher({1: query}, TODAY, synonyms=Synonyms(rules=rules))
    assert (list(matcher.matches(entry_of(document(ARTICLE)))) == [1]) is finds
