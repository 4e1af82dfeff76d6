"""A tree as Elasticsearch's query body."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from itertools import pairwise
from typing import Any

from difang.ingest.index.analysis import is_han, pairs
from difang.search.engine import weight_of
from difang.search.moments import end_of, start_of
from difang.search.recency import steps
from difang.search.tree import All, Besides, Either, Most, Name, Not, Published, Recent, Run, Told, Tree

Body = dict[str, Any]
_TEXT, _PAIRS, _TITLE = "search.text", "search.text.pairs", "search.title"
_TIME = "search.published"


def query_body(tree: Tree) -> Body:
    """The query; runs and long terms of the text score, everything else scores nothing."""
    match tree:
        case Run(run, title):
            return _unscored(_phrase(_TITLE, run)) if title else _run(run)
        case Most():
            return _most(tree)
        case Name(field, key, prefix):
            return _unscored({"prefix" if prefix else "term": {f"search.names.{field}": {"value": key}}})
        case Published(since, until):
            return _published(since, until)
        case Told(stories):
            return _unscored({"terms": {"story": list(stories)}})
        case Recent() | Besides():
            return _ranked_otherwise(tree)
        case Not(part):
            return {"bool": {"must_not": [query_body(part)]}}
        case All(parts):
            return _all(parts)
        case Either(parts):
            return _at_least(1, [query_body(part) for part in parts]) if parts else {"match_none": {}}


def _ranked_otherwise(tree: Recent | Besides) -> Body:
    if isinstance(tree, Besides):
        found = _at_least(1, [query_body(tree.part), {"terms": {"id": list(tree.ids)}}])
        return {"bool": {"filter": [found], "should": [query_body(tree.ranked)]}}
    bonus = [
        {"constant_score": {"filter": {"range": {_TIME: {"gte": since}}}, "boost": more}}
        for since, more in steps(tree.as_of)
    ]
    return {"bool": {"must": [query_body(tree.part)], "should": bonus}}


def _published(since: date | None, until: date | None) -> Body:
    bounds = {}
    if since is not None:
        bounds["gte"] = start_of(since)
    if until is not None:
        bounds["lt"] = end_of(until)
    return _unscored({"range": {_TIME: bounds}})


def _all(parts: Sequence[Tree]) -> Body:
    if not parts:
        return _unscored({"match_all": {}})
    return {
        "bool": {
            "must": [query_body(part) for part in parts if not isinstance(part, Not)],
            "must_not": [query_body(part.part) for part in parts if isinstance(part, Not)],
        }
    }


def _run(run: tuple[str, ...]) -> Body:
    if len(run) == 1:
        return {"term": {_TEXT: {"value": run[0]}}}
    scored = [{"term": {_PAIRS: {"value": pair}}} for pair in dict.fromkeys(pairs(run))]
    if len(run) == 2 and all(map(is_han, run)):
        return scored[0]
    # The pairs narrow the articles down before positions are compared; the phrase decides.
    return {"bool": {"must": scored, "filter": [_phrase(_TEXT, run)]}}


def _phrase(field: str, run: tuple[str, ...]) -> Body:
    return {"match_phrase": {field: {"query": " ".join(run)}}}


def _most(tree: Most) -> Body:
    if tree.title:
        shoulds = [{"term": {_TITLE: {"value": token}}} for token in dict.fromkeys(tree.tokens)]
        near = [_phrase(_TITLE, (first, second)) for first, second in dict.fromkeys(pairwise(tree.tokens))]
        return _unscored(_parts(tree, shoulds, near))
    single = Counter(tree.tokens)
    double = Counter(pairs(tree.tokens))
    tokens = [_weighted(_TEXT, token, weight_of(token) * count) for token, count in single.items()]
    neighbours = [_weighted(_PAIRS, pair, count) for pair, count in double.items()]
    return _parts(tree, tokens, neighbours)


def _parts(tree: Most, tokens: list[Body], neighbours: list[Body]) -> Body:
    must = [_at_least(tree.needed, tokens)]
    if not tree.pairs_needed:
        return {"bool": {"must": must, "should": neighbours}}
    return {"bool": {"must": [*must, _at_least(tree.pairs_needed, neighbours)]}}


def _weighted(field: str, token: str, weight: float) -> Body:
    return {"term": {field: {"value": token, "boost": weight}}}


def _at_least(least: int, shoulds: list[Body]) -> Body:
    return {"bool": {"should": shoulds, "minimum_should_match": least}}


def _unscored(query: Body) -> Body:
    return {"constant_score": {"filter": query, "boost": 0}}
