"""Exports and feeds over HTTP: whole, parsable, hostile text harmless."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from pyarrow import parquet

from tests.integration.consoles import console_in
from tests.made_articles import document, made_articles
from tests.services.web import Web

ATOM = "{http://www.w3.org/2005/Atom}"
ARTICLES = [
    *made_articles(120),
    replace(
        next(made_articles(1, seed=9)),
        id="evil",
        title="毒 <script>\x01]]>&amp;",
        body="毒文 <b>不该</b> 成为标记。" * 5,
    ),
    replace(
        next(made_articles(1, seed=10)), id="wide", title="海东　春日零\u200b宽👨\u200d👩", body="宽标题的文章。" * 5
    ),
]


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    documents = [document(article) for article in ARTICLES]
    with console_in(tmp_path_factory.mktemp("away"), documents) as console:
        yield console.web


def test_every_hit_comes_as_json_lines(web: Web) -> None:
    answer = web.get("/api/v1/export?format=jsonl")
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert 'attachment; filename="difang-' in answer.headers["content-disposition"]
    assert {json.loads(line)["id"] for line in answer.text.splitlines()} == {article.id for article in ARTICLES}


def test_a_table_opens_with_its_heading_and_no_formula(web: Web) -> None:
    answer = web.get("/api/v1/export?format=csv")
    assert answer.text.startswith("\ufeffid,")
    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"), newline="")))
    assert len(rows) == len(ARTICLES)


def test_parquet_is_whole(web: Web) -> None:
    table = parquet.read_table(io.BytesIO(web.get_bytes("/api/v1/export?format=parquet")))
    assert table.num_rows == len(ARTICLES)


def test_a_query_that_finds_nothing_gives_an_empty_file(web: Web) -> None:
    phrase = quote('"没有这样的词语啊"')
    assert web.get(f"/api/v1/export?q={phrase}").text == ""


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_feed_holds_the_newest_and_nothing_runs(web: Web, form: str) -> None:
    answer = web.get(f"/feed/{form}?q={quote('毒文')}")
    assert answer.headers["content-type"].startswith(f"application/{form}+xml")
    assert "<script" not in answer.text
    root = ElementTree.fromstring(answer.text)  # noqa: S314 our own
    titles = [element.text for element in root.iter(f"{ATOM}title" if form == "atom" else "title")]
    assert any((title or "").startswith("毒 <script>") for title in titles)


def test_a_headline_keeps_its_wide_spaces_and_joiners(web: Web) -> None:
    for form in ("atom", "rss"):
        assert "海东　春日零\u200b宽👨\u200d👩" in web.get(f"/feed/{form}?q={quote('宽标题的文章')}").text


def test_a_feed_says_what_it_is_of_and_leads_to_its_page(web: Web) -> None:
    asked = f"q={quote('毒文')}&channel=sd&channel=js&from=2015-01-01"
    page = f"http://127.0.0.1:{web.port}/?q={quote('毒文')}&from=2015-01-01&channel=sd&channel=js&sort=newest"
    rss = ElementTree.fromstring(web.get(f"/feed/rss?{asked}").text)  # noqa: S314 our own
    assert rss.findtext("channel/title") == "地方频道：毒文 · 山东频道、江苏频道 · 2015-01-01 – …"
    assert rss.findtext("channel/link") == page
    atom = ElementTree.fromstring(web.get(f"/feed/atom?{asked}").text)  # noqa: S314 our own
    links = {link.get("rel"): link.get("href") for link in atom.findall(f"{ATOM}link")}
    assert links["alternate"] == page
    assert links["self"] == f"http://127.0.0.1:{web.port}/feed/atom?{asked}"
    assert web.get(page.removeprefix(f"http://127.0.0.1:{web.port}")).status == 200


def test_every_item_names_its_channel(web: Web) -> None:
    atom = ElementTree.fromstring(web.get("/feed/atom").text)  # noqa: S314 our own
    rss = ElementTree.fromstring(web.get("/feed/rss").text)  # noqa: S314 our own
    by_atom = [entry.findtext(f"{ATOM}author/{ATOM}name") for entry in atom.iter(f"{ATOM}entry")]
    assert all(by_atom)
    assert [item.findtext("{http://purl.org/dc/elements/1.1/}creator") for item in rss.iter("item")] == by_atom


def test_only_the_two_forms_of_a_feed_are_there(web: Web) -> None:
    assert web.get("/feed/xyz").status == 404


PAGES = ["/", "/feed/atom", "/feed/rss", "/article/evil", "/trends", "/trends.csv?q=a", "/api"]
ROUTES = ["search?q=a", "export?format=csv", "suggest?q=a", "trends?q=a", "articles/evil", "versions/evil"]


@pytest.mark.parametrize("target", [*PAGES, *(f"/api/v1/{route}" for route in ROUTES)])
def test_the_head_of_a_page_can_be_asked_for(web: Web, target: str) -> None:
    head, whole = web.ask("HEAD", target, {}), web.get(target)
    assert (head.status, head.text) == (200, "")
    assert head.headers["content-type"] == whole.headers["content-type"]


def test_a_feed_of_everything_is_newest_first(web: Web) -> None:
    root = ElementTree.fromstring(web.get("/feed/atom").text)  # noqa: S314 our own
    times = [entry.findtext(f"{ATOM}published") or "" for entry in root.iter(f"{ATOM}entry")]
    assert len(times) == 50
    assert times == sorted(times, reverse=True)
