"""A reader's and an operator's visit with a real browser to a real `difang serve`, filled from the replica."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, StorageState, expect

from difang.console.people.passwords import hashed
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import Role
from tests.services.command import Difang
from tests.services.replica import replica

OPERATOR = "李 操作"
PASSWORD = "几个普通的词 连在一起 就好"  # noqa: S105
SIZE = ("--channels", "sd,js", "--days", "3", "--per-day", "8", "--archive", "10", "--crawl-delay", "0")


@contextmanager
def served(difang: Difang) -> Iterator[str]:
    """The address of `difang serve` without schedule and worker; it must end with 0."""
    process = difang.start("serve", "--port", "0", "--no-schedule", "--no-ingest")
    assert process.stdout is not None
    try:
        yield process.stdout.readline().removeprefix("difang is at ").strip().rstrip("/")
    finally:
        process.terminate()
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    assert [line for line in errors.splitlines() if " INFO " not in line] == []


@pytest.fixture(scope="module")
def difang(tmp_path_factory: pytest.TempPathFactory) -> Difang:
    with replica(*SIZE) as running:
        difang = Difang(var=tmp_path_factory.mktemp("browser") / "var", proxy=running.url)
        difang.crawl("sd", "js")
        difang.run("ingest", "--drain")
    return difang


@pytest.fixture(scope="module")
def site(difang: Difang) -> Iterator[str]:
    with closing(Ledger(f"sqlite:///{difang.var / 'ledger.db'}")) as ledger:
        secret = ledger.people.invite(Role.OPERATOR, by="test")
        ledger.people.accept(secret, name=OPERATOR, password=hashed(PASSWORD, name=OPERATOR))
    with served(difang) as address:
        yield address


@pytest.fixture(scope="module")
def operator(chromium: Browser, site: str) -> StorageState:
    """What the browser of somebody keeps who has signed in."""
    with chromium.new_context(base_url=site, locale="zh-CN") as context:
        page = context.new_page()
        page.goto("/sign-in")
        page.get_by_label("用户名").fill(OPERATOR)
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="登录").click()
        page.wait_for_url(f"{site}/")
        assert page.get_by_role("link", name=OPERATOR).is_visible()
        return context.storage_state()


@pytest.fixture(params=[(1280, "light"), (390, "dark")], ids=["wide", "phone"])
def page(chromium: Browser, site: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page that tolerates no error in the console, no request to another host and nothing wider than the window."""
    width, scheme = request.param
    kept = request.getfixturevalue("operator") if "operator" in request.keywords else None
    complaints: list[str] = []
    with chromium.new_context(
        base_url=site, viewport={"width": width, "height": 900}, color_scheme=scheme, locale="zh-CN", storage_state=kept
    ) as context:
        page = context.new_page()
        page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(site) else complaints.append(asked.url))
        page.on("load", lambda loaded: complaints.extend(_too_wide(loaded, width)))
        yield page
    assert complaints == []


def _too_wide(page: Page, width: int) -> list[str]:
    shown = page.evaluate("document.documentElement.scrollWidth")
    return [f"{page.url} is {shown} wide"] if shown > width else []


def total(page: Page) -> int:
    return int(page.locator(".count strong").inner_text().replace(",", ""))


def titles(page: Page) -> list[str]:
    return page.locator(".hits h2").all_inner_texts()


def open_facets(page: Page) -> None:
    """On a phone they are folded away."""
    label = page.locator(".narrowing")
    if label.is_visible():
        label.click()


def test_a_reader_searches_narrows_pages_and_reads(page: Page) -> None:
    page.goto("/")
    everything = total(page)
    assert everything > 30

    page.get_by_label("检索词").fill("居民")
    page.get_by_role("button", name="检索").click()
    page.wait_for_url("**/?q=*")
    found = total(page)
    assert 10 < found < everything
    assert page.locator(".hits em").first.inner_text() == "居民"

    open_facets(page)
    facet = page.locator("aside section").first.locator("li").filter(has_text="山东频道")
    expected = int(facet.locator("span").inner_text())
    facet.get_by_role("link").click()
    page.wait_for_url("**channel**")
    assert total(page) == expected < found
    assert set(page.locator(".hits .channel").all_inner_texts()) == {"山东频道"}

    page.go_back()
    page.wait_for_url("**/?q=*")
    first = titles(page)
    page.get_by_role("link", name="下一页").click()
    page.wait_for_url("**cursor=*")
    assert titles(page)
    assert not set(titles(page)) & set(first)

    title = titles(page)[0]
    page.locator(".hits h2 a").first.click()
    page.wait_for_url("**/article/**")
    assert page.locator("h1").inner_text() == title
    original = page.get_by_role("link", name="查看原文").get_attribute("href")
    assert original
    assert original.startswith("http://")
    assert "people.com.cn" in original


