"""Issues on the operators' pages: taken up and resolved, alone and as a group, filtered, and live."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from difang.console.operating import issues
from difang.console.pages import BEIJING
from difang.crawler.ledger.tables import IssueState, Severity
from tests.integration.operating import Console, operating_in
from tests.services.events import stream


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with operating_in(tmp_path_factory.mktemp("operating")) as console:
        yield console


def test_issues_are_taken_up_and_resolved_once(console: Console) -> None:
    number = console.issue("taken")
    deed = console.does(f"/issues/{number}/acknowledge")
    assert (deed.deed, deed.about) == ("issue.acknowledge", str(number))
    issue = console.ledger.issues.get(number)
    assert (issue.state, issue.acknowledged_by) == (IssueState.ACKNOWLEDGED, "王 芳")
    assert console.does(f"/issues/{number}/resolve", back=f"/issues/{number}").deed == "issue.resolve"
    assert console.ledger.issues.get(number).resolved_by == "王 芳"
    deeds = len(console.ledger.deeds.newest(500))
    assert console.post(f"/issues/{number}/resolve").status == 409
    assert console.post(f"/issues/{number}/acknowledge").status == 409
    assert len(console.ledger.deeds.newest(500)) == deeds
    assert "王 芳" in console.get(f"/issues/{number}")


def test_issues_of_one_kind_are_told_as_one_and_taken_up_together(console: Console) -> None:
    numbers = [
        console.issue("same", kind="missed_run", channel=slug, sentence=f"{slug} missed one.") for slug in ("sd", "gs")
    ]
    assert 'id="alike-missed_run' not in console.get("/board")
    numbers.append(console.issue("same", kind="missed_run", channel="nx", sentence="nx missed one."))
    page = console.get("/board")
    assert page.count('id="alike-missed_run') == 1
    assert "漏采: 3 个频道" in page
    group = page[page.index('id="alike-missed_run') :]
    asks = group[group.index('id="ask-alike-missed_run') :].partition("</details>")[0]
    assert "3 个问题都已解决？" in asks.partition('formaction="/issues/resolve"')[0], "it asks before it can be pressed"
    value = html.unescape(re.findall('name="numbers" value="([^"]+)"', group)[0])
    assert sorted(map(int, value.split(","))) == numbers
    console.does(f"/issues/{numbers[0]}/resolve")
    assert console.post("/issues/acknowledge", numbers=value).status == 303
    deeds = [(deed.deed, deed.about) for deed in console.ledger.deeds.newest(2)]
    assert sorted(deeds) == [("issue.acknowledge", str(number)) for number in numbers[1:]]
    states = [console.ledger.issues.get(number).state for number in numbers]
    assert states == [IssueState.RESOLVED, IssueState.ACKNOWLEDGED, IssueState.ACKNOWLEDGED]
    assert console.post("/issues/resolve", numbers=value).status == 303
    before = console.ledger.deeds.newest(1)
    assert console.post("/issues/resolve", numbers=value).status == 409
    for wrong in ("", "x", "1,", "１", "9" * 16):
        assert console.post("/issues/resolve", numbers=wrong).status in (400, 422)
    assert console.ledger.deeds.newest(1) == before


def test_what_is_behind_an_issue_has_names_and_a_clock(console: Console) -> None:
    figures = {"since": "2026-11-30T15:21:14.512933+00:00", "links_before": 7, "reason": "It shows no article link."}
    number = console.issue("figures", figures=figures)
    page = console.get(f"/issues/{number}")
    assert "<dt>起于</dt><dd>2026-11-30 23:21</dd>" in page
    assert "<dt>此前的链接数</dt><dd>7</dd>" in page
    assert "no article link" not in page, "it is retold"
    console.does(f"/issues/{number}/resolve")


def test_a_group_that_is_taken_up_says_by_whom(console: Console) -> None:
    numbers = [console.issue("group", kind="unlike", channel=slug) for slug in ("sd", "gs", "nx")]
    value = ",".join(map(str, numbers))
    assert console.post("/issues/acknowledge", numbers=value).status == 303
    page = console.get("/board")
    summary = page[page.index('id="alike-unlike') :].partition("</summary>")[0]
    assert "王 芳 在处理" in summary
    assert console.post("/issues/resolve", numbers=value).status == 303


def test_pages_that_wait_tell_when_a_worker_that_hangs_is_replaced(console: Console) -> None:
    """There is no button: the worker may belong to another process, or another machine, than the page."""
    since = datetime.now(UTC) - timedelta(minutes=2)
    number = console.issue("queue", kind="pages_wait", channel="", figures={"since": since.isoformat(), "waiting": 4})
    clock = (since + timedelta(minutes=5)).astimezone(BEIJING).strftime("%H:%M")
    for page in ("/board", f"/issues/{number}"):
        assert f"处理进程若挂起，{clock}（3 分钟后）起会自动换掉" in console.get(page)
    console.does(f"/issues/{number}/resolve")
    assert "自动换掉" not in console.get(f"/issues/{number}")


def test_issues_are_live_as_they_are_chosen(console: Console) -> None:
    number = console.issue("live", kind="volume", channel="hi", sentence="First word.")
    cookie = console.operator.cookie
    assert f'data-live="/issues/{number}/events"' in console.get(f"/issues/{number}")
    assert 'data-live="/issues/events?kind=volume&amp;channel=hi"' in console.get("/issues?kind=volume&channel=hi")
    assert "data-live" not in console.get("/issues?before=1")
    with (
        stream(console.web, f"/issues/{number}/events", cookie=cookie) as one,
        stream(console.web, "/issues/events?kind=volume&channel=hi", cookie=cookie) as chosen,
        stream(console.web, "/issues/events?kind=silent", cookie=cookie) as others,
    ):
        assert "First word." in one.next().data["fragments"]["issue"]
        assert "First word." in chosen.next().data["fragments"]["list"]
        assert "First word." not in others.next().data["fragments"]["list"]
        console.does(f"/issues/{number}/acknowledge")
        assert "处理中" in one.next().data["fragments"]["issue"]
        assert "处理中" in chosen.next().data["fragments"]["list"]
    for missing in ("/issues/999999/events", "/issues/events?state=odd"):
        assert console.web.get(missing, cookie=cookie, accept="text/event-stream").status in (400, 404), missing
    console.does(f"/issues/{number}/resolve")


def test_issues_are_filtered_and_older_ones_are_a_page_away(console: Console, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issues, "_MOST", 3)
    for number in range(8):
        console.ledger.issues.see(
            kind="silent" if number % 2 else "volume",
            channel="qh",
            key=f"filtered-{number}",
            sentence=f"Filtered {number}.",
            examples=[],
            figures={},
            severity=Severity.LOW,
        )
    seen: list[str] = []
    page = console.get("/issues?channel=qh&kind=silent&state=open&severity=low")
    while older := re.search(r'href="(/issues[?][^"]+before=[^"]+)"', page):
        seen += re.findall(r"Filtered \d", page)
        page = console.get(html.unescape(older[1]))
    assert [*seen, *re.findall(r"Filtered \d", page)] == [f"Filtered {number}" for number in (7, 5, 3, 1)]
    assert "Filtered" not in console.get("/issues?channel=qh&state=resolved")
    for wrong in ("state=x", "severity=x"):
        assert console.web.get(f"/issues?{wrong}", cookie=console.operator.cookie).status == 400
