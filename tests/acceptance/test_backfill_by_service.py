"""A backfill and an audit that a running service carries out, after the channel's usual crawl."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from contextlib import closing, suppress
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
            assert (found["days_complete"], found["runs"]) == (3, 1)
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
        assert [run[:3] for run in past] == [("backfill", "finished", 1), ("audit", "finished", 1)]
        assert usual
        for first in usual:
            for other in past:
                assert first[4] <= other[3] or other[4] <= first[3], (first, other)
