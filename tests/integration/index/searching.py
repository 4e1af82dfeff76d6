"""Filled indexes of both kinds to search in, and what a plain scan over the same articles finds."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache

from difang.ingest.article import Article
from difang.ingest.index.analysis import tokens
from difang.search.engine import Engine, Sort
from difang.search.index import SearchIndex
from tests.made_articles import made_articles

TODAY = date(2026, 11, 23)
ARTICLES = {article.id: article for article in made_articles(600, seed=7)}


@dataclass
class Both:
    """The same articles in both indexes; the engines are theirs."""

    embedded: SearchIndex
    elasticsearch: SearchIndex
    engines: tuple[Engine, Engine]


def holds(article: Article, phrase: str) -> bool:
    """Whether a plain scan finds the phrase in title, subtitle or body, punctuation left out on both sides."""
    return folded(phrase) in plain(article)


@cache
def plain(article: Article) -> str:
    """The parts of an article folded, with something between them that no phrase holds."""
    parts = (article.title, article.pre_title, article.subtitle, article.body)
    return "\n".join(folded(part) for part in parts if part)


@cache
def folded(text: str) -> str:
    """Tokens between spaces."""
    return f" {' '.join(tokens(text))} "


def text_of(article: Article) -> str:
    return "\n".join(part for part in (article.title, article.pre_title, article.subtitle, article.body) if part)


def found(search: SearchIndex, query: str, sort: Sort = Sort.RELEVANCE, page: int = 1_000) -> list[str]:
    """The ids of all hits, page after page."""
    ids: list[str] = []
    for hit_ids in pages(search, query, sort, page):
        ids += hit_ids
    return ids


def pages(search: SearchIndex, query: str, sort: Sort, page: int) -> Iterator[list[str]]:
    cursor = None
    while True:
        result = search.search(query, sort=sort, limit=page, cursor=cursor, facets=False)
        yield [hit.id for hit in result.hits]
        if (cursor := result.next) is None:
            return


def scan(query: str) -> set[str]:
    return {id_ for id_, article in ARTICLES.items() if holds(article, query)}


def cuts(count: int, shortest: int, longest: int) -> list[str]:
    """Pieces of bodies, across borders of words and sentences."""
    chance = random.Random(11)
    bodies = [article.body for article in ARTICLES.values()]
    pieces: list[str] = []
    while len(pieces) < count:
        body = chance.choice(bodies)
        start = chance.randrange(len(body))
        piece = body[start : start + chance.randint(shortest, longest)].replace('"', "")
        if len(tokens(piece)) >= 2:
            pieces.append(piece)
    return pieces
