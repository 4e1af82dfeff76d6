"""A reader's whole visit with a real browser, on both indexes, in both languages; and each page as axe sees it."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect

from difang.console.people.passwords import hashed
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import Role
from tests.integration.conftest import clear
from tests.services.axe import violations
from tests.services.command import Difang
from tests.services.replica import Replica, replica
from tests.services.webhook import Webhook, webhook

PASSWORD = "几个普通的词 连在一起 就好"  # noqa: S105
SIZE = ("--channels", "sd,js", "--days", "3", "--per-day", "8", "--archive", "12", "--crawl-delay", "0")
SECONDS = 60
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A service on one of the indexes with its worker; `corrected` is an article that has two versions."""

    url: str
    difang: Difang
    site: Replica
    hook: Webhook
    corrected: str

    def next_day(self) -> None:
        """A day passes on the site, and what appeared on one channel is crawled; the service's worker indexes it."""
        self.site.order("clock", advance_minutes=24 * 60)
        self.difang.crawl("sd")


@contextmanager
def stage(folder: Path, index: str) -> Iterator[Stage]:
    """The stage; `index` is Elasticsearch's address, or empty for the embedded one."""
    with ExitStack() as parts:
        hook = parts.enter_context(webhook())
        site = parts.enter_context(replica(*SIZE))
        settings = {"alerts_to_private": "yes", **({"index": index} if index else {})}
        difang = Difang(var=folder / "var", proxy=site.url, settings=settings)
        difang.crawl("sd", "js")
        difang.run("ingest", "--drain")
        corrected = site.truth("articles")[-1]["url"]
        site.order("faults", url=corrected, fault="title")
        difang.run("crawl", "--url", corrected)
        difang.run("ingest", "--drain")
        title = next(one["title"] for one in site.truth("articles") if one["url"] == corrected)
        with closing(Ledger(f"sqlite:///{difang.var / 'ledger.db'}")) as ledger:
            for name in ("zh", "en"):
                secret = ledger.people.invite(Role.READER, by="test")
                ledger.people.accept(secret, name=name, password=hashed(PASSWORD, name=name))
        # without the proxy, which is the site alone and takes no messages
        process = Difang(var=difang.var, proxy=None, settings=settings).start("serve", "--port", "0", "--no-schedule")
        try:
            assert process.stdout is not None
            url = process.stdout.readline().removeprefix("difang is at ").strip().rstrip("/")
            yield Stage(url=url, difang=difang, site=site, hook=hook, corrected=title)
        finally:
            process.terminate()
            _, errors = process.communicate(timeout=30)
        assert process.returncode == 0, errors
        assert [line for line in errors.splitlines() if " INFO " not in line] == []


@pytest.fixture(scope="module", params=["embedded", "elasticsearch"])
def staged(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("visit")
    if request.param == "embedded":
        with stage(folder, "") as running:
            yield running
        return
    address = request.getfixturevalue("elasticsearch_url")
    clear(address)
    with stage(folder, address) as running:
        yield running
    clear(address)


WORDS = {
    "zh": {
        "search": "检索", "box": "检索词", "channel": "山东频道", "versions": "2 个版本",
        "csv": "CSV 表格", "save": "保存检索",
        "sign in": "登录", "name": "用户名", "password": "密码", "address": "地址",
        "add": "添加", "to": "提醒送往", "keep": "保存", "sent": "已报告",
    },
    "en": {
        "search": "Search", "box": "Query", "channel": "山东频道", "versions": "2 versions",
        "csv": "CSV table", "save": "Save this search", "sign in": "Sign in", "name": "User name",
        "password": "Password", "address": "Address", "add": "Add", "to": "Alerts go to", "keep": "Save",
        "sent": "reported",
    },
}  # fmt: skip


@pytest.fixture(params=["zh", "en"])
def visitor(chromium: Browser, staged: Stage, request: pytest.FixtureRequest) -> Iterator[tuple[Page, dict[str, str]]]:
    """A reader, Chinese on a wide screen or English on a phone in the dark; the browser must complain of nothing."""
    language = request.param
    complaints: list[str] = []
    with chromium.new_context(
        base_url=staged.url,
        locale={"zh": "zh-CN", "en": "en-GB"}[language],
        viewport={"width": 1280 if language == "zh" else 390, "height": 900},
        color_scheme="light" if language == "zh" else "dark",
        accept_downloads=True,
    ) as context:
        context.set_default_timeout(SECONDS * 1_000)
        page = context.new_page()
        page.on("console", lambda said: complaints.append(f"{said.type}: {said.text}"))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda asked: None if asked.url.startswith(staged.url) else complaints.append(asked.url))
        yield page, WORDS[language]
    assert complaints == []


def total(page: Page) -> int:
    return int(page.locator(".count strong").inner_text().replace(",", ""))


def test_a_whole_visit_from_the_first_search_to_the_alert(staged: Stage, visitor: tuple[Page, dict[str, str]]) -> None:
    page, words = visitor
    language = "zh" if words is WORDS["zh"] else "en"
    page.goto("/")
    assert (page.locator("html").get_attribute("lang") or "").startswith(language)

    page.get_by_label(words["box"]).fill("居民")
    page.get_by_role("button", name=words["search"], exact=True).click()
    page.wait_for_url("**/?q=*")
    found = total(page)
    assert page.locator(".hits em").first.inner_text() == "居民"

    narrow(page, words)
    here = total(page)
    assert 0 < here < found
    narrowed = page.url

    bar = page.locator(".histogram svg a").last
    expected = int(re.split("[：:]", bar.get_attribute("aria-label") or "")[-1])
    bar.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**from=*")
    assert total(page) == expected
    page.goto(narrowed)

    take_away(page, words, here)
    read(page, words, staged.corrected)
    page.goto(narrowed)
    save_and_be_told(page, words, staged, language)


