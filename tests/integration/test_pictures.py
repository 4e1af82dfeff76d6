"""An article's pictures: where an archived copy has its text in their places, and loaded only when asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from difang.crawler.ledger.addresses import Found, Headers
from difang.crawler.ledger.discoveries import Queued
from difang.ingest.article import Image
from difang.ingest.errors import RetryLater
from difang.ingest.extract import extract
from difang.ingest.extract.result import PageReading
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.page import Page, PageRef, Position
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.integration.consoles import console_on
from tests.made_articles import document
from tests.services.web import Web
from tests.unit.extract.layouts import layout_c
from tests.unit.extract.pages import page as made_page

FOUND = "http://sd.people.com.cn/n2/2024/0510/c166192-40840001.html"
BODY = """<p style="text-align:center"><img src="/NMediaFile/2024/0510/LOCALa.jpg"></p>
<p style="text-align:center">图为海岱市新修的堤坝。</p><p>第一段说的是堤坝，一共修了三年才修好。</p>
<p style="text-align:center"><img src="http://elsewhere.example/b.jpg"></p><p>第二段说的是水库，今年蓄水比往年早。</p>"""
ARTICLE = "people:40840001"
PLACE = Position(file="a.warc.gz", offset=5, length=9)


class Archive:
    """One page, or a store that is away."""

    def __init__(self) -> None:
        self.away = False
        self.page = replace(made_page(layout_c(BODY), FOUND), position=PLACE)

    def read(self, position: Position) -> Page:
        if self.away:
            raise RetryLater("The store is away.")
        assert position == PLACE
        return self.page


@pytest.fixture
def archive() -> Archive:
    return Archive()


@pytest.fixture
def index(tmp_path: Path) -> Iterator[EmbeddedIndex]:
    with closing(EmbeddedIndex(tmp_path / "index")) as index:
        yield index


@pytest.fixture
def web(archive: Archive, index: EmbeddedIndex, tmp_path: Path) -> Iterator[Web]:
    read = extract(archive.page, {})
    assert isinstance(read, PageReading)
    article = read.article
    index.write([document(article)])
    search = SearchIndex(EmbeddedEngine(tmp_path / "index"))
    with console_on(search, index, tmp_path, read_page=archive.read) as console:
        ledger = console.ledger
        run = ledger.runs.begin(channel="sd", channel_name="山东频道", started_by="test", logs=tmp_path)
        found = Found(url=FOUND, key=article.id, page=1, found_on="http://sd.people.com.cn/")
        ledger.discoveries.found(run.id, "sd", [found])
        ref = PageRef(
            url=FOUND, key=article.id, run_id=run.id, fetched_at=datetime(2026, 3, 1, tzinfo=UTC), position=PLACE
        )
        ledger.discoveries.queued([Queued(ref=ref, headers=Headers())])
        yield console.web


def order(page: str) -> list[str]:
    """Paragraphs and pictures of the text, in their order."""
    text = page[page.index('<div class="body">') : page.index('<div class="beside">')]
    return [kind or "figure" for kind in re.findall(r"<p>(第.段)|<figure", text)]


def test_pictures_stand_between_the_paragraphs_with_their_captions(web: Web) -> None:
    page = web.get(f"/article/{ARTICLE}").text
    assert order(page) == ["figure", "第一段", "figure", "第二段"]
    assert "<figcaption>图为海岱市新修的堤坝。</figcaption>" in page
    assert "<img" not in page
    assert 'id="images"' not in page


def test_they_are_loaded_when_asked_and_from_the_site_alone(web: Web) -> None:
    plain, loaded = web.get(f"/article/{ARTICLE}"), web.get(f"/article/{ARTICLE}?images=true")
    assert "img-src" not in plain.headers["content-security-policy"]
    policy = loaded.headers["content-security-policy"]
    assert policy.endswith("; img-src 'self' http://sd.people.com.cn")
    assert "default-src 'self'" in policy
    (image,) = re.findall(r"<img [^>]+>", loaded.text)
    assert 'src="http://sd.people.com.cn/NMediaFile/2024/0510/LOCALa.jpg"' in image
    assert 'alt="图为海岱市新修的堤坝。"' in image
    assert 'referrerpolicy="no-referrer"' in image
    assert 'href="http://elsewhere.example/b.jpg"' in loaded.text


def test_without_a_copy_of_this_text_they_stand_behind_it(web: Web, archive: Archive) -> None:
    archive.page = replace(archive.page, body=archive.page.body.replace("水库".encode(), "渔场".encode()))
    assert order(web.get(f"/article/{ARTICLE}").text) == ["第一段", "第二段", "figure", "figure"]


def test_while_the_archive_is_away_the_article_is_read_all_the_same(web: Web, archive: Archive) -> None:
    archive.away = True
    answer = web.get(f"/article/{ARTICLE}")
    assert (answer.status, order(answer.text)) == (200, ["第一段", "第二段", "figure", "figure"])


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example; script-src */a.jpg",
        "http://a'b.people.com.cn/x",
        "javascript:alert(1)",
        "//x/y",
        "",
        "http://",
    ],
)
def test_an_odd_address_of_a_picture_never_gets_into_the_policy(web: Web, index: EmbeddedIndex, url: str) -> None:
    (held,) = index.get([ARTICLE]).values()
    index.write([document(replace(held.article, images=(Image(url=url, caption=None),)))])
    answer = web.get(f"/article/{ARTICLE}?images=true")
    assert answer.status == 200
    assert "img-src" not in answer.headers["content-security-policy"]
    assert "<img" not in answer.text
