"""Citations: the two forms, and characters that mean something to TeX."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from difang.console.citation import bibtex, gbt7714
from difang.ingest.article import PrintEdition
from tests.made_articles import made_articles

SEEN = date(2026, 11, 23)


def test_an_online_article_is_cited_with_both_days() -> None:
    article = replace(next(made_articles(1)), reporters=("甲某", "乙某", "丙某", "丁某"), print_edition=None)
    line = gbt7714(article, seen=SEEN)
    assert line.startswith(f"甲某, 乙某, 丙某, 等. {article.title}[EB/OL]. ")
    assert line.endswith(f"({article.published_at[:10]})[2026-11-23]. {article.url}.")


def test_an_article_of_a_newspaper_is_cited_by_its_edition() -> None:
    edition = PrintEdition(paper="人民日报", date="2024-05-10", page="04")
    article = replace(next(made_articles(1)), reporters=(), correspondents=(), print_edition=edition)
    assert gbt7714(article, seen=SEEN) == f"{article.title}[N]. 人民日报, 2024-05-10(04)."


def test_a_title_full_of_tex_stays_text() -> None:
    article = replace(next(made_articles(1)), title=r"50% & \input{x} #1 $y$ a_b", id="people:L_1")
    entry = bibtex(article, seen=SEEN)
    assert entry.startswith("@online{people_L_1,")
    assert r"title = {{50\% \& \textbackslash{}input\{x\} \#1 \$y\$ a\_b}}" in entry
