"""What --explain and the console's "try a page" tell: each field of the contract has its rule and its text, uncut."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import astuple, fields
from functools import cache

import pytest

from difang.console.act.explained import explained
from difang.console.sentences import retelling
from difang.ingest.article import Article
from difang.ingest.extract import explain, extract, join
from difang.ingest.extract.explained import NOTHING, SIGNS, of_pages
from difang.ingest.extract.result import PageReading, Trace
from difang.ingest.extract.templates import templates
from difang.ingest.page import Page
from tests.golden.make import FOLDER
from tests.unit.extract.layouts import FIRST, LAYOUTS, SECOND, layout_c
from tests.unit.extract.pages import HOSTS, URL, page

CONTRACT = [field.name for field in fields(Article)]
GOLDEN = sorted(FOLDER.glob("*/*/page*.html"))
UNKNOWN = f"<html><body><h1>谷子长势好</h1><p>2024年05月10日</p><div><p>{FIRST}</p><p>{SECOND}</p></div></body></html>"
FULL = layout_c(
    f"<p>原标题：谷子长势不错（图）</p><p>{FIRST}</p><p>《 鹿台日报 》（ 2024年05月10日 04 版）</p>"
    "<p align=center><img src='/NMediaFile/2024/0510/1.jpg'></p><p align=center>谷田。赵六摄</p>"
).replace('<h4 class="sub">', '<h4 class="sub">三千亩')
FULL = FULL.replace('<div class="author cf">', '<div class="author cf">本报记者 钱伟 通讯员 李强')
BROKEN: dict[str, str | bytes] = {
    "no editor line": layout_c("<p>谷。</p>", editors="", when="2024年02月30日06:58"),
    "an unread one": layout_c("<p>谷。</p>", editors=f'<div class="edit">(责编：{"甲" * 200})</div>'),
    "stray bytes": layout_c(f"<p>{FIRST}</p>").encode() + b"\xff",
    "deep": layout_c("<div>" * 3_000 + "谷"),
}


def golden(file: object) -> Page:
    about = json.loads(file.with_name("headers.json").read_text(encoding="utf-8"))  # type: ignore[attr-defined]
    url = about["url"].replace(".html", f"{file.stem.removeprefix('page')}.html")  # type: ignore[attr-defined]
    return page(file.read_bytes(), url)  # type: ignore[attr-defined]


@cache
def readings() -> dict[str, tuple[PageReading, list[Trace]]]:
    """All golden pages, each layout, an unknown one, one with every field, and broken ones."""
    pages = {str(file.relative_to(FOLDER)): golden(file) for file in GOLDEN}
    made: dict[str, str | bytes] = {**LAYOUTS, "unknown": UNKNOWN, "full": FULL, **BROKEN}
    pages |= {name: page(html) for name, html in made.items()}
    pages["no address"] = page(LAYOUTS["C"], "")
    pages["moved"] = page(LAYOUTS["C"], URL.replace("c166192", "c1"), final_url=URL)
    found = {}
    for name, fetched in pages.items():
        reading, traces = explain(fetched, HOSTS)
        assert isinstance(reading, PageReading), reading
        found[name] = reading, traces
    return found


def values() -> Iterator[tuple[str, str, object, list[Trace]]]:
    for name, (reading, traces) in readings().items():
        for field, value in reading.article.to_dict().items():
            yield name, field, value, [trace for trace in traces if trace.field == field]


def test_every_field_of_every_template_has_an_entry() -> None:
    """One with a rule where it has a value, one that says so where it is empty; nothing else is told."""
    assert {reading.article.template for reading, _ in readings().values()} >= {one.name for one in templates()}
    filled = set()
    for name, field, value, traces in values():
        told = [trace for trace in traces if trace.rule != NOTHING]
        assert traces, (name, field)
        assert told or value in (None, "", (), []), (name, field, value)
        filled |= {field} if value not in (None, "", (), []) else set()
    assert filled == set(CONTRACT)
    assert all({trace.field for trace in traces} == set(CONTRACT) for _, traces in readings().values())


def test_the_text_is_what_the_value_was_read_from() -> None:
    """The whole of it, however long."""
    within = ("title", "pre_title", "subtitle", "original_title", "source", "byline", "body", "url")
    listed = ("urls", "sections", "keywords")
    for name, field, value, traces in values():
        text = "\n".join(trace.text for trace in traces)
        if field in within and value:
            assert str(value) in text, (name, field)
        if field in listed:
            assert all(str(one) in text for one in value), (name, field)  # type: ignore[attr-defined]
        if field == "images":
            assert all(image["url"] in text and (image["caption"] or "") in text for image in value)  # type: ignore[attr-defined]
        if field == "content_hash":
            assert hashlib.sha256(text.encode()).hexdigest() == value
        if field == "warnings":
            assert len([trace for trace in traces if trace.rule != NOTHING]) == len(value)  # type: ignore[arg-type]


def test_the_original_title_comes_of_its_whole_line() -> None:
    """Not of what was made of it; so do the time, the dateline and the link of the source."""
    of = {trace.field: trace.text for trace in readings()["full"][1]}
    assert of["original_title"] == "原标题：谷子长势不错（图）"
    assert of["dateline"] == FIRST
    assert of["published_at"] == of["source"] == "2024年05月10日06:58 | 来源：鹿台日报"
    assert of["source_url"] == "http://paper.example/1.html"
    assert of["print_edition"] == "《 鹿台日报 》（ 2024年05月10日 04 版）"


def test_an_unread_editor_line_is_told_in_full() -> None:
    """The warning has its first 100 characters."""
    line = f"(责编：{'甲' * 200})"
    traces = readings()["an unread one"][1]
    assert [trace.text for trace in traces if trace.field == "editors"] == [line]
    assert [trace.text for trace in traces if trace.rule == SIGNS["editor_line_unread"]] == [line]


def pages_of_three() -> list[tuple[PageReading, list[Trace]]]:
    links = "".join(f'<a href="/n2/2024/0510/c166192-40840001-{k}.html">【{k}】</a>' for k in (2, 3, 4))
    inner = (
        (f"<p>{FIRST}</p>", ""),
        (
            "<p>原标题：谷子</p><p>乙。<br><img src='/NMediaFile/2024/0510/2.jpg'></p>",
            '<div class="edit">(责编：王芳)</div>',
        ),
        ("<p>丙。</p><p>（记者孙明）</p>", ""),
    )
    found = []
    for number, (words, editors) in enumerate(inner, 1):
        html = layout_c(f'{words}<div class="zdfy">{links}</div>', editors=editors)
        reading, traces = explain(page(html, URL if number == 1 else URL.replace(".html", f"-{number}.html")), HOSTS)
        assert isinstance(reading, PageReading)
        found.append((reading, traces))
    return found


def test_a_joined_article_tells_which_page_each_value_came_from() -> None:
    """Editors found on the second page, reporters on the first and third, a page that is missing."""
    pages = pages_of_three()
    article = join([reading for reading, _ in pages])
    traces = of_pages(pages, article)
    assert [trace.field for trace in traces] == sorted((t.field for t in traces), key=CONTRACT.index)
    assert {trace.field for trace in traces} == set(CONTRACT)
    on = {field: [trace.page for trace in traces if trace.field == field] for field in CONTRACT}
    assert (on["title"], on["editors"], on["images"], on["original_title"]) == ([1], [2], [2], [2])
    assert (on["body"], on["reporters"], on["dateline"]) == ([1, 2, 3], [1, 3], [1])
    assert "\n".join(trace.text for trace in traces if trace.field == "body") == article.body
    assert [trace.text for trace in traces if trace.field == "page_count"] == ["1, 2, 3"]
    warned = [(trace.rule, trace.text) for trace in traces if trace.field == "warnings"]
    assert warned == [(SIGNS["missing_page"], "4")]


def test_the_console_tells_the_same() -> None:
    """But not of empty fields, which it lists on their own."""
    told = explained(page(FULL), HOSTS)
    _, traces = explain(page(FULL), HOSTS)
    assert [trace for line in told.lines for trace in line.traces] == [t for t in traces if t.rule != NOTHING]
    assert not told.others


def test_every_rule_is_said_in_chinese() -> None:
    """But for selectors, which are the same everywhere."""
    rules = {trace.rule for _, traces in readings().values() for trace in traces}
    chosen = (astuple(template) for template in templates())
    selectors = {selector for values in chosen for listed in values if isinstance(listed, tuple) for selector in listed}
    assert [rule for rule in rules - selectors if rule != "a.clink" and not retelling("zh").knows(rule)] == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_to_explain_changes_nothing_of_the_article(name: str) -> None:
    """The same code reads it."""
    assert explain(page(LAYOUTS[name]), HOSTS)[0] == extract(page(LAYOUTS[name]), HOSTS)
