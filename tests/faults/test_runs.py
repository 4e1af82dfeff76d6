"""Runs that are cancelled, killed, or lose their database in the middle: none stays running, nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from difang.command.settings import Settings
from difang.command.wiring import open_queue
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.run_tables import RunCause, RunState
from difang.crawler.runner import Runner
from tests.services.command import Difang
from tests.services.one_service import one_service
from tests.services.postgresql import Postgresql
from tests.services.replica import Replica, replica

SECONDS = 60.0
SIZE = ("--channels", "sd", "--days", "2", "--per-day", "10", "--archive", "40", "--crawl-delay", "0")


@pytest.fixture
def site() -> Iterator[Replica]:
    with replica(*SIZE, "--latency", "60") as running:
        yield running


@pytest.fixture
def difang(site: Replica, ledger_address: str, tmp_path: Path) -> Difang:
    return Difang(var=tmp_path / "var", proxy=site.url, settings={"database": ledger_address})


@pytest.fixture
def ledger(ledger_address: str) -> Iterator[Ledger]:
    with closing(Ledger(ledger_address)) as ledger:
        yield ledger


def asked(site: Replica) -> int:
    return sum(host["count"] for host in site.requests().values())


def wait_until(come: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    until = time.monotonic() + SECONDS
    while not come():
        assert time.monotonic() < until
        assert process is None or process.poll() is None, process.communicate()
        time.sleep(0.02)


def in_the_middle(difang: Difang, site: Replica) -> subprocess.Popen[str]:
    """A crawl that has made 25 of its some 90 requests."""
    process = difang.start("crawl", "sd", "--json")
    wait_until(lambda: asked(site) >= 25, process)
    return process


def ended(process: subprocess.Popen[str], code: int) -> str:
    """The process must end by itself; what it said on stderr."""
    said, errors = process.communicate(timeout=SECONDS)
    assert process.returncode == code, (said, errors)
    return errors


def assert_adds_up(ledger: Ledger, run: Run, difang: Difang) -> None:
    """Each discovery has ended or lies in the queue, and the queue and the archive have exactly those pages."""
    counts = ledger.runs.counts([run])[run.id]
    assert counts.unfetched == 0
    assert counts.discovered == sum(counts.outcomes.values()) + counts.queued
    with closing(open_queue(Settings(var=difang.var))) as queue:
        assert queue.counts().ready == counts.queued > 0
    difang.run("archive", "verify")
    assert list((difang.var / "archive").rglob("*.open")) == []


def assert_complete(ledger: Ledger, site: Replica, difang: Difang) -> None:
    """With what is due fetched by one more run, every address of the truth was discovered and none is due."""
    difang.crawl("sd")
    truth = site.outcomes()
    assert ledger.addresses.known(list(truth)).keys() == truth.keys()
    assert ledger.addresses.due("sd", datetime.now(UTC)) == []
    assert ledger.runs.running() == []


def test_a_run_cancelled_in_the_middle_ends_within_seconds_and_adds_up(
    difang: Difang, site: Replica, ledger: Ledger
) -> None:
    process = in_the_middle(difang, site)
    (run,) = ledger.runs.running()
    difang.run("runs", "cancel", run.id, "--by", "Li")
    began = time.monotonic()
    ended(process, 1)
    assert time.monotonic() - began < 10
    run = ledger.runs.get(run.id)
    assert (run.state, run.sentence, run.cancel_by) == (RunState.CANCELLED, "Li cancelled it.", "Li")
    assert_adds_up(ledger, run, difang)
    assert len(ledger.addresses.known(list(site.outcomes()))) < len(site.outcomes())
    assert_complete(ledger, site, difang)


def test_a_planned_run_that_is_killed_is_lost_within_a_minute_and_its_addresses_are_due(
    difang: Difang, site: Replica, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in difang.environment().items():
        monkeypatch.setenv(name, value)
    command = [sys.executable, "-m", "difang", "crawl"]
    runner = Runner(ledger, command=command, logs=difang.var / "log" / "runs", at_once=2)
    planned = ledger.plans.plan(
        channel="sd",
        channel_name="山东频道",
        cause=RunCause.SCHEDULE,
        due_at=datetime.now(UTC),
        started_by="schedule",
    )
    runner.start()
    try:
        wait_until(lambda: asked(site) >= 25)
        pid = ledger.runs.get(planned.id).pid
        assert pid not in (None, os.getpid())
        os.kill(pid or 0, signal.SIGKILL)
        began = time.monotonic()
        wait_until(lambda: ledger.runs.get(planned.id).ended_at is not None)
    finally:
        runner.stop()
    assert time.monotonic() - began < 60
    run = ledger.runs.get(planned.id)
    assert (run.state, run.exit_code) == (RunState.LOST, -9)
    assert ledger.discoveries.failed(run.id) == [known.url for known in ledger.addresses.due("sd", datetime.now(UTC))]
    assert_complete(ledger, site, difang)


@pytest.mark.parametrize("ledger_address", ["postgresql"], indirect=True)
def test_connections_broken_again_and_again_lose_nothing(
    difang: Difang, site: Replica, ledger: Ledger, postgresql: Postgresql, ledger_address: str
) -> None:
    database = make_url(ledger_address).database or ""
    process, broken = difang.start("crawl", "sd", "--json"), 0
    goal = 5
    while process.poll() is None:
        if asked(site) >= goal:
            broken += postgresql.break_connections(database)
            goal = asked(site) + 5
        time.sleep(0.02)
    ended(process, 0)
    assert broken >= 5
    (run,) = ledger.runs.newest(5)
    assert run.state is RunState.FINISHED
    assert_adds_up(ledger, run, difang)
    assert_complete(ledger, site, difang)


@pytest.mark.parametrize("ledger_address", ["postgresql"], indirect=True)
def test_a_crawl_waits_for_its_database_and_goes_on(
    difang: Difang, site: Replica, ledger: Ledger, postgresql: Postgresql
) -> None:
    process = in_the_middle(difang, site)
    postgresql.stop()
    try:
        assert process.stderr is not None
        assert "nothing is lost" in process.stderr.readline()
    finally:
        postgresql.start()
    assert "answers again" in ended(process, 0)
    (run,) = ledger.runs.newest(5)
    assert run.state is RunState.FINISHED
    assert_complete(ledger, site, difang)


@pytest.mark.parametrize("ledger_address", ["postgresql"], indirect=True)
def test_a_service_whose_database_leaves_while_it_starts_waits_for_it(
    difang: Difang, postgresql: Postgresql, ledger_address: str, tmp_path: Path
) -> None:
    url = make_url(ledger_address)
    with ExitStack() as parts:
        where = f"host={url.host} port={url.port} user={url.username} dbname={url.database}"
        other = parts.enter_context(closing(psycopg.connect(where)))
        other.execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE")  # what it asks last before it answers
        log = tmp_path / "service.log"
        service = parts.enter_context(one_service(difang, "--no-schedule", log=log, ready=False))
        while not other.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchall():
            other.execute("SELECT pg_stat_clear_snapshot(), pg_sleep(0.02)")
        postgresql.stop()
        try:
            service.until_said("It is waited for, up to 90 s; nothing is lost.")
        finally:
            postgresql.start()
        service.until_said("difang is at")
