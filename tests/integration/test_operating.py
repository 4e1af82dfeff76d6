"""The operators' pages on a real server: what each action does to the ledger, that it is written down, hostile text."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest

from difang.command.contact import NO_CONTACT
from difang.console.operating import gathering
from difang.console.operating.works import Works
from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.addresses import Found
from difang.crawler.ledger.coverage import DayCoverage
from difang.crawler.ledger.run import Tally
from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.ingest.outcome import Ending, Outcome
from tests.integration.consoles import console_in
from tests.integration.operating import Console, operating_in
from tests.services.events import stream
from tests.services.people import signed_in

EVIL = '<script>alert("1")</script>{{7*7}}<img src=x onerror=alert(1)>'


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with operating_in(tmp_path_factory.mktemp("operating")) as console:
        yield console


def test_the_board_has_every_channel_and_what_needs_somebody_comes_first(console: Console) -> None:
    number = console.issue("first", channel="xj")
    page = console.get("/board")
    cards = re.findall(r'id="card-(\w+)"', page)
    assert sorted(cards) == sorted(channel.slug for channel in load_channels(None))
    assert cards[0] == "xj"
    console.does(f"/issues/{number}/resolve")


def test_a_card_says_how_many_of_the_newest_pages_are_set_aside(console: Console) -> None:
    figures = {"pages": 14, "of": 16}
    said = "14 of the newest 16 pages could not be read and were set aside."
    console.ledger.issues.see(kind="set_aside", channel="nx", key="pages", sentence=said, examples=[], figures=figures)
    page = console.get("/channels/nx")
    assert 'class="chan big level-warning' in page
    assert '<a class="bad" href="/set-aside?channel=nx">14 页搁置</a>' in page
    assert page.count("页搁置</a>") == 1
    console.does(f"/issues/{console.ledger.issues.unresolved('set_aside')[0].id}/resolve")
    assert "页搁置</a>" not in console.get("/channels/nx")


def test_the_board_shows_what_was_found_in_the_last_weeks_and_what_audits_say(console: Console) -> None:
    lacking = datetime.now(UTC).date() - timedelta(days=9)
    counts = {"found": 8, "indexed": 6, "missing": 2, "taken_down": 0, "survey_id": 1}
    console.ledger.coverage.keep(
        [DayCoverage(channel="hn", day=lacking, outcomes={"indexed": 6}, checked_at=datetime.now(UTC), **counts)]
    )
    page = console.get("/board")
    strips = dict(re.findall(r'href="/channels/(\w+)#year" title="([^"]+)"', page))
    assert len(strips) == 33
    assert strips["hn"] == f"最近 5 周 · 核对有缺 1 ({lacking:%m-%d}) · 不知道 34"
    assert strips["sd"] == "最近 5 周 · 不知道 35"
    assert page.count(f': {strips["hn"]}"') == 1
    assert 'id="year"' in console.get("/channels/hn")


def test_where_nobody_leads_the_schedule_the_board_says_so_and_why(
    console: Console, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is well where nothing is crawled; a crawl asked for waits until somebody leads."""
    monkeypatch.setattr(gathering, "FRESH_SECONDS", 0.0)
    with console_in(tmp_path, works=Works(channels=load_channels(None), idle=NO_CONTACT)) as served:
        ledger = served.ledger
        idle = Console(web=served.web, ledger=ledger, logs=tmp_path, operator=signed_in(ledger))
        page = idle.get("/board")
        assert "现在不会开始任何采集" in page
        assert "请把 DIFANG_CONTACT 设为邮箱或网页" in page
        assert "还没有调度程序运行过" in page
        assert page.count('class="chan level-idle') == 33
        assert "✓" not in page
        assert "第一次采集以后还没有新发布的" in page
        idle.does("/channels/sd/run")
        for address in ("/board", "/channels/sd"):
            assert "排队中，没有谁来开始" in idle.get(address)
        assert "现在不会开始任何采集" in idle.get("/channels/sd")
        ledger.lease("schedule", seconds=10, elapsed=lambda: 0.0).take(datetime.now(UTC))
        page = idle.get("/board")
        assert "现在不会开始任何采集" not in page
        assert page.count('class="chan level-new') == 33
        assert "✓" in page
        run = idle.run("bj")
        assert "尚未采集" in idle.get("/channels/bj")
        ledger.runs.end(run.id, RunState.FINISHED, None, Tally())
        page = idle.get("/channels/bj")
        assert 'class="chan big level-well' in page
        assert "尚未采集" not in page
        assert "排队中，没有谁来开始" not in page


