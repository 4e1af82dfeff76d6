"""Speed of search on many articles: latency of a mixed query log, the cost of our layer, growth with the index.

    python -m bench.search [--articles 200000] [--queries 300] [--only embedded] [--keep FOLDER]

Articles are made by the tests' generator, and their words recombined so that no two are alike. Latencies are of
SearchIndex.search with passages and facets, one page of ten. The overhead is against the same request body sent to
the same Elasticsearch by the plain client, in turn.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

from elasticsearch import Elasticsearch

from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.mapping import READ_ALIAS
from difang.ingest.index.port import ArticleIndex
from difang.search.elastic import ElasticEngine, request_body
from difang.search.embedded import EmbeddedEngine
from difang.search.engine import Sort
from difang.search.index import SearchIndex, today_in_beijing
from difang.search.relax import meant
from difang.search.tree import Recent, ranks
from tests.made_articles import EDITORS, document, made_articles, sentence
from tests.services.elasticsearch import running_elasticsearch

_BATCH = 500


def fill(index: ArticleIndex, first: int, last: int) -> float:
    """Write the articles numbered from `first` to `last`; how many a second."""
    chance = random.Random(first)
    names = "".join(chr(code) for code in range(0x4E00, 0x4E00 + 3_000))
    articles = (
        replace(article, body=f"{article.body}{''.join(chance.choices(names, k=chance.randint(100, 900)))}。")
        for article in islice(made_articles(last), first, last)
    )
    begun = time.monotonic()
    while batch := [document(article) for article in islice(articles, _BATCH)]:
        index.write(batch)
    index.refresh()
    return (last - first) / (time.monotonic() - begun)


def query_log(count: int) -> list[str]:
    """Words, two words, phrases, names, dates, pasted sentences, in about the shares readers use them."""
    chance = random.Random(42)
    makers: list[tuple[int, Callable[[str], str]]] = [
        (30, lambda s: s[-6:-3]),
        (25, lambda s: f"{s[:3]} {s[-6:-2]}"),
        (15, lambda s: f'"{s[2:9]}"'),
        (10, lambda s: f"{s[3:6]} editor:{chance.choice(EDITORS).replace(' ', '')}"),
        (10, lambda s: f"{s[-5:-2]} from:{chance.randint(2016, 2025)}"),
        (10, lambda s: s),
    ]
    weights = [weight for weight, _ in makers]
    return [chance.choices(makers, weights)[0][1](sentence(chance)) for _ in range(count)]


def latencies(ask: Callable[[str], object], queries: list[str], clients: int) -> list[float]:
    """Milliseconds of each query, asked by so many clients at once."""

    def timed(query: str) -> float:
        begun = time.perf_counter()
        ask(query)
        return (time.perf_counter() - begun) * 1_000

    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(timed, queries))


def report(name: str, ask: Callable[[str], object], queries: list[str]) -> float:
    """Print p50, p95 and p99 at 1 and 8 clients; the p50 at one client."""
    first = 0.0
    for clients in (1, 8):
        measured = latencies(ask, queries, clients)
        cuts = quantiles(measured, n=100)
        first = first or cuts[49]
        print(
            f"  {name:26}{clients:3} clients  p50 {cuts[49]:7.1f}  p95 {cuts[94]:7.1f}  p99 {cuts[98]:7.1f} ms",
            flush=True,
        )
    return first


@contextmanager
def embedded(folder: Path | None = None) -> Iterator[tuple[ArticleIndex, SearchIndex]]:
    """The embedded index in this folder, or a new one."""
    with tempfile.TemporaryDirectory() as new:
        index = EmbeddedIndex(folder or Path(new))
        yield index, SearchIndex(EmbeddedEngine(folder or Path(new)))
        index.close()


@contextmanager
def on_elasticsearch(folder: Path | None) -> Iterator[tuple[ArticleIndex, SearchIndex, Elasticsearch]]:
    """An index on a server with the data in this folder, or with none."""
    with (
        running_elasticsearch(heap="2g", kept=folder) as url,
        Elasticsearch(url, request_timeout=120, connections_per_node=10) as client,
    ):
        client.cluster.health(wait_for_status="green", timeout="60s")
        yield ElasticIndex(client), SearchIndex(ElasticEngine(client)), client


def measure(index: ArticleIndex, search: SearchIndex, size: int, queries: list[str]) -> float:
    """Fill an empty index up to this size and report; the p50 at one client."""
    if not index.status().documents:
        print(f"  written {fill(index, 0, size):,.0f} a second")
    status = index.status()
    print(f"{status.kind}, {status.documents:,} articles, {status.size / 1e6:,.0f} MB")
    for query in queries:
        search.search(query)  # so that what is asked later is not warmer
    return report(status.kind, search.search, queries)


def measure_sizes(kind: str, sizes: list[int], queries: list[str], keep: Path | None) -> None:
    """Both sizes of one index, the growth, and on Elasticsearch the cost of our layer."""
    medians = []
    for size in sizes:
        folder = keep / f"{kind}-{size}" if keep else None
        if kind == "embedded":
            with embedded(folder) as (index, search):
                medians.append(measure(index, search, size, queries))
            continue
        with on_elasticsearch(folder) as (index, search, client):
            medians.append(measure(index, search, size, queries))
            bodies = {query: body_of(search, ElasticEngine(client), query) for query in queries}
            overhead(search.search, lambda q, c=client, b=bodies: c.search(index=READ_ALIAS, **b[q]), queries)  # type: ignore[misc]
    print(f"  growth of p50 from {sizes[0]:,} to {sizes[-1]:,}: {medians[-1] / medians[0]:.1f} times")


def body_of(search: SearchIndex, engine: ElasticEngine, query: str) -> dict[str, object]:
    """What our layer sends for the first page of a query, with the little for what is recent and a relaxed hundred."""
    tree = meant(search.read(query), engine).tree
    order = Recent(tree, today_in_beijing()) if ranks(tree) else tree
    return request_body(order, Sort.RELEVANCE, 11, None, facets=True)


def overhead(ours: Callable[[str], object], direct: Callable[[str], object], queries: list[str]) -> None:
    """Print both medians and their ratio, each query asked in turn of one and the other, so that both are as warm."""
    spent: dict[str, list[tuple[float, float]]] = {"ours": [], "direct": []}
    for number, query in enumerate([*queries, *queries]):
        asked = [("ours", ours), ("direct", direct)]
        for name, ask in asked if number % 2 else reversed(asked):
            wall, processor = time.perf_counter(), time.process_time()
            ask(query)
            spent[name].append((time.perf_counter() - wall, time.process_time() - processor))
    (wall, processor), (bare, bare_processor) = (
        [median(times) * 1_000 for times in zip(*spent[name], strict=True)] for name in ("ours", "direct")
    )
    print(f"  asked in turn, p50: ours {wall:.1f} ms, the same body sent directly {bare:.1f}: {wall / bare:.2f} times")
    print(f"  processor time of our process, p50: {processor:.2f} ms and {bare_processor:.2f}")


def main() -> None:
    """Fill both indexes and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=200_000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--only", choices=["embedded", "elasticsearch"])
    parser.add_argument("--keep", type=Path, help="where indexes are kept; one found there is not filled again")
    arguments = parser.parse_args()
    sizes = [arguments.articles // 10, arguments.articles]
    queries = query_log(arguments.queries)
    for kind in ("embedded", "elasticsearch"):
        if arguments.only in (None, kind):
            measure_sizes(kind, sizes, queries, arguments.keep)


if __name__ == "__main__":
    main()
