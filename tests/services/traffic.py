"""Processes that write and search an index while something is done to it; each ends when its standard input does.

`python -m tests.services.traffic write|search KIND PLACE NUMBER`, KIND embedded (PLACE a folder) or elasticsearch (its
address). The articles are made_articles(…); the first so many are there before and stay, what a writer adds has its
number in the ids.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from elasticsearch import Elasticsearch

from difang.ingest.article import Article
from difang.ingest.errors import RetryLater
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.mapping import ARTICLES
from difang.ingest.index.moving.elastic import ElasticMove
from difang.ingest.index.moving.embedded import EmbeddedMove
from difang.ingest.index.moving.report import Move, Told
from difang.ingest.index.port import ArticleIndex, Written
from difang.search.elastic import ElasticEngine
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.made_articles import document, made_articles

EVERY_SECONDS = 0.05
_BATCH = 20
_WORD = "海岱市"
_LATER = "2021-01-01T00:00:00+00:00"


def _client(address: str) -> Elasticsearch:
    return Elasticsearch(address, max_retries=0, request_timeout=60)


def open_index(kind: str, place: str) -> ArticleIndex:
    """The write side."""
    return EmbeddedIndex(Path(place)) if kind == "embedded" else ElasticIndex(_client(place))


def open_search(kind: str, place: str) -> SearchIndex:
    """The read side."""
    if kind == "embedded":
        return SearchIndex(EmbeddedEngine(Path(place)))
    return SearchIndex(ElasticEngine(_client(place)))


@contextlib.contextmanager
def open_move(kind: str, place: str, told: Told = lambda _: None) -> Iterator[Move]:
    """What migrates."""
    if kind == "embedded":
        yield EmbeddedMove(Path(place), told)
        return
    with _client(place) as client:
        yield ElasticMove(client, ARTICLES, told)


def added(number: int) -> Iterator[Article]:
    """What the writer of this number adds, without end; every fifth is corrected, every seventh removed again."""
    for place, article in enumerate(made_articles(10_000_000, seed=number)):
        yield replace(article, id=f"people:L_{number}{place:07}")


def write(index: ArticleIndex, number: int, stop: threading.Event) -> dict[str, Any]:
    """Add, correct and remove until told to stop; the titles that must be there, and the ids that must not."""
    there: dict[str, str] = {}
    gone: list[str] = []
    coming = added(number)
    while not stop.is_set():
        batch = [next(coming) for _ in range(_BATCH)]
        _insist(lambda batch=batch: _write(index, batch))
        there |= {article.id: article.title for article in batch}
        corrected = [replace(article, title=f"更正{article.title}", fetched_at=_LATER) for article in batch[::5]]
        _insist(lambda corrected=corrected: _write(index, corrected))
        there |= {article.id: article.title for article in corrected}
        removed = [article.id for article in batch[3::7]]
        _insist(lambda removed=removed: index.remove(removed))
        gone += removed
    for id_ in gone:
        there.pop(id_, None)
    return {"there": there, "gone": gone}


def _write(index: ArticleIndex, articles: Sequence[Article]) -> None:
    for result in index.write([document(article) for article in articles]):
        if result.written is not Written.KEPT:
            raise RetryLater(f"{result.id} is {result.written}: {result.reason}")


def _insist(do: Any) -> None:
    """As the page queue does: the same again until it is done."""
    for _ in count():
        try:
            do()
        except RetryLater:
            time.sleep(0.1)
        else:
            return


def search(index: SearchIndex, least: int, expected: int, stop: threading.Event) -> dict[str, Any]:
    """Search again and again; how often, how often it failed or found fewer than there are, and the slowest."""
    searches, failed, slowest = 0, [], 0.0
    while not stop.wait(EVERY_SECONDS):
        began = time.monotonic()
        try:
            found, documents = index.search(_WORD).total, index.documents()
            if found < expected or documents < least:
                failed.append(f"{found} of {expected} found, {documents} of {least} documents")
        except Exception as error:  # whatever it is, it is a failed search
            failed.append(f"{type(error).__name__}: {error}")
        slowest = max(slowest, time.monotonic() - began)
        searches += 1
    return {"searches": searches, "failed": failed, "slowest": round(slowest, 3)}


@dataclass
class Traffic:
    """Running processes."""

    processes: list[subprocess.Popen[str]]

    def end(self) -> list[dict[str, Any]]:
        """What each did, in order."""
        done = []
        for process in self.processes:
            out, _ = process.communicate(timeout=60)
            done.append(json.loads(out.splitlines()[-1]))
        return done


@contextlib.contextmanager
def traffic(kind: str, place: str, *, least: int, writers: int) -> Iterator[Traffic]:
    """So many writers (numbers from 2 on) and one searcher, last; all are at work when this begins."""
    processes: list[subprocess.Popen[str]] = []

    def start(verb: str, *numbers: int) -> None:
        for number in numbers:
            command = [sys.executable, "-m", "tests.services.traffic", verb, kind, place, str(number)]
            processes.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        for process in processes[-len(numbers) :]:
            assert process.stdout is not None
            assert process.stdout.readline() == "at work\n"

    try:
        start("search", least)  # counts what stays, before others write what they remove again
        start("write", *range(2, 2 + writers))
        yield Traffic([*processes[1:], processes[0]])
    finally:
        for process in processes:
            process.kill()
            process.communicate()


def _wait_for_the_end(stop: threading.Event) -> None:
    sys.stdin.read()
    stop.set()


def _at_work() -> None:
    sys.stdout.write("at work\n")
    sys.stdout.flush()


def main() -> None:
    verb, kind, place, number = sys.argv[1:]
    stop = threading.Event()
    threading.Thread(target=_wait_for_the_end, args=(stop,), daemon=True).start()
    if verb == "write":
        _at_work()
        index = open_index(kind, place)
        done = write(index, int(number), stop)
        index.close()
    else:
        searched = open_search(kind, place)
        expected = searched.search(_WORD, facets=False).total
        _at_work()
        done = search(searched, int(number), expected, stop)
    sys.stdout.write(json.dumps(done) + "\n")


if __name__ == "__main__":
    main()
