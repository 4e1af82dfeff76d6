"""The contract of search, on both indexes: the same tests, and the same answers on both."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from difang.ingest.errors import RetryLater
from difang.ingest.index.analysis import key, pairs, tokens
from difang.search.elastic import ElasticEngine
from difang.search.embedded import EmbeddedEngine
from difang.search.engine import Sort
from difang.search.index import SearchIndex
from difang.search.relax import BEST, RELAXED
from difang.search.synonyms import Synonyms
from difang.search.within import Within
from tests.integration.index.searching import ARTICLES, TODAY, Both, cuts, found, holds, scan, text_of
from tests.made_articles import EDITORS
from tests.phrase_scan import Scan, phrases


def test_every_phrase_finds_exactly_what_a_plain_scan_finds(search: SearchIndex) -> None:
    """300 of 2 to 14 characters, cut anywhere, even within a number."""
    for piece in cuts(300, 2, 14):
        assert set(found(search, f'"{piece}"')) == scan(piece), piece


def test_phrases_of_han_characters_find_what_a_scan_of_its_own_finds(search: SearchIndex) -> None:
    """200 of 2 to 12, across words and punctuation, some traditional or wide; `python -m bench.phrases` asks 5,000."""
    articles = list(ARTICLES.values())
    plain = Scan(articles)
    asked = phrases(articles, 200)
    assert sum(len(phrase.cut) > phrase.length for phrase in asked) > 20
    for phrase in asked:
        assert set(found(search, f'"{phrase.typed}"')) == plain.holding(phrase.cut), phrase


def test_a_phrase_does_not_run_from_the_title_into_the_body(search: SearchIndex) -> None:
    """Each part of an article stands for itself."""
    for article in list(ARTICLES.values())[:20]:
        across = f"{article.title[-3:]}{article.body[:3]}"
        assert set(found(search, f'"{across}"')) == scan(across)


@pytest.mark.parametrize(
    ("query", "keeps"),
    [
        ("图书馆 海岱市", lambda a: holds(a, "图书馆") and holds(a, "海岱市")),
        ("图书馆 OR 公交车", lambda a: holds(a, "图书馆") or holds(a, "公交车")),
        ("图书馆 -公交车", lambda a: holds(a, "图书馆") and not holds(a, "公交车")),
        ("-图书馆 -公交车", lambda a: not holds(a, "图书馆") and not holds(a, "公交车")),
        ("(图书馆 OR 公交车) -(海岱市 OR 老城)", lambda a: (holds(a, "图书馆") or holds(a, "公交车"))
         and not (holds(a, "海岱市") or holds(a, "老城"))),
        ("試點", lambda a: holds(a, "试点")),
        ("-5g基站", lambda a: not holds(a, "5G基站")),
        ("title:地铁", lambda a: "地铁" in a.title or "地铁" in (a.subtitle or "")),
        ("-title:地铁", lambda a: "地铁" not in a.title and "地铁" not in (a.subtitle or "")),
        ("channel:sd", lambda a: a.channel == "sd"),
        ("channel:山东", lambda a: a.channel == "sd"),
        ("channel:山東頻道", lambda a: a.channel == "sd"),
        ("editor:萧云", lambda a: "萧云" in a.editors),
        ("editor:赵一 -reporter:郭砚", lambda a: "赵 一" in a.editors and "郭砚" not in a.reporters),
        ("editor:萧", lambda _: False),
        ("editor:欧阳*", lambda a: "欧阳青" in a.editors),
        ("source:运河周刊", lambda a: a.source == "運河週刊"),
        ("source:人民网*", lambda a: (a.source or "").startswith("人民网")),
        ("-source:人民网", lambda a: a.source != "人民网"),
        ("section:教育", lambda a: "教育 " in a.sections),
        ("kind:图集 OR kind:video", lambda a: a.kind in ("gallery", "video")),
        ("from:2019 to:2019-06-30", lambda a: "2019-01" <= a.published_at[:7] <= "2019-06"),
        ("图书馆 from:2020-02-03 OR title:地铁", lambda a: holds(a, "图书馆")
         and (a.published_at >= "2020-02-03" or "地铁" in a.title or "地铁" in (a.subtitle or ""))),
        ("", lambda _: True),
        ("，。", lambda _: False),
        ("图书馆 zzz", lambda _: False),
    ],
)  # fmt: skip
def test_a_query_finds_exactly_what_a_plain_scan_finds(search: SearchIndex, query: str, keeps) -> None:  # type: ignore[no-untyped-def]
    """Words, operators, fields and dates; total, pages and facets agree."""
    expected = {id_ for id_, article in ARTICLES.items() if keeps(article)}
    result = search.search(query, limit=1_000)
    assert {hit.id for hit in result.hits} == expected
    assert result.total == len(expected)
    assert sum(value.count for value in result.facets.get("year", [])) == len(expected)


def test_a_long_term_finds_what_holds_half_of_its_parts(both: Both) -> None:
    """A pasted headline, with its punctuation, finds its article first; every hit holds most of it; both agree."""
    for article in list(ARTICLES.values())[:15]:
        query = "".join(f"“{article.body[:3]}”{article.body[3:30]}…".split())
        wanted = set(tokens(query))
        one, other = (found(index, query) for index in (both.embedded, both.elasticsearch))
        assert set(one) == set(other)
        assert article.id in one[:10]
        assert RELAXED in both.embedded.search(query).ignored
        for id_ in one[BEST:]:
            held = set(tokens(text_of(ARTICLES[id_])))
            assert len(wanted & held) >= len(wanted) // 2


def test_short_terms_find_exactly_what_holds_every_one(both: Both) -> None:
    """300 random queries of one to six, numbers among them, against a plain scan."""
    chance = random.Random(13)
    words = [piece for piece in cuts(400, 1, 4) if " " not in piece and not set(piece) & set("-—－()（）“”\n")]
    words = [word for word in words if "".join(tokens(word)) == word] + [str(number) for number in range(1, 40)]
    several = 0
    for _ in range(300):
        asked = chance.sample(words, chance.randint(1, 6))
        expected = set.intersection(*map(scan, asked))
        several += len(asked) > 1 and bool(expected)
        for search in (both.embedded, both.elasticsearch):
            assert set(found(search, " ".join(asked))) == expected, asked
            assert not search.search(" ".join(asked), limit=0).ignored
    assert several > 20


def test_whatever_the_order_or_the_way_out_a_query_finds_one_set(both: Both) -> None:
    """By relevance and time, in counts, exports and trends: queries of all kinds, half of them with a sentence."""
    chance = random.Random(17)
    sentences = cuts(60, 10, 30)
    relaxed = 0
    for number in range(120):
        query = random_query(chance)
        if number % 2:
            query = " ".join([sentences[number // 2][::-1], *([query] if number % 4 == 3 else [])])
        for search in (both.embedded, both.elasticsearch):
            whole = search.search(query, limit=1_000, fold=False)
            relaxed += RELAXED in whole.ignored
            expected = {hit.id for hit in whole.hits}
            assert len(expected) == whole.total == sum(value.count for value in whole.facets.get("year", [])), query
            for sort in (Sort.NEWEST, Sort.OLDEST):
                by_time = search.search(query, sort=sort, limit=1_000, fold=False, facets=False)
                assert ({hit.id for hit in by_time.hits}, by_time.total) == (expected, whole.total), query
            assert {record["id"] for record in search.export(query)} == expected, query
            assert sum(search.tally(query).days.values()) == whole.total, query
            narrowed = search.search(query, within=Within(channel=("sd", "js")), facets=False, limit=0).total
            assert narrowed == sum(ARTICLES[id_].channel in ("sd", "js") for id_ in expected)
            if relaxed and number % 4 == 1:
                assert search.search(f"{query} (channel:sd OR channel:js)", facets=False, limit=0).total == narrowed
    assert relaxed > 40


def random_query(chance: random.Random, depth: int = 0) -> str:
    pieces = []
    for _ in range(chance.randint(1, 3)):
        piece = chance.choice(cuts_for_queries)
        kind = chance.random()
        if kind < 0.15 and depth < 3:
            piece = f"({random_query(chance, depth + 1)})"
        elif kind < 0.3:
            piece = f'"{piece}"'
        elif kind < 0.4:
            piece = f"editor:{chance.choice(EDITORS).replace(' ', '')}"
        elif kind < 0.5:
            piece = f"title:{piece}"
        elif kind < 0.55:
            piece = f"from:{chance.randint(2015, 2026)}-{chance.randint(1, 12)}"
        pieces.append(f"{'-' if chance.random() < 0.15 else ''}{piece}{' OR' if chance.random() < 0.25 else ''}")
    return " ".join(pieces)


cuts_for_queries = cuts(300, 1, 9)


def test_both_indexes_give_the_same_result_for_any_query(both: Both) -> None:
    """Hits in every order of time, passages, facets and totals of 100 random queries."""
    chance = random.Random(5)
    for _ in range(100):
        query = random_query(chance)
        for sort in (Sort.NEWEST, Sort.OLDEST):
            one, other = (
                index.search(query, sort=sort, limit=20).to_dict() | {"took_ms": 0}
                for index in (both.embedded, both.elasticsearch)
            )
            for hit in (*one["hits"], *other["hits"]):
                hit.pop("score")
            one.pop("next"), other.pop("next")
            assert one == other, query
        assert set(found(both.embedded, query)) == set(found(both.elasticsearch, query)), query


@pytest.mark.parametrize("letter", ["a", "人", "𠀀", "ภ", "٣"])
@pytest.mark.parametrize("behind", ["*", ""])
def test_a_name_of_any_length_is_answered(search: SearchIndex, letter: str, behind: str) -> None:
    """As one of 200 characters, and `ignored` says so."""
    result = search.search(f"source:{letter * 5_000}{behind} OR 图书馆", limit=1)
    assert result.total == len(scan("图书馆"))
    assert "source: after its first 200 characters" in result.ignored


@pytest.mark.parametrize(
    "piece", ["中", "中 ", "(", '"', "a b ", "图书馆 OR ", "\ud800", "-图 ", "title:图书馆图书馆 "]
)
def test_a_query_of_100_kb_is_answered(search: SearchIndex, piece: str) -> None:
    """In bounds, and it says that not all was read."""
    result = search.search(piece * (100_000 // len(piece)))
    assert result.ignored


def test_the_deepest_and_widest_query_is_answered(search: SearchIndex) -> None:
    """All limits at once."""
    words = [piece for piece in cuts_for_queries if len(tokens(piece)) > 4][:60]
    nested = "".join(f"({word} OR -" for word in words[:8]) + "图书馆" + ")" * 8
    search.search(" OR ".join(words))
    search.search(nested)
    search.search(f'"{"".join(words)}"')


def test_an_index_not_made_yet_has_no_hits(elasticsearch_url: str, tmp_path: Path) -> None:
    """And no error."""
    with Elasticsearch(elasticsearch_url) as elasticsearch:
        assert not elasticsearch.indices.exists(index="difang-nowhere")
    search = SearchIndex(EmbeddedEngine(tmp_path / "none"))
    assert search.search("图书馆").total == 0
    assert search.documents() == 0
    assert list(search.export("")) == []


def test_an_index_out_of_reach_is_told_in_one_sentence() -> None:
    """As something to try again, without the address's password."""
    with Elasticsearch("http://user:secret@127.0.0.1:1", max_retries=0) as elasticsearch:
        search = SearchIndex(ElasticEngine(elasticsearch))
        for ask in (lambda: search.search("x"), search.documents, lambda: list(search.export("x"))):
            with pytest.raises(RetryLater) as raised:
                ask()
            assert "secret" not in str(raised.value)


