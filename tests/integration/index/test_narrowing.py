"""Facets chosen, the histogram, recency and suggestions, on both indexes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path

import pytest

from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.search.elastic import ElasticEngine
from difang.search.embedded import EmbeddedEngine
from difang.search.engine import MoreFacet
from difang.search.index import SearchIndex
from difang.search.within import Within
from tests.integration.conftest import clear, client
from tests.made_articles import document, made_article, made_articles

TODAY = date(2026, 11, 23)
MADE = list(made_articles(200, seed=3))
TOLD = "海岱市气象台发布大风蓝色预警，出行请注意安全"
RECENT = made_article(id="r:new", title="琥珀消息", body=f"琥珀。{TOLD * 3}", published_at="2026-11-20T08:00:00+08:00")
OLD = made_article(id="r:old", title="琥珀旧闻", body=f"琥珀。{TOLD * 2}", published_at="2019-11-20T08:00:00+08:00")
FITTING = made_article(
    id="r:fit", title="琥珀展览", body="琥珀琥珀琥珀琥珀琥珀琥珀。", published_at="2018-01-20T08:00:00+08:00"
)
DAYS = [
    made_article(id=f"d:{day}", title="翡翠", body="翡翠", published_at=f"2026-03-{day:02}T00:10:00+08:00")
    for day in (1, 1, 4)
]
AT = "2018-01-20T08:00:00+08:00"
PRINTED = [
    made_article(id=f"p:{number}", title="玛瑙", body="玛瑙", editors=editors, source=source, published_at=AT)
    for number, (editors, source) in enumerate(
        (
            (("沈瞭清",), "人民网－内蒙频道"),
            (("沈瞭清", "沈 了清"), "人民网-内蒙频道"),
            (("沈了清",), "人民网-内蒙频道"),
            (("沈瞭清",), "——"),
        )
    )
]
READ = [
    made_article(id=f"t:{number}", title="珊瑚", body="珊瑚", template=name, reporters=reporters, published_at=AT)
    for number, (name, reporters) in enumerate(
        (("A", ("钱禾",)), ("A′", ("钱禾", "赵一")), ("A′", ("赵一",)), ("picG", ()), ("pic", ("赵一",)))
    )
]
ALL = [*MADE, RECENT, OLD, FITTING, *DAYS, *PRINTED, *READ]


@pytest.fixture(scope="module", params=["embedded", "elasticsearch"])
def search(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SearchIndex]:
    with ExitStack() as stack:
        if request.param == "embedded":
            folder: Path = tmp_path_factory.mktemp("narrowing")
            writer, engine = EmbeddedIndex(folder), EmbeddedEngine(folder)
        else:
            url = request.getfixturevalue("elasticsearch_url")
            clear(url)
            stack.callback(clear, url)
            writer, engine = ElasticIndex(client(url)), ElasticEngine(client(url))  # type: ignore[assignment]
        with closing(writer):
            writer.write([document(article) for article in {article.id: article for article in ALL}.values()])
            writer.refresh()
        yield stack.enter_context(closing(SearchIndex(engine, lambda: TODAY)))


def test_a_facet_counts_what_choosing_its_value_finds(search: SearchIndex) -> None:
    """However the articles print the name; it is called as most of them do."""
    facets = search.search("玛瑙").facets
    assert [(row.value, row.count) for row in facets["editor"]] == [("沈瞭清", 4)]
    assert [(row.value, row.count) for row in facets["source"]] == [("人民网-内蒙频道", 3)]
    for name in ("editor", "source"):
        for row in facets[name]:
            assert search.search("玛瑙", within=Within(**{name: (row.value,)})).total == row.count


def test_reporters_and_templates_are_counted_where_asked_for_and_found_by_their_field(search: SearchIndex) -> None:
    """A template's prime is part of its name; the usual facets stay as they are."""
    assert not {"reporter", "template"} & search.search("珊瑚").facets.keys()
    facets = search.search("珊瑚", also=list(MoreFacet)).facets
    assert [(row.value, row.count) for row in facets["reporter"]] == [("赵一", 3), ("钱禾", 2)]
    assert [(row.value, row.count) for row in facets["template"]] == [("A′", 2), ("A", 1), ("pic", 1), ("picG", 1)]
    for name in ("reporter", "template"):
        for row in facets[name]:
            chosen = search.search("珊瑚", within=Within(**{name: (row.value,)}))
            assert chosen.total == row.count
            assert row in chosen.facets[name]
            asked = search.search(f'珊瑚 {name}:"{row.value}"')
            assert asked.total == row.count
            assert search.search(asked.understood).total == row.count
    assert search.search("珊瑚 模板：a'").total == 2
    assert search.search("珊瑚 template:pic*").total == 2
    assert search.search("珊瑚", within=Within(kind=("article",))).total == 5


