"""A worker that reads in its own process: the next pages are read while the index waits, and at no other time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event

import pytest

from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.port import ArticleIndex
from difang.ingest.note import Note
from difang.ingest.outcome import Ending, Outcome
from difang.ingest.page import Page, Position
from difang.ingest.readers import ReadHere
from difang.ingest.turns import Turns
from difang.ingest.worker import Worker
from tests.integration.conftest import clear, client
from tests.integration.parts import Parts
from tests.integration.test_worker import SINGLE, fetched

SLOW, LATE = 0.1, 10.0

Open = Callable[[Turns], ArticleIndex]


class AllRead(Turns):
    """Whoever waits for the index waits until all pages are read."""

    def __init__(self) -> None:
        super().__init__()
        self.all = Event()
        self.waits: list[bool] = []

    @contextmanager
    def waiting(self) -> Iterator[None]:
        with super().waiting():
            yield
            self.waits.append(self.all.wait(LATE))


@pytest.fixture(params=["embedded", "elasticsearch"])
def open_sharing(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    if request.param == "embedded":
        return lambda turns: EmbeddedIndex(tmp_path / "index", turns)
    url = request.getfixturevalue("elasticsearch_url")
    clear(url)
    request.addfinalizer(lambda: clear(url))
    return lambda turns: ElasticIndex(client(url), turns)


def test_the_next_pages_are_read_while_the_index_waits_and_at_no_other_time(parts: Parts, open_sharing: Open) -> None:
    parts.fetch([fetched(record["url"]) for record in SINGLE[:16]])
    turns, read, meanwhile = AllRead(), [], []

    def read_page(position: Position) -> Page:
        read.append(position)
        if len(read) == 6:
            turns.all.set()
        elif len(read) > 6:
            time.sleep(SLOW)  # the ten of the third batch take longer than the index does
        return parts.archive.read(position)

    class Telling:
        def tell(self, endings: Sequence[Ending], notes: Sequence[Note] = ()) -> None:
            before = len(read)
            time.sleep(4 * SLOW)
            meanwhile.append((before < 16, len(read) - before))
            parts.ledger.tell(endings, notes)

    with closing(open_sharing(turns)) as index:
        worker = Worker(
            queue=parts.queue,
            reader=ReadHere(read_page, parts.hosts, turns),
            index=index,
            pieces=parts.pieces,
            endings=Telling(),
            turns=turns,
        )
        assert worker.work(3) == {Outcome.INDEXED: 3}
        assert turns.waits
        assert all(turns.waits)
        assert len(read) == 6  # also those of the second batch, while the index waited
        assert worker.work(10) == {Outcome.INDEXED: 3}
        assert worker.work(10) == {Outcome.INDEXED: 10}
    assert meanwhile[:2] == [(True, 0), (True, 0)]