def test_the_analyses_of_both_indexes_are_one(elasticsearch_url: str) -> None:
    """Elasticsearch's standard tokenizer parts our tokens just where we did, and its shingles are our pairs."""
    chance = random.Random(3)
    letters = [chr(code) for code in (*range(0x20, 0x3400), *range(0x3400, 0x30000, 7), *range(0xF900, 0xFFF0))]
    with Elasticsearch(elasticsearch_url) as elasticsearch:
        for _ in range(60):
            text = "".join(chance.choice(letters) for _ in range(400)) + "a1_b.c'd 19.6 x" + "y" * 300
            ours = tokens(text)
            standard = elasticsearch.indices.analyze(tokenizer="standard", text=" ".join(ours))
            assert [token["token"] for token in standard["tokens"]] == ours
            shingles = elasticsearch.indices.analyze(
                tokenizer="standard",
                filter=[{"type": "shingle", "max_shingle_size": 2, "token_separator": "", "output_unigrams": False}],
                text=" ".join(ours),
            )
            assert [token["token"] for token in shingles["tokens"]] == pairs(ours)
    assert key("赵 一") == "赵一"


@pytest.mark.parametrize("engine", [0, 1])
def test_synonyms_find_what_each_word_finds(both: Both, engine: int) -> None:
    """One of each other word; a rule that replaces finds the other alone; passages show what was found."""
    one, other, third = "图书馆", "海岱市", "运河镇"
    rules = {(*one,): ((*one,), (*other,)), (*third,): ((*other,),)}
    search = SearchIndex(both.engines[engine], lambda: TODAY, synonyms=Synonyms(rules=rules))
    expected = scan(one) | scan(other)
    assert scan(one) < expected
    assert {record["id"] for record in search.export(one)} == expected
    assert {record["id"] for record in search.export(f'"{one}"')} == scan(one)
    assert {record["id"] for record in search.export(third)} == scan(other)
    page = search.search(third, limit=5)
    assert page.understood == f"“{other}”"
    assert page.total == len(scan(other))
    assert page.next is not None
    assert search.search(third, limit=5, cursor=page.next).hits