def test_values_of_one_facet_add_and_facets_narrow_each_other(search: SearchIndex) -> None:
    """And a facet goes on counting what its other values would find."""
    within = Within(channel=("sd", "js"), editor=("萧云",))
    expected = {a.id for a in MADE if a.channel in ("sd", "js") and "萧云" in a.editors}
    result = search.search("", within=within, limit=100, fold=False)
    assert {hit.id for hit in result.hits} == expected
    counts = {value.value: value.count for value in result.facets["channel"]}
    assert counts == Counter(a.channel for a in MADE if "萧云" in a.editors)
    assert [record["id"] for record in search.export("", within=within)] == [
        hit.id for hit in search.search("", within=within, limit=100, fold=False).hits
    ]
    assert search.search(within.as_query()).total == len(expected)


def test_years_and_months_chosen_are_one_time(search: SearchIndex) -> None:
    """Either of them, and with a query on top."""
    within = Within(year=("2017",), month=("2020-02", "2021-03"))
    expected = {a.id for a in MADE if a.published_at[:4] == "2017" or a.published_at[:7] in within.month}
    found = {hit.id for hit in search.search("", within=within, limit=200, fold=False).hits}
    assert found - {"people:L_1"} == expected
    years = {value.value for value in search.search("", within=within).facets["year"]}
    assert years >= {a.published_at[:4] for a in MADE}


def test_a_month_chosen_narrows_its_year_and_no_other(search: SearchIndex) -> None:
    """In the list, in the query that says the same, and for a year without a month."""
    for years, months in ((("2020",), ("2020-02",)), (("2019", "2020"), ("2020-02", "2020-03"))):
        within = Within(year=years, month=months)
        expected = {
            a.id
            for a in {a.id: a for a in ALL}.values()
            if a.published_at[:7] in months or (a.published_at[:4] == "2019" and "2019" in years)
        }
        assert {hit.id for hit in search.search("", within=within, limit=200, fold=False).hits} == expected
        assert search.search(within.as_query()).total == len(expected) > 0


def test_several_short_terms_that_nothing_holds_lead_to_any_of_them(search: SearchIndex) -> None:
    """Only where some article holds one, within what was chosen; a term that finds nothing by itself leads nowhere."""
    for typed, any_of in (
        ("琥珀 翡翠", "琥珀 OR 翡翠"),
        ('"琥珀" AND 翡翠 from:2000', "(“琥珀” OR 翡翠) from:2000-01-01"),
        ("琥珀", None),
        ("琥珀 展览", None),
        ("没有 的词呀 龘", None),
    ):
        page = search.search(typed)
        assert page.any_of == any_of
        assert bool(page.any_of and search.search(page.any_of).total) == bool(any_of)
    assert search.search("琥珀 翡翠", until=date(1999, 1, 1)).any_of is None


def test_the_histogram_counts_every_hit_in_years_months_or_days_of_beijing(search: SearchIndex) -> None:
    """By the time the hits span; what lies between is there with nothing."""
    by_year = search.search("").histogram
    assert by_year is not None
    assert (by_year.unit, sum(bar.count for bar in by_year.bars)) == ("year", search.search("").total)
    by_month = search.search("", since=date(2020, 1, 1), until=date(2020, 12, 31)).histogram
    assert by_month is not None
    assert by_month.unit == "month"
    by_day = search.search("翡翠").histogram
    assert by_day is not None
    assert [(bar.value, bar.count) for bar in by_day.bars] == [
        ("2026-03-01", 1), ("2026-03-02", 0), ("2026-03-03", 0), ("2026-03-04", 1)
    ]  # fmt: skip
    assert search.search('"没有这样的词"').histogram is None


def test_what_is_recent_stands_a_little_higher_and_no_more(search: SearchIndex) -> None:
    """It overtakes what fits hardly better (a shorter text) and not what fits clearly better."""
    assert [hit.id for hit in search.search("琥珀").hits] == ["r:fit", "r:new", "r:old"]
    long_ago = SearchIndex(search._engine, lambda: date(1990, 1, 1))  # when all of them are as recent
    assert [hit.id for hit in long_ago.search("琥珀").hits] == ["r:fit", "r:old", "r:new"]


