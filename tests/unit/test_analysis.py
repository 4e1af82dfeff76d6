"""Tokens and passages: what is folded, and what is marked."""

from __future__ import annotations

import html
import re
import subprocess
import sys
import unicodedata
from datetime import date
from pathlib import Path

import opencc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from difang.ingest.index import folder
from difang.ingest.index.analysis import (
    LONGEST_TOKEN,
    PARTING,
    SAME,
    flat,
    flat_words,
    key,
    pairs,
    spelling,
    token_text,
    token_texts,
    tokens,
)
from difang.ingest.index.folder import schema_hash
from difang.ingest.index.mapping import ARTICLES, VERSIONS, _hash
from difang.search.parser import parse
from difang.search.passages import Marker


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("濟南，地铁", ["济", "南", "地", "铁"]),
        ("Ａ股ETF涨2.5％", ["a", "股", "etf", "涨", "2", "5"]),
        ("乾隆", ["干", "隆"]),  # by itself, as 乾 alone
        ("㎡ ﬁ ½", ["m2", "fi", "1", "2"]),
        ("Café cafe\u0301", ["café", "café"]),
        ("co\u00adop 零\u200b宽", ["coop", "零", "宽"]),
        ("一〇一", ["一", "〇", "一"]),
        ("，。！——", []),
        ("\ud800\x00", []),
        ("x" * 250, ["x" * LONGEST_TOKEN, "x" * LONGEST_TOKEN, "x" * 50]),
    ],
)
def test_a_text_has_these_tokens(text: str, expected: list[str]) -> None:
    """Each character folded by itself."""
    assert tokens(text) == expected


def opencc_phrases(dictionary: str, folder: Path) -> list[tuple[str, list[str]]]:
    """A dictionary of the installed OpenCC: phrases, each with what it may become."""
    library = Path(opencc.__file__).parent / "clib"
    text = folder / f"{dictionary}.txt"
    source = library / "share" / "opencc" / f"{dictionary}.ocd2"
    command = [str(library / "bin" / "opencc_dict"), "-i", str(source), "-o", str(text), "-f", "ocd2", "-t", "text"]
    subprocess.run(command, check=True, capture_output=True)
    lines = [line.split("\t") for line in text.read_text(encoding="utf-8").splitlines()]
    return [(phrase, others.split(" ")) for phrase, others in lines]


def test_every_word_that_opencc_simplifies_by_itself_is_the_same_as_simplified(tmp_path: Path) -> None:
    """Those are the words whose characters by themselves become others: 憑藉 and 凭借, 簡單明瞭 and 简单明了."""
    phrases = opencc_phrases("TSPhrases", tmp_path)
    assert len(phrases) > 400
    assert [phrase for phrase, (simplified, *_) in phrases if tokens(phrase) != tokens(simplified)] == []


def test_nearly_every_traditional_word_is_the_same_as_simplified(tmp_path: Path) -> None:
    """What is left are rare words (待着, 夾剪) and those in which OpenCC has a misprint."""
    phrases = opencc_phrases("STPhrases", tmp_path)
    assert len(phrases) > 40_000
    apart = [word for simplified, (word, *_) in phrases if tokens(word) != tokens(simplified)]
    assert len(apart) < 20, apart


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("瞭解", "了解"),
        ("反覆", "反复"),
        ("答覆", "答复"),
        ("藉口", "借口"),
        ("彷彿", "仿佛"),
        ("計畫", "计划"),
        ("座標", "坐标"),
    ],
)
def test_common_words_are_found_in_both_scripts(traditional: str, simplified: str) -> None:
    """Each as a phrase of the other, and shown as it is written."""
    assert tokens(traditional) == tokens(simplified)
    assert "".join(spelling("覆蓋瞭望")) == "覆盖瞭望"


def test_an_index_made_with_another_analysis_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """By the hash both indexes keep; older versions of articles are not analysed."""
    before = ARTICLES.hash, VERSIONS.hash, schema_hash()
    monkeypatch.setitem(SAME, "甲", "乙")
    _hash.cache_clear()
    after = ARTICLES.hash, VERSIONS.hash, schema_hash()
    monkeypatch.undo()
    _hash.cache_clear()
    assert [one == other for one, other in zip(before, after, strict=True)] == [False, True, False]


@pytest.mark.parametrize("fields", ["NAMES", "FACETS"])
def test_an_embedded_index_made_with_other_names_or_facets_is_told_apart(
    monkeypatch: pytest.MonkeyPatch, fields: str
) -> None:
    """The mapping of Elasticsearch lists them itself."""
    before = schema_hash()
    monkeypatch.setattr(folder, fields, (*getattr(folder, fields), "paper"))
    assert schema_hash() != before


@given(st.text(), st.text())
def test_a_text_holds_the_tokens_of_its_parts(one: str, other: str) -> None:
    """So that a phrase cut out of a text is found in it."""
    assert tokens(f"{one}，{other}") == tokens(one) + tokens(other)


