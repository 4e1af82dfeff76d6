"""The bench of the ingest runs in small, every way on both indexes: what it measures is also right."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.ingest import EXTRACTION, PLAIN, WORKER, WORKER_2, WRITER, Bench
from bench.ingest_ways import FOREIGN, on_elasticsearch, on_embedded
from tests.faults.corpus import corpus_in
from tests.integration.conftest import clear, client

FEW = 40


@pytest.mark.parametrize("kind", ["embedded", "elasticsearch"])
def test_every_way_is_measured_and_finds_its_documents(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("elasticsearch_url") if kind == "elasticsearch" else ""
    ways = on_elasticsearch(url) if url else on_embedded(tmp_path / "index")
    bench = Bench(corpus_in(tmp_path / "corpus", FEW), ways, tmp_path / "work")
    done = list(bench.round(backwards=False))
    assert {EXTRACTION, PLAIN, WORKER, WORKER_2, WRITER} <= set(done)
    assert bench.taken.keys() == set(done)
    assert all(len(taken.rate) == 1 and taken.rate[0] > 0 for taken in bench.taken.values())
    if url:
        clear(url)
        with client(url) as server:
            server.indices.delete(index=FOREIGN)