def titled(title: str) -> str:
    """The address of the search for this headline."""
    phrase = f'title:"{title}"'
    return f"/?q={quote(phrase)}"


def narrow(page: Page, words: dict[str, str]) -> None:
    """To one channel; on a phone the facets are folded away."""
    label = page.locator(".narrowing")
    if label.is_visible():
        label.click()
    page.locator("aside li").filter(has_text=words["channel"]).get_by_role("link").first.click()
    page.wait_for_url("**channel=sd*")


def take_away(page: Page, words: dict[str, str], expected: int) -> None:
    """Every hit is in the table and in the feed."""
    label = page.locator(".narrowing")
    if label.is_visible():
        label.click()
    with page.expect_download() as downloading:
        page.get_by_role("link", name=words["csv"]).click()
    table = Path(downloading.value.path()).read_bytes()
    assert table.startswith(b"\xef\xbb\xbf"), "the mark by which Excel knows UTF-8"
    assert len(list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))) == expected
    feed = page.request.get(page.get_by_role("link", name="Atom").get_attribute("href") or "")
    entries = ElementTree.fromstring(feed.text()).findall(f"{ATOM}entry")  # noqa: S314 our own feed
    assert len(entries) == min(expected, 50)


def read(page: Page, words: dict[str, str], title: str) -> None:
    """An article that was corrected: its text, its versions with what changed."""
    page.goto(titled(title))
    page.locator(".hits h2 a").first.click()
    page.wait_for_url("**/article/**")
    assert page.locator("h1").inner_text() == title
    assert page.locator(".body p").count() > 1
    page.get_by_role("link", name=words["versions"]).click()
    page.wait_for_url("**/versions/**")
    assert page.locator("ins").count() + page.locator("del").count() > 0


def save_and_be_told(page: Page, words: dict[str, str], staged: Stage, language: str) -> None:
    """Saved after signing in, with a webhook; the next day's articles are reported to it, and the page says so."""
    page.get_by_role("link", name=words["save"]).click()
    page.wait_for_url("**/sign-in**")
    page.get_by_label(words["name"]).fill(language)
    page.get_by_label(words["password"]).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name=words["sign in"]).click()
    page.wait_for_url("**/alerts/new**")
    saving = page.url
    page.goto("/alerts")
    page.get_by_label(words["address"]).fill(staged.hook.address)
    page.get_by_role("button", name=words["add"]).click()
    page.goto(saving)
    page.get_by_label(words["to"]).select_option(index=1)
    page.get_by_role("button", name=words["keep"], exact=True).click()
    page.wait_for_url("**/alerts")
    before = len(staged.hook.got)
    staged.hook.came.clear()
    staged.next_day()
    assert staged.hook.came.wait(SECONDS)
    reported = staged.hook.got[before]["articles"]
    assert reported
    assert {"山东频道"} == {article["channel_name"] for article in reported}
    page.reload()
    expect(page.locator(".alerts li").first).to_contain_text(words["sent"])


PAGES = (
    "/", "/?q=居民", "/?q=居民&channel=sd&from=2010-01-01", "/?q=公交 from:2026-02-30 \"医院", '/?q="没有这样的词语啊"',
    "/?from=2026-02-30", "article", "versions", "archived", "/trends", "/trends?q=居民&q=公交", "/api", "/sign-in",
    "/nothing/here",
)  # fmt: skip


ON_ONE_INDEX = pytest.mark.parametrize("staged", ["embedded"], indirect=True)
"""The pages are the same on both."""


@ON_ONE_INDEX
@pytest.mark.parametrize(("language", "width"), [("zh-CN", 1280), ("en", 390)])
def test_axe_finds_nothing_wrong_with_any_page(chromium: Browser, staged: Stage, language: str, width: int) -> None:
    """Everything in the light; in the dark the colours."""
    found: list[str] = []
    with chromium.new_context(
        base_url=staged.url, locale=language, viewport={"width": width, "height": 900}
    ) as context:
        page = context.new_page()
        page.goto(titled(staged.corrected))
        article = page.locator(".hits h2 a").first.get_attribute("href") or ""
        for name in PAGES:
            page.goto(name if name.startswith("/") else article.replace("article", name))
            found += violations(page)
            page.emulate_media(color_scheme="dark")
            found += violations(page, ("color-contrast", "link-in-text-block"))
            page.emulate_media(color_scheme="light")
    assert found == []


@ON_ONE_INDEX
@pytest.mark.parametrize("width", [1280, 390])
def test_axe_finds_nothing_wrong_with_the_pages_of_those_who_are_signed_in(
    chromium: Browser, staged: Stage, width: int
) -> None:
    found: list[str] = []
    with chromium.new_context(base_url=staged.url, locale="zh-CN", viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        page.goto("/sign-in?next=/alerts")
        page.get_by_label("用户名").fill("zh")
        page.get_by_label("密码").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="登录").click()
        page.wait_for_url("**/alerts")
        for name in ("/alerts", "/alerts/new?q=居民", "/account"):
            page.goto(name)
            found += violations(page)
            page.emulate_media(color_scheme="dark")
            found += violations(page, ("color-contrast", "link-in-text-block"))
            page.emulate_media(color_scheme="light")
    assert found == []
