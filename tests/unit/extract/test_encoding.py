"""Encodings: decided by the bytes alone, nothing replaced in silence."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from difang.ingest.extract import extract
from difang.ingest.extract.encoding import decode
from difang.ingest.extract.result import PageReading
from tests.unit.extract.layouts import FIRST, layout_c
from tests.unit.extract.pages import HOSTS, page

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufeff"), max_size=300)
HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=20, max_size=300)


@given(TEXT)
def test_utf8_comes_back_whole(text: str) -> None:
    """With or without a byte order mark."""
    for mark in (b"", b"\xef\xbb\xbf"):
        decoded = decode(mark + text.encode())
        assert (decoded.text, decoded.stray_bytes) == (text, 0)
        assert decoded.utf8 == text.encode()


@given(HAN)
@example("〇䶮𠮷€·—，。")
def test_gb18030_comes_back_whole(text: str) -> None:
    """Characters outside GB2312 and outside the basic plane too."""
    body = f"<p>{text}</p>".encode("gb18030")
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        decoded = decode(body)
        assert (decoded.text, decoded.encoding, decoded.stray_bytes) == (f"<p>{text}</p>", "gb18030", 0)


@given(HAN, st.lists(st.integers(1, 10), min_size=1, max_size=3))
def test_stray_bytes_are_counted(text: str, places: list[int]) -> None:
    """Each unreadable byte becomes one mark, and the text around it stays."""
    parts = [f"<p>{text}</p>".encode("gb18030")] * (len(places) + 1)
    decoded = decode(b"\xff".join(parts))
    assert decoded.encoding == "gb18030"
    assert decoded.stray_bytes == len(places)
    assert decoded.text == "\ufffd".join([f"<p>{text}</p>"] * (len(places) + 1))


@pytest.mark.parametrize("at", range(2, 2 * len("鹿台乡今年种下三千亩谷子，长势好于去年") - 1))
def test_the_text_behind_half_a_character_is_right(at: int) -> None:
    """Whichever byte is lost, four characters around it at most; read askew the line was 滔缃衲 up to its end."""
    line = "鹿台乡今年种下三千亩谷子，长势好于去年"
    decoded = decode(
        b"<p>" + line.encode("gb18030")[:at] + line.encode("gb18030")[at + 1 :] + "</p>乡里说".encode("gb18030")
    )
    assert (decoded.encoding, decoded.stray_bytes) == ("gb18030", 1)
    text = decoded.text.removeprefix("<p>").removesuffix("</p>乡里说")
    assert len(text) == len(line)
    wrong = [place for place in range(len(line)) if text[place] != line[place]]
    assert all(abs(place - at // 2) <= 4 for place in wrong), text


def test_a_page_damaged_everywhere_is_read_in_time() -> None:
    """Its stray bytes are counted, and no more is repaired than one page has."""
    decoded = decode("鹿台乡".encode("gb18030")[1:] * 100_000 + b"<" + b"\xff<" * 100_000)
    assert decoded.stray_bytes >= 100_000


@given(HAN)
def test_one_stray_byte_does_not_make_gb18030_of_utf8(text: str) -> None:
    """The encoding that reads more of the bytes is taken."""
    decoded = decode(f"<p>{text}</p>".encode() + b"\xff" + f"<p>{text}</p>".encode())
    assert decoded.encoding == "utf-8"
    assert decoded.stray_bytes == 1


def test_a_replacement_character_that_was_printed_is_no_stray_byte() -> None:
    """Whole bytes may say U+FFFD."""
    assert decode("坏\ufffd字".encode() + b"\xff").stray_bytes == 1


@given(st.binary(max_size=400))
def test_no_bytes_break_the_decoder(body: bytes) -> None:
    """And what comes out can be parsed."""
    decoded = decode(body)
    assert "\0" not in decoded.text
    decoded.utf8.decode("utf-8")


@pytest.mark.parametrize(
    ("references", "stray"),
    [
        ("&#xD800;", 1),
        ("&#xd83d;&#xde00;", 2),
        ("&#57343;", 1),
        ("&#0;&#x0;", 2),
        ("&#x110000;", 1),
        (f"&#{'9' * 9_000};", 1),
        ("&#x0000000041;&#160;&#xFFFD;&#x1F600;&#57344;&amp;#xD800;", 0),
    ],
)
def test_a_reference_that_means_no_character_is_a_warning(references: str, stray: int) -> None:
    """Each gives one U+FFFD, which is never silent; one that was printed is none."""
    reading = extract(page(layout_c(f"<p>{FIRST}</p><p>谷{references}子。</p>")), HOSTS)
    assert isinstance(reading, PageReading)
    assert reading.article.warnings == ((f"stray_references:{stray}",) if stray else ())
    assert reading.article.body.count("\ufffd") - references.count("&#xFFFD;") == stray
