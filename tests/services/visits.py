"""An operator's visits to the console, a task each: in a browser, on a running service, ending with what must be so."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from difang.crawler.ledger.tables import Severity
from tests.services.stage import ADMIN, BUSY, FIXED, FRESH, HOPELESS, OPERATOR, QUIET, Stage

LONG = 120_000
"""ms; the machine may be busy."""

OF_NO_CHECK = "made_up"
"""A kind of issue that no check knows, and so none resolves meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Hand:
    """Somebody at the browser; `pause` is how long a look takes, `key` how long a key, both in ms."""

    page: Page
    stage: Stage
    pause: float = 0
    key: float = 0
    own: list[float] = field(default_factory=list)
    """Seconds each look and each word took."""

    def look(self) -> None:
        if self.pause:
            self.page.wait_for_timeout(self.pause)
            self.own.append(self.pause / 1000)

    def go(self, target: str) -> None:
        self.page.goto(target)
        self.look()

    def click(self, what: Locator) -> None:
        self.look()
        what.click()

    def press(self, name: str, within: Locator | None = None) -> None:
        named = re.compile(rf"^{re.escape(name)}(?:: .+)?$")  # behind the colon stands what the button is for
        self.click((within or self.page.get_by_role("main")).get_by_role("button", name=named).first)

    def write(self, label: str, text: str, within: Locator | None = None) -> None:
        box = (within or self.page.get_by_role("main")).get_by_label(label, exact=True).first
        self.look()
        if self.key and box.get_attribute("type") not in ("date", "file"):
            box.clear()
            box.press_sequentially(text, delay=self.key)
            self.own.append(len(text) * self.key / 1000)
        else:
            box.fill(text)

    def sees(self, text: str | re.Pattern[str], where: str = "main") -> None:
        expect(self.page.locator(where).first).to_contain_text(text, timeout=LONG)

    def sees_after_a_while(self, where: str, text: str | re.Pattern[str]) -> None:
        """On a page that is not live, which the operator loads again now and then."""
        for _ in range(200):
            if self.page.locator(where, has_text=text).count():
                return
            self.page.wait_for_timeout(max(300, self.pause))
            self.page.reload()
        self.sees(text, where)


@contextmanager
def open_board(hand: Hand) -> Iterator[Page]:
    """The board in another tab, which must be up to date by itself until the end of the block."""
    board = hand.page.context.new_page()
    board.set_default_timeout(LONG)
    board.goto("/board")
    expect(board.locator("#lamp")).to_have_text("实时更新", timeout=LONG)
    board.evaluate("window.stayed = true")
    yield board
    assert board.evaluate("window.stayed"), "the board was loaded anew"
    board.close()


def run_now(hand: Hand) -> None:
    """Run a channel now, and follow the run to its end, on its page and on the board, without loading anything anew."""
    with open_board(hand) as board:
        card = board.locator(f"#card-{FRESH}")
        expect(card).to_contain_text("还没有文章")
        hand.go(f"/channels/{FRESH}")
        hand.press("立即采集")
        hand.click(hand.page.locator("#state .run a"))
        hand.page.wait_for_url("**/runs/*")
        expect(hand.page.locator("#state .chip.state")).to_have_text("完成", timeout=LONG)
        expect(card).to_contain_text("最新", timeout=LONG)
        expect(card).to_contain_text("完成", timeout=LONG)


def take_up_an_issue(hand: Hand) -> None:
    """See an issue come on the open board, its channel among the first; take it up, and say that it is done."""
    with open_board(hand) as board:
        hand.stage.service.ledger.issues.see(
            kind=OF_NO_CHECK,
            channel=FRESH,
            key="t",
            sentence="It is so.",
            examples=[],
            figures={},
            severity=Severity.HIGH,
        )
        issue = board.locator("#issues li", has_text="It is so.")
        expect(issue).to_be_visible(timeout=LONG)
        card = board.locator(f"#card-{FRESH}.level-alarm")
        expect(card).to_be_visible(timeout=LONG)
        expect(board.locator(f"#grid > :not(.level-alarm) ~ #card-{FRESH}")).to_have_count(0, timeout=LONG)
        hand.go("/board")
        mine = hand.page.locator("#issues li", has_text="It is so.")
        hand.press("我来处理", mine)
        for place in (mine, issue):
            expect(place).to_contain_text(f"{OPERATOR} 在处理", timeout=LONG)
        hand.press("已解决", mine)
        for place in (mine, issue):
            expect(place).to_have_count(0, timeout=LONG)


