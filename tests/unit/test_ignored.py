"""What a query says it ignored is told in the language of the page, whatever was typed."""

from __future__ import annotations

from datetime import date

import pytest

from difang.console.ignored import notes
from difang.console.languages import translations
from difang.search.parser import parse
from difang.search.relax import RELAXED
from difang.search.synonyms import TOO_MANY

LEFT_OUT = "未采用 %(what)s。"
QUERIES = [
    '济南 "',
    "(济南",
    "济南 )",
    "OR",
    "AND",
    "，",
    "source:" + "人" * 300,
    "(济南 -)",
    "editor:",
    "from:2026-02-30",
    "infect*",
    "((((((((((济南))))))))))",
    "字" * 10_001,
]


@pytest.mark.parametrize("query", QUERIES)
def test_every_sentence_of_the_parser_has_words_of_its_own(query: str) -> None:
    ignored = parse(query, date(2026, 11, 24)).ignored
    assert ignored
    for sentence, given in notes(ignored):
        assert sentence != LEFT_OUT
        assert "%" not in sentence % given


def test_the_other_two_have_words_too_and_what_is_unknown_is_told_as_it_is() -> None:
    assert [sentence == LEFT_OUT for sentence, _ in notes([RELAXED, TOO_MANY, "editor:%s%(x)s"])] == [
        False,
        False,
        True,
    ]
    ((sentence, given),) = notes(["editor:%s%(x)s"])
    assert translations("en").gettext(sentence) % given == "Left out editor:%s%(x)s."


def test_what_was_typed_is_cut_and_only_a_few_are_told() -> None:
    assert len(notes(["x" * 500] * 9)) == 5
    assert len(notes(["x" * 500])[0][1]["what"]) == 80
