"""Pages a second of a crawl at delay 0, and requests per new article of the crawls after it, against the replica.

python -m bench.crawl [channels] [articles a day]
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.services.command import Difang
from tests.services.replica import replica

SLUGS = (
    *("bj", "tj", "he", "sx", "nm", "ln", "jl", "hlj", "sh", "js", "zj", "ah", "fj", "jx", "sd", "henan"),
    *("hb", "hn", "gd", "gx", "hi", "cq", "sc", "gz", "yn", "xz", "sn", "gs", "qh", "nx", "xj", "sz"),
)


def main(channels: int = 12, per_day: int = 30) -> None:
    """Print both figures."""
    slugs = SLUGS[:channels]
    size = ("--channels", ",".join(slugs), "--days", "7", "--per-day", str(per_day), "--archive", "200")
    with replica(*size, "--crawl-delay", "0") as site, tempfile.TemporaryDirectory() as folder:
        difang = Difang(var=Path(folder) / "var", proxy=site.url)
        begin = time.monotonic()
        runs = difang.crawl(*slugs)
        seconds = time.monotonic() - begin
        pages = sum(run["queued"] + run["outcomes"].get("gone", 0) for run in runs)
        requests = sum(run["requests"] for run in runs)
        print(f"first crawl: {pages} pages, {requests} requests, {seconds:.1f} s: {pages / seconds:.0f} pages/s")
        for _ in range(4):
            articles = {url for url, outcome in site.outcomes().items() if outcome == "indexed"}
            site.order("clock", advance_minutes=180)
            new = len({url for url, outcome in site.outcomes().items() if outcome == "indexed"} - articles)
            runs = difang.crawl(*slugs)
            requests = sum(run["requests"] for run in runs)
            each = f"{requests / new:.2f} a new article" if new else "nothing new"
            print(f"3 h later: {new} new articles, {requests} requests: {each}")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