@given(st.text())
def test_the_flat_text_has_the_same_tokens(text: str) -> None:
    """All but the bounds between Han characters, which need none."""
    folded, offsets = flat(text)
    assert "".join(folded.split()) == "".join(tokens(text)) or len(max(tokens(text), key=len)) == LONGEST_TOKEN
    assert len(folded) == (len(text) if offsets is None else len(offsets))


@given(
    st.lists(
        st.text(max_size=40)
        | st.sampled_from(("济南，地铁", "a1 " * 20, "x" * 60, "⑴2", "㎡", "a⒈", "Ⅲ", "Ⅲ" * 60, " ", "\n")),
        max_size=12,
    )
)
def test_a_long_text_is_folded_as_a_short_one(parts: list[str]) -> None:
    """It goes through arrays, the short one by its characters."""
    text = "".join(parts[::2]) + "地铁通车。" * 20 + "".join(parts[1::2])
    assert token_text(text) == " ".join(tokens(text))
    assert flat_words(text) == " ".join(flat(text)[0].split())


@given(st.lists(st.text() | st.sampled_from(("地铁通车。" * 30, "a" * 150, PARTING, f"地{PARTING}铁", "e\u0301", ""))))
def test_many_texts_are_folded_as_each_alone(texts: list[str]) -> None:
    """Whatever stands in one of them, what they are parted by too."""
    assert token_texts(texts) == [" ".join(tokens(text)) for text in texts]


def test_no_other_character_becomes_what_parts_texts() -> None:
    """Or a text would be cut in two."""
    becomes = [code for code in range(sys.maxunicode + 1) if PARTING in unicodedata.normalize("NFKC", chr(code))]
    assert becomes == [ord(PARTING)]


def test_names_are_compared_without_width_script_case_and_spaces() -> None:
    """Two-character names are padded with a space."""
    assert key("趙　一") == key("赵 一") == "赵一"
    assert pairs(["a", "b", "c"]) == ["ab", "bc"]
    assert pairs(["a"]) == []


def marker(query: str) -> Marker:
    return Marker(parse(query, date(2026, 1, 1)).tree)


@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("济南", "濟南地铁，济南", "<em>濟南</em>地铁，<em>济南</em>"),
        ('"济南地铁"', "济南，地铁与济南", "<em>济南，地铁</em>与济南"),
        ("5g", "5G与15g、5G", "<em>5G</em>与15g、<em>5G</em>"),
        ("蔬菜大棚种植技术推广", "推广蔬菜的大棚技术", "<em>推广</em><em>蔬菜</em>的<em>大棚</em><em>技术</em>"),
        ("m2 一百", "十㎡，一百", "十<em>㎡</em>，<em>一百</em>"),
        ("-济南 editor:济南", "济南", "济南"),
        ("script", "<script>&amp;", "&lt;<em>script</em>&gt;&amp;amp;"),
        ("", "<b>", "&lt;b&gt;"),
    ],
)
def test_what_is_found_is_marked_in_the_original(query: str, text: str, marked: str) -> None:
    """Escaped, by the same analysis, whatever the widths."""
    assert marker(query).marked(text).replace("</em><em>", "") == marked.replace("</em><em>", "")


def test_passages_hold_the_places_with_most_of_the_query() -> None:
    """From the middle of a long text, with dots where it goes on."""
    filler = "今天天气很好。" * 100
    text = f"{filler}海岱市启用图书馆。{filler}图书馆开门。{filler}"
    passages = marker("海岱市 图书馆").passages(text)
    assert len(passages) == 2
    assert passages[0].startswith("…") or passages[0].startswith("<em>海岱市</em>启用<em>图书馆</em>。")
    assert "<em>海岱市</em>启用<em>图书馆</em>。" in passages[0]
    assert "<em>图书馆</em>开门。" in passages[1]
    assert all(len(passage) < 200 for passage in passages)


def test_where_nothing_is_marked_the_beginning_is_shown() -> None:
    """As for a query of fields alone."""
    assert marker("editor:萧云").passages("海岱市公布。\n" * 50)[0].startswith("海岱市公布。 海岱市公布。")
    assert marker("x").passages("") == []


@given(st.text(), st.text(st.sampled_from("济南地铁ab1½㎡<&> ，\n\ud800é\u0301"), max_size=300))
def test_passages_hold_escaped_text_and_em_and_nothing_else(query: str, text: str) -> None:
    """Whatever query and text."""
    for passage in [*marker(query).passages(text), marker(query).marked(text)]:
        bare = re.sub(r"</?em>", "", passage)
        assert "<" not in bare and ">" not in bare
        assert html.escape(html.unescape(bare), quote=False) == bare
        assert passage.count("<em>") == passage.count("</em>")
