"""When an article was published, where its own place for the time is empty."""

from __future__ import annotations

import pytest

from difang.ingest.extract import extract
from difang.ingest.extract.result import NoArticle, PageReading
from difang.ingest.outcome import Outcome
from tests.unit.extract.layouts import FIRST, LAYOUTS, SECOND, layout_c, read
from tests.unit.extract.pages import HOSTS, URL, page

BODY = f"<p>{FIRST}</p><p>{SECOND}</p>"
OLD = "http://sd.people.com.cn/GB/166192/40840001.html"
OTHERS = {
    "a sentence": ("<p>2023年3月5日10:30，救援行动正式开始。</p>", ""),
    "a day in a sentence": ("<p>2023年3月5日，活动开幕。</p>", ""),
    "a line of the text": ("<p>2023年3月5日10:30</p>", ""),
    "the print edition": ("<p>《 鹿台日报 》（ 2023年03月05日 04 版）</p>", ""),
    "a list beside it": ("", "<div><ul><li><span>2024年05月09日 11:30</span> 来源：别的报</li></ul></div>"),
    "a list of the same day": ("", "<div><ul><li><span>2024年05月10日 11:30</span> 来源：别的报</li></ul></div>"),
}


def empty(inner: str = "", after: str = "", *, when: str = "", tag: str = "2024-05-10") -> str:
    html = (
        layout_c(BODY + inner, when=when)
        .replace(" | 来源：", "")
        .replace("</head>", f'<meta name="publishdate" content="{tag}"></head>')
    )
    return html.replace("</body>", f"{after}</body>")


@pytest.mark.parametrize("when", ["", "时间待定"])
@pytest.mark.parametrize("other", OTHERS)
def test_an_empty_time_is_never_filled_from_the_text_or_from_other_articles(other: str, when: str) -> None:
    """Tag and address know the day; the dateline's year is theirs too."""
    article = read(empty(*OTHERS[other], when=when)).article
    assert (article.published_at, article.warnings) == ("2024-05-10T00:00:00+08:00", ("no_minute",))
    assert article.dateline and article.dateline.date == "2024-05-09"
    assert article.source != "别的报"


def test_the_day_of_the_tag_or_of_the_address_is_enough() -> None:
    """Each alone."""
    inner = OTHERS["a sentence"][0]
    assert read(empty(inner, tag="")).article.published_at == "2024-05-10T00:00:00+08:00"
    assert read(empty(inner), OLD).article.published_at == "2024-05-10T00:00:00+08:00"


@pytest.mark.parametrize("other", ["a sentence", "a day in a sentence", "the print edition", "a list beside it"])
def test_a_page_that_tells_no_day_at_all_is_set_aside(other: str) -> None:
    """A time of something else would be worse."""
    reading = extract(page(empty(*OTHERS[other], tag=""), OLD), HOSTS)
    assert isinstance(reading, NoArticle)
    assert reading.outcome is Outcome.SET_ASIDE
    assert "no date" in reading.reason


@pytest.mark.parametrize(
    "line",
    [
        "2024年05月10日06:58&nbsp;&nbsp;来源：鹿台日报",
        "发布时间：2024-05-10 06:58",
        "（2024/5/10 6:58） 来源：鹿台日报 作者：甲某",
    ],
)
@pytest.mark.parametrize("url", [URL, OLD])
def test_an_unknown_layout_may_print_the_time_above_or_inside_the_text(line: str, url: str) -> None:
    """On a line about nothing else."""
    for html in (f"<p>{line}</p><div>{BODY}</div>", f"<div><p>{line}</p>{BODY}</div>"):
        reading = extract(page(f"<html><body><h1>谷子长势好</h1>{html}</body></html>", url), HOSTS)
        assert isinstance(reading, PageReading)
        assert (reading.article.template, reading.article.published_at) == ("generic", "2024-05-10T06:58:00+08:00")


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_time_printed_in_its_own_place_counts_whatever_tag_and_address_say(name: str) -> None:
    """A piece may be moved."""
    url = URL.replace("2024/0510", "2024/0512")
    assert read(LAYOUTS[name], url).article.published_at == "2024-05-10T06:58:00+08:00"
