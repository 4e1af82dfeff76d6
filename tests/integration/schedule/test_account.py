"""The account notices what it is there to notice."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from difang.crawler.schedule.account import account
from tests.integration.schedule.stage import MINUTE, Stage


@pytest.mark.parametrize(
    ("harm", "fault"),
    [
        ("DELETE FROM runs WHERE channel = 'js' AND state = 'finished'", "is not in the ledger"),
        ("UPDATE runs SET caught_up_by = 'nobody' WHERE state = 'missed'", "made up for by no run"),
        ("UPDATE runs SET due_at = replace(due_at, ':00.', ':07.') WHERE state = 'missed'", "not in the ledger"),
    ],
    ids=["a firing deleted", "a catch-up that is not there", "a firing moved"],
)
def test_a_firing_that_is_unaccounted_for_is_named(stage: Stage, tmp_path: Path, harm: str, fault: str) -> None:
    stage.live(180 * MINUTE)
    stage.clock.go_on(250 * MINUTE)
    stage.restart().tick()
    assert account(stage.ledger, stage.clock.now()).balanced
    with closing(sqlite3.connect(tmp_path / "ledger.db", isolation_level=None)) as db:
        assert db.execute(harm).rowcount > 0
    told = account(stage.ledger, stage.clock.now())
    assert not told.balanced
    assert any(fault in one for one in told.faults), told.faults
