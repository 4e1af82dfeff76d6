"""Retrieval sets (corpus.jsonl, queries.jsonl, qrels.tsv) and the measures taken on them."""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from difang.ingest.article import Article, Kind, content_hash

Ranking = list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class RetrievalSet:
    """Documents as (id, title, text), queries as typed, and which document answers which query how well."""

    name: str
    documents: list[tuple[str, str, str]]
    queries: dict[str, str]
    relevant: dict[str, dict[str, int]]


def read_set(folder: Path) -> RetrievalSet:
    """The set in a folder, ids as text or numbers; queries without a relevant document are left out."""
    relevant: dict[str, dict[str, int]] = defaultdict(dict)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        query, document, score = line.split("\t")
        if int(score) > 0:
            relevant[query][document] = int(score)
    documents = [(str(d["_id"]), d.get("title") or "", d["text"]) for d in _lines(folder / "corpus.jsonl")]
    asked = [(str(q["_id"]), q["text"]) for q in _lines(folder / "queries.jsonl")]
    queries = {id_: text for id_, text in asked if id_ in relevant}
    return RetrievalSet(name=folder.name, documents=documents, queries=queries, relevant=dict(relevant))


def _lines(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


def article_of(id_: str, title: str, text: str) -> Article:
    """A document as an article; what it does not tell is filled in, the same for all."""
    return Article(
        id=id_, url=f"http://sd.people.com.cn/{id_}", urls=(), channel="sd", channel_name="山东频道", kind=Kind.ARTICLE,
        title=title, pre_title=None, subtitle=None, original_title=None, published_at="2020-01-01T00:00:00+08:00",
        source=None, source_url=None, byline=None, reporters=(), correspondents=(), editors=(), dateline=None,
        sections=(), keywords=(), body=text, images=(), print_edition=None, page_count=1, template="none", warnings=(),
        content_hash=content_hash(title, text), fetched_at="2020-01-01T00:00:00+00:00",
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Measures:
    """Means over the queries of a set."""

    ndcg: float
    mrr: float
    recall: float


def measure(rankings: dict[str, Ranking], relevant: dict[str, dict[str, int]]) -> Measures:
    """nDCG@10, MRR@10 and recall@100 of one ranking (best first) a query."""
    count = len(rankings)
    return Measures(
        ndcg=sum(_ndcg(ranking, relevant[query]) for query, ranking in rankings.items()) / count,
        mrr=sum(_reciprocal(ranking, relevant[query]) for query, ranking in rankings.items()) / count,
        recall=sum(_recall(ranking, relevant[query]) for query, ranking in rankings.items()) / count,
    )


def _ndcg(ranking: Ranking, relevant: dict[str, int]) -> float:
    ideal = sorted(relevant.values(), reverse=True)
    return _gain([relevant.get(id_, 0) for id_ in ranking]) / _gain(ideal)


def _gain(scores: Sequence[int]) -> float:
    return sum((2.0**score - 1) / math.log2(rank + 1) for rank, score in enumerate(scores[:10], start=1))


def _reciprocal(ranking: Ranking, relevant: dict[str, int]) -> float:
    return next((1 / rank for rank, id_ in enumerate(ranking[:10], start=1) if id_ in relevant), 0.0)


def _recall(ranking: Ranking, relevant: dict[str, int]) -> float:
    return len(set(ranking[:100]) & relevant.keys()) / len(relevant)
