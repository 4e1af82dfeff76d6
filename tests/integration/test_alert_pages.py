"""Saved searches in the console: saved from a search, changed, paused, deleted; addresses never shown again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest

from difang.console.alerts.notifier import Notifier
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import Role
from difang.crawler.ledger.saved_searches import Wish
from tests.integration.consoles import console_in
from tests.services.people import SignedIn, signed_in
from tests.services.web import Answer, Web
from tests.services.webhook import Webhook, webhook


@dataclass(kw_only=True)
class Reader:
    web: Web
    ledger: Ledger
    who: SignedIn
    hook: Webhook

    def get(self, target: str, **headers: str) -> Answer:
        return self.web.get(target, cookie=self.who.cookie, **headers)

    def post(self, page: str, **form: str) -> Answer:
        return self.web.post(page, {"csrf": self.who.csrf, **form}, cookie=self.who.cookie)


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    with console_in(tmp_path, notifier=Notifier(private=True)) as console, webhook() as hook:
        who = signed_in(console.ledger, Role.READER)
        yield Reader(web=console.web, ledger=console.ledger, who=who, hook=hook)


def test_a_search_is_saved_with_its_days_and_kept_up_by_forms_alone(reader: Reader) -> None:
    found = reader.get(f"/?q={quote('公交')}&from=2026-01-01").text
    link = re.search(r'href="(/alerts/new[^"]+)"', found)
    assert link
    form = reader.get(link[1].replace("&amp;", "&")).text
    assert 'value="公交 from:2026-01-01"' in form
    assert reader.post("/alert-targets", address=reader.hook.address, label="挂钩").status == 200
    (target,) = reader.ledger.saved_searches.targets("reader")
    saved = reader.post("/alerts", query="公交", name="车", target=str(target.id), rhythm="daily", hour="7")
    assert (saved.status, saved.headers["location"]) == (303, "/alerts")
    (search,) = reader.ledger.saved_searches.of("reader")
    assert (search.name, search.hour, search.target) == ("车", 7, target.id)
    reader.post(f"/alerts/{search.id}", query="公交 -地铁", name="车二", target="", rhythm="now")
    reader.post(f"/alerts/{search.id}/pause")
    page = reader.get("/alerts", accept_language="en").text
    assert "车二" in page
    assert "paused" in page
    assert "tell nobody" in page
    reader.post(f"/alerts/{search.id}/delete")
    assert reader.ledger.saved_searches.of("reader") == []


def test_a_narrowed_search_is_saved_as_what_it_found(reader: Reader) -> None:
    found = reader.get(f"/?q={quote('OR 地铁')}&channel=sd&from=2026-01-01").text
    (link,) = re.findall(r'href="(/alerts/new[^"]+)"', found)
    assert 'value="OR 地铁 (channel:sd) from:2026-01-01"' in reader.get(link.replace("&amp;", "&")).text
    nothing = reader.get(f"/?q={quote('，')}&channel=sd").text
    assert "/alerts/new" not in nothing
    assert "/trends?" not in nothing


@pytest.mark.parametrize("query", ["*", "，", '"', "from:2020-02-30", "\ufffd", "from:2026-03 to:2026-02"])
def test_a_search_that_can_find_nothing_is_not_saved(reader: Reader, query: str) -> None:
    refused = reader.post("/alerts", query=query, name="空")
    assert refused.status == 422
    assert "永远找不到文章" in refused.text
    assert 'value="空"' in refused.text
    assert reader.ledger.saved_searches.of("reader") == []


def test_what_a_saved_search_ignores_is_told_in_its_form_and_in_the_list(reader: Reader) -> None:
    asked = "地铁 from:2020-02-30"
    form = reader.get(f"/alerts/new?q={quote(asked)}").text
    assert "理解为：地铁" in form
    assert "未采用 from:2020-02-30，没有这样的日期。" in form
    assert reader.post("/alerts", query=asked).status == 303
    assert "Left out from:2020-02-30, which is no date." in reader.get("/alerts", accept_language="en").text


def test_a_query_that_is_too_long_stands_there_to_be_shortened(reader: Reader) -> None:
    refused = reader.post("/alerts", query="字" * 2_001)
    assert refused.status == 422
    assert "字" * 2_001 in refused.text
    assert "openapi.json" not in refused.text
    assert reader.post("/alerts", query="字", name="名" * 101).status == 422


def test_a_changed_query_says_how_many_finds_it_drops(reader: Reader) -> None:
    number = reader.ledger.saved_searches.save("reader", Wish(name="车", query="公交", target=None))
    reader.ledger.alert_outbox.note([(number, f"people:L_{at}") for at in range(3)], {number: "公交"})
    assert reader.post(f"/alerts/{number}", query="公交", name="另一名").status == 303
    changed = reader.post(f"/alerts/{number}", query="地铁")
    assert changed.status == 200
    assert "还没有报告的 3 篇不再报告" in changed.text
    assert reader.post(f"/alerts/{number}", query="公交").status == 303


def test_the_address_is_tried_and_never_shown_again(reader: Reader) -> None:
    reader.post("/alert-targets", address=reader.hook.address)
    (target,) = reader.ledger.saved_searches.targets("reader")
    tried = reader.post(f"/alert-targets/{target.id}/test")
    assert (tried.status, [each["test"] for each in reader.hook.got]) == (200, [True])
    reader.hook.status = 404
    failed = reader.post(f"/alert-targets/{target.id}/test")
    assert failed.status == 502
    assert "404" in failed.text
    pages = [tried.text, failed.text, reader.get("/alerts").text, reader.get("/alerts/new").text]
    deeds = [f"{deed.about} {deed.details}" for deed in reader.ledger.deeds.newest(50)]
    assert not [text for text in (*pages, *deeds) if "s3cret" in text]
    for _ in range(3):
        reader.post(f"/alert-targets/{target.id}/test")
    assert reader.post(f"/alert-targets/{target.id}/test").status == 429


def test_a_page_that_is_not_there_still_knows_who_asks(reader: Reader) -> None:
    page = reader.get("/nothing")
    assert page.status == 404
    assert 'href="/account"' in page.text
    assert 'href="/account"' not in reader.web.get("/nothing").text


def test_wrong_forms_say_what_is_wrong(reader: Reader) -> None:
    assert reader.post("/alerts", query=" ").status == 422
    assert reader.post("/alerts", query="x", hour="25").status == 422
    assert reader.post("/alerts", query="x", target="77").status == 422
    assert reader.post("/alert-targets", address="file:///etc/passwd").status == 422
    assert reader.post("/alerts/99/delete").status == 404
    assert reader.post("/alerts/99", query="x").status == 404
    assert reader.get("/alerts/99").status == 404
    assert reader.web.get("/alerts").status == 303
    assert reader.web.post("/alerts", {"query": "x"}, cookie=reader.who.cookie).status == 403
    evil = '<script>alert("1")</script>{{7*7}}'
    reader.post("/alerts", query=evil, name=evil)
    page = reader.get("/alerts").text
    assert "<script" not in page
    assert "{{7*7}}" in page
