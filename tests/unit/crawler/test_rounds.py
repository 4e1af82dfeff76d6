"""Rounds that go on: what is told of a ledger that is away and of a defect, and how often."""

from __future__ import annotations

import logging

import pytest

from difang.crawler.rounds import Rounds
from difang.ingest.errors import RetryLater

log = logging.getLogger("difang.test_rounds")


def away() -> None:
    raise RetryLater("The ledger is out of reach.")


def defect() -> None:
    raise ZeroDivisionError


def test_a_ledger_that_is_away_is_told_once_until_it_was_back(caplog: pytest.LogCaptureFixture) -> None:
    rounds = Rounds(log, "scheduler", meanwhile="It goes on then.")
    assert [rounds.round(work) for work in (away, away, lambda: None, away)] == [False, False, True, False]
    assert caplog.messages == ["The ledger is out of reach. It goes on then."] * 2
    assert {(record.levelname, vars(record)["event"]) for record in caplog.records} == {("WARNING", "ledger.away")}


def test_a_defect_is_told_each_time_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    rounds = Rounds(log, "runner", meanwhile="")
    assert rounds.round(defect)
    assert rounds.round(defect)
    assert caplog.messages == ["A defect of difang: a round of the runner failed; it goes on with the next"] * 2
    assert all(record.exc_info for record in caplog.records)
