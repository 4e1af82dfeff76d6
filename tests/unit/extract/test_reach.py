"""A page is parsed no further than its article goes, and what that gives is what the whole page gives."""

from __future__ import annotations

import random
from datetime import datetime

import pytest

from difang.ingest.extract import explain, reading
from difang.ingest.extract.document import Document, parse
from difang.ingest.extract.encoding import Decoded, decode
from difang.ingest.extract.reach import first_part_of
from difang.ingest.extract.result import PageReading, Reading, Trace
from difang.ingest.page import Page
from difang.samplesite.calendar import CHINA
from difang.samplesite.site import Site
from tests.unit.extract.layouts import LAYOUTS
from tests.unit.extract.pages import HOSTS, page
from tests.unit.extract.test_fuzz import GOLDEN, mutated

FOOT = "<div class='foot'>" + "<p><a href='/x.html'>另一条新闻的标题</a></p>\n" * 200 + "</div>"
"""What stands below an article: enough of it that a page is not parsed to its end."""


def read_whole(fetched: Page, monkeypatch: pytest.MonkeyPatch) -> tuple[Reading, list[Trace]]:
    with monkeypatch.context() as changed:
        changed.setattr(reading, "first_part_of", lambda _: None)
        return explain(fetched, HOSTS)


class Watched:
    """Counts the pages whose article was read from their first part alone."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.parsed: list[bool] = []

        def noting(decoded: Decoded, part: bytes | None = None) -> Document | None:
            self.parsed.append(part is None)
            return parse(decoded, part)

        monkeypatch.setattr("difang.ingest.extract.reading.parse", noting)

    def read(self, fetched: Page) -> tuple[tuple[Reading, list[Trace]], bool]:
        """The reading, and whether the first part was enough for it."""
        self.parsed.clear()
        return explain(fetched, HOSTS), self.parsed == [False]


def replica_pages() -> list[Page]:
    site = Site(seed=11, channels=33, days=2, per_day=8, archive=120, now=datetime(2026, 3, 2, 18, tzinfo=CHINA))
    addresses = [truth["url"] for truth in site.truth()]
    return [page(site.answer(address).body, address) for address in addresses[::20]]


def test_replica_pages_are_read_from_their_first_part_as_from_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    pages = replica_pages()
    enough = 0
    for fetched in pages:
        read, was_enough = watched.read(fetched)
        assert read == read_whole(fetched, monkeypatch), fetched.url
        enough += was_enough
    assert len(pages) > 140
    assert enough > len(pages) * 0.8


def test_broken_pages_are_read_from_their_first_part_as_from_the_whole_but_for_one_in_a_hundred(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The exceptions: a container of another layout, broken out of a tag far below the article, is not seen."""
    same = total = 0
    for file in GOLDEN:
        body = decode(file.read_bytes()).utf8.replace(b"</body>", FOOT.encode() + b"</body>")
        dice = random.Random(len(body))
        for _ in range(20):
            fetched = page(mutated(body, dice))
            same += explain(fetched, HOSTS) == read_whole(fetched, monkeypatch)
            total += 1
    assert same > total * 0.99


def with_foot(foot: str) -> Page:
    return page(LAYOUTS["C"].replace("</body>", f"{FOOT}{foot}</body>"))


def test_what_stands_far_below_can_still_count(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    for foot, enough in (
        ("", True),
        ("<script>$('.rm_txt_con').hide()</script>", True),
        ("<div class='cf rm_txt_con'><p>" + "更长的正文。" * 500 + "</p></div>", False),
        ("<h2>专题报道</h2>", True),
        ("<div class='cf topic_list'><h2>专题报道</h2></div>", False),
        ("<script>showPlayer({id: 1})</script>", True),
        ("<div id='p_navigator'><a class='clink' href='/'>人民网</a>&gt;&gt;<a class='clink'>健康</a></div>", None),
        ("<!-- <div class='path'><a class='clink' href='/'>人民网</a></div> -->", None),
    ):
        fetched = with_foot(foot)
        read, was_enough = watched.read(fetched)
        assert isinstance(read[0], PageReading)
        assert read == read_whole(fetched, monkeypatch), foot
        assert enough in (None, was_enough), foot


def test_the_first_part_ends_before_a_tag_and_saves_something() -> None:
    decoded = decode(with_foot("").body)
    part = first_part_of(decoded)
    assert part is not None
    assert decoded.utf8.startswith(part)
    assert decoded.utf8[len(part) :].startswith(b"<")
    assert len(part) < len(decoded.utf8) - 4000
    assert first_part_of(decode(LAYOUTS["C"].encode())) is None
    assert first_part_of(decode("没有编者的一页".encode() + FOOT.encode())) is None
