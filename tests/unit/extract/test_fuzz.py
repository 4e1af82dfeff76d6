"""Broken pages: whatever a page holds, extraction answers, soon and in bounded memory."""

from __future__ import annotations

import random
import sys
import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from difang.ingest.extract import explain, extract
from difang.ingest.extract.result import NoArticle, PageReading
from difang.ingest.page import Page
from tests.golden.make import FOLDER
from tests.unit.extract.layouts import LAYOUTS, layout_c
from tests.unit.extract.pages import HOSTS, URL, page

GOLDEN = sorted(FOLDER.glob("*/*/page.html"))
NAMED = [
    *[(tag, ".", "class", name) for tag in ("div", "p") for name in ("author", "edit", "page_n", "p1", "pre", "path")],
    *[("div", ".", "class", name) for name in ("rm_txt", "rm_txt_con", "text_c", "show_text", "pic", "page_c", "fr")],
    *[("div", "#", "id", name) for name in ("p_content", "p_editor", "rwb_zw", "p_publishtime", "rwb_navpath")],
]
SNIPPETS = [
    *(b"<", b">", b"</div>", b"<div>", b"<table><tr><td>", b"<p", b"</body></html>", b"<!--", b"-->", b"]]>", b"\0"),
    *(b"<script>", b"<a href='", b"&#0;", b"&#1;", b"&#x110000;", b"&nbsp", b"\xef\xb7\x90", b"<h1>", b"\xff", b"\x01"),
    *(b"<div id='rwb_zw'>", b"<plaintext>", b"<p id=p_content>", b"<meta charset=utf-7>", b"<frameset>", b"<svg><p>"),
    *("（责编：".encode(), "人民网济南2月30日电".encode()),
]


def mutated(body: bytes, dice: random.Random) -> bytes:
    """The page with up to twenty places cut, doubled, swapped or replaced."""
    parts = bytearray(body)
    for _ in range(dice.randint(1, 20)):
        at, length = dice.randrange(len(parts) + 1), dice.choice((1, 3, 40, 2000))
        match dice.randrange(4):
            case 0:
                del parts[at : at + length]
            case 1:
                parts[at:at] = parts[at : at + length]
            case 2:
                parts[at : at + length] = dice.randbytes(min(length, 50))
            case _:
                parts[at:at] = dice.choice(SNIPPETS)
    return bytes(parts)


def sound(fetched: Page) -> None:
    """An answer of one of the two kinds, no bug behind it, its record printable."""
    reading, _ = explain(fetched, HOSTS)
    if isinstance(reading, PageReading):
        reading.article.to_json().encode()
    else:
        assert "Reading the page failed" not in reading.reason


@pytest.mark.parametrize("file", GOLDEN, ids=lambda file: f"{file.parts[-3]}-{file.parts[-2]}")
def test_a_mutated_page_gets_an_answer(file: object) -> None:
    """Thirty mutations of each golden page."""
    body = file.read_bytes()  # type: ignore[attr-defined]
    dice = random.Random(len(body))
    for _ in range(30):
        sound(page(mutated(body, dice)))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=600), st.sampled_from([*LAYOUTS]), st.integers(0, 3000))
def test_bytes_anywhere_in_a_page_get_an_answer(noise: bytes, name: str, at: int) -> None:
    """Not only where a text would stand."""
    body = LAYOUTS[name].encode()
    sound(page(body[:at] + noise + body[at:]))


@given(st.text(max_size=200))
def test_any_address_gets_an_answer(url: str) -> None:
    """Also one that is none."""
    sound(page(LAYOUTS["C"], url))
    sound(page(LAYOUTS["A"], URL, final_url=url))


