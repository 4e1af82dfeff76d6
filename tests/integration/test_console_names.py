"""What a reader who hears the console is told: each button of a list names what it acts on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest

from difang.console.app import make_app
from difang.console.operating.works import Works
from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import Role
from difang.crawler.ledger.tables import Severity
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.sqlite_queue import SqliteQueue
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.services.people import signed_in
from tests.services.web import Web, serving


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The board and the users, each with several of everything."""
    folder = tmp_path_factory.mktemp("names")
    with ExitStack() as parts:
        articles = parts.enter_context(closing(EmbeddedIndex(folder / "index")))
        articles.write([])
        search = parts.enter_context(closing(SearchIndex(EmbeddedEngine(folder / "index"))))
        ledger = parts.enter_context(closing(Ledger(f"sqlite:///{folder / 'ledger.db'}")))
        queue = parts.enter_context(closing(SqliteQueue(folder / "queue.db")))
        works = Works(channels=load_channels(None), logs=folder, archive=folder)
        app = make_app(search=search, articles=articles, ledger=ledger, queue=queue, works=works)
        web: Web = parts.enter_context(serving(app))
        for kind, channel in (("silent", "sd"), ("silent", "js"), ("unseen", "hb"), ("unlike", "hb")):
            about = {"kind": kind, "channel": channel, "key": "", "sentence": "So it is."}
            ledger.issues.see(**about, severity=Severity.HIGH, examples=[], figures={})
        for name in ("chen", "zhou"):
            signed_in(ledger, Role.READER, name=name)
            ledger.people.invite(Role.READER, by=name, user=name)
        admin = signed_in(ledger, Role.ADMIN, name="keeper")
        yield {path: web.get(path, cookie=admin.cookie).text for path in ("/board", "/users")}


@pytest.mark.parametrize("path", ["/board", "/users"])
def test_no_two_buttons_of_a_page_have_the_same_name(pages: dict[str, str], path: str) -> None:
    acts = re.findall(r"<button([^>]*)>([^<]*)</button>|<summary([^>]*)>([^<]*)</summary>", pages[path])
    names = Counter(_name(*(act[:2] if act[1] else act[2:])) for act in acts)
    assert len(names) > 8
    assert {name: times for name, times in names.items() if times > 1} == {}


def test_each_strip_names_its_channel(pages: dict[str, str]) -> None:
    strips = re.findall(r'<a class="days".*?aria-label="([^":]+):', pages["/board"])
    assert len(strips) == len(set(strips)) == len(load_channels(None))


def test_a_user_is_removed_after_a_question_only(pages: dict[str, str]) -> None:
    asked = re.findall(
        r'<details class="ask"><summary[^>]*>删除</summary><form [^>]*/users/(\w+)/remove"', pages["/users"]
    )
    assert asked == ["chen", "keeper", "zhou"]
    assert pages["/users"].count("/remove") == 3


def _name(attributes: str, text: str) -> str:
    told = re.search(r'aria-label="([^"]*)"', attributes)
    return told[1] if told else text