def pause_and_resume_one(hand: Hand) -> None:
    """Pause a channel with the reason, and let it go on."""
    hand.go(f"/channels/{BUSY}")
    hand.write("原因", "网站正在改版", hand.page.locator("form.acts"))
    hand.press("暂停")
    hand.sees("已暂停", "#schedule h2")
    hand.press("恢复")
    expect(hand.page.locator("#schedule h2")).not_to_contain_text("已暂停", timeout=LONG)


def pause_and_resume_all(hand: Hand) -> None:
    """Pause every channel from the board with the reason, and let all go on."""
    hand.go("/board")
    everything, resting = hand.page.locator("details.all"), hand.page.locator("#grid > article", has_text="已暂停")
    for button, number in (("全部暂停", 33), ("全部恢复", 0)):
        hand.click(hand.page.get_by_text("全部暂停或恢复"))
        hand.write("原因", "机房停电", everything)
        hand.press(button, everything)
        hand.page.wait_for_url("**/board")
        expect(resting).to_have_count(number, timeout=LONG)


def change_a_schedule(hand: Hand) -> None:
    """See the next five firings of another schedule, nothing being saved yet; then save it."""
    hand.go(f"/channels/{QUIET}")
    card = hand.page.locator("#schedule")
    hand.page.get_by_label("方式").select_option(label="按 cron")
    hand.write("cron", "0 6-22/2 * * *", card)
    hand.press("看看接下来五次")
    expect(card.locator(".preview li")).to_have_count(5, timeout=LONG)
    assert hand.stage.service.ledger.deeds.newest(1)[0].deed != "schedule.set"
    hand.write("原因", "夜里没有新文章", card.locator(".preview"))
    hand.press("保存", card)
    hand.sees("0 6-22/2", "#schedule h2")


def backfill(hand: Hand) -> None:
    """Be told what a backfill of three days takes; then start it and see it under way."""
    hand.go(f"/channels/{BUSY}")
    card, today = hand.page.locator("#backfill"), date.today()
    hand.write("从", str(today - timedelta(days=3)), card)
    hand.write("到", str(today - timedelta(days=1)), card)
    hand.press("估算", card)
    hand.sees(re.compile(r"3 天，约 [\d,]+ 篇，[\d,]+ 次请求"), "#backfill .preview")
    hand.press("开始回溯", card)
    expect(card.locator(".survey")).to_be_visible(timeout=LONG)
    hand.press("暂停", card.locator(".survey"))
    hand.sees("已暂停", "#backfill .survey")


def retry_what_failed(hand: Hand) -> None:
    """Find the failed address in its run, and fetch it again once the site is well."""
    failed = hand.stage.article(QUIET)["url"]
    hand.stage.site.order("faults", url=failed, fault="503")
    hand.go(f"/try?url={failed}")
    hand.press("现在采集一次")
    hand.go(f"/runs?channel={QUIET}")
    hand.click(hand.page.locator("tbody th a").first)
    expect(hand.page.locator("#failures li")).to_contain_text(failed, timeout=LONG)
    hand.stage.site.order("faults", url=failed, fault="none")
    run = hand.page.url
    hand.press("重试 1 个地址", hand.page.locator("#failures"))
    expect(hand.page.locator("#state .chip.state")).to_have_text("完成", timeout=LONG)
    hand.go(run)
    hand.sees("后来的采集都已取到。", "#failures")


def retry_a_set_aside_page(hand: Hand) -> None:
    """Look at a set-aside page: its reason, as it looks, read field by field; after the fix, retry it."""
    hand.go("/set-aside")
    hand.click(hand.page.get_by_role("link", name=FIXED))
    hand.click(hand.page.get_by_role("link", name=hand.stage.waiting[0]))
    hand.sees(FIXED, ".trouble")
    hand.sees("title", "table")
    frame = hand.page.locator("iframe.looks")
    frame.scroll_into_view_if_needed()
    expect(frame.content_frame.locator("body")).not_to_be_empty(timeout=LONG)
    hand.press("重试")
    hand.sees("已放回队列：1 页")
    hand.go(f"/trace?target={hand.stage.waiting[0]}")
    hand.sees_after_a_while(".verdict", "在索引中，可以检索。")


