"""An article's pages on a real server: its versions, where its story stands, and its archived copies."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from difang.crawler.ledger.addresses import Found, Headers
from difang.crawler.ledger.discoveries import Queued
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.page import Page, PageRef, Position
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.integration.consoles import console_in, console_on
from tests.integration.hostile import EVIL
from tests.made_articles import document, made_article

FOUND = "http://sd.people.com.cn/n2/2020/0206/c1-1.html"


def test_versions_are_shown_with_their_differences_and_hostile_text_stays_text(tmp_path: Path) -> None:
    old = made_article(id="v:1", title="海岱市公布新规", body=f"第一段。\n共有36例。{EVIL}")
    new = made_article(
        id="v:1", title="海岱市公布新规", body=f"第一段。\n共有63例。{EVIL}", fetched_at="2020-02-07T10:00:00+00:00"
    )
    index = EmbeddedIndex(tmp_path / "index")
    index.write([document(new)])
    index.keep_versions([old])
    with console_on(SearchIndex(EmbeddedEngine(tmp_path / "index")), index, tmp_path) as console:
        web = console.web
        assert "2 个版本" in web.get("/article/v:1").text
        page = web.get("/versions/v:1").text
        assert len(web.get("/api/v1/versions/v:1").json()) == 2
        assert web.get("/versions/none").status == 404
    assert sorted(re.findall(r"<(?:del|ins)><span[^>]*>[^<]*</span>([^<]*)", page)) == ["6", "6"]
    assert "<script>" not in page


def test_the_article_page_tells_where_the_story_stands_and_what_else_its_editor_did(tmp_path: Path) -> None:
    told = [
        made_article(id=f"s:{slug}", channel=slug, channel_name=f"{slug}频道", editors=("萧云",), published_at=at)
        for slug, at in (("sd", "2020-02-06T08:00:00+08:00"), ("js", "2020-02-06T11:30:00+08:00"))
    ]
    other = made_article(id="o:1", title="另一篇", editors=("萧云",))
    documents = [*(replace(document(one), story="s:sd") for one in told), document(other)]
    with console_in(tmp_path, documents) as console:
        web = console.web
        page = web.get("/article/s:js").text
        english = web.get("/article/s:js", accept_language="en").text
    assert "2 处刊出" in page
    assert "+3 小时" in page
    assert 'href="/article/s:sd"' in page
    assert 'href="/article/o:1"' in page
    assert "+3 h" in english


def test_readers_see_archived_copies_as_source_that_never_runs(tmp_path: Path) -> None:
    position = Position(file="a.warc.gz", offset=5, length=9)
    body = f"<html><script>alert(1)</script>{EVIL}山东".encode("gb18030")

    def read_page(asked: Position) -> Page:
        assert asked == position
        now = datetime(2026, 3, 1, tzinfo=UTC)
        return Page(
            url=FOUND, final_url=FOUND, status=200, headers=(), body=body, fetched_at=now, run_id="r", position=asked
        )

    with console_in(tmp_path, [document(made_article(id="people:L_1", url=FOUND))], read_page=read_page) as console:
        web, ledger = console.web, console.ledger
        run = ledger.runs.begin(channel="sd", channel_name="山东频道", started_by="test", logs=tmp_path)
        key = "people:L_1"
        ledger.discoveries.found(run.id, "sd", [Found(url=FOUND, key=key, page=1, found_on="http://sd.people.com.cn/")])
        ref = PageRef(url=FOUND, key=key, run_id=run.id, fetched_at=datetime(2026, 3, 1, tzinfo=UTC), position=position)
        ledger.discoveries.queued([Queued(ref=ref, headers=Headers())])
        assert "存档副本" in web.get("/article/people:L_1").text
        page = web.get("/archived/people:L_1")
        assert web.get("/archived/none").status == 404
        assert web.get("/archived/people:L_1?copy=7").status == 200
    assert page.status == 200
    assert "山东" in page.text
    assert "<script>" not in page.text
