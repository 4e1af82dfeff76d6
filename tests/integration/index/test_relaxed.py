"""A relaxed query, on both indexes: what is one, and what it finds besides."""

from __future__ import annotations

import random
import re
from datetime import date

import pytest

from difang.ingest.index.analysis import tokens
from difang.search.engine import Sort
from difang.search.index import SearchIndex
from difang.search.relax import BEST, RELAXED
from difang.search.within import Within
from tests.integration.index.searching import ARTICLES, Both, found, pages, text_of


def test_only_a_long_term_in_plain_words_is_relaxed_and_it_says_so(search: SearchIndex) -> None:
    """By any order of time too; an operator, brackets and title: keep every term, and so do short terms and quotes."""
    nowhere, day = "图书馆龘靐齉", date(2000, 1, 1)
    assert {search.search(nowhere, sort=sort).total for sort in Sort} == {BEST}
    assert search.search(nowhere).ignored == [RELAXED]
    for strict in (
        f'"{nowhere}"', f"{nowhere} -老城", f"{nowhere} OR 龘龘", f"{nowhere} AND 老城", f"({nowhere})",
        f"title:{nowhere}",
        "图书馆 龘龘", "图书馆 海岱市 龘靐齉", "图书馆 zzz yyy xxx", "图书馆 海岱市 老城 99999", "a b AND c d e",
        '图书馆 "龘靐齉龘"', '"海岱市" "龘靐齉龘" "图书馆"',
        "图书馆 龘龘 2024", "图书馆 2024 龘龘", "龘龘 图书馆 10 例",
    ):  # fmt: skip
        assert (search.search(strict).total, search.search(strict).ignored) == (0, []), strict
    for pasted in (
        '图书馆举办读书会活动 "龘靐齉龘"',
        '什么是"龘龘"和“图书馆”？',
        "图书馆新增 9 例，龘龘 9 例",
        f"{nowhere} (UK)",
    ):
        assert (search.search(pasted).total, search.search(pasted).ignored) == (BEST, [RELAXED]), pasted
    for narrowed in (search.search(f"{nowhere} to:2000"), search.search(nowhere, until=day)):
        assert (narrowed.total, narrowed.ignored) == (0, [RELAXED])


def test_a_relaxed_query_finds_the_hundred_that_fit_best_besides_what_it_finds(both: Both) -> None:
    """The same on both indexes, in the same order of time; narrowed, counted and paged like any other list."""
    sentence = "海岱市昨日提升招聘会，龘靐齉爩鱻麤龗"
    strict = {record["id"] for record in both.engines[0].stream(both.embedded.read(sentence).tree)}
    lists = []
    for search in (both.embedded, both.elasticsearch):
        whole = search.search(sentence, limit=1_000, fold=False)
        ids = [hit.id for hit in whole.hits]
        assert whole.total == len(set(ids)) <= len(strict) + BEST
        assert set() < strict < set(ids)
        assert all(wanted_in(sentence, id_) < 0.5 for id_ in set(ids) - strict)
        assert [id_ for page in pages(search, sentence, Sort.RELEVANCE, 17) for id_ in page] == ids
        for value in whole.facets["channel"]:
            assert search.search(sentence, within=Within(channel=(value.value,))).total == value.count
            assert search.search(f"channel:{value.value} {sentence}").total == value.count
        lists.append(set(ids))
    assert lists[0] == lists[1]


def test_a_name_that_stands_somewhere_or_what_finds_twenty_is_not_relaxed(search: SearchIndex) -> None:
    """They find what holds most of them; so does a sentence beside quotes that some article holds."""
    name = next(iter(ARTICLES.values())).body[:5]
    for typed in ("中高风险地区", name, '海岱市昨日提升招聘会受到居民欢迎 "图书馆"'):
        result = search.search(typed, limit=1_000, fold=False)
        assert 0 < result.total == search.search(typed, sort=Sort.NEWEST).total
        assert not result.ignored
        assert all(wanted_in(typed, hit.id) > 0.45 for hit in result.hits)  # half, rounded down


def test_one_term_after_another_finds_what_holds_every_one(search: SearchIndex) -> None:
    """60 queries of two short terms and a long one, of one article: what AND finds, and no more."""
    chance = random.Random(23)
    runs = {id_: re.findall(r"[\u4e00-\u9fff]{8,}", article.body) for id_, article in ARTICLES.items()}
    several = 0
    for id_ in chance.sample(sorted(id_ for id_, of in runs.items() if len(of) > 2), 60):
        long, *shorts = chance.sample(runs[id_], 3)
        terms = [long[: chance.randint(5, 8)], shorts[0][:3], shorts[1][-4:]]
        chance.shuffle(terms)
        result = search.search(" ".join(terms), limit=1_000, fold=False)
        assert id_ in {hit.id for hit in result.hits}
        assert {hit.id for hit in result.hits} == set(found(search, " AND ".join(terms))), terms
        assert not result.ignored
        several += len(terms[0]) + len(terms[1]) + len(terms[2]) > 10
    assert several > 50


@pytest.mark.parametrize("typed", ["龘龘 2019 年", "龘龘 12 月", "龘门 3 人"])
def test_a_short_word_with_a_number_and_its_unit_is_no_pasted_text(search: SearchIndex, typed: str) -> None:
    """Nothing is found, and nothing ignored."""
    result = search.search(typed)
    assert (result.total, result.ignored) == (0, [])


def wanted_in(query: str, id_: str) -> float:
    wanted = set(tokens(query))
    return len(wanted & set(tokens(text_of(ARTICLES[id_])))) / len(wanted)
