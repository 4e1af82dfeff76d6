"""Empty indexes of both kinds, what a worker works with, and a console with users."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from difang.console.act.workplace import Workplace
from difang.console.people.passwords import hashed
from difang.crawler.archive import Archive
from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import Role
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.port import ArticleIndex
from difang.ingest.sqlite_queue import SqliteQueue
from tests.integration.consoles import PASSWORD, Console, console_in
from tests.integration.parts import Parts, parts_in
from tests.services.people import signed_in

OpenIndex = Callable[[], ArticleIndex]


@pytest.fixture(params=["embedded", "elasticsearch"])
def open_index(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[OpenIndex]:
    """Opens the same index each time it is called, empty at first; all are closed at the end."""
    with ExitStack() as stack:
        if request.param == "elasticsearch":
            url = request.getfixturevalue("elasticsearch_url")
            clear(url)
            stack.callback(clear, url)

        def opened() -> ArticleIndex:
            index: ArticleIndex = (
                EmbeddedIndex(tmp_path / "index") if request.param == "embedded" else ElasticIndex(client(url))
            )
            stack.callback(index.close)
            return index

        yield opened


@pytest.fixture
def index(open_index: OpenIndex) -> ArticleIndex:
    """An empty index."""
    return open_index()


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[ArticleIndex]:
    """An empty embedded index, for what does not depend on the kind."""
    with closing(EmbeddedIndex(tmp_path / "embedded")) as index:
        yield index


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    """Queue, pieces, ledger and archive in a folder of their own."""
    with parts_in(tmp_path) as parts:
        yield parts


@pytest.fixture(scope="module")
def open_console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    """A console with the pages of the operators' deeds, and whoever signed in to it before."""
    folder = tmp_path_factory.mktemp("people")
    with closing(Ledger(f"sqlite:///{folder / 'ledger.db'}")) as ledger:
        place = Workplace(
            ledger=ledger,
            archive=Archive(folder / "archive", max_bytes=1_000_000),
            open_queue=partial(SqliteQueue, folder / "queue.db"),
            open_index=partial(EmbeddedIndex, folder / "index"),
            channels=load_channels(None),
            agent="difang",
        )
        with console_in(folder, ledger=ledger, workplace=place) as console:
            yield console


@pytest.fixture
def console(open_console: Console) -> Iterator[Console]:
    """The console with nobody but an admin and a reader who has a password."""
    people = open_console.ledger.people
    secret = people.invite(Role.ADMIN, by="test")
    people.accept(secret, name="keeper", password=hashed(PASSWORD, name="keeper"))
    people.accept(people.invite(Role.READER, by="test"), name="li", password=hashed(PASSWORD, name="li"))
    yield open_console
    signed_in(open_console.ledger, Role.ADMIN, name="last")
    for user in people.all():
        if user.name != "last":
            people.remove(user.name)
    open_console.ledger.sessions.forgive(["user li", "user keeper", "from 127.0.0.1"])


def client(url: str) -> Elasticsearch:
    return Elasticsearch(url, max_retries=0, request_timeout=60)  # a busy machine is slow, not broken


def clear(url: str) -> None:
    with client(url) as elasticsearch:
        for name in elasticsearch.indices.get(index="difang-articles*,difang-versions*").body:
            elasticsearch.indices.delete(index=name)