HOSTILE = {
    "deep": layout_c("<div>" * 50_000 + "底" + "</div>" * 50_000),
    "inline": layout_c("<b><i>" * 20_000 + "底"),
    "wide": layout_c("<p>一段很短的正文。</p>" * 60_000),
    "links": layout_c("<p><a href='/x'>链接</a></p>" * 30_000),
    "images": layout_c("<p align=center><img src='/NMediaFile/1.jpg'></p>" * 10_000),
    "table": layout_c("<table>" * 300 + "<tr><td>格" * 20_000),
    "brackets": layout_c("<p>" + "（记者" * 30_000 + "</p>"),
    "editors": layout_c("<p>(责编：" + "甲" * 100_000 + "</p>"),
    "one line": layout_c("<p>" + "责编：王 芳、" * 50_000 + "</p>"),
    "spaces": layout_c("<p>" + "　 \u00a0" * 300_000 + "字</p>"),
    "dates": layout_c("<p>" + "2024年13月" * 50_000 + "</p>"),
    "attributes": layout_c("<p " + " ".join(f"a{k}='x'" for k in range(20_000)) + ">正文。</p>"),
    "entities": layout_c("<p>" + "&amp;" * 200_000 + "</p>"),
    "unknown": "<html><body>" + "<div><p>一段未知布局里的正文，够长了吧。</p></div>" * 20_000 + "</body></html>",
    "breaks": layout_c("一行" + "<br>" * 100_000),
    "years": layout_c("".join(f"{1950 + k % 70}年10月1日，水库又蓄了水。<br>" for k in range(10_000)), when=""),
    "unknown years": "<html><body><h1>库志</h1><p>2024年05月10日06:58</p><div>"
    + "".join(f"{1950 + k % 70}年10月1日，水库又蓄了水，下游的田都浇上了。<br>" for k in range(8_000))
    + "</div></body></html>",
    "dates in spans": "<html><body><h1>库志</h1><div>" + "<span>2024年5月10日</span>" * 30_000 + "</div></body></html>",
    "picture table": layout_c(
        "<table>" + "".join(f"<tr><td><img src=/{k}.jpg></td></tr><tr><td>图{k}</td></tr>" for k in range(3_000))
    ),
    "images in one paragraph": layout_c(
        f"<p align=center>{''.join(f'<img src=/a/{k}.jpg>' for k in range(10_000))}</p>{'<p></p>' * 10_000}"
    ),
    "containers": layout_c('<div class="rm_txt_con">' * 1_000 + "<p>蓄水。</p>" * 30_000),
    "hidden": layout_c('<div style="display:none">' * 1_000 + "<br>水" * 100_000),
    "scripts": layout_c("蓄水<script></script>" * 60_000),
    "unclosed links": layout_c("<a href=x>" * 200_000 + "<p>蓄水。</p>"),
    "paths": layout_c("").replace("<body>", "<body>" + '<div class="path">' * 1_000 + "<a>甲</a>" * 30_000),
    "homes": "<html><body><h1>库志</h1><div>蓄水，浇田，防汛。" + "<a>人民网</a>水" * 20_000 + "</div></body></html>",
    "authors": layout_c("").replace(
        "<h1>", '<div class="author">' * 1_000 + "<br>" * 50_000 + "</div>" * 1_000 + "<h1>"
    ),
    "rows": layout_c("<table><tr><td>" * 600 + "<b></b>" * 50_000 + "水"),
    "unknown and deep": "<html><body><h1>库志</h1>"
    + "<b>" * 1_500
    + "蓄了水，浇了田，防了汛。<br>" * 20_000
    + "</body></html>",
    "editors in column": layout_c("<p>蓄水</p>" * 100, editors="").replace(
        "<body>", "<body>" + "<div>责编说" * 1_500 + "</div>" * 1_500
    ),
}


ELEMENTS = {
    **{f"{tag}{mark}{name}": (f"<{tag} {attribute}='{name}'>", f"</{tag}>") for tag, mark, attribute, name in NAMED},
    **{tag: (f"<{tag}>", f"</{tag}>") for tag in ("h1", "h2", "h5", "p", "em", "b", "a", "dd", "center", "font")},
    "cell": ("<table><tr><td>", "</td></tr></table>"),
    "link": ("<p><a href='/GB/1/2.html'>", "</a></p>"),
    "image": ("<p align=center><img src='/1.jpg'>", "</p>"),
}
WORDS = (
    *("", "责编", "（责编：甲", "2024年05月10日06:58", "相关新闻", "出错啦", "记者 张三 济南 报道", "原标题：甲"),
    *("图 甲摄", "人民网"),
)
PLACES = ("<body>", "<h1", "</h1>", "author", "p_content", "rwb_zw", "rm_txt_con", "show_text", "</p>", "</body>")


