"""A tree as a Tantivy query."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import pairwise

from tantivy import FieldType, Occur, Query, Schema

from difang.ingest.index.analysis import is_han, pairs
from difang.search.engine import weight_of
from difang.search.moments import end_of, start_of
from difang.search.recency import steps
from difang.search.tree import All, Besides, Either, Most, Name, Not, Published, Recent, Run, Told, Tree


def query_of(tree: Tree, schema: Schema) -> Query:
    """The query; runs and long terms of the text score, everything else scores nothing."""
    return _Builder(schema).query(tree)


class _Builder:
    def __init__(self, schema: Schema) -> None:
        self._schema = schema

    def query(self, tree: Tree) -> Query:
        match tree:
            case Run(run, title):
                return _unscored(self._phrase("title", run)) if title else self._run(run)
            case Most():
                return self._most(tree)
            case Name(field, key, prefix):
                return _unscored(self._name(f"name_{field}", key, prefix=prefix))
            case Published(since, until):
                return _unscored(
                    self._between(
                        None if since is None else start_of(since),
                        None if until is None else end_of(until) - 1,
                    )
                )
            case Told(stories):
                return _unscored(Query.term_set_query(self._schema, "story", list(stories)))
            case Recent() | Besides():
                return self._ranked_otherwise(tree)
            case Not(part):
                return self._all([Not(part)])
            case All(parts):
                return self._all(parts)
            case Either(parts):
                return _at_least(1, [self.query(part) for part in parts]) if parts else Query.empty_query()

    def _ranked_otherwise(self, tree: Recent | Besides) -> Query:
        if isinstance(tree, Besides):
            these = Query.term_set_query(self._schema, "id", list(tree.ids))
            found = _unscored(_at_least(1, [self.query(tree.part), these]))
            return Query.boolean_query([(Occur.Must, found), (Occur.Should, self.query(tree.ranked))])
        bonus = [Query.const_score_query(self._between(since, None), more) for since, more in steps(tree.as_of)]
        return Query.boolean_query([(Occur.Must, self.query(tree.part)), *((Occur.Should, step) for step in bonus)])

    def _all(self, parts: Sequence[Tree]) -> Query:
        musts = [(Occur.Must, self.query(part)) for part in parts if not isinstance(part, Not)]
        nots = [(Occur.MustNot, self.query(part.part)) for part in parts if isinstance(part, Not)]
        return Query.boolean_query([*(musts or [(Occur.Must, _unscored(Query.all_query()))]), *nots])

    def _run(self, run: tuple[str, ...]) -> Query:
        if len(run) == 1:
            return self._term("text", run[0])
        scored = [self._term("pairs", pair) for pair in dict.fromkeys(pairs(run))]
        if len(run) == 2 and all(map(is_han, run)):
            return scored[0]
        # The pairs narrow the articles down before positions are compared; the phrase decides.
        return _must([*scored, _unscored(self._phrase("text", run))])

    def _phrase(self, field: str, run: tuple[str, ...]) -> Query:
        if len(run) == 1:
            return self._term(field, run[0])
        return Query.phrase_query(self._schema, field, list(run))

    def _most(self, tree: Most) -> Query:
        if tree.title:
            tokens = [self._term("title", token) for token in dict.fromkeys(tree.tokens)]
            near = [self._phrase("title", neighbours) for neighbours in dict.fromkeys(pairwise(tree.tokens))]
            return _unscored(_parts(tree, tokens, near))
        tokens = [
            Query.boost_query(self._term("text", token), weight_of(token) * count)
            for token, count in Counter(tree.tokens).items()
        ]
        near = [
            Query.boost_query(self._term("pairs", pair), count) for pair, count in Counter(pairs(tree.tokens)).items()
        ]
        return _parts(tree, tokens, near)

    def _between(self, first: int | None, last: int | None) -> Query:
        return Query.range_query(self._schema, "published", FieldType.Integer, lower_bound=first, upper_bound=last)

    def _name(self, field: str, key: str, *, prefix: bool) -> Query:
        if prefix:
            return Query.regex_query(self._schema, field, f"{re.escape(key)}.*")
        return self._term(field, key)

    def _term(self, field: str, token: str) -> Query:
        return Query.term_query(self._schema, field, token)


def _must(queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Must, query) for query in queries])


def _parts(tree: Most, tokens: list[Query], neighbours: list[Query]) -> Query:
    most = _at_least(tree.needed, tokens)
    if not tree.pairs_needed:
        return Query.boolean_query([(Occur.Must, most), *((Occur.Should, pair) for pair in neighbours)])
    return _must([most, _at_least(tree.pairs_needed, neighbours)])


def _at_least(least: int, queries: Iterable[Query]) -> Query:
    return Query.boolean_query([(Occur.Should, query) for query in queries], minimum_number_should_match=least)


def _unscored(query: Query) -> Query:
    return Query.const_score_query(query, 0.0)
