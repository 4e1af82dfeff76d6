"""The operators' pages on a real server: what each action does to the ledger, that it is written down, hostile text."""

from __future__ import annotations

import html
import re
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from difang.command.contact import NO_CONTACT
from difang.console.app import make_app
from difang.console.operating import gathering, issues
from difang.console.operating.works import Works
from difang.console.pages import BEIJING
from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.addresses import Found
from difang.crawler.ledger.coverage import DayCoverage
from difang.crawler.ledger.deeds import Deed
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run, Tally
from difang.crawler.ledger.run_tables import RunCause, RunState, discoveries
from difang.crawler.ledger.survey_books import Seen
from difang.crawler.ledger.survey_tables import SurveyPurpose, SurveyState
from difang.crawler.ledger.tables import IssueState, Severity
from difang.crawler.ledger.transactions import writing
from difang.crawler.survey.duty import plan_survey
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.outcome import Ending, Outcome
from difang.ingest.sqlite_queue import SqliteQueue
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.services.events import stream
from tests.services.people import SignedIn, signed_in
from tests.services.web import Answer, Web, serving

EVIL = '<script>alert("1")</script>{{7*7}}<img src=x onerror=alert(1)>'


@dataclass(frozen=True, kw_only=True)
class Console:
    web: Web
    ledger: Ledger
    logs: Path
    operator: SignedIn

    def get(self, target: str) -> str:
        answer = self.web.get(target, cookie=self.operator.cookie)
        assert answer.status == 200, answer.text
        return answer.text

    def post(self, target: str, **form: str) -> Answer:
        return self.web.post(target, {"csrf": self.operator.csrf, **form}, cookie=self.operator.cookie)

    def does(self, target: str, **form: str) -> Deed:
        """Do it; what was written down of it."""
        before = self.ledger.deeds.newest(1)
        answer = self.post(target, **form)
        assert answer.status == 303, answer.text
        (deed,) = self.ledger.deeds.newest(1)
        assert [deed] != before
        assert deed.who == self.operator.name
        return deed

    def run(self, channel: str, **more: Any) -> Run:
        """A run of a channel, running in this process."""
        request = {"channel": channel, "channel_name": more.pop("name", channel), "started_by": "test"}
        return self.ledger.runs.begin(**request, logs=self.logs, **more)

    def issue(self, key: str, sentence: str = "So it is.", **more: Any) -> int:
        about = {"kind": "silent", "channel": "sd", "key": key, "examples": [], "figures": {}}
        self.ledger.issues.see(**{**about, **more}, sentence=sentence, severity=Severity.HIGH)
        return self.ledger.issues.unresolved()[0].id


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder = tmp_path_factory.mktemp("operating")
    with ExitStack() as parts:
        patch = parts.enter_context(pytest.MonkeyPatch.context())
        for kept in ("FRESH_SECONDS", "SLOW_SECONDS"):
            patch.setattr(gathering, kept, 0.0)
        articles = parts.enter_context(closing(EmbeddedIndex(folder / "index")))
        articles.write([])
        search = parts.enter_context(closing(SearchIndex(EmbeddedEngine(folder / "index"))))
        ledger = parts.enter_context(closing(Ledger(f"sqlite:///{folder / 'ledger.db'}")))
        queue = parts.enter_context(closing(SqliteQueue(folder / "queue.db")))
        works = Works(channels=load_channels(None), logs=folder / "logs", archive=folder)
        app = make_app(search=search, articles=articles, ledger=ledger, queue=queue, works=works)
        web = parts.enter_context(serving(app))
        yield Console(web=web, ledger=ledger, logs=folder / "logs", operator=signed_in(ledger, name="王 芳"))


