"""What searches say where something else answers in Elasticsearch's place, or nothing does."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from threading import Event, Semaphore, Thread

import pytest

from difang.command.settings import Settings
from difang.command.wiring import open_index_for_readers, open_search
from difang.console.index_threads import MOST_AT_ONCE
from difang.ingest.errors import RetryLater
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.mapping import READ_ALIAS
from difang.search.index import SearchIndex
from tests.integration.conftest import clear, client
from tests.integration.consoles import console_on
from tests.made_articles import document, made_articles
from tests.services.answering import answering
from tests.services.web import Web

ELASTIC = "Elasticsearch"
HTML, JSON = "text/html", "application/vnd.elasticsearch+json;compatible-with=9"
ANSWERS = [
    (200, HTML, "<html>Sign in</html>"),
    (200, JSON, "{}"),
    (200, JSON, "[]"),
    (200, JSON, '{"hits": {}, "id": 7}'),
    (200, JSON, '{"hits": {"hits": [{}], "total": {}}}'),
    (200, JSON, '{"hits": {"hi'),
    (200, JSON, '{"hits": {"hits": [], "total": {"value": "three"}}, "aggregations": {}}'),
    (404, HTML, "<html>No such page</html>"),
    (404, JSON, "{}"),
]
ASKING: list[Callable[[SearchIndex], object]] = [
    lambda search: search.search("地铁"),
    lambda search: search.search("地铁", facets=False),
    lambda search: search.search("今天天气预报说明天会下雨吗"),
    lambda search: list(search.export("地铁")),
    lambda search: search.tally("地铁"),
    lambda search: search.suggest("地"),
    lambda search: search.of_story("x"),
    SearchIndex.documents,
]


@contextmanager
def gateway(status: int, kind: str, body: str, *, named: bool) -> Iterator[str]:
    """The address of something that gives this answer to everything, `named` Elasticsearch or not."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(status)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            if named:
                self.send_header("x-elastic-product", ELASTIC)
            self.end_headers()
            self.wfile.write(body.encode())

        do_POST = do_DELETE = do_GET  # noqa: N815 (http.server's names)

        def log_message(self, *_: object) -> None: ...

    with answering(Handler) as address:
        yield address


@pytest.mark.parametrize("named", [False, True])
@pytest.mark.parametrize(("status", "kind", "body"), ANSWERS)
def test_an_answer_of_somebody_else_is_one_sentence(status: int, kind: str, body: str, *, named: bool) -> None:
    """Not a traceback, and not a search that found nothing."""
    with (
        gateway(status, kind, body, named=named) as address,
        closing(open_search(Settings(index=address))) as search,
    ):
        for ask in ASKING:
            with pytest.raises(RetryLater):
                ask(search)


def test_a_part_of_the_index_that_is_away_is_no_smaller_total(elasticsearch_url: str) -> None:
    """Elasticsearch would answer 200 with what its other shards hold."""
    clear(elasticsearch_url)
    with (
        closing(ElasticIndex(client(elasticsearch_url))) as index,
        closing(open_search(Settings(index=elasticsearch_url))) as search,
        closing(client(elasticsearch_url)) as server,
    ):
        index.write([document(article) for article in made_articles(3, seed=7)])
        index.refresh()
        assert search.search("").total == 3
        server.indices.create(
            index="difang-articles-away",
            settings={"index.routing.allocation.require._name": "nowhere"},
            aliases={READ_ALIAS: {}},
            wait_for_active_shards="0",
        )
        for ask in ASKING[:6]:
            with pytest.raises(RetryLater):
                ask(search)
    clear(elasticsearch_url)


@pytest.mark.parametrize(("status", "kind", "body"), [ANSWERS[0], ANSWERS[1], ANSWERS[-2]])
def test_readers_are_told_to_come_back(status: int, kind: str, body: str, tmp_path: Path) -> None:
    with gateway(status, kind, body, named=True) as address:
        assert all(code == 503 for code, _ in _asked_at(address, tmp_path, 30.0))


def test_an_elasticsearch_that_hangs_is_given_up_and_asked_once(tmp_path: Path) -> None:
    """After the setting's seconds; nothing tries again in the reader's time."""
    asked: list[str] = []
    over = Event()

    class Silent(BaseHTTPRequestHandler):
        def handle(self) -> None:
            asked.append("once")
            over.wait(60)

    with answering(Silent) as address:
        try:
            for at, (code, seconds) in enumerate(_asked_at(address, tmp_path, 1.0), start=1):
                assert code == 503
                assert 1 <= seconds < 4
                assert len(asked) == at
        finally:
            over.set()


def test_what_needs_no_index_does_not_wait_behind_searches_that_hang(tmp_path: Path) -> None:
    """A hundred readers wait for an Elasticsearch that hangs; the page for signing in is there at once."""
    over, asked = Event(), Semaphore(0)

    class Silent(BaseHTTPRequestHandler):
        def handle(self) -> None:
            asked.release()
            over.wait(60)

    with answering(Silent) as address, _served(address, tmp_path, 60.0) as web:
        readers = [Thread(target=web.get, args=("/?q=a",), daemon=True) for _ in range(100)]
        for reader in readers:
            reader.start()
        try:
            for _ in range(MOST_AT_ONCE):
                assert asked.acquire(timeout=30)
            begun = time.monotonic()
            assert web.get("/sign-in").status == 200
            assert time.monotonic() - begun < 10
        finally:
            over.set()
        for reader in readers:
            reader.join()


def test_an_export_that_hangs_after_its_beginning_waits_once(tmp_path: Path) -> None:
    """The point in time is not closed with as much patience again."""
    over = Event()

    class Beginning(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            if not self.path.endswith("keep_alive=5m"):
                over.wait(60)
                return
            self.send_response(200)
            for name, value in (("content-type", JSON), ("content-length", "10"), ("x-elastic-product", ELASTIC)):
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b'{"id":"x"}')

        def do_DELETE(self) -> None:
            over.wait(60)

        def log_message(self, *_: object) -> None: ...

    with (
        answering(Beginning) as address,
        closing(open_search(Settings(var=tmp_path, index=address, search_timeout=4.0))) as search,
    ):
        begun = time.monotonic()
        with pytest.raises(RetryLater):
            list(search.export("地铁"))
        over.set()
        assert 4 <= time.monotonic() - begun < 7


def _asked_at(address: str, folder: Path, patience: float) -> Iterator[tuple[int, float]]:
    """Status and seconds of each page and route that reads the index."""
    with _served(address, folder, patience) as web:
        for target in ("/?q=a", "/feed/atom?q=a", "/api/v1/search?q=a", "/api/v1/export?q=a", "/article/x"):
            begun = time.monotonic()
            answer = web.get(target)
            assert answer.status != 503 or answer.headers["retry-after"] == "60"
            yield answer.status, time.monotonic() - begun


@contextmanager
def _served(address: str, folder: Path, patience: float) -> Iterator[Web]:
    settings = Settings(var=folder, index=address, search_timeout=patience)
    with console_on(open_search(settings), open_index_for_readers(settings), folder) as console:
        yield console.web