def test_a_reader_chooses_two_channels_a_month_and_follows_a_bar(page: Page) -> None:
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto("/?q=居民")
    everything = total(page)
    for name in ("山东频道", "江苏频道"):
        open_facets(page)
        page.locator("aside li").filter(has_text=name).get_by_role("link").first.click()
    page.wait_for_url("**channel=*channel=**")
    assert total(page) == everything
    assert page.locator(".chips li").count() == 3
    bar = page.locator(".histogram svg a").last
    told = bar.get_attribute("aria-label") or ""
    bar.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**from=*")
    assert total(page) == int(told.rsplit("：", 1)[1]) <= everything
    page.get_by_role("link", name="全部去掉").click()
    page.wait_for_url(lambda address: "from=" not in address)
    assert total(page) == everything
    assert errors == []


def test_the_search_box_is_silent_while_it_is_told_to_wait(chromium: Browser, site: str) -> None:
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=429, headers={"retry-after": "30"}, json={"error": "come back"})

    with chromium.new_context(base_url=site, locale="zh-CN") as context:
        page = context.new_page()
        page.clock.install()
        page.route("**/api/v1/suggest*", refuse)
        page.goto("/")
        box = page.get_by_label("检索词")
        with page.expect_response("**/api/v1/suggest*"):
            box.press_sequentially("s")
            page.clock.run_for(200)
        box.press_sequentially("handong")
        page.clock.run_for(20_000)
        assert len(asked) == 1
        page.clock.run_for(11_000)
        with page.expect_response("**/api/v1/suggest*"):
            box.press_sequentially("p")
            page.clock.run_for(200)
    assert len(asked) == 2


def test_suggestions_are_chosen_by_keyboard(page: Page) -> None:
    page.goto("/")
    page.locator("#q").press_sequentially("shandong")
    expect(page.locator("#suggestions li").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#suggestions [aria-selected=true]")).to_contain_text("山东频道")
    page.keyboard.press("Enter")
    expect(page.locator("#q")).to_have_value('channel:"山东频道"')
    page.wait_for_load_state()
    assert set(page.locator(".hits .channel").all_inner_texts()) == {"山东频道"}


def test_a_reader_who_finds_nothing_is_told_so(page: Page) -> None:
    page.goto('/?q="没有这样的词语啊"')
    assert total(page) == 0
    assert page.get_by_text("没有找到").is_visible()


def test_the_keyboard_alone_finds_and_opens_an_article(page: Page) -> None:
    page.goto("/")
    expect(page.locator("input[name=q]")).to_be_focused()
    page.keyboard.type("居民")
    page.keyboard.press("Enter")
    page.wait_for_url("**/?q=%*")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.locator(".hits h2 a").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/article/**")


@pytest.mark.operator
def test_an_operator_sees_runs_whose_outcomes_add_up(page: Page) -> None:
    page.goto("/runs")
    heads = page.locator("thead th").all_inner_texts()
    for row in page.locator("tbody tr").all():
        cells = [int(cell or 0) for cell in row.locator("td.n").all_inner_texts() if not cell.endswith("秒")]
        requests, discovered, *outcomes = cells
        assert requests > 0
        assert discovered == sum(outcomes) > 0
    assert page.locator("tbody tr").count() == 3
    assert heads[3] == "状态"
    assert page.locator(".state").all_inner_texts() == ["完成", "完成"]


def test_a_second_service_on_a_taken_port_says_so(site: str, tmp_path: Path) -> None:
    difang = Difang(var=tmp_path / "var", proxy=None)
    done: subprocess.CompletedProcess[str] = difang.run("serve", "--port", site.rsplit(":", 1)[1], code=2)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert "cannot be listened on" in done.stderr
