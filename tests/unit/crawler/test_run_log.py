"""A run's log gives the time its page gives, whatever the zone of the machine is."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from difang.console.pages import beijing
from difang.crawler.run_log import close_log, open_log


@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_the_lines_are_written_at_the_time_of_beijing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        log = open_log("run", tmp_path / "run.log")
        log.warning("a word")
        close_log(log)
    finally:
        monkeypatch.undo()
        time.tzset()
    at, _, rest = (tmp_path / "run.log").read_text(encoding="utf-8").partition(" WARNING ")
    assert rest == "a word\n"
    said = datetime.fromisoformat(at)
    assert said.utcoffset() == timedelta(hours=8)
    assert at[:16] == beijing(said), "to the letter as the page shows its start"
