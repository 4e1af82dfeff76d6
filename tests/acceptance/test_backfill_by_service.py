"""A backfill and an audit that a running service carries out, after the channel's usual crawl."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tests.acceptance.test_service import begin, end
from tests.services.command import Difang
from tests.services.replica import replica

SIZE = ("--channels", "sd", "--days", "8", "--per-day", "10", "--archive", "10", "--crawl-delay", "0")
NOW = ("--now", "2026-03-02T12:00")
FROM, TO = "2026-02-24", "2026-02-26"
TABLE = """
[[channel]]
slug = "sd"
name = "山东频道"
hosts = ["sd.people.com.cn"]
front = "http://sd.people.com.cn/"
volume = [5, 200]
every = "24h"
"""


def told(difang: Difang, process: subprocess.Popen[str]) -> dict[str, Any]:
    """The backfill once it has ended."""
    until = time.monotonic() + 90
    while time.monotonic() < until:
        found: dict[str, Any] = json.loads(difang.run("backfill", "show", "1", "--json").stdout)
        if found["state"] == "finished":
            return found
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
        assert process.poll() is None, process.communicate()
    raise AssertionError(found)


def test_the_leader_gives_a_backfill_its_runs_after_the_usual_crawl(tmp_path: Path) -> None:
    (tmp_path / "channels.toml").write_text(TABLE, encoding="utf-8")
    settings = {"channels": str(tmp_path / "channels.toml")}
    with replica(*SIZE, *NOW) as site:
        difang = Difang(var=tmp_path / "var", proxy=site.url, settings=settings)
        service, _ = begin(difang, "serve", "--port", "0", "--every", "1")
        try:
            done = difang.run("backfill", "sd", "--from", FROM, "--to", TO)
            assert "The running service works on it" in done.stderr
            found = told(difang, service)
            assert found["days_complete"] == 3
            audit = difang.run("audit", "sd", "--from", FROM, "--to", TO)
            assert "0 taken down" in audit.stdout
        finally:
            end(service, signal.SIGTERM, group=False)
        with closing(sqlite3.connect(difang.var / "ledger.db")) as db:
            runs = db.execute(
                "SELECT cause, state, runner IS NOT NULL, started_at, ended_at FROM runs"
                " WHERE state <> 'planned' ORDER BY started_at"
            ).fetchall()
        usual = [run for run in runs if run[0] not in ("backfill", "audit")]
        past = [run for run in runs if run[0] in ("backfill", "audit")]
        assert {run[:3] for run in past} == {("backfill", "finished", 1), ("audit", "finished", 1)}
        assert usual
        for first in usual:
            for other in past:
                assert first[4] <= other[3] or other[4] <= first[3], (first, other)


def test_a_backfill_at_work_gives_way_to_the_usual_crawl_within_seconds(tmp_path: Path) -> None:
    (tmp_path / "channels.toml").write_text(TABLE, encoding="utf-8")
    settings = {"channels": str(tmp_path / "channels.toml"), "delay": "0.5"}
    with replica("--channels", "sd", "--days", "20", "--per-day", "20", "--crawl-delay", "0", *NOW) as site:
        difang = Difang(var=tmp_path / "var", proxy=site.url, settings=settings)
        difang.run("schedule", "pause", "sd")
        service, _ = begin(difang, "serve", "--port", "0", "--no-ingest")
        try:
            difang.run("backfill", "sd", "--from", "2026-02-20", "--to", "2026-03-01")
            await_row(difang, service, "cause = 'backfill' AND state = 'running' AND requests > 10")
            difang.run("schedule", "run-now", "sd")
            await_row(difang, service, "cause = 'operator' AND started_at IS NOT NULL")
            (row,) = rows(difang, "cause = 'operator'")
        finally:
            end(service, signal.SIGTERM, group=False)
    assert row["started_at"] - row["due_at"] < timedelta(seconds=20)
    (past,) = [one for one in rows(difang, "cause = 'backfill' AND started_at IS NOT NULL") if one["ended_at"]]
    assert past["state"] == "finished"
    assert past["ended_at"] <= row["started_at"]
    assert json.loads(difang.run("backfill", "show", "1", "--json").stdout)["state"] == "active"


def test_a_run_that_was_stopped_says_by_whom_and_why(tmp_path: Path) -> None:
    (tmp_path / "channels.toml").write_text(TABLE, encoding="utf-8")
    settings = {"channels": str(tmp_path / "channels.toml"), "delay": "0.3"}
    at_work = "cause = 'backfill' AND state = 'running' AND requests > 3"
    with replica("--channels", "sd", "--days", "20", "--per-day", "20", "--crawl-delay", "0", *NOW) as site:
        difang = Difang(var=tmp_path / "var", proxy=site.url, settings=settings)
        difang.run("schedule", "pause", "sd")
        service, _ = begin(difang, "serve", "--port", "0", "--no-ingest")
        try:
            difang.run("backfill", "sd", "--from", "2026-02-20", "--to", "2026-03-01")
            await_row(difang, service, at_work)
            difang.run("backfill", "pause", "1")
            await_row(difang, service, "cause = 'backfill' AND ended_at IS NOT NULL")
            (paused,) = rows(difang, "cause = 'backfill' AND started_at IS NOT NULL")
            difang.run("backfill", "resume", "1")
            await_row(difang, service, at_work)
        finally:
            end(service, signal.SIGTERM, group=False)
    assert paused["state"] == "cancelled"
    assert paused["sentence"] == f"{paused['cancel_by']} cancelled it. Its backfill is paused."
    [stopped] = [row for row in rows(difang, "cause = 'backfill' AND state = 'cancelled'") if row["id"] != paused["id"]]
    assert (stopped["cancel_by"], stopped["sentence"]) == (None, "difang was stopped.")


def rows(difang: Difang, which: str) -> list[dict[str, Any]]:
    """The runs of which this holds."""
    with closing(sqlite3.connect(difang.var / "ledger.db")) as db:
        db.row_factory = sqlite3.Row
        found = [dict(row) for row in db.execute(f"SELECT * FROM runs WHERE {which}")]  # noqa: S608 our own words
    for row in found:
        row |= {name: datetime.fromisoformat(row[name]) for name in ("due_at", "started_at", "ended_at") if row[name]}
    return found


def await_row(difang: Difang, service: subprocess.Popen[str], which: str) -> None:
    """Until there is such a run."""
    until = time.monotonic() + 90
    while not rows(difang, which):
        assert time.monotonic() < until, rows(difang, "1")
        with suppress(subprocess.TimeoutExpired):
            service.wait(0.2)
        assert service.poll() is None, service.communicate()
