"""What a reader who hears the console is told: each button of a list names what it acts on."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import pytest

from difang.console.operating.works import Works
from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.people import Role
from difang.crawler.ledger.tables import Severity
from tests.integration.consoles import console_in
from tests.services.people import signed_in


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The board and the users, each with several of everything."""
    folder = tmp_path_factory.mktemp("names")
    works = Works(channels=load_channels(None), logs=folder, archive=folder)
    with console_in(folder, works=works) as console:
        ledger = console.ledger
        for kind, channel in (("silent", "sd"), ("silent", "js"), ("unseen", "hb"), ("unlike", "hb")):
            about = {"kind": kind, "channel": channel, "key": "", "sentence": "So it is."}
            ledger.issues.see(**about, severity=Severity.HIGH, examples=[], figures={})
        for name in ("chen", "zhou"):
            signed_in(ledger, Role.READER, name=name)
            ledger.people.invite(Role.READER, by=name, user=name)
        admin = signed_in(ledger, Role.ADMIN, name="keeper")
        yield {path: console.web.get(path, cookie=admin.cookie).text for path in ("/board", "/users")}


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
