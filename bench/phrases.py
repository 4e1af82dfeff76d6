"""Phrase recall: is every article that holds a phrase found, and none that does not, beside a plain scan?

    python -m bench.phrases [--phrases 5000] [--replica 3000] [--only embedded]

Articles of the replica and the texts of ../shared/search are indexed; phrases of 2 to 12 Han characters are cut out of
their bodies anywhere, across words, punctuation and line ends. Half are asked as they stand there, half without what
stands between the characters; one in four in traditional characters or with wide spaces between. The scan shares no
code with the index: it leaves letters and digits of the text, and looks for the phrase as a string of characters.
Exits 1 where an article was missed or one too many found.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from itertools import islice

from elasticsearch import Elasticsearch

from bench.relevance import SHARED
from bench.retrieval_sets import article_of, read_set
from bench.search import embedded
from difang.ingest.article import Article
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.port import ArticleIndex, Document
from difang.samplesite.site import Site
from difang.search.elastic import ElasticEngine
from difang.search.index import SearchIndex
from tests.phrase_scan import HAN, Phrase, Scan, phrases
from tests.services.elasticsearch import running_elasticsearch

_BATCH = 500
_FETCHED = "2020-01-01T00:00:00+00:00"


def found_by(search: SearchIndex, phrase: str) -> set[str]:
    """The ids of all hits of the phrase between quotes, page after page."""
    ids: set[str] = set()
    cursor = None
    while True:
        result = search.search(f'"{phrase}"', limit=1_000, cursor=cursor, facets=False, fold=False)
        ids |= {hit.id for hit in result.hits}
        if (cursor := result.next) is None:
            return ids


def articles_of_sets() -> Iterator[Article]:
    """The documents of the retrieval sets."""
    for folder in sorted(file.parent for file in SHARED.glob("*/qrels.tsv")):
        for id_, title, text in read_set(folder).documents:
            yield article_of(f"{folder.name}:{id_}", title, text)


def articles_of_replica(count: int) -> Iterator[Article]:
    """So many articles as the replica means them."""
    site = Site(seed=1, channels=33, days=2, per_day=20, archive=count // 33 + 20)
    for truth in islice(site.truth(), count):
        known = {name: value for name, value in truth.items() if name in Article.__dataclass_fields__}
        yield Article.from_dict({"warnings": [], "fetched_at": _FETCHED, **known})


def check(name: str, index: ArticleIndex, search: SearchIndex, articles: list[Article], asked: list[Phrase]) -> bool:
    """Index the articles, ask, compare, print; whether all agreed."""
    documents = [Document(article=article, first_seen=article.fetched_at) for article in articles]
    for start in range(0, len(documents), _BATCH):
        index.write(documents[start : start + _BATCH])
    index.refresh()
    scan, begun = Scan(articles), time.process_time()
    hits = missed = extra = wrong = 0
    for phrase in asked:
        held, found = scan.holding(phrase.cut), found_by(search, phrase.typed)
        hits, missed, extra = hits + len(held), missed + len(held - found), extra + len(found - held)
        if held != found:
            wrong += 1
            print(f"  {phrase.typed!r}: missed {sorted(held - found)[:3]}, too many {sorted(found - held)[:3]}")
    across = sum(phrase.cut != "".join(HAN.findall(phrase.cut)) for phrase in asked)
    print(
        f"{name}: {len(articles):,} articles, {len(asked):,} phrases ({across:,} across punctuation), {hits:,} hits by "
        f"the scan; missed {missed}, too many {extra}, phrases wrong {wrong}; {time.process_time() - begun:.0f} s",
        flush=True,
    )
    return wrong == 0


def main() -> None:
    """Index, ask and compare on both indexes."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phrases", type=int, default=5_000)
    parser.add_argument("--replica", type=int, default=3_000, help="articles of the replica")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=["embedded", "elasticsearch"])
    options = parser.parse_args()
    articles = [*articles_of_replica(options.replica), *articles_of_sets()]
    asked = phrases(articles, options.phrases, options.seed)
    right = True
    if options.only != "elasticsearch":
        with embedded() as (index, search):
            right &= check("embedded", index, search, articles, asked)
    if options.only != "embedded":
        with running_elasticsearch() as url, Elasticsearch(url, request_timeout=120) as client:
            search = SearchIndex(ElasticEngine(client))
            right &= check("elasticsearch", ElasticIndex(client), search, articles, asked)
    sys.exit(not right)


if __name__ == "__main__":
    main()
