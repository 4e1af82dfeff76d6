"""`difang extract` with files that came without an address: the pages of one article are joined, and no others."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from difang.samplesite.example import Example
from difang.samplesite.plan import Layout
from tests.acceptance.test_extract_command import extract
from tests.golden.make import FOLDER
from tests.unit.extract.layouts import CRUMBS, FIRST, LAYOUTS
from tests.unit.samplesite.sites import site

SITE = site(channels=("sd",))


def example(layout: str, *, pages: int = 3, n: int = 3) -> Example:
    """The first story from n on that is long enough."""
    kind = "gallery" if layout in (Layout.PIC, Layout.PICG) else "article"
    told = (SITE.example(generation=layout, kind=kind, pages=pages, n=at) for at in count(n))
    return next(one for one in told if len(one.pages) == pages)


EXAMPLES = [example(layout, n=100 * n + 50) for n, layout in enumerate(Layout)]


def page_of(article: Example, number: int) -> bytes:
    return article.pages[number - 1][1].body


def keep(folder: Path, pages: Iterable[tuple[str, bytes]]) -> list[Path]:
    files = []
    for name, body in pages:
        (folder / name).write_bytes(body)
        files.append(folder / name)
    random.Random(4).shuffle(files)
    return files


def numbered(article: Example, number: int) -> str:
    return f"{article.truth['template']}{f'-{number}' if number > 1 else ''}.html"


def as_on_the_site(article: Example, number: int) -> str:
    return article.pages[number - 1][0].rsplit("/", 1)[-1]


def saying_nothing(article: Example, number: int) -> str:
    return f"{'xyz'[number - 1]} {article.truth['template']}.html"


@pytest.mark.parametrize("name_of", [numbered, as_on_the_site, saying_nothing])
def test_the_pages_of_every_layout_are_joined_whatever_the_files_are_called(
    tmp_path: Path, name_of: Callable[[Example, int], str]
) -> None:
    """In any order, those of eleven articles at once."""
    named = [(name_of(one, k), page_of(one, k)) for one in EXAMPLES for k in (1, 2, 3)]
    code, lines, errors = extract(*keep(tmp_path, named))
    assert (code, errors) == (0, "")
    read = {line["id"]: line for line in lines if "id" in line}
    assert [line.get("outcome") for line in lines].count("part") == 2 * len(EXAMPLES)
    assert len(lines) == 3 * len(EXAMPLES)
    for one in EXAMPLES:
        line, truth = read[one.truth["id"]], one.truth
        assert {name: line[name] for name in truth if name in line and line[name] != truth[name]} == {}
        assert [warning for warning in line["warnings"] if warning != "no_minute"] == []


def test_the_folder_of_a_golden_page_tells_the_address_of_each_of_its_pages() -> None:
    """Of the later ones too, which were all taken for page 1."""
    folder = FOLDER / "B" / "three-pages"
    code, lines, _ = extract(*sorted(folder.glob("page*.html")))
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert (code, [line.get("outcome") for line in lines]) == (0, ["part", "part", None])
    assert (lines[2]["body"], lines[2]["page_count"]) == (expected["body"], 3)


def test_a_name_is_believed_only_where_the_page_names_pages_of_its_own(tmp_path: Path) -> None:
    """An article of one page is no second page, page 3 of two there is none, another article's number is no proof."""
    single, pair = example("A", pages=1, n=5), example("A", pages=2, n=6)
    number = str(pair.truth["id"]).removeprefix("people:L_")
    first = page_of(pair, 1)
    for name in ("x-2.html", f"c200010-{number}-2.html", f"{number}-2.html"):
        _, (line,), _ = extract(*keep(tmp_path, [(name, first)]))
        assert line["outcome"] == "part"
    for name in ("x-3.html", "c200010-30000001-2.html", "30000001-2.html", "2.html"):
        _, (line,), _ = extract(*keep(tmp_path, [(name, first)]))
        assert (line["id"], line["warnings"]) == (pair.truth["id"], ["missing_page:2"])
    _, (line,), _ = extract(*keep(tmp_path, [("x-2.html", page_of(single, 1))]))
    assert (line["body"], line["page_count"]) == (single.truth["body"], 1)


def told(lines: list[dict[str, Any]]) -> list[str]:
    return sorted(str(line.get("outcome", "article")) for line in lines)