def test_the_board_has_every_channel_and_what_needs_somebody_comes_first(console: Console) -> None:
    number = console.issue("first", channel="xj")
    page = console.get("/board")
    cards = re.findall(r'id="card-(\w+)"', page)
    assert sorted(cards) == sorted(channel.slug for channel in load_channels(None))
    assert cards[0] == "xj"
    console.does(f"/issues/{number}/resolve")


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
    with ExitStack() as parts:
        ledger = parts.enter_context(closing(Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")))
        articles = parts.enter_context(closing(EmbeddedIndex(tmp_path / "index")))
        articles.write([])
        search = parts.enter_context(closing(SearchIndex(EmbeddedEngine(tmp_path / "index"))))
        queue = parts.enter_context(closing(SqliteQueue(tmp_path / "queue.db")))
        works = Works(channels=load_channels(None), idle=NO_CONTACT)
        web = parts.enter_context(
            serving(make_app(search=search, articles=articles, ledger=ledger, queue=queue, works=works))
        )
        idle = Console(web=web, ledger=ledger, logs=tmp_path, operator=signed_in(ledger))
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
        assert page.count('class="chan level-well') == 33
        assert "✓" in page
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


def test_a_group_that_is_taken_up_says_by_whom(console: Console) -> None:
    numbers = [console.issue("group", kind="unlike", channel=slug) for slug in ("sd", "gs", "nx")]
    value = ",".join(map(str, numbers))
    assert console.post("/issues/acknowledge", numbers=value).status == 303
    page = console.get("/board")
    summary = page[page.index('id="alike-unlike') :].partition("</summary>")[0]
    assert "王 芳 在处理" in summary
    assert console.post("/issues/resolve", numbers=value).status == 303


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


def test_an_audit_is_begun_and_its_result_shown_and_made_up_for(console: Console) -> None:
    """What was found missing is queued at a click; found by the audit, and searchable, is not."""
    deed = console.does("/channels/cq/audit", since="2024-03-01", until="2024-03-02", each="true")
    (audit,) = console.ledger.surveys.active("cq")
    assert (audit.purpose, audit.each, audit.created_by) == (SurveyPurpose.AUDIT, True, "王 芳")
    assert (deed.deed, deed.details["number"]) == ("audit.start", audit.id)
    assert f"/audits/{audit.id}" in console.get("/channels/cq")
    have, lack = (f"http://cq.people.com.cn/n2/2024/0301/c1-{number}.html" for number in (1, 2))
    seen = [Seen(url=url, day=date(2024, 3, 1), found_on="http://cq.people.com.cn/") for url in (have, lack)]
    console.ledger.survey_books.see(audit.id, seen, pending=False)
    run = console.run("cq")
    console.ledger.discoveries.found(run.id, "cq", [Found(url=have, key="k", page=1, found_on=None)])
    console.ledger.tell([Ending(run_id=run.id, url=have, outcome=Outcome.INDEXED, reason=None, article_id="a")])
    page = console.get(f"/audits/{audit.id}")
    assert "还没有核对完" in page
    assert lack in page
    assert have not in page
    with stream(console.web, f"/audits/{audit.id}/events", cookie=console.operator.cookie) as events:
        assert lack in events.next().data["fragments"]["result"]
    deed = console.does(f"/audits/{audit.id}/queue")
    assert (deed.deed, deed.details["addresses"]) == ("audit.queue", 1)
    assert console.ledger.addresses.known([lack])[lack].fetched_at is None
    console.ledger.tell([Ending(run_id=run.id, url=lack, outcome=Outcome.INDEXED, reason=None, article_id="b")])
    console.ledger.runs.end(run.id, RunState.FINISHED, None, Tally())
    assert console.does(f"/backfills/{audit.id}/pause").deed == "audit.pause"
    assert "核对已暂停" in console.get(f"/audits/{audit.id}")
    console.ledger.surveys.change(audit.id, state=SurveyState.FINISHED.value)
    assert console.post(f"/audits/{audit.id}/queue").status == 409
    assert "站点上有的，这里都有。" in console.get(f"/audits/{audit.id}")
    assert console.post("/channels/cq/audit", since="2024-03-02", until="2024-03-01").status == 400
    backfill = console.ledger.surveys.ask(
        channel="cq", purpose=SurveyPurpose.BACKFILL, since=date(2024, 1, 1), until=date(2024, 1, 2), created_by="test"
    )
    for number in (backfill.id, 999999):
        assert console.web.get(f"/audits/{number}", cookie=console.operator.cookie).status == 404
    console.ledger.surveys.cancel(backfill.id)


def test_a_backfill_is_estimated_then_begun_paused_resumed_and_given_up(console: Console) -> None:
    page = console.get("/channels/yn?since=2024-01-01&until=2024-12-31")
    assert "366" in page
    assert not console.ledger.surveys.active("yn")
    deed = console.does("/channels/yn/backfill", since="2024-01-01", until="2024-12-31")
    (survey,) = console.ledger.surveys.active("yn")
    assert (survey.created_by, survey.days, deed.details["number"]) == ("王 芳", 366, survey.id)
    assert survey.expected_requests == deed.details["requests"] > 0
    turns = {"pause": SurveyState.PAUSED, "resume": SurveyState.ACTIVE, "cancel": SurveyState.CANCELLED}
    for what, state in turns.items():
        deed = console.does(f"/backfills/{survey.id}/{what}")
        assert (deed.deed, deed.about) == (f"backfill.{what}", "yn")
        assert console.ledger.surveys.get(survey.id).state is state
    assert console.post(f"/backfills/{survey.id}/resume").status == 409
    assert console.post(f"/backfills/{survey.id}/burn").status == 404
    assert console.post("/channels/yn/backfill", since="2024-12-31", until="2024-01-01").status == 400


@pytest.mark.parametrize(
    ("since", "until"),
    [("0001-01-01", "9999-12-31"), ("1996-12-31", "2024-01-01"), ("2024-01-01", "9999-12-31"), ("x", "2024-01-01")],
)
def test_a_backfill_of_days_that_cannot_be_is_refused(console: Console, since: str, until: str) -> None:
    before = len(console.ledger.surveys.newest(100))
    assert console.post("/channels/yn/backfill", since=since, until=until).status == 400
    assert 'role="alert"' in console.get(f"/channels/yn?since={since}&until={until}")
    assert len(console.ledger.surveys.newest(100)) == before


def test_a_run_is_cancelled_and_what_failed_is_tried_again(console: Console) -> None:
    run = console.run("gx")
    assert console.does(f"/runs/{run.id}/cancel").about == run.id
    assert console.ledger.runs.get(run.id).cancel_by == "王 芳"
    url = "http://gx.people.com.cn/n2/2026/0102/c1-41000001.html"
    console.ledger.discoveries.found(run.id, "gx", [Found(url=url, key="k", page=1, found_on=None)])
    ending = Ending(run_id=run.id, url=url, outcome=Outcome.FAILED, reason="HTTP 503", article_id=None)
    console.ledger.tell([ending])
    assert console.post(f"/runs/{run.id}/retry").status == 409
    console.ledger.runs.end(run.id, RunState.FAILED, "The host is down.", Tally(requests=3))
    page = console.get(f"/runs/{run.id}")
    assert "HTTP 503" in page
    assert f'formaction="/runs/{run.id}/retry"' in page
    deed = console.does(f"/runs/{run.id}/retry")
    again = console.ledger.runs.get(deed.details["run"])
    assert (again.request.urls, again.retry_of, again.started_by) == ((url,), run.id, "王 芳")
    assert console.post(f"/runs/{run.id}/cancel").status == 409


def test_runs_are_filtered_by_channel_state_and_cause(console: Console) -> None:
    run = console.run("sx", name="山西频道")
    console.ledger.runs.end(run.id, RunState.CANCELLED, "x", Tally())
    there = f"/runs/{run.id}"
    assert there in console.get("/runs?channel=sx&state=cancelled&cause=operator")
    for other in ("channel=sd", "state=finished", "cause=backfill"):
        assert there not in console.get(f"/runs?{other}")
    assert console.web.get("/runs?state=nonsense", cookie=console.operator.cookie).status == 400


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


def test_a_log_is_read_where_the_ledger_says_and_nowhere_else(console: Console, tmp_path: Path) -> None:
    (tmp_path / "secret.log").write_text("a secret", encoding="utf-8")
    for name in ("../secret", "..%2Fsecret", "%2e%2e/secret", "/etc/passwd"):
        answer = console.web.get(f"/runs/{name}", cookie=console.operator.cookie)
        assert answer.status in (400, 404)
        assert "secret</p>" not in answer.text
    run = console.run("qh")
    console.logs.mkdir(exist_ok=True)
    (console.logs / f"{run.id}.log").write_text("".join(f"line {n}\n" for n in range(500)), encoding="utf-8")
    page = console.get(f"/runs/{run.id}")
    assert ">line 499</p>" in page
    assert ">line 299</p>" not in page
    older = re.search(r'href="(/runs/[^"]+before=\d+)"', page)
    assert older
    before = console.get(older[1])
    assert ">line 299</p>" in before
    newer = re.search(r'href="(/runs/[^"]+after=\d+)"', before)
    assert newer
    assert ">line 499</p>" in console.get(newer[1])
    assert console.get(f"/runs/{run.id}?find=LINE+42").count(">line 42") == 11
    console.ledger.runs.end(run.id, RunState.FINISHED, None, Tally())
    assert socket.gethostname() in console.get(f"/runs/{run.id}")


def test_a_given_up_audit_says_so_and_its_crawl_ends(console: Console) -> None:
    console.does("/channels/gx/audit", since="2024-03-01", until="2024-03-02")
    (audit,) = console.ledger.surveys.active("gx")
    page = console.get(f"/audits/{audit.id}")
    assert "0 / 2 天走完" in page
    for what in ("pause", "cancel"):
        assert f'formaction="/backfills/{audit.id}/{what}"' in page
    run = plan_survey(console.ledger, audit, next(one for one in load_channels(None) if one.slug == "gx"))
    assert run is not None
    console.ledger.plans.begin(run.id)
    answer = console.post(f"/backfills/{audit.id}/cancel", back=f"/audits/{audit.id}")
    assert answer.headers["location"] == f"/audits/{audit.id}"
    assert console.ledger.runs.cancels([run.id]) == {run.id: "王 芳"}
    page = console.get(f"/audits/{audit.id}")
    assert "没有走完就放弃了" in page
    assert "数字会变" not in page
    assert "/cancel" not in page
    console.ledger.runs.end(run.id, RunState.CANCELLED, None, Tally())


def test_a_year_of_days_shows_what_audits_found(console: Console) -> None:
    today = datetime.now(UTC).date()
    days = {"found": 10, "indexed": 10, "taken_down": 0, "outcomes": {}, "checked_at": datetime.now(UTC)}
    console.ledger.coverage.keep(
        [
            DayCoverage(channel="xz", day=_before(today, 30), missing=0, survey_id=1, **days),  # type: ignore[arg-type]
            DayCoverage(channel="xz", day=_before(today, 31), missing=4, survey_id=1, **days),  # type: ignore[arg-type]
        ]
    )
    page = console.get("/channels/xz")
    assert page.count('<rect class="whole" x=') == 1
    assert page.count('<rect class="lacking" x=') == 1
    assert 365 < page.count("<rect class=") < 385


def _before(day: date, number: int) -> date:
    return day - timedelta(days=number)


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


def test_the_list_of_runs_hears_of_a_new_run_as_far_as_it_is_asked_for(console: Console) -> None:
    with stream(console.web, "/runs/events?channel=xz&state=&cause=", cookie=console.operator.cookie) as events:
        events.next()
        console.run("gz")
        run = console.run("xz")
        while f"run-{run.id}" not in (fragments := events.next().data["fragments"]):
            pass
        assert run.id in fragments["order"]
        assert fragments.keys() <= {"queue", "sum", "order", f"run-{run.id}"}
    assert 'data-live="/runs/events?channel=xz' in console.get("/runs?channel=xz")
    assert "data-live" not in console.get("/runs?before=2026-01-01T00:00:00Z"), "what is past stays as it is"


def test_streams_are_for_operators(console: Console) -> None:
    for target in ("/board/events", "/channels/sd/events", "/runs/events"):
        with stream(console.web, target) as refused:
            assert refused.status == 303


@pytest.mark.parametrize(
    "before", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59"]
)
def test_a_time_beyond_all_times_is_an_error_of_whoever_asks(console: Console, before: str) -> None:
    answer = console.web.get(f"/runs?before={before}", cookie=console.operator.cookie)
    assert answer.status in (200, 400)


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


def test_the_rate_is_known_at_the_first_look(tmp_path: Path) -> None:
    """After a start nobody has watched yet, and pages are read all the same."""
    with closing(Ledger(f"sqlite:///{tmp_path / 'ledger.db'}")) as ledger:
        run = ledger.runs.begin(channel="sd", channel_name="山东频道", started_by="li", logs=tmp_path)
        urls = [f"http://sd.people.com.cn/n2/2026/0301/c1-{number}.html" for number in range(7)]
        ledger.discoveries.found(run.id, "sd", [Found(url=url, key=url, page=1, found_on=None) for url in urls])
        with writing(ledger.run_lists._engine) as connection:
            connection.execute(update(discoveries).values(queued_at=datetime.now(UTC)))
        endings = [
            Ending(run_id=run.id, url=url, outcome=Outcome.INDEXED, reason=None, article_id=None) for url in urls
        ]
        ledger.tell(endings)
        assert ledger.run_lists.read_lately(datetime.now(UTC) - timedelta(minutes=1)) == 7
        assert ledger.run_lists.read_lately(datetime.now(UTC) + timedelta(minutes=1)) == 0
        with closing(EmbeddedIndex(tmp_path / "index")) as articles, closing(SqliteQueue(tmp_path / "q.db")) as queue:
            board = gathering.Gathering(ledger, queue, articles, Works(channels=load_channels(None))).board()
        assert board.figures.rate == pytest.approx(7, rel=0.05)