def repeated(body: str, dice: random.Random) -> tuple[str, list[str]]:
    """The page with one or two elements in it repeated some thousand times or nested in themselves, and which."""
    done = []
    for _ in range(dice.choice((1, 2))):
        name = dice.choice(sorted(ELEMENTS))
        (begin, end), word, place = ELEMENTS[name], dice.choice(WORDS), dice.choice([p for p in PLACES if p in body])
        at = body.find("<", body.find(place) + 1)
        once = begin + word
        shapes = (once + end) * 3_000, once * 900 + end * 900, once * 900 + (once + end) * 3_000
        shape = dice.randrange(len(shapes))
        body = body[:at] + shapes[shape] + body[at:]
        done.append(f"{name} {word} after {place}, shape {shape}")
    return body, done


def processor_seconds(fetched: Page) -> float:
    started = time.process_time()
    sound(fetched)
    return time.process_time() - started


@pytest.mark.parametrize("name", [*LAYOUTS, "pic"])
def test_a_page_that_repeats_or_nests_an_element_costs_no_more_than_its_size(name: str) -> None:
    """Elements that templates look for, and others, with words that rules look for, anywhere in each layout."""
    series = "<html><body><h1>谷</h1><div class='page_n'>1</div><div class='pic'><p>谷。</p></div></body></html>"
    whole = LAYOUTS.get(name, series)
    dice = random.Random(name)
    for _ in range(12):
        body, done = repeated(whole, dice)
        fetched = page(body)
        assert processor_seconds(fetched) < 1 + 3 * len(fetched.body) / 1e6, done


ONE = "<p>谷子长势好。</p>"
GROWING: dict[str, Callable[[int], str]] = {
    "time below a pager": lambda n: (
        f"<h1>谷</h1>{'<div class=page_n>1</div>' * n}{'<div>2</div>' * n}<div class=pic>{ONE}</div>"
    ),
    "headings in headings": lambda n: "<h1>谷<div>" * 900 + "出错啦" + "<b>谷</b>" * 50 * n,
    "places": lambda n: layout_c(ONE).replace(
        '<div class="author cf">', f'<div class="author cf">记者 张三 {"济南 " * 4 * n}报道'
    ),
    "editors in the head": lambda n: layout_c(ONE, editors="").replace(
        '<h4 class="sub">', f"<div>责编{'<div>编' * 900}{'文' * 100 * n}{'</div>' * 900}</div><h4>"
    ),
    "related news": lambda n: layout_c(f"{ONE}{'<p>相关新闻</p><p><a href=x>谷</a></p>' * 8 * n}{ONE}"),
    "lines above a headline": lambda n: LAYOUTS["A"].replace('<p class="p1"></p>', '<p class="p1">谷</p>' * 10 * n, 1),
    "tables above a time": lambda n: LAYOUTS["A"].replace("<h2>&nbsp;</h2>", "<h2></h2>" * n + "<table></table>" * n),
}


