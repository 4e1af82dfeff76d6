"""Runs on the operators' pages: cancelled and tried again, filtered, their logs, and the list that stays live."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from difang.console.operating import gathering
from difang.console.operating.works import Works
from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.addresses import Found
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Tally
from difang.crawler.ledger.run_tables import RunState, discoveries
from difang.crawler.ledger.transactions import writing
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.outcome import Ending, Outcome
from difang.ingest.sqlite_queue import SqliteQueue
from tests.integration.operating import Console, operating_in
from tests.services.events import stream


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with operating_in(tmp_path_factory.mktemp("operating")) as console:
        yield console


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


@pytest.mark.parametrize(
    "before", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "0001-01-01T00:00:00", "9999-12-31T23:59:59"]
)
def test_a_time_beyond_all_times_is_an_error_of_whoever_asks(console: Console, before: str) -> None:
    answer = console.web.get(f"/runs?before={before}", cookie=console.operator.cookie)
    assert answer.status in (200, 400)


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
