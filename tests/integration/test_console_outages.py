"""What the console says while its index or its ledger is out of reach, and that it is well again by itself."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import quote

from difang.crawler.ledger.ledger import Ledger
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.search.elastic import ElasticEngine
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.integration.conftest import clear, client
from tests.integration.consoles import console_in, console_on
from tests.integration.hostile import HOSTILE
from tests.made_articles import document
from tests.services.people import signed_in
from tests.services.postgresql import Postgresql
from tests.services.relay import Relay
from tests.services.web import Web


def test_an_embedded_index_that_breaks_is_a_503_until_it_is_mended(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    index = EmbeddedIndex(folder)
    index.write([document(HOSTILE)])
    index.close()
    meta = folder / "meta.json"
    sound = meta.read_bytes()
    with console_on(SearchIndex(EmbeddedEngine(folder)), EmbeddedIndex(folder), tmp_path) as console:
        web = console.web
        meta.write_bytes(b"{")
        _assert_down(web)
        meta.write_bytes(sound)
        _assert_up(web)


def test_an_elasticsearch_that_is_down_is_a_503_until_it_is_back(elasticsearch_url: str, tmp_path: Path) -> None:
    relay = Relay(int(elasticsearch_url.rsplit(":", 1)[1]))
    with ExitStack() as stack:
        stack.callback(clear, elasticsearch_url)
        with closing(ElasticIndex(client(elasticsearch_url))) as writer:
            writer.write([document(HOSTILE)])
            writer.refresh()
        near = f"http://127.0.0.1:{relay.port}"
        web = stack.enter_context(
            console_on(SearchIndex(ElasticEngine(client(near))), ElasticIndex(client(near)), tmp_path)
        ).web
        for _ in range(2):
            _assert_down(web)
            with relay.up():
                _assert_up(web)
                assert web.get(f"/article/{'x' * 5000}").status == 404


def _assert_down(web: Web) -> None:
    for target in (
        "/",
        "/?q=a",
        "/article/x",
        "/versions/x",
        "/api/v1/search",
        "/api/v1/articles/x",
        "/api/v1/suggest?q=a",
    ):
        answer = web.get(target)
        assert answer.status == 503, target
        assert answer.json()["error"] if target.startswith("/api") else 'role="alert"' in answer.text
    assert web.get("/healthz").status == 200


def _assert_up(web: Web) -> None:
    assert "<strong>1</strong> 篇" in web.get("/").text
    assert web.get(f"/api/v1/articles/{quote(HOSTILE.id, safe='')}").status == 200


def test_while_postgresql_is_down_each_page_that_needs_the_ledger_says_so(
    postgresql: Postgresql, postgresql_ledger: str, tmp_path: Path
) -> None:
    with closing(Ledger(postgresql_ledger)) as ledger, console_in(tmp_path, ledger=ledger) as console:
        web = console.web
        cookie = signed_in(ledger).cookie
        assert web.get("/issues/9999999999999999999999", cookie=cookie).status == 400
        assert web.get("/issues/9999999999", cookie=cookie).status == 400
        postgresql.stop()
        try:
            answers = {path: web.get(path, cookie=cookie) for path in ("/sign-in", "/board", "/runs", "/issues", "/")}
        finally:
            postgresql.start()
        assert {path: answer.status for path, answer in answers.items()} == dict.fromkeys(answers, 503)
        assert all("请恢复数据库" in answer.text for answer in answers.values())
        assert web.get("/board", cookie=cookie).status == 200