def test_a_jitter_that_is_too_long_is_refused_in_words(console: Console) -> None:
    refused = console.post("/channels/sd/schedule", mode="every", every="2h", jitter="90d")
    assert refused.status == 400
    assert "0:00" not in refused.text
    assert re.search("90 ?天", refused.text), refused.text


def test_what_is_refused_leads_back_to_where_the_form_stood(console: Console) -> None:
    number = console.issue("settled")
    console.does(f"/issues/{number}/resolve")

    def refused(referer: str, path: str = f"/issues/{number}/resolve") -> str:
        sent = {"cookie": console.operator.cookie, **({"referer": referer} if referer else {})}
        answer = console.web.post(path, {"csrf": console.operator.csrf}, **sent)
        assert answer.status in (400, 409, 422), answer.status
        found = re.search(r'<a href="([^"]*)">回到刚才的页面', answer.text)
        return html.unescape(found[1]) if found else ""

    own = f"http://127.0.0.1:{console.web.port}"
    assert refused(f"{own}/issues?state=open&kind=silent") == "/issues?state=open&kind=silent"
    assert refused(f"{own}/channels/sd", "/channels/sd/backfill") == "/channels/sd"
    for elsewhere in ("", "http://evil.example/board", f"{own}//evil.example", f"{own}.evil.example/x", "javascript:x"):
        assert refused(elsewhere) == "/board"
    assert "回到刚才的页面" not in console.web.get("/nowhere", cookie=console.operator.cookie).text


def test_a_card_says_what_its_run_waits_for(console: Console) -> None:
    run = console.run("hi")
    said = "It waits for its turn at hi.people.com.cn, which comes at 20:46:10: requests there keep their distance."
    console.ledger.runs.tell(run.id, said)
    page = console.get("/board")
    assert (
        "在等 hi.people.com.cn 的下一个请求时间 20:46:10"
        in page[page.index('id="card-hi"') :].partition("</article>")[0]
    )
    console.ledger.runs.end(run.id, RunState.FINISHED, None, Tally())


def test_a_channel_is_crawled_now_once(console: Console) -> None:
    deed = console.does("/channels/gs/run")
    (run,) = console.ledger.plans.ahead("gs")
    assert (deed.deed, deed.about, deed.details) == ("run.now", "gs", {"run": run.id})
    assert (run.cause, run.started_by) == (RunCause.OPERATOR, "王 芳")
    assert console.post("/channels/gs/run").status == 409
    assert len(console.ledger.plans.ahead("gs")) == 1
    assert console.post("/channels/nowhere/run").status == 404


def test_a_channel_is_paused_and_resumed_with_the_reason(console: Console) -> None:
    assert console.does("/channels/nx/pause", why="改版").deed == "schedule.pause"
    change = console.ledger.schedule.changes()["nx"]
    assert (change.paused, change.changed_by, change.why) == (True, "王 芳", "改版")
    assert console.does("/channels/nx/resume").deed == "schedule.resume"
    assert not console.ledger.schedule.changes()["nx"].paused


def test_all_channels_are_paused_and_only_those_paused_resumed(console: Console) -> None:
    deed = console.does("/board/pause", why="机房断电")
    assert (deed.about, len(deed.details["channels"])) == ("all", 33)
    assert all(change.paused for change in console.ledger.schedule.changes().values())
    console.does("/channels/sd/resume")
    assert len(console.does("/board/resume").details["channels"]) == 32
    assert not any(change.paused for change in console.ledger.schedule.changes().values())


