"""Pages on paper, in real Chromium: nothing is cut off, nothing wider than the sheet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page

from tests.integration.consoles import console_in
from tests.made_articles import document, made_articles
from tests.services.web import Web

ARTICLES = list(made_articles(200))
LONG = replace(ARTICLES[0], id="people:L_9", title="很长的标题" * 200, reporters=("某记者",) * 60)
SHEET = {"width": 718, "height": 1_000}
"""A4 less margins of a centimetre, in CSS pixels."""
CUT = """() => [...document.querySelectorAll("pre, .wide, table")].filter(one =>
    one.scrollHeight > one.clientHeight + 1 && getComputedStyle(one).overflowY !== "visible"
    || one.getBoundingClientRect().right > innerWidth + 1).map(one => one.className || one.tagName)"""


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    documents = [document(article) for article in (*ARTICLES, LONG)]
    with console_in(tmp_path_factory.mktemp("print"), documents) as console:
        yield console.web


@pytest.fixture
def page(chromium: Browser, web: Web) -> Iterator[Page]:
    with chromium.new_context(base_url=f"http://127.0.0.1:{web.port}", viewport=SHEET) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.emulate_media(media="print")
        yield page


def printed(page: Page, target: str) -> list[str]:
    """What is cut off of a page whose details are all open."""
    page.goto(target)
    page.evaluate("() => document.querySelectorAll('details').forEach(one => one.open = true)")
    return list(page.evaluate(CUT))


def test_the_tables_of_trends_are_printed_whole(page: Page) -> None:
    queries = "&".join(f"q={quote(word * 10)}%20OR%20channel:sd" for word in ("地铁", "公交", "图书馆", "港口", "海岱"))
    assert printed(page, f"/trends?{queries}&by=month") == []
    assert page.locator(".figures").count() == 2


def test_a_long_citation_is_printed_whole(page: Page) -> None:
    assert printed(page, f"/article/{quote(LONG.id)}") == []
    assert page.locator("pre.cited").first.evaluate("one => one.clientHeight") > 700
