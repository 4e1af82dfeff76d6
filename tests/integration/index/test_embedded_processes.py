"""The embedded index among several processes: one writes, others read; a kill loses nothing acknowledged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from difang.ingest.errors import RetryLater
from difang.ingest.index.embedded import EmbeddedIndex
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.made_articles import document, made_articles

WRITER = """
import sys
from pathlib import Path
from difang.ingest.index.embedded import EmbeddedIndex
from tests.made_articles import document, made_articles
index = EmbeddedIndex(Path(sys.argv[1]))
batch = []
for article in made_articles(100_000):
    batch.append(document(article))
    if len(batch) == 20:
        index.write(batch)
        print(article.id, flush=True)
        batch.clear()
"""


def test_a_killed_writer_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    """And leaves the folder to the next; meanwhile another process reads, and may not write."""
    with subprocess.Popen([sys.executable, "-c", WRITER, tmp_path], stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        acknowledged = [writer.stdout.readline().strip() for _ in range(5)]
        search = SearchIndex(EmbeddedEngine(tmp_path))
        assert search.documents() >= 100
        with pytest.raises(RetryLater, match="Another difang process writes"):
            EmbeddedIndex(tmp_path).write([document(next(made_articles(1)))])
        writer.kill()
        acknowledged += writer.stdout.read().split()
    with_next = EmbeddedIndex(tmp_path)
    assert set(with_next.get(acknowledged)) == set(acknowledged)
    written = search.documents()
    assert written >= 20 * len(acknowledged)
    with_next.write([document(article) for article in made_articles(written + 1)])
    assert search.documents() == written + 1
    with_next.close()
