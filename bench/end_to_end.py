"""The main job measured: a crawl of the replica, then the same pages into each index; found against the truth.

python -m bench.end_to_end [channels] [articles a day] [workers]        needs tests/services/install for Elasticsearch
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.crawl import SLUGS
from difang.command import wiring
from difang.command.settings import Settings
from difang.command.truth import Truth, difference
from tests.services.command import Difang
from tests.services.elasticsearch import running_elasticsearch
from tests.services.replica import Replica, replica

_SECONDS = 1_800


def main(channels: int = 12, per_day: int = 50, workers: int = 2) -> None:
    """Print what was discovered, found and how fast, for both indexes."""
    slugs = SLUGS[:channels]
    size = ("--channels", ",".join(slugs), "--days", "7", "--per-day", str(per_day), "--archive", "110")
    with (
        replica(*size, "--crawl-delay", "0") as site,
        running_elasticsearch() as elasticsearch,
        tempfile.TemporaryDirectory() as folder,
    ):
        crawled = Difang(var=Path(folder) / "crawled", proxy=site.url)
        begin = time.monotonic()
        runs = _finished(crawled, "crawl", *slugs)
        _print_crawl(runs, Truth(site.url).published(), time.monotonic() - begin)
        for name, index in (("embedded", ""), ("elasticsearch", elasticsearch)):
            shutil.copytree(crawled.var, Path(folder) / name)
            _ingest(Difang(var=Path(folder) / name, proxy=None, settings={"index": index}), site, name, workers)


def _finished(difang: Difang, *words: str) -> str:
    process = difang.start(*words)
    out, err = process.communicate(timeout=_SECONDS)
    if process.returncode:
        raise SystemExit(f"difang {' '.join(words)} ended with {process.returncode}: {err}")
    return out


def _print_crawl(runs: str, articles: int, seconds: float) -> None:
    requests = sum(int(line.split(" requests")[0].rsplit(" ", 1)[-1]) for line in runs.splitlines())
    discovered = sum(int(line.split(" discovered")[0].rsplit(" ", 1)[-1]) for line in runs.splitlines())
    print(
        f"crawl: {discovered} discovered, {requests} requests in {seconds:.1f} s:"
        f" {articles / seconds:.0f} articles/s, {requests / seconds:.0f} requests/s"
    )


def _ingest(difang: Difang, site: Replica, name: str, workers: int) -> None:
    begin = time.monotonic()
    said = _finished(difang, "ingest", "--drain", "--workers", str(workers))
    seconds = time.monotonic() - begin
    pages = int(said.split(" pages")[0])
    settings = Settings(var=difang.var, index=difang.settings["index"])
    with closing(wiring.open_search(settings)) as search, closing(wiring.open_ledger(settings)) as ledger:
        found = difference(Truth(site.url), search)
        spoilt = sum("\ufffd" in str(record) for record in search.export(""))
        counts = ledger.runs.counts(ledger.runs.newest(1_000)).values()
    ended, discovered = sum(sum(c.outcomes.values()) for c in counts), sum(c.discovered for c in counts)
    print(f"{name}: {said.strip()}")
    print(
        f"  {found.published / seconds:.0f} articles/s, {pages / seconds:.0f} pages/s with {workers} workers,"
        f" start included ({seconds:.1f} s)"
    )
    print(f"  published {found.published}, found {found.found}, difference {found.total}, U+FFFD in {spoilt} articles")
    print(f"  discovered {discovered}, sum of outcomes {ended}")
    _print_examples(found)


def _print_examples(found: Any) -> None:
    for example in found.examples(5):
        print(f"    {example}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
