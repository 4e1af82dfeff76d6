"""The board in a real browser while a real service crawls the replica: it goes live, and the operator acts on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Page, expect

from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.tables import Severity
from tests.services.command import Difang
from tests.services.people import signed_in
from tests.services.replica import replica

SIZE = ("--channels", "sd,js", "--days", "2", "--per-day", "3", "--archive", "3", "--crawl-delay", "0")
CHANNELS = [channel.slug for channel in load_channels(None)]
LONG = 60_000  # ms; the machine may be busy
OF_NO_CHECK = "made_up"
"""A kind of issue that no check knows, and so none resolves meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Service:
    """A running `difang serve`, and its ledger."""

    address: str
    ledger: Ledger


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Everything but the firings, which are paused, so that nothing but the operator begins a run."""
    with replica(*SIZE) as running:
        settings = {"contact": "mailto:test@example.org"}
        difang = Difang(var=tmp_path_factory.mktemp("board") / "var", proxy=running.url, settings=settings)
        difang.run("schedule", "pause", *CHANNELS)
        process = difang.start("serve", "--port", "0", "--crawls", "1")
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            with closing(Ledger(f"sqlite:///{difang.var / 'ledger.db'}", patience=30.0)) as ledger:
                yield Service(address=line.removeprefix("difang is at ").strip().rstrip("/"), ledger=ledger)
        finally:
            process.terminate()
            process.communicate(timeout=60)
    assert process.returncode == 0


@pytest.fixture
def page(chromium: Browser, service: Service) -> Iterator[Page]:
    """The page of an operator who is signed in."""
    name, _, secret = signed_in(service.ledger, name="王 芳").cookie.partition("=")
    with chromium.new_context(base_url=service.address, locale="zh-CN") as context:
        context.set_default_timeout(LONG)
        context.add_cookies([{"name": name, "value": secret, "url": service.address}])
        yield context.new_page()


def test_a_board_left_open_follows_a_run_from_its_beginning_to_its_articles(page: Page, service: Service) -> None:
    page.goto("/board")
    expect(page.locator("#lamp")).to_have_text("实时更新", timeout=LONG)
    page.evaluate("window.stayed = true")
    card = page.locator("#card-sd")
    expect(card).to_contain_text("还没有文章")

    other = page.context.new_page()  # so that the board itself is never loaded again
    other.goto("/channels/sd")
    other.get_by_role("button", name="立即采集").click()
    other.wait_for_url("**/channels/sd")

    expect(card.locator(".run a")).to_have_attribute("href", re.compile("^/runs/"), timeout=LONG)
    expect(card).to_contain_text("最新", timeout=LONG)
    expect(card).to_contain_text("完成", timeout=LONG)

    service.ledger.issues.see(
        kind=OF_NO_CHECK, channel="js", key="t", sentence="It is so.", examples=[], figures={}, severity=Severity.HIGH
    )
    issue = page.locator("#issues li", has_text="It is so.")
    expect(issue).to_be_visible(timeout=LONG)
    expect(page.locator("#grid > article").first).to_have_id("card-js", timeout=LONG)
    assert page.evaluate("window.stayed")

    issue.get_by_role("button", name="我来处理").click()
    expect(page.locator("#issues li", has_text="It is so.")).to_contain_text("王 芳 在处理", timeout=LONG)
    assert service.ledger.deeds.newest(1)[0].deed == "issue.acknowledge"


def test_a_board_that_lost_its_connection_comes_back_by_itself(page: Page, service: Service) -> None:
    page.goto("/board")
    lamp = page.locator("#lamp")
    expect(lamp).to_have_text("实时更新", timeout=LONG)
    page.evaluate("window.stayed = true")
    page.context.set_offline(True)
    page.evaluate("window.dispatchEvent(new Event('online'))")  # a new connection, which cannot be made
    expect(lamp).not_to_have_text("实时更新", timeout=LONG)
    service.ledger.issues.see(
        kind=OF_NO_CHECK, channel="js", key="u", sentence="Seen later.", examples=[], figures={}, severity=Severity.HIGH
    )
    page.context.set_offline(False)
    expect(lamp).to_have_text("实时更新", timeout=LONG)
    expect(page.locator("#issues")).to_contain_text("Seen later.", timeout=LONG)
    assert page.evaluate("window.stayed")
