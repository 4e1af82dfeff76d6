"""Migration and rollback while others write and search: searches failed, articles missing, seconds.

    python -m bench.migration [--articles 200000] [--only elasticsearch] [--writers 2]

So many ready-made articles are written first. Then writers add, correct and remove, and a searcher asks every 50 ms,
each in a process of its own, while the index is moved and rolled back. At the end every article that was acknowledged
is asked for by its id, and the number of all is compared.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from bench.search import fill
from difang.ingest.index.moving.report import Moved
from difang.ingest.index.port import ArticleIndex
from tests.services.elasticsearch import running_elasticsearch
from tests.services.traffic import open_index, open_move, traffic


def measure(kind: str, place: str, articles: int, writers: int) -> None:
    """One kind of index; prints what was seen."""
    index = open_index(kind, place)
    rate = fill(index, 0, articles)
    index.close()
    print(f"\n{kind}: {articles:,} articles, written with {rate:,.0f} a second before")
    with traffic(kind, place, least=articles, writers=writers) as running, open_move(kind, place) as move:
        for name, step in (("migrate", lambda: move.migrate(rebuild=True)), ("rollback", move.rollback)):
            _tell(name, *_timed(step))
        *written, searched = running.end()
    index = open_index(kind, place)
    missing, too_many, expected = _compare(index, written, articles)
    index.close()
    print(f"searches {searched['searches']:,}, failed {len(searched['failed'])}, slowest {searched['slowest']} s")
    print(f"written meanwhile {expected:,}, missing {missing}, too many {too_many}")
    if searched["failed"] or missing or too_many:
        raise SystemExit(f"{kind}: something was lost: {searched['failed'][:3]}")


def _timed(step: Any) -> tuple[Moved, float, float]:
    began, cpu = time.monotonic(), time.process_time()
    return step(), time.monotonic() - began, time.process_time() - cpu


def _tell(name: str, moved: Moved, seconds: float, cpu: float) -> None:
    print(
        f"{name:9} {seconds:7.1f} s ({cpu:.1f} s of our own processor), {moved.copied:,} brought over,"
        f" {moved.removed} removed, writers waited {moved.waited:.2f} s"
    )


def _compare(index: ArticleIndex, written: list[dict[str, Any]], articles: int) -> tuple[int, int, int]:
    expected = {id_: title for done in written for id_, title in done["there"].items()}
    ids = list(expected)
    missing = 0
    for start in range(0, len(ids), 1_000):
        held = index.get(ids[start : start + 1_000])
        missing += sum(
            id_ not in held or held[id_].article.title != expected[id_] for id_ in ids[start : start + 1_000]
        )
    index.refresh()
    return missing, index.status().documents - articles - len(expected), len(expected)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    options.add_argument("--articles", type=int, default=200_000)
    options.add_argument("--writers", type=int, default=2, help="the embedded index has one")
    options.add_argument("--only", choices=("embedded", "elasticsearch"))
    given = options.parse_args()
    with ExitStack() as stack:
        if given.only != "elasticsearch":
            folder = stack.enter_context(tempfile.TemporaryDirectory())
            measure("embedded", str(Path(folder) / "index"), given.articles, 1)
        if given.only != "embedded":
            url = stack.enter_context(running_elasticsearch(heap="1g"))
            measure("elasticsearch", url, given.articles, given.writers)


if __name__ == "__main__":
    main()