def test_pausing_or_resuming_all_where_nothing_changes_is_no_deed(console: Console) -> None:
    console.does("/board/pause")
    before, history = console.ledger.deeds.newest(1), len(console.ledger.schedule.history("sd"))
    assert console.post("/board/pause").status == 303
    assert console.ledger.deeds.newest(1) == before
    console.does("/board/resume")
    before = console.ledger.deeds.newest(1)
    assert console.post("/board/resume").status == 303
    assert console.ledger.deeds.newest(1) == before
    assert len(console.ledger.schedule.history("sd")) == history + 1


def test_the_form_of_the_schedule_begins_with_what_is_in_force(console: Console) -> None:
    def form() -> list[str]:
        page = console.get("/channels/qh")
        chosen = re.findall(r'<option value="(\w+)" selected>', page)
        return chosen + [
            re.findall(rf'name="{name}" [^>]*value="([^"]*)"', page)[0] for name in ("every", "cron", "jitter")
        ]

    table = form()
    assert (table[0], table[2:]) == ("table", ["", ""])
    console.does("/channels/qh/schedule", mode="every", every="120m", jitter="300s")
    assert form() == ["every", "2h", "", "5m"]
    console.does("/channels/qh/schedule", mode="cron", cron="0 6-22/2 * * *")
    assert form() == ["cron", "", "0 6-22/2 * * *", ""]
    console.does("/channels/qh/schedule", mode="table")
    assert form() == table


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_no_deed_leads_to_another_site(console: Console, back: str) -> None:
    for target in ("/board/pause", "/channels/sd/pause", "/channels/sd/resume", "/board/resume"):
        assert console.post(target, back=back).headers["location"] == "/", target


def test_the_next_five_firings_are_shown_before_a_schedule_is_saved(console: Console) -> None:
    history = len(console.ledger.schedule.history("hb"))
    page = console.get("/channels/hb?mode=cron&cron=30+8+*+*+*&jitter=0m")
    assert len(re.findall(r"<li>\d{4}-\d\d-\d\d 08:30 ", page)) == 5
    assert len(console.ledger.schedule.history("hb")) == history
    deed = console.does("/channels/hb/schedule", mode="cron", cron="30 8 * * *", jitter="0m", why="选举")
    assert (deed.deed, deed.details["cron"], deed.details["why"]) == ("schedule.set", "30 8 * * *", "选举")
    change = console.ledger.schedule.changes()["hb"]
    assert (change.cron, change.jitter, change.why) == ("30 8 * * *", timedelta(0), "选举")
    assert console.does("/channels/hb/schedule", mode="table").details == {"mode": "table"}
    assert console.ledger.schedule.changes()["hb"].cron is None


@pytest.mark.parametrize(
    "form", [{"every": "1m"}, {"every": "x"}, {"every": ""}, {"mode": "cron", "cron": "* * * * *"}], ids=str
)
def test_a_schedule_that_cannot_be_is_told_and_not_saved(console: Console, form: dict[str, str]) -> None:
    history = len(console.ledger.schedule.history("hlj"))
    asked = {"mode": "every", **form}
    shown = console.get(f"/channels/hlj?{urlencode(asked)}")
    assert 'class="trouble"' in shown
    assert console.post("/channels/hlj/schedule", **asked).status == 400
    assert len(console.ledger.schedule.history("hlj")) == history


