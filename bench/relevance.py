"""Relevance of difang's search beside plain BM25 on five analyses, in one run.

    python -m bench.relevance [--set FOLDER …] [--only embedded]

A set is a folder with corpus.jsonl, queries.jsonl and qrels.tsv; without --set, every set of ../shared/search.
Queries go in as they are typed. Elasticsearch is started for the run from .services/ (tests/services/install).
"""

from __future__ import annotations

import argparse
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean

import bm25s  # type: ignore[import-not-found,import-untyped,unused-ignore]
import rjieba  # type: ignore[import-not-found,import-untyped,unused-ignore]
from elasticsearch import Elasticsearch

from bench.retrieval_sets import Measures, Ranking, RetrievalSet, article_of, measure, read_set
from difang.ingest.index.analysis import pairs, tokens
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.port import ArticleIndex, Document
from difang.search.elastic import ElasticEngine
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.services.elasticsearch import running_elasticsearch

SHARED = Path(os.environ.get("DIFANG_SHARED", Path(__file__).resolve().parents[2] / "shared")) / "search"
Analysis = Callable[[str], list[str]]


def _words(cut: Analysis) -> Analysis:
    """Words of the same folded text; what stands between words is no word."""
    return lambda text: [token for word in cut(_close(tokens(text))) for token in word.split()]


def _close(folded: list[str]) -> str:
    text = ""
    for token in folded:
        text += " " + token if text and text[-1].isascii() and token[0].isascii() else token
    return text


def _both(text: str) -> list[str]:
    single = tokens(text)
    return [*single, *pairs(single)]


BASELINES: dict[str, Analysis] = {
    "unigrams": tokens,
    "bigrams": lambda text: pairs(tokens(text)),
    "rjieba words": _words(rjieba.cut),
    "rjieba search mode": _words(rjieba.cut_for_search),
    "bigrams + unigrams": _both,
}


def baseline(of: RetrievalSet, analysis: Analysis) -> dict[str, Ranking]:
    """BM25 (k1 1.2, b .75), title and text as one field, any of the query's tokens."""
    index = bm25s.BM25(k1=1.2, b=0.75, method="lucene")
    ids = [id_ for id_, _, _ in of.documents]
    index.index([analysis(f"{title}\n{text}") for _, title, text in of.documents], show_progress=False)
    asked = [analysis(text) or ["\0"] for text in of.queries.values()]
    found, scores = index.retrieve(asked, k=min(100, len(ids)), show_progress=False, n_threads=1)
    return {
        query: [ids[at] for at, score in zip(row, row_scores, strict=True) if score > 0]
        for query, row, row_scores in zip(of.queries, found, scores, strict=True)
    }


def difang(of: RetrievalSet, index: ArticleIndex, search: SearchIndex) -> dict[str, Ranking]:
    """What readers get: the whole way from the query as typed to the hits of the first page of 100."""
    documents = [
        Document(article=(article := article_of(*document)), first_seen=article.fetched_at) for document in of.documents
    ]
    for start in range(0, len(documents), 500):
        index.write(documents[start : start + 500])
    index.refresh()
    return {
        query: [hit.id for hit in search.search(text, limit=100, facets=False).hits]
        for query, text in of.queries.items()
    }


@contextmanager
def embedded() -> Iterator[tuple[ArticleIndex, SearchIndex]]:
    """A new embedded index."""
    with tempfile.TemporaryDirectory() as folder:
        index, search = EmbeddedIndex(Path(folder)), SearchIndex(EmbeddedEngine(Path(folder)))
        yield index, search
        index.close()


@contextmanager
def on_elasticsearch(url: str) -> Iterator[tuple[ArticleIndex, SearchIndex]]:
    """A new index on Elasticsearch."""
    with Elasticsearch(url, request_timeout=120) as client:
        yield ElasticIndex(client), SearchIndex(ElasticEngine(client))
        for name in client.indices.get_alias(name="difang-articles*").body:
            client.indices.delete(index=name)


def measure_set(of: RetrievalSet, url: str | None) -> dict[str, Measures]:
    """Every way's measures on one set, difang's first."""
    measured = {}
    with embedded() as parts:
        measured["difang embedded"] = measure(difang(of, *parts), of.relevant)
    if url:
        with on_elasticsearch(url) as parts:
            measured["difang Elasticsearch"] = measure(difang(of, *parts), of.relevant)
    for name, analysis in BASELINES.items():
        measured[name] = measure(baseline(of, analysis), of.relevant)
    return measured


def _print(name: str, measured: dict[str, Measures]) -> None:
    print(f"\n{name:24}{'nDCG@10':>10}{'MRR@10':>10}{'recall@100':>12}")
    for way, of in measured.items():
        print(f"  {way:22}{of.ndcg:10.4f}{of.mrr:10.4f}{of.recall:12.4f}", flush=True)


def _summary(all_measured: dict[str, dict[str, Measures]]) -> None:
    ways = next(iter(all_measured.values()))
    means = {
        way: Measures(
            ndcg=fmean(m[way].ndcg for m in all_measured.values()),
            mrr=fmean(m[way].mrr for m in all_measured.values()),
            recall=fmean(m[way].recall for m in all_measured.values()),
        )
        for way in ways
    }
    _print("mean of all sets", means)
    for name, measured in {**all_measured, "mean": means}.items():
        best = max(measured[way].ndcg for way in BASELINES)
        told = ", ".join(f"{way} {measured[way].ndcg - best:+.4f}" for way in measured if way not in BASELINES)
        print(f"  {name}: against the best baseline {told}")


def main() -> None:
    """Measure, print a table a set, then the means and the distance to the best baseline."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", dest="sets", action="append", type=Path, help="folder of a set; may be repeated")
    parser.add_argument("--only", choices=["embedded"], help="leave Elasticsearch out")
    arguments = parser.parse_args()
    folders = arguments.sets or sorted(file.parent for file in SHARED.glob("*/qrels.tsv"))
    if not folders:
        parser.error(f"no sets in {SHARED}; name one with --set")
    measured = {}

    def run(url: str | None) -> None:
        for folder in folders:
            of = read_set(folder)
            measured[of.name] = measure_set(of, url)
            _print(f"{of.name} ({len(of.queries):,} queries)", measured[of.name])

    if arguments.only:
        run(None)
    else:
        with running_elasticsearch() as url:
            run(url)
    _summary(measured)


if __name__ == "__main__":
    main()
