"""Audits and backfills on the operators' pages: begun, shown, paused, given up, and what they leave in the year."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.addresses import Found
from difang.crawler.ledger.coverage import DayCoverage
from difang.crawler.ledger.run import Tally
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.ledger.survey_books import Seen
from difang.crawler.ledger.survey_tables import SurveyPurpose, SurveyState
from difang.crawler.survey.duty import plan_survey, plan_surveys
from difang.ingest.outcome import Ending, Outcome
from tests.integration.operating import Console, operating_in
from tests.services.events import stream


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with operating_in(tmp_path_factory.mktemp("operating")) as console:
        yield console


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
    assert "<dt>可检索</dt><dd>1</dd>" in page
    assert "<dt>新</dt>" not in page, "it may have been searchable for weeks"
    with stream(console.web, f"/audits/{audit.id}/events", cookie=console.operator.cookie) as events:
        assert lack in events.next().data["fragments"]["result"]
    deed = console.does(f"/audits/{audit.id}/queue")
    assert (deed.deed, deed.details["addresses"]) == ("audit.queue", 1)
    assert console.ledger.addresses.known([lack])[lack].fetched_at is None
    page = console.get(f"/audits/{audit.id}")
    assert "下次采集会取回这些地址。" in page, "what was pressed is seen"
    assert f"/audits/{audit.id}/queue" not in page
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


def test_pausing_a_backfill_ends_its_crawl_and_resuming_it_plans_another(console: Console) -> None:
    console.does("/channels/gz/backfill", since="2024-03-01", until="2024-03-02")
    (survey,) = console.ledger.surveys.active("gz")
    channels = [one for one in load_channels(None) if one.slug == "gz"]
    run = plan_survey(console.ledger, survey, channels[0])
    assert run is not None
    console.ledger.plans.begin(run.id)
    console.does(f"/backfills/{survey.id}/pause")
    assert console.ledger.runs.cancels([run.id]) == {run.id: "王 芳"}
    console.does(f"/backfills/{survey.id}/resume")
    console.ledger.runs.end(run.id, RunState.CANCELLED, None, Tally())
    plan_surveys(console.ledger, channels)
    resumed = console.ledger.surveys.get(survey.id)
    assert (resumed.state, resumed.run_id != run.id) == (SurveyState.ACTIVE, True)
    console.does(f"/backfills/{survey.id}/cancel")


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