def test_hostile_text_in_log_sentence_address_and_issue_stays_text(console: Console) -> None:
    run = console.run("hi", name=EVIL)
    log = console.logs / f"{run.id}.log"
    log.parent.mkdir(exist_ok=True)
    log.write_text(f"2026-11-23 WARNING {EVIL}\n", encoding="utf-8")
    url = f"javascript:alert(1)//{EVIL}"
    console.ledger.discoveries.found(run.id, "hi", [Found(url=url, key="k", page=1, found_on=None)])
    console.ledger.tell([Ending(run_id=run.id, url=url, outcome=Outcome.FAILED, reason=EVIL, article_id=None)])
    console.ledger.runs.end(run.id, RunState.FAILED, EVIL, Tally())
    more = {"channel": "hi", "kind": EVIL, "examples": [url], "figures": {EVIL: EVIL}}
    number = console.issue(EVIL, EVIL, **more)
    console.ledger.schedule.pause("hi", now=datetime.now(UTC), by=EVIL, why=EVIL)
    for target in ("/board", "/channels/hi", "/runs", f"/runs/{run.id}?find=script", f"/issues/{number}", "/issues"):
        page = console.get(target)
        assert "&lt;script&gt;" in page, target
        assert not re.search(r"<script>|<img|href=\"javascript", page), target
        assert "{{7*7}}" in page
    assert "WARNING &lt;script" in console.get(f"/runs/{run.id}?find=SCRIPT")
    with stream(console.web, "/board/events", cookie=console.operator.cookie) as events:
        fragments = events.next().data["fragments"]
    assert "&lt;script&gt;" in fragments["issues"]
    assert not [name for name, html in fragments.items() if "<script>" in html or console.operator.csrf in html]
    console.ledger.schedule.resume("hi", now=datetime.now(UTC), by="x", why="")
    console.does(f"/issues/{number}/resolve")


@pytest.mark.parametrize(
    ("target", "said", "there"),
    [
        ("/runs/nothing", "没有采集 nothing", "/runs"),
        ("/issues/999999", "没有问题 999999", "/issues"),
        ("/channels/nowhere", "没有频道 nowhere", "/board"),
        ("/article/people:L_1", "没有编号为 people:L_1 的文章", "/"),
        ("/archived/people:L_1", "没有编号为 people:L_1 的文章", "/"),
    ],
)
def test_what_is_not_there_is_named_with_where_to_go(console: Console, target: str, said: str, there: str) -> None:
    answer = console.web.get(target, cookie=console.operator.cookie)
    assert answer.status == 404
    assert said in answer.text
    assert f'<a href="{there}">' in answer.text[answer.text.index('role="alert"') :]


def test_a_board_hears_of_a_run_that_another_process_begins(console: Console) -> None:
    with stream(console.web, "/board/events", cookie=console.operator.cookie) as events:
        events.next()
        run = console.run("sc")
        while "card-sc" not in (fragments := events.next().data["fragments"]):
            pass
        assert f"/runs/{run.id}" in fragments["card-sc"]
    console.ledger.runs.end(run.id, RunState.FINISHED, None, Tally())


def test_a_channels_page_hears_of_a_pause_a_schedule_and_a_backfill(console: Console) -> None:
    def heard(*names: str) -> dict[str, str]:
        found: dict[str, str] = {}
        while not found.keys() >= set(names):
            found |= events.next().data["fragments"]
        return found

    with stream(console.web, "/channels/jx/events", cookie=console.operator.cookie) as events:
        assert "/channels/jx/pause" in heard("turn", "timing", "surveys")["turn"]
        console.ledger.schedule.pause("jx", now=datetime.now(UTC), by="another", why="")
        told = heard("turn", "timing")
        assert "/channels/jx/resume" in told["turn"]
        assert "已暂停" in told["timing"]
        console.does("/channels/jx/backfill", since="2024-01-01", until="2024-01-02")
        assert "2024-01-01" in heard("surveys")["surveys"]
    console.ledger.schedule.resume("jx", now=datetime.now(UTC), by="another", why="")


def test_streams_are_for_operators(console: Console) -> None:
    for target in ("/board/events", "/channels/sd/events", "/runs/events"):
        with stream(console.web, target) as refused:
            assert refused.status == 303
