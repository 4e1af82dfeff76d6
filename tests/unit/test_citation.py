"""Citations: the two forms, and characters that mean something to TeX."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from difang.console.citation import bibtex, gbt7714
from difang.ingest.article import PrintEdition
from tests.made_articles import made_articles

SEEN = date(2026, 11, 23)


def test_an_online_article_is_cited_with_both_days() -> None:
    article = replace(next(made_articles(1)), reporters=("甲某", "乙某", "丙某", "丁某"), print_edition=None)
    day = article.published_at[:10]
    cited = f"甲某, 乙某, 丙某, 等. {article.title}[EB/OL]. ({day})[2026-11-23]. {article.url}."
    assert gbt7714(article, seen=SEEN) == cited


def test_an_article_of_a_newspaper_is_cited_by_its_edition() -> None:
    edition = PrintEdition(paper="人民日报", date="2024-05-10", page="04")
    article = replace(next(made_articles(1)), reporters=(), correspondents=(), print_edition=edition)
    cited = f"{article.title}[N/OL]. 人民日报, 2024-05-10(4)[2026-11-23]. {article.url}."
    assert gbt7714(article, seen=SEEN) == cited
    entry = bibtex(article, seen=SEEN)
    assert entry.startswith("@article{")
    for field in (
        "journal = {人民日报}",
        "year = {2024}",
        "date = {2024-05-10}",
        "pages = {4}",
        "entrysubtype = {newspaper}",
    ):
        assert f"  {field},\n" in entry
    assert "howpublished" not in entry


def test_an_online_article_is_an_entry_plain_bibtex_knows() -> None:
    article = replace(next(made_articles(1)), source="海岱晚报", print_edition=None, url="http://a.example/b_c%20{d}")
    entry = bibtex(article, seen=SEEN)
    day = article.published_at[:10]
    for field in (
        r"howpublished = {海岱晚报, \url{http://a.example/b_c%20%7Bd%7D}}",
        f"year = {{{day[:4]}}}",
        f"note = {{Published {day}, accessed 2026-11-23}}",
    ):
        assert f"  {field},\n" in entry


def test_a_title_full_of_tex_stays_text() -> None:
    article = replace(next(made_articles(1)), title=r"50% & \input{x} #1 $y$ a_b", id="people:L_1")
    entry = bibtex(article, seen=SEEN)
    assert entry.startswith("@misc{people_L_1,")
    assert r"title = {{50\% \& \textbackslash{}input\textbraceleft{}x\textbraceright{} \#1 \$y\$ a\_b}}" in entry


@pytest.mark.parametrize(
    ("title", "body", "cited"),
    [
        ("泉城新开\n三条\r\n公交线路", "正文。", "泉城新开 三条 公交线路"),
        (" ", "济南今日\n开通三条公交线路。", "[济南今日 开通三条公交线路。]"),
        ("", "字" * 31, f"[{'字' * 30}…]"),
        ("", "", "[无标题]"),
    ],
)
def test_a_headline_is_one_line_and_where_there_is_none_the_text_stands_for_it(
    title: str, body: str, cited: str
) -> None:
    article = replace(next(made_articles(1)), title=title, body=body, reporters=("甲\n某",), print_edition=None)
    assert gbt7714(article, seen=SEEN).startswith(f"甲 某. {cited}[EB/OL]. (")
    assert "\n" not in gbt7714(article, seen=SEEN)
    assert f"  title = {{{{{cited}}}}},\n" in bibtex(article, seen=SEEN)


@given(st.text("{}\\a中 %", max_size=12))
def test_braces_of_a_title_never_open_or_close_a_field(title: str) -> None:
    entry = bibtex(replace(next(made_articles(1)), title=title), seen=SEEN)
    depths = list(accumulate({"{": 1, "}": -1}.get(character, 0) for character in entry))
    assert min(depths) == 0
    assert depths.index(0, entry.index("{")) == len(entry) - 2