def discard_a_set_aside_page(hand: Hand) -> None:
    """Discard a page nothing can be made of, with the reason, which stays."""
    hand.go("/set-aside")
    hand.click(hand.page.get_by_role("link", name=HOPELESS))
    hand.click(hand.page.get_by_role("link", name=hand.stage.waiting[1]))
    expect(hand.page.locator("iframe.looks")).to_be_visible(timeout=LONG)
    hand.write("放弃的理由", "只是占位页")
    hand.press("放弃")
    hand.click(hand.page.get_by_text("最近放弃的"))
    hand.sees("只是占位页")


def try_a_page(hand: Hand) -> None:
    """Read an archived page again, see the rule behind each field; the same of a file."""
    hand.go("/try")
    hand.write("网址或文章编号", hand.stage.article(BUSY)["url"])
    hand.press("从存档读")
    rows = hand.page.locator("table tbody tr")
    expect(rows.first).to_be_visible(timeout=LONG)
    assert all(hand.page.locator("tbody tr", has_text=name).count() for name in ("title", "published_at", "body"))
    file = Path(hand.stage.difang.var) / "tried.html"
    file.write_text("<html><head><title>试</title></head><body><p>没有正文</p></body></html>", encoding="utf-8")
    hand.look()
    hand.page.get_by_label("网页文件，最大 16 MB").set_input_files(file)
    hand.press("读这个文件")
    expect(hand.page.locator("main .trouble").first).to_be_visible(timeout=LONG)


def trace(hand: Hand) -> None:
    """The whole way of one article."""
    article = hand.stage.article(BUSY)
    hand.go("/trace")
    hand.write("网址或文章编号", article["id"])
    hand.press("追踪")
    hand.sees("在索引中，可以检索。", ".verdict")
    for word in ("发现", "存档", "读它的模板", "新"):
        hand.sees(word, ".steps")


def take_down(hand: Hand) -> None:
    """Take an article down, see that readers no longer find it, and undo it."""
    article = hand.stage.article(BUSY)["id"]
    hand.go("/takedowns")
    hand.write("网址或文章编号", article)
    hand.write("理由", "应作者要求")
    hand.press("下架")
    hand.sees_after_a_while("tbody tr", "已离开索引")
    answer = hand.page.request.get(f"/article/{article}")
    assert answer.status in (404, 410), answer.status
    hand.press("撤销下架")
    hand.sees("已撤销")


def reprocess(hand: Hand) -> None:
    """Read the archive again, and see what would change."""
    hand.go("/reprocess")
    hand.page.get_by_label("频道").select_option(value=BUSY)
    hand.press("比较")
    hand.sees("差异")
    hand.sees("索引中没有")


def move_the_index(hand: Hand) -> None:
    """Build the index anew while it is searched, and see how far it is."""
    hand.go("/index")
    hand.press("重建索引")
    expect(hand.page.locator("#progress")).to_contain_text("重建索引", timeout=LONG)
    hand.sees(re.compile("取代 .*篇"))
    assert hand.page.request.get("/").ok


def read_the_deeds(hand: Hand) -> None:
    """All that stands in the audit log, with who did it."""
    hand.go("/deeds")
    done = {
        OPERATOR: "run.now run.retry issue.acknowledge issue.resolve schedule.pause schedule.resume schedule.set"
        " backfill.start backfill.pause page.fetch page.retry page.discard",
        ADMIN: "takedown takedown.undo task.reprocess task.rebuild",
    }
    for who, deeds in done.items():
        rows = hand.page.locator("tbody tr").filter(has=hand.page.get_by_role("link", name=who))
        for deed in deeds.split():
            row = rows.filter(has=hand.page.locator("code").get_by_text(deed, exact=True)).first
            expect(row).to_contain_text(re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d"))


Task = Callable[[Hand], None]
OPERATORS: tuple[Task, ...] = (
    run_now,
    take_up_an_issue,
    pause_and_resume_one,
    pause_and_resume_all,
    change_a_schedule,
    backfill,
    retry_what_failed,
    retry_a_set_aside_page,
    discard_a_set_aside_page,
    try_a_page,
    trace,
)
ADMINS: tuple[Task, ...] = (take_down, reprocess, move_the_index, read_the_deeds)
