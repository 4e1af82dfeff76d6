"""One process at a time moves the index, on both databases of the ledger."""

from __future__ import annotations

import time
from contextlib import closing
from datetime import UTC, datetime
from threading import Event

import pytest

from difang.command.mover import LEASE, only_mover
from difang.command.moving import migrate, roll_back
from difang.command.settings import Settings
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.errors import DifangError


def test_a_second_migration_is_told_who_moves_the_index(address: str, ledger: Ledger) -> None:
    """And after the first the next one goes on at once."""
    with only_mover(ledger) as prove, closing(Ledger(address)) as other:
        with pytest.raises(DifangError, match="is being moved since"), only_mover(other):
            pass
        prove()
    with only_mover(ledger):
        pass


def test_the_commands_ask_before_they_touch_elasticsearch(address: str, ledger: Ledger) -> None:
    """There is none at this address."""
    settings = Settings(index="http://127.0.0.1:9", database=address)
    with only_mover(ledger):
        with pytest.raises(DifangError, match="is being moved since"):
            migrate(settings, rebuild=False, step=lambda *_: None)
        with pytest.raises(DifangError, match="is being moved since"):
            roll_back(settings, step=lambda *_: None)


def test_a_mover_that_was_killed_is_not_waited_for(ledger: Ledger) -> None:
    dead = ledger.lease(LEASE, seconds=60, elapsed=time.monotonic, holder="elsewhere/1/dead")
    assert dead.take(datetime.now(UTC))
    with only_mover(ledger, gone=0.1) as prove:
        prove()


def test_a_mover_that_stood_still_moves_no_more(ledger: Ledger) -> None:
    """Another one has taken its place."""
    with only_mover(ledger) as prove:
        other = ledger.lease(LEASE, seconds=0, elapsed=time.monotonic, holder="elsewhere/1/other", died=lambda _: True)
        assert other.take(datetime.now(UTC))
        until = time.monotonic() + 30
        with pytest.raises(DifangError, match="stood still"):
            while time.monotonic() < until:
                Event().wait(0.05)  # until it next gives a sign of life
                prove()
    held = ledger.lease_held(LEASE)
    assert held is not None
    assert held.holder == "elsewhere/1/other"
