"""Pages nested deep, texts of many megabytes, and characters no text should hold: nothing after them is lost."""

from __future__ import annotations

import pytest

from difang.ingest.extract import extract
from difang.ingest.extract.result import PageReading
from tests.unit.extract.layouts import layout_c
from tests.unit.extract.pages import HOSTS, page

END = "<p>渠水流到了最后一块田里。</p>"
NORMAL = layout_c(f"<p>开闸放水。</p>{END}")


def read(html: str) -> PageReading:
    reading = extract(page(html), HOSTS)
    assert isinstance(reading, PageReading), reading
    return reading


@pytest.mark.parametrize(
    "before",
    ["<font>水" * 300, "<div>" * 1_500, f"<p>{'开闸放水。' * 700_000}</p>", f"<p><img alt='{'x' * 11_000_000}'></p>"],
    ids=["fonts", "divs", "long text", "long attribute"],
)
def test_what_follows_depth_or_length_is_read(before: str) -> None:
    """libxml2 by itself stops at 256 elements within each other and at a text of 10 MB."""
    article = read(layout_c(before + END)).article
    assert article.body.endswith("渠水流到了最后一块田里。")
    assert "cut_short" not in article.warnings


def test_a_page_deeper_than_the_parser_goes_says_so() -> None:
    """Its time and headline are read, and a warning tells that the rest was not."""
    article = read(layout_c("<p>开闸放水。</p>" + "<div>" * 5_000 + END)).article
    assert "cut_short" in article.warnings
    assert article.body == "开闸放水。"


@pytest.mark.parametrize("written", ["\ufdd0", "&#xFDD0;", "&#64976;", "\ufdd1", "&#xfdd2;", "\ufdd3", "&#0;", "\0("])
def test_characters_that_are_none_cost_no_paragraph(written: str) -> None:
    """Noncharacters of Unicode, raw or as references, and NULs."""
    article = read(layout_c(f"<p>开{written}闸放水。</p>{END}")).article
    assert article.body.split("\n")[1:] == read(NORMAL).article.body.split("\n")[1:]
    assert article.images == ()
