"""The disk of a SQLite ledger is full: a crawl, the schedule and commands say so, and go on once there is room."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run_tables import RunState
from difang.crawler.schedule.scheduler import NAME
from tests.faults.test_runs import SIZE, assert_complete, in_the_middle
from tests.services.channel_file import channel_file
from tests.services.command import Difang
from tests.services.elasticsearch import NotInstalled
from tests.services.missing import do_without
from tests.services.one_service import one_service
from tests.services.replica import Replica, replica
from tests.services.small_disk import SmallDisk, small_disk

FULL = "Writing to the ledger failed (database or disk is full); free the disk or bring the database back."


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    try:
        with small_disk(tmp_path / "disk", 40) as disk:
            yield disk
    except NotInstalled as missing:
        do_without(missing)


@pytest.fixture
def site() -> Iterator[Replica]:
    with replica(*SIZE, "--latency", "60") as running:
        yield running


@pytest.fixture
def difang(site: Replica, disk: SmallDisk, tmp_path: Path) -> Difang:
    mine = {"database": f"sqlite:///{disk.folder / 'ledger.db'}", "channels": str(channel_file(tmp_path, ["sd"]))}
    return Difang(var=tmp_path / "var", proxy=site.url, settings=mine)


@pytest.fixture
def ledger(difang: Difang) -> Iterator[Ledger]:
    with closing(Ledger(difang.settings["database"])) as ledger:
        yield ledger


def fill(disk: SmallDisk) -> None:
    """To the last byte, also of what the database has taken in advance for its next writes."""
    with closing(sqlite3.connect(disk.folder / "ledger.db", timeout=30)) as db:
        until = time.monotonic() + 30
        while db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            assert time.monotonic() < until
    disk.fill()


def refused(difang: Difang, *words: str) -> None:
    assert difang.run(*words, code=1).stderr.strip().endswith(f"difang: {FULL}"), words


def test_a_crawl_ends_with_a_sentence_and_the_next_one_fetches_what_was_left(
    difang: Difang, site: Replica, ledger: Ledger, disk: SmallDisk
) -> None:
    process = in_the_middle(difang, site)
    fill(disk)
    said, errors = process.communicate(timeout=60)
    assert (process.returncode, errors.strip()) == (1, f"difang: {FULL}"), said
    refused(difang, "schedule", "run-now", "sd")
    refused(difang, "crawl", "sd")
    refused(difang, "backfill", "sd", "--from", "2026-01-01", "--to", "2026-01-02")
    listed = difang.run("runs")
    assert "running" in listed.stdout
    assert listed.stderr.startswith(FULL)
    disk.free()
    assert "lost" in difang.run("runs").stdout
    assert_complete(ledger, site, difang)
    difang.run("archive", "verify")


def test_the_schedule_says_so_once_and_goes_on_by_itself(
    difang: Difang, site: Replica, ledger: Ledger, disk: SmallDisk, tmp_path: Path
) -> None:
    with one_service(difang, "--every", "60", log=tmp_path / "service.log") as service:
        service.until(lambda: sum(host["count"] for host in site.requests().values()) >= 25, "a crawl at work")
        [run] = ledger.runs.running()
        fill(disk)
        service.until_said(f"{FULL} The schedule goes on where it stands as soon as the ledger is back.")
        service.until_said(f"{FULL} The crawls go on; nothing new begins until then.")
        refused(difang, "schedule", "run-now", "sd")
        before = ledger.lease_held(NAME)
        assert before is not None
        disk.free()
        service.until(lambda: (held := ledger.lease_held(NAME)) and held.beat > before.beat, "the schedule going on")
        service.until(lambda: ledger.runs.get(run.id).ended_at, "the run's end")
        ended = ledger.runs.get(run.id)
        assert (ended.state, ended.sentence) == (RunState.FAILED, FULL)
        assert len(ledger.plans.ahead("sd")) == 1
        asked = difang.run("schedule", "run-now", "sd").stdout.split()[-1]
        service.until(lambda: ledger.runs.get(asked).state is RunState.FINISHED, "the next crawl")
    assert service.said().count("goes on where it stands") == 1
    assert "Traceback" not in service.said()
    assert_complete(ledger, site, difang)