REPEATED: dict[str, Callable[[int], str]] = {
    **GROWING,
    "chronicle": lambda n: layout_c(
        "".join(f"{1950 + k % 70}年10月1日，水库又蓄了水。<br>" for k in range(n)), when=""
    ),
    "unknown chronicle": lambda n: (
        f"<h1>库志</h1><p>2024年05月10日06:58</p><div>{'1950年10月1日，水库又蓄了水，下游的田都浇上了。<br>' * n}</div>"
    ),
    "picture table": lambda n: layout_c(
        f"<table>{''.join(f'<tr><td><img src=/{k}.jpg></td></tr><tr><td>图{k}</td></tr>' for k in range(n))}</table>"
    ),
    "pictures in one paragraph": lambda n: layout_c(
        f"<p align=center>{''.join(f'<img src=/a/{k}.jpg>' for k in range(n))}</p>{'<p></p>' * n}"
    ),
    "one picture many times": lambda n: layout_c("<p align=center><img src=/1.jpg></p><p align=center>图</p>" * n),
    "cells in a row": lambda n: layout_c(f"<table><tr>{'<td><p>谷</p></td>' * n}</tr></table>"),
    "rows of a table": lambda n: layout_c(f"<table>{'<tr><td><p>谷</p></td><td>米</td></tr>' * n}</table>"),
    "tables in cells": lambda n: layout_c("<table><tr><td>" * n + "<b></b>" * n + "水"),
    "containers in containers": lambda n: layout_c('<div class="rm_txt_con">' * n + ONE * n),
    "hidden in hidden": lambda n: layout_c('<div style="display:none">' * n + "<br>水" * n),
    "links that do not end": lambda n: layout_c("<a href=x>" * n + ONE),
    "editor lines": lambda n: layout_c("<p>（责编：王芳）</p>" * n + ONE),
    "editors at the end of a paragraph": lambda n: layout_c(f"<p>谷子好。{'责编：王芳。' * n}</p>"),
    "unfinished editor lines": lambda n: layout_c("<p>（责编：王芳</p>" * n + ONE),
    "interns": lambda n: layout_c(f"<p>（{'实习编辑：王芳、' * n}责编：李强）</p>"),
    "original titles": lambda n: layout_c("<p>（原标题：谷</p>" * n + ONE),
    "links at the end": lambda n: layout_c(ONE + "<p><a href=/a>谷子熟了！</a></p>" * n),
    "lines below the body": lambda n: layout_c(ONE, editors="").replace("</body>", f"{'<p>谷</p>' * n}责编说</body>"),
    "homes in the trail": lambda n: f"<h1>库志</h1><div>蓄水，浇田，防汛。{'<a>人民网</a>水' * n}</div>",
    "trails": lambda n: LAYOUTS["B"].replace("<body>", "<body>" + '<div class="path">' * n + "<a>甲</a>" * n),
    "pagers": lambda n: layout_c(
        ONE + "".join(f'<div class="zdfy"><a href="/n2/2024/0510/c1-40840001-{k}.html">{k}</a></div>' for k in range(n))
    ),
    "references": lambda n: layout_c(f"<p>{'&#xD800;' * n}</p>"),
    "unknown and deep": lambda n: f"<h1>库志</h1>{'<b>' * n}{'蓄了水，浇了田，防了汛。<br>' * n}",
    "pictures in blocks in blocks": lambda n: layout_c("<div>" * n + "<p><img src=/1.jpg></p>" * n),
    "times in spans": lambda n: f"<h1>库志</h1><div>{'<span>' * n}{'<i>2024年5月10日</i>' * n}",
    "headlines in headlines": lambda n: layout_c(ONE).replace("<h1>", "<h2 class='pre'>" * n + "<b></b>" * n + "<h1>"),
    "deep": lambda n: layout_c("<div>" * n + "底" + "</div>" * n),
}


def work_of(fetched: Page) -> int:
    """How many lines of code reading the page runs, in loops too: the same on every machine, however busy."""
    lines = 0

    def count(frame: object, event: str, arg: object) -> object:
        nonlocal lines
        lines += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(count)  # type: ignore[arg-type]
    try:
        extract(fetched, HOSTS)
    finally:
        sys.settrace(before)
    return lines


@pytest.mark.parametrize("name", REPEATED)
def test_twice_the_page_is_no_more_than_some_twice_the_work(name: str) -> None:
    """Shapes whose cost once grew with the square of their number, and their like; counted, not timed."""
    sizes = (200, 400, 800)
    work_of(page(REPEATED[name](10)))  # what is made once and kept
    once, twice, four_times = (work_of(page(REPEATED[name](n))) for n in sizes)
    assert twice - once < 2_000 + 1.2 * once
    assert four_times - twice < 2_000 + 2.4 * (twice - once)


@pytest.mark.parametrize("name", GROWING)
def test_twice_the_page_takes_no_more_than_some_twice_the_time(name: str) -> None:
    """Shapes that took seconds for some ten kilobytes."""
    fetched = page(GROWING[name](2_000))
    assert processor_seconds(fetched) < 0.3 + 2 * len(fetched.body) / 1e6


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_is_read_in_bounded_time_and_memory(name: str) -> None:
    """Seconds, where a usual page takes two milliseconds, and some hundred bytes of memory for each of its own."""
    fetched = page(HOSTILE[name])
    tracemalloc.start()
    started = time.process_time()
    try:
        sound(fetched)
        used = time.process_time() - started
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert used < 20
    assert peak < 30_000_000 + 100 * len(fetched.body)


def test_the_largest_page_is_refused_unread() -> None:
    """50 MB cost nothing."""
    started = time.process_time()
    assert isinstance(extract(page(b"<html>" + b"x" * 50_000_000), HOSTS), NoArticle)
    assert time.process_time() - started < 1