def test_a_relaxed_sentence_is_narrowed_to_the_counts_it_showed(search: SearchIndex) -> None:
    """Choosing a facet does not ask the sentence strictly again."""
    asked = "海岱市昨日提升招聘会受到居民欢迎但是无人知道的琉璃瓦当"
    whole = search.search(asked)
    value = whole.facets["channel"][0]
    assert search.search(asked, within=Within(channel=(value.value,))).total == value.count


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("萧", "萧云"),
        ("xiaoyun", "萧云"),
        ("xy", "萧云"),
        ("shandong", "山东频道"),
        ("hupo", "琥珀消息"),
        ("qianhe", "钱禾"),
    ],
)
def test_names_and_headlines_are_suggested_by_characters_and_pinyin(
    search: SearchIndex, typed: str, label: str
) -> None:
    """What was typed before stays, and the suggested query finds something."""
    found = {one.label: one for one in search.suggest(f"图书馆 {typed}")}
    assert label in found
    assert found[label].kind == "title" or found[label].query.startswith("图书馆 ")
    assert search.search(search.suggest(typed)[0].query).total > 0


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("图书馆 -xiaoyun", '图书馆 -editor:"萧云"'),
        ("图书馆 －xiaoyun", '图书馆 －editor:"萧云"'),
        ("图书馆 OR -xiaoyun", '图书馆 OR -editor:"萧云"'),
        ("图书馆 -shandong", '图书馆 -channel:"山东频道"'),
        ("图书馆 (shandong", '图书馆 (channel:"山东频道"'),
        ("图书馆 -(xiaoyun", '图书馆 -(editor:"萧云"'),
        ('图书馆 -"xiaoyun', '图书馆 -editor:"萧云"'),
        ('"图书馆" xiaoyun', '"图书馆" editor:"萧云"'),
        ("图书馆 editor:xiao", '图书馆 editor:"萧云"'),
        ("图书馆 萧 云", '图书馆 editor:"萧云"'),
        ("图书馆 云 云", '图书馆 云 editor:"萧云"'),
        ('图书馆 "萧" 云', '图书馆 "萧" editor:"萧云"'),
        ("editor:萧", 'editor:"萧云"'),
        ("责编：萧", 'editor:"萧云"'),
        ("-editor:xiaoyun", '-editor:"萧云"'),
        ('editor:"萧', 'editor:"萧云"'),
        ("channel:shandong", 'channel:"山东频道"'),
        ("reporter:qianhe", 'reporter:"钱禾"'),
        ("title:hupozhan", 'title:"琥珀展览"'),
    ],
)
def test_a_suggestion_keeps_what_the_query_says(search: SearchIndex, typed: str, query: str) -> None:
    """A minus stays one, a bracket too, and behind a field only its names are suggested."""
    found = search.suggest(typed)
    assert query in [one.query for one in found]
    if ":" in typed or "：" in typed:
        assert {one.kind for one in found} == {query.lstrip("图书馆 -").partition(":")[0]}
    if "-" in typed or "(" in typed:
        assert "title" not in {one.kind for one in found}


@pytest.mark.parametrize("typed", ["图书馆 (xiaoyun)", "kind:xiaoyun", "from:xiaoyun", "reporter:shandong", "-", "("])
def test_where_no_name_fits_there_is_no_suggestion(search: SearchIndex, typed: str) -> None:
    """Behind a bracket that is closed, and behind fields whose names nobody knows."""
    assert search.suggest(typed) == []


@pytest.mark.parametrize("typed", ["", " ", "字" * 500, "\ud800", "((((", "%00"])
def test_odd_beginnings_have_no_suggestions(search: SearchIndex, typed: str) -> None:
    """And no error either."""
    assert search.suggest(typed) == []


@pytest.mark.parametrize(
    ("query", "better"),
    [
        ("虎珀", "琥珀"),
        ("hupo", "琥珀"),
        ("editor:肖云", "editor:萧云"),
        ("肖云", 'editor:"萧云"'),
        ("萧芸", 'editor:"萧云"'),
        ("xiaoyun", 'editor:"萧云"'),
        ("萧云", 'editor:"萧云"'),
        ("-虎珀 肖云", '-虎珀 editor:"萧云"'),
        ('"肖云"', 'editor:"萧云"'),
        ("虎珀展览 琥珀琥珀", "琥珀展览 琥珀琥珀"),
        ("琥珀", None),
        ("没有的词", None),
    ],
)
def test_a_query_that_finds_little_is_answered_with_what_sounds_the_same(
    search: SearchIndex, query: str, better: str | None
) -> None:
    """Only where that finds more."""
    assert search.search(query).instead == better
