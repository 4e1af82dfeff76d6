"""A search with its facets and days as one query: it means the same, whatever was typed, or there is none."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from difang.console.spoken import finds_nothing, joined
from difang.search.parser import parse
from difang.search.tree import All, Tree

TODAY = date(2026, 11, 30)
NARROWED = ["(channel:sd)", "from:2026-01-01"]
PIECES = [
    "地铁",
    "公交",
    "OR",
    "-",
    "(",
    ")",
    "，",
    '"',
    "“海边”",
    "editor:",
    "title:",
    "萧云",
    "最近7天",
    "*",
    "【",
    " ",
]


def parts(tree: Tree) -> set[Tree]:
    return {part for each in tree.parts for part in parts(each)} if isinstance(tree, All) else {tree}


def read(query: str) -> set[Tree]:
    return parts(parse(query, TODAY).typed)


@pytest.mark.parametrize(
    ("typed", "spoken"),
    [
        ("公交", "公交 (channel:sd) from:2026-01-01"),
        ("OR 地铁", "OR 地铁 (channel:sd) from:2026-01-01"),
        ("地铁 OR", "(channel:sd) from:2026-01-01 地铁 OR"),
        ("", "(channel:sd) from:2026-01-01"),
        ("，", None),
        ("*", None),
    ],
)
def test_operators_at_its_ends_stay_what_they_were(typed: str, spoken: str | None) -> None:
    assert joined(typed, NARROWED, TODAY) == spoken


@given(st.lists(st.sampled_from(PIECES), max_size=9).map(" ".join))
def test_what_is_joined_means_both_whatever_was_typed(typed: str) -> None:
    spoken = joined(typed, NARROWED, TODAY)
    if spoken is not None:
        assert read(spoken) == read(typed) | read(" ".join(NARROWED))


def test_more_choices_than_a_query_holds_are_not_spoken() -> None:
    assert joined("公交", [" OR ".join(f"editor:甲{number}" for number in range(120))], TODAY) is None


@pytest.mark.parametrize("query", ["*", "，", '"', "from:2020-02-30", "\udc80", "OR", "from:2026-03 to:2026-02"])
def test_what_can_never_be_found_is_known(query: str) -> None:
    assert finds_nothing(query, TODAY)


@pytest.mark.parametrize(
    "query", ["", "公交", "-公交", "公交 from:2020-02-30", "from:2026-02 to:2026-02", "editor:无此人"]
)
def test_what_might_be_found_is_not_refused(query: str) -> None:
    assert not finds_nothing(query, TODAY)
