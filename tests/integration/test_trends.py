"""Trends on a real server and index: figures exact, plots with tables beside them, permalinks, CSV."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote
from xml.etree import ElementTree

import pytest

from difang.console.trends.tiles import PLACES
from difang.crawler.channel_table import load_channels
from tests.integration.consoles import console_in
from tests.made_articles import document, made_articles
from tests.services.web import Web

ARTICLES = list(made_articles(200))
EVIL = '<script>alert(1)</script>" onload="x'


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    documents = [document(article) for article in ARTICLES]
    with console_in(tmp_path_factory.mktemp("trends"), documents) as console:
        yield console.web


def rows(web: Web, target: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(web.get(quote(target, safe="/?&=:+%")).text.removeprefix("\ufeff"))))


def test_the_csv_holds_every_period_without_a_gap_and_every_article_once(web: Web) -> None:
    table = rows(web, "/trends.csv?q=channel:sd&q=-channel:sd&by=month&from=2016-01-01&to=2025-12-31")
    assert [row["first day"][:7] for row in table] == [f"{2016 + at // 12}-{at % 12 + 1:02}" for at in range(120)]
    months = Counter(article.published_at[:7] for article in ARTICLES if article.channel == "sd")
    assert {row["first day"][:7]: int(row["channel:sd"]) for row in table if row["channel:sd"] != "0"} == months
    assert sum(int(row["channel:sd"]) + int(row["'-channel:sd"]) for row in table) == len(ARTICLES)


def test_weeks_begin_on_monday_and_days_are_of_beijing(web: Web) -> None:
    article = ARTICLES[0]
    day = article.published_at[:10]
    (week,) = rows(web, f"/trends.csv?q=channel:{article.channel}&by=week&from={day}&to={day}")
    assert week["first day"] <= day <= week["last day"]
    (one,) = rows(web, f"/trends.csv?q=channel:{article.channel}&by=day&from={day}&to={day}")
    assert one["first day"] == one["last day"] == day
    assert int(one[f"channel:{article.channel}"]) >= 1


def test_channels_are_counted_and_a_figure_leads_to_its_articles(web: Web) -> None:
    table = rows(web, "/trends.csv?q=title:地铁%20OR%20公交&over=channel")
    counts = {row["channel"]: int(row["title:地铁 OR 公交"]) for row in table}
    page = web.get(f"/trends?q={quote('title:地铁 OR 公交')}").text
    links = re.findall(r'<a href="(/\?q=[^"]*channel=(\w+)[^"]*)">([\d,]+)</a>', page)
    assert {slug: int(count) for _, slug, count in links} == {slug: count for slug, count in counts.items() if count}
    for address, _, count in links:
        assert f"<strong>{count}</strong>" in web.get(address.replace("&amp;", "&")).text


def test_five_queries_are_drawn_each_with_a_line_a_map_and_a_column(web: Web) -> None:
    queries = "&".join(f"q={quote(word)}" for word in ("地铁", "公交", "图书馆", "港口", EVIL))
    page = web.get(f"/trends?{queries}&by=week", accept_language="en")
    assert page.status == 200
    assert page.text.count("<polyline") == page.text.count("<figure>") == 5
    assert "<script" not in page.text
    assert "style=" not in page.text
    for drawing in re.findall(r"<svg.*?</svg>", page.text, re.DOTALL):
        ElementTree.fromstring(drawing)  # noqa: S314 our own page


def test_what_a_query_ignores_is_told(web: Web) -> None:
    asked = f"q={quote('地铁')}&q={quote('公交 from:2020-02-30')}"
    series = web.get(f"/api/v1/trends?{asked}").json()["series"]
    assert [one["ignored"] for one in series] == [[], ["from:2020-02-30, which is no date"]]
    assert "未采用 from:2020-02-30，没有这样的日期。" in web.get(f"/trends?{asked}").text


def test_every_channel_of_the_table_has_a_tile_of_its_own() -> None:
    assert {channel.slug for channel in load_channels(None)} == set(PLACES)
    assert len(set(PLACES.values())) == len(PLACES)


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/trends", 200),
        ("/trends?q=", 200),
        ("/trends?q=没有这样的词", 200),
        ("/trends?q=a&from=2026-02-30", 400),
        ("/trends?q=a&from=2026-02-03&to=2026-02-01", 400),
        ("/trends?q=&q=公&by=day", 400),  # ten years of days
        ("/trends?q=a&from=0001-01-01&to=9999-12-31", 400),
        ("/trends?q=公&from=9999-12-01&to=9999-12-31", 200),
        ("/trends?q=公&by=week&from=0001-01-01&to=0001-02-01", 200),
        ("/trends?q=公&by=nonsense", 200),
        ("/trends?q=" + "公" * 5_000, 200),
        ("/trends.csv?q=公&over=nonsense", 422),
        ("/trends.csv", 200),
        ("/api/v1/trends?q=a&q=b&q=c&q=d&q=e&q=f", 422),
    ],
)
def test_odd_addresses_say_what_is_wrong(web: Web, target: str, status: int) -> None:
    assert web.get(quote(target, safe="/?&=:+%")).status == status
