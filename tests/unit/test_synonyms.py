"""Synonyms: the file's rules, and what becomes of a query by them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from difang.ingest.errors import UsageError
from difang.search.parser import parse
from difang.search.synonyms import MOST_ADDED, Synonyms, read_synonyms
from difang.search.tree import understood

FILE = """
# names of things
高铁, 高速铁路
新冠肺炎,新型冠状病毒肺炎, COVID-19   # the third of two words
帝都, 京城 => 北京
new york, ny
1\\,000, 一千
"""


@pytest.fixture
def synonyms(tmp_path: Path) -> Synonyms:
    file = tmp_path / "synonyms.txt"
    file.write_text(FILE, encoding="utf-8")
    return read_synonyms(file)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("高铁", "高铁 OR “高速铁路”"),
        ("高鐵 济南", "(高铁 OR “高速铁路”) 济南"),
        ("高速铁路", "高速铁路 OR “高铁”"),
        ("高铁站", "高铁站"),
        ('"高铁"', "“高铁”"),
        ("帝都 -京城", "“北京” -“北京”"),
        ("青岛 OR 高铁", "青岛 OR 高铁 OR “高速铁路”"),
        ("-高铁", "-(高铁 OR “高速铁路”)"),
        ("title:高铁", "title:高铁 OR title:“高速铁路”"),
        ("editor:高铁", "editor:高铁"),
        ("New York 地铁", "((new york) OR “ny”) 地铁"),
        ("covid-19", "covid-19 OR “新冠肺炎” OR “新型冠状病毒肺炎”"),
        ("york", "york"),
    ],
)
def test_a_whole_unquoted_term_gets_its_synonyms(synonyms: Synonyms, query: str, expected: str) -> None:
    """And nothing else does; what is shown is a query that means the same."""
    tree, whole = synonyms.expanded(parse(query, date(2026, 3, 2)).tree)
    assert whole
    assert sorted(understood(tree).split(" OR ")) == sorted(expected.split(" OR "))


def test_two_rules_of_one_word_count_together(tmp_path: Path) -> None:
    """As Elasticsearch has it."""
    (tmp_path / "s").write_text("甲, 乙\n甲, 丙\n")
    tree, _ = read_synonyms(tmp_path / "s").expanded(parse("甲", date(2026, 3, 2)).tree)
    assert understood(tree) == "甲 OR “乙” OR “丙”"


def test_more_words_than_an_index_takes_are_left_out_and_told(tmp_path: Path) -> None:
    """The terms stay as typed."""
    (tmp_path / "s").write_text(", ".join(f"w{number}" for number in range(MOST_ADDED + 1)))
    tree, whole = read_synonyms(tmp_path / "s").expanded(parse("w1", date(2026, 3, 2)).tree)
    assert (understood(tree), whole) == ("w1", False)


@pytest.mark.parametrize("line", ["高铁", "高铁 =>", "=> 高铁", "高铁,, 铁路", "，, 高铁"])
def test_a_line_that_is_no_rule_is_named(tmp_path: Path, line: str) -> None:
    """By its number."""
    (tmp_path / "s").write_text(f"甲, 乙\n{line}\n", encoding="utf-8")
    with pytest.raises(UsageError, match="Line 2 of"):
        read_synonyms(tmp_path / "s")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """In a sentence."""
    with pytest.raises(UsageError, match="cannot be read"):
        read_synonyms(tmp_path / "none")
