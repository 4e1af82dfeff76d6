"""The query language: what a query is understood as, and that no query is an error."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from difang.search.parser import LONGEST_QUERY, Query, parse
from difang.search.terms import MOST_TERMS, MOST_TOKENS
from difang.search.tree import All, Either, Most, Name, Not, Published, Run, Tree, wanted

TODAY = date(2026, 11, 23)


def read(query: str) -> Query:
    return parse(query, TODAY)


def run(text: str, *, title: bool = False, quoted: bool = False) -> Run:
    return Run(tuple(text), title, quoted)


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("", All()),
        ("济南 地铁", All((run("济南"), run("地铁")))),
        ("濟南", run("济南")),
        ("Ａ股", run("a股")),
        ("蔬菜大棚", run("蔬菜大棚")),
        ("2022年3月", Run(("2022", "年", "3", "月"))),
        ('"济南，地铁"', run("济南地铁", quoted=True)),
        ("“济南地铁”", run("济南地铁", quoted=True)),
        ("“地铁”“招标”", All((run("地铁", quoted=True), run("招标", quoted=True)))),
        ("(“地铁”「招标」) 济南", All((run("地铁", quoted=True), run("招标", quoted=True), run("济南")))),
        ("「濟南地鐵」", run("济南地铁", quoted=True)),
        ("济南 OR 青岛", Either((run("济南"), run("青岛")))),
        ("济南　ＯＲ　青岛", Either((run("济南"), run("青岛")))),
        ("地铁 济南 OR 青岛 OR 烟台", All((run("地铁"), Either((run("济南"), run("青岛"), run("烟台")))))),
        ("地铁 -招标", All((run("地铁"), Not(run("招标"))))),
        ("地铁 －“招标公告”", All((run("地铁"), Not(run("招标公告", quoted=True))))),
        ("-(招标 OR 招聘)", Not(Either((run("招标"), run("招聘"))))),
        ("（济南 地铁） OR 高铁", Either((All((run("济南"), run("地铁"))), run("高铁")))),
        ("title:济南", run("济南", title=True)),
        ("title：（济南 地铁）", All((run("济南", title=True), run("地铁", title=True)))),
        ("ｔｉｔｌｅ：济南", run("济南", title=True)),
        ("ＴＩＴＬＥ:济南", run("济南", title=True)),
        ("Ｔitle ：济南", run("济南", title=True)),
        ("tＩtle:济南", run("济南", title=True)),
        ("ＣＨＡＮＮＥＬ：ＳＤ", Name("channel", "sd")),
        ("ＦＲＯＭ:2020", Published(since=date(2020, 1, 1))),
        ("a AND b AND c AND d AND e", All(tuple(map(run, "abcde")))),
        ("A AND B C D E", Most(tuple("abcde"), 2, 0)),
        ("标题:济南", run("济南", title=True)),
        ("channel:sd", Name("channel", "sd")),
        ("channel:山東频道", Name("channel", "山东频道")),
        ("editor:萧潇", Name("editor", "萧潇")),
        ('EDITOR:"赵 一"', Name("editor", "赵一")),
        ("责编：萧潇", Name("editor", "萧潇")),
        ("editor:(萧潇 OR 纪小禾)", Either((Name("editor", "萧潇"), Name("editor", "纪小禾")))),
        ("source:人民网*", Name("source", "人民网", prefix=True)),
        ("source:人民网－山东频道", Name("source", "人民网山东频道")),
        ("kind:图集", Name("kind", "gallery")),
        ("from:2020-02-06", Published(since=date(2020, 2, 6))),
        ("from:2020年2月 to:2021", All((Published(since=date(2020, 2, 1)), Published(until=date(2021, 12, 31))))),
        ("to:2020.2", Published(until=date(2020, 2, 29))),
        ("from:最近7天", Published(since=date(2026, 11, 17))),
        ("最近7天", Published(date(2026, 11, 17), TODAY)),
        ("from:最近3个月", Published(since=date(2026, 8, 24))),
        ("from:昨天", Published(since=date(2026, 11, 22))),
        ("from:今年", Published(since=date(2026, 1, 1))),
        ("to:去年", Published(until=date(2025, 12, 31))),
        ("from:前年", Published(since=date(2024, 1, 1))),
        ("from:本月 to:这个月", All((Published(since=date(2026, 11, 1)), Published(until=date(2026, 11, 30))))),
        ("to:上月", Published(until=date(2026, 10, 31))),
        ("from:上個月", Published(since=date(2026, 10, 1))),
        ("今年", run("今年")),
        ("from:(2020)", Published(since=date(2020, 1, 1))),
        ("to:（2020-02）", Published(until=date(2020, 2, 29))),
        ("from:最近 7天", Published(since=date(2026, 11, 17))),
        ("from: last 7d 地铁", All((Published(since=date(2026, 11, 17)), run("地铁")))),
        ("from:2020 2021", All((Published(since=date(2020, 1, 1)), Run(("2021",))))),
        ("from:最近三天", Published(since=date(2026, 11, 21))),
        ("最近一周", Published(date(2026, 11, 17), TODAY)),
        ("最近两个月", Published(date(2026, 9, 24), TODAY)),
        ("最近半年", Published(date(2026, 5, 24), TODAY)),
        ("最近一個星期", Published(date(2026, 11, 17), TODAY)),
        ("最近三十天", Published(date(2026, 10, 25), TODAY)),
        ("零\u200b宽", run("零宽")),
        ("\ufeffeditor\u200b:赵\u200b一", Name("editor", "赵一")),
        ("济南 AND 地铁", All((run("济南"), run("地铁")))),
        ("憑藉 答覆", All((run("凭借"), run("答复")))),
    ],
)
def test_a_query_is_understood(query: str, tree: Tree) -> None:
    """Half and full width, simplified and traditional."""
    assert read(query).tree == tree
    assert read(query).ignored == ()


@pytest.mark.parametrize(
    "query",
    [
        "《公羊学引论》主要内容是什么？",
        "“十五五”规划编制工作",
        "“三高”“四新”战略",
        "丁薛祥在调研基础研究时强调（全文）",
        "Pharmacist mix to beat hand sanitiser shortage",
    ],
)
def test_a_pasted_headline_or_question_is_one_long_term(query: str) -> None:
    """Punctuation inside it is no operator."""
    assert isinstance(read(query).tree, Most)


@pytest.mark.parametrize(
    ("query", "tree", "ignored"),
    [
        ('"济南', run("济南"), "a quote that nothing closes"),
        ('济南"', run("济南"), "a quote that nothing closes"),
        ("“济南", run("济南"), "a quote that nothing closes"),
        ("济南”", run("济南"), "a quote that nothing closes"),
        ("「济南", run("济南"), "a quote that nothing closes"),
        ("“济南 地铁”站", All((run("济南"), run("地铁站"))), None),
        ("(济南", run("济南"), "an opening bracket that nothing closes"),
        ("济南)", run("济南"), "a closing bracket that nothing opens"),
        ("济南（", run("济南"), "an opening bracket that nothing closes"),
        (") 济南", run("济南"), "a closing bracket that nothing opens"),
        ("OR 济南", run("济南"), "an OR without a term on both sides"),
        ("济南 OR", run("济南"), "an OR without a term on both sides"),
        ("济南 from:2020-02-30", run("济南"), "from:2020-02-30, which is no date"),
        ("济南 editor:", run("济南"), "editor: with nothing behind it"),
        ("济南 editor:，", run("济南"), "editor:，"),
        ("济南 OR ，", run("济南"), "an OR without a term on both sides"),
        ("AND 济南", run("济南"), "an AND without a term on both sides"),
        ("济南 AND", run("济南"), "an AND without a term on both sides"),
        ("济南 - 青岛", All((run("济南"), run("青岛"))), "a minus with nothing behind it"),
        ("济南 👩", run("济南"), "👩, which holds no letter or digit"),
        ("济南 *", run("济南"), "*, which holds no letter or digit"),
        ('济南 "，"', run("济南"), '"，", which holds no letter or digit'),
        ("济南 title:！！", run("济南"), "！！, which holds no letter or digit"),
        ("济南 | 青岛", All((run("济南"), run("青岛"))), None),
        ("，。！", Either(), "，。！, which holds no letter or digit"),
        ("! ! ! ! ! !", Either(), "!, which holds no letter or digit"),
        ("\x00\ud800", Either(), "\ufffd\ufffd, which holds no letter or digit"),
        ("-", Either(), "a minus with nothing behind it"),
        ("AND", Either(), "an AND without a term on both sides"),
        (
            "source:" + "人" * 982 + "*",
            Name("source", "人" * 200, prefix=True),
            "source: after its first 200 characters",
        ),
        ("! ! ! ! ! 济南", run("济南"), None),
        ("济南 from:-1", run("济南"), "from:-1, which is no date"),
        ("济南 from:(2020-13)", run("济南"), "from:2020-13, which is no date"),
        ("济南 to:最近 好多天", All((run("济南"), run("好多天"))), "to:最近, which is no date"),
        ("infect*", Run(("infect",)), "the * of infect*, since only a name may end in one"),
        ("＊地铁", run("地铁"), "the * of ＊地铁, since only a name may end in one"),
        ("title:人民*", run("人民", title=True), "the * of 人民*, since only a name may end in one"),
        ("editor:萧*云", Name("editor", "萧云"), "the * of 萧*云, since only a name may end in one"),
        ("editor:*云*", Name("editor", "云", prefix=True), "the * of *云*, since only a name may end in one"),
        ("((((((((((济南))))))))))", run("济南"), "brackets more than 8 deep"),
    ],
)
def test_wrong_syntax_is_understood_as_far_as_possible(query: str, tree: Tree, ignored: str | None) -> None:
    """And what was ignored is told."""
    assert read(query).tree == tree
    assert ignored is None or ignored in read(query).ignored


def test_a_star_in_a_sentence_of_letters_is_told() -> None:
    assert read("the virus may infect* many people").ignored == ("the * of infect*, since only a name may end in one",)


def test_the_month_before_january_is_that_of_the_year_before() -> None:
    tree = parse("from:上月", date(2026, 1, 5)).tree
    assert tree == Published(since=date(2025, 12, 1))


@pytest.mark.parametrize("query", ["7*24小时", '"人民*"', "source:人民网*", "source:人民网＊"])
def test_a_star_that_is_a_sign_or_ends_a_name_is_not_told(query: str) -> None:
    assert read(query).ignored == ()


@pytest.mark.parametrize(
    "piece", ["(", '"', "“", "“中”", "中", "中 ", "-", "title:", "a OR ", "\ud800", "\x00", "editor:x ", "济"]
)
def test_a_query_of_100_kb_is_read_in_bounds(piece: str) -> None:
    """Terms, tokens and depth stay bounded, and it says that not all was read."""
    query = read(piece * (100_000 // len(piece)))
    assert any(f"{LONGEST_QUERY:,}" in what for what in query.ignored)
    terms = list(wanted(query.tree))
    assert len(terms) <= MOST_TERMS
    assert sum(len(term.tokens) for term in terms) <= MOST_TOKENS


@given(st.text(st.sampled_from('济南地铁ab1 　"“”「」()（）-－:：OR|*，。\ud800\x00'), max_size=60))
def test_no_query_is_an_error_and_what_is_understood_reads_back_the_same(query: str) -> None:
    """`understood` is a query with the same meaning, whose own `understood` is itself."""
    once = read(query)
    if once.understood:
        assert read(once.understood).understood == once.understood


WORDS = (
    *("!", "，", "👩", "a", "covid", "济南", "地铁招标公告说明"),
    *("AND", "1.2", "1,000", "covid-19", "ภาษา", "覆藉", "a b c d e", "editor:"),
    *("OR", "-", "-a", '"', '"济 南"', "(", ")", "title:", "from:x"),
)


@given(st.lists(st.sampled_from(WORDS), max_size=14).map(" ".join))
def test_any_words_at_all_are_a_query(query: str) -> None:
    """Words that are punctuation alone, many in a row, between operators and brackets."""
    once = read(query)
    if once.understood:
        assert read(once.understood).understood == once.understood


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("覆蓋 憑藉 瞭望", "覆盖 凭藉 瞭望"),
        ("editor:沈藉", "editor:沈藉"),
        ("서울 ภาษา", "서울 ภาษา"),
        ("covid-19 19.6公里", "covid-19 19.6公里"),
        ('"covid-19"', "“covid 19”"),
        ("一季度总产值达到1.2亿元", "一季度总产值达到1.2亿元"),
        ("1,000 １，０００人 13:30", "1,000 1,000人 13:30"),
        ("0-24时无新增确诊病例7*24", "0-24时无新增确诊病例7*24"),
        ('"1,000 1,2"', "“1,000 1,2”"),
        ("over 1,000 people here today", "over 1,000 people here today"),
        ("1.2 ! ! ! 3.4 a", "1 2 3 4 a"),
        ("привет мир", "привет мир"),
        ("(Pharmacist mix to beat hand) OR 济南", "(pharmacist mix to beat hand) OR 济南"),
        ("Pharmacist mix to beat hand (covid-19)", "(pharmacist mix to beat hand) covid-19"),
        ("Pharmacist mix to beat 蔬菜大棚种植技术推广", "pharmacist mix to beat 蔬菜大棚种植技术推广"),
    ],
)
def test_what_is_understood_can_be_read_and_asked_again(query: str, shown: str) -> None:
    """As people write it, and with the same meaning."""
    assert read(query).understood == shown
    assert read(shown).tree == read(query).tree


@given(st.text())
def test_nothing_is_left_out_silently(query: str) -> None:
    """What finds nothing by itself says why."""
    if query.strip() and read(query).tree == Either():
        assert read(query).ignored


@given(st.text(max_size=200))
def test_any_text_at_all_is_a_query(query: str) -> None:
    """Lone surrogates and control characters too."""
    assert isinstance(read(query).understood, str)