def test_two_files_of_which_nothing_tells_the_number_are_set_aside(tmp_path: Path) -> None:
    """Joined in a guessed order they would be an article nobody wrote; named, they are one."""
    pair = example("A", pages=2, n=6)
    second = re.sub(rb"<title>(.*?) \(2\)", rb"<title>\1", page_of(pair, 2))
    assert second != page_of(pair, 2)
    code, lines, _ = extract(*keep(tmp_path, [("x.html", page_of(pair, 1)), ("y.html", second)]))
    assert (code, told(lines)) == (0, ["set_aside", "set_aside"])
    assert {line["url"] for line in lines} == {pair.url}
    assert sorted("x.html is" in line["reason"] for line in lines) == [False, True]
    assert all("let its name end in -2" in line["reason"] for line in lines)
    code, lines, _ = extract(*keep(tmp_path, [("x.html", page_of(pair, 1)), ("y-2.html", second)]))
    assert (code, told(lines)) == (0, ["article", "part"])


def test_a_file_without_an_address_is_named(tmp_path: Path) -> None:
    """In place of the address, with the article a later page belongs to; so is one that is no article."""
    html = LAYOUTS["C"].replace("<head>", '<head><meta name="contentid" content="L_40840001">')
    pager = '<div class="zdfy"><a href="/n2/2024/0510/c1-40840001-2.html">2</a></div>'
    bare = html.replace(CRUMBS, "").replace('<div class="edit', f'{pager}<div class="edit')
    second = bare.replace(FIRST, "乙。")
    keep(tmp_path, [("x.html", bare.encode()), ("x-2.html", second.encode()), ("y.html", b"<p>-</p>")])
    files = [tmp_path / name for name in ("x.html", "x-2.html", "y.html")]
    code, lines, _ = extract(*files, "--explain")
    part, _, none, _, article, explained = lines
    assert (code, part["url"], none["url"]) == (0, str(files[1]), str(files[2]))
    assert part["reason"] == f"Page 2 of people:L_40840001, from {files[1]}."
    assert (article["id"], article["url"], explained["url"]) == ("people:L_40840001", "", str(files[0]))
    assert explained["pages"] == [{"page": page, "file": str(files[page - 1])} for page in (1, 2)]


def test_a_copy_of_a_page_changes_nothing_and_is_told(tmp_path: Path) -> None:
    """Whether its number is told or not; no file is without a line."""
    pair = example("A", pages=2, n=6)
    copies = [("x.html", page_of(pair, 1)), ("copy.html", page_of(pair, 1)), ("z.html", page_of(pair, 2))]
    code, lines, _ = extract(*keep(tmp_path, copies))
    assert (code, told(lines)) == (0, ["article", "part", "sighting"])
    assert lines[-1]["body"] == pair.truth["body"]
    saved = b"<!-- saved from url=(0040)%s -->" % pair.url.encode()
    copies = [(name, saved + page_of(pair, 1)) for name in ("x.html", "copy.html")]
    code, lines, _ = extract(*keep(tmp_path, copies))
    assert (code, told(lines)) == (0, ["article", "sighting"])
    assert lines[0]["reason"] in (
        f"{tmp_path / one} is the same page as {tmp_path / other}."
        for one, other in (("x.html", "copy.html"), ("copy.html", "x.html"))
    )


TAGS = "".join(
    f'<meta name="{name}" content="{content}">'
    for name, content in (("contentid", "L_40840001"), ("catalogs", "L_1"), ("publishdate", "2024-05-10"))
)


@pytest.mark.parametrize("numbers", ["", '<a href="x.html">1</a><a href="x-2.html">2</a>'])
def test_pages_that_name_no_addresses_are_joined_by_the_names_of_their_files(tmp_path: Path, numbers: str) -> None:
    """The one read last was the whole article; names that tell nothing are asked for."""
    html = LAYOUTS["C"].replace("<head>", f"<head>{TAGS}")
    html = html.replace('<div class="edit', f'<div class="zdfy">{numbers}</div><div class="edit')
    pages = [html.encode(), html.replace(FIRST, "乙。").encode()]
    code, lines, _ = extract(*keep(tmp_path, zip(("x.html", "x-2.html"), pages, strict=True)))
    assert (code, told(lines)) == (0, ["article", "part"])
    assert (lines[-1]["page_count"], lines[-1]["warnings"]) == (2, [])
    assert lines[-1]["body"].startswith(FIRST)
    assert lines[-1]["urls"] == ["http://sd.people.com.cn/n2/2024/0510/c1-40840001.html"]
    code, lines, _ = extract(*keep(tmp_path, zip(("x.html", "y.html"), pages, strict=True)))
    assert (code, told(lines)) == (0, ["set_aside", "set_aside"])


def test_pages_of_two_articles_are_not_joined(tmp_path: Path) -> None:
    """Though their files are called as if they were."""
    one, other = example("A", pages=2, n=6), example("A", pages=2, n=9)
    code, lines, _ = extract(*keep(tmp_path, [("x.html", page_of(one, 1)), ("x-2.html", page_of(other, 2))]))
    assert (code, told(lines)) == (0, ["article", "part"])
    assert lines[-1]["warnings"] == ["missing_page:2"]
    assert {line["url"] for line in lines} == {one.url, other.pages[1][0]}
