"""Several schedulers on one ledger: leaders killed and halted, and each firing takes place once.

The long form, ten kills with two and three processes, is `python -m bench.schedulers`.
"""

from __future__ import annotations

import logging
import signal
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from difang.crawler.schedule.account import account
from tests.services.schedulers import Schedulers, schedulers

log = logging.getLogger(__name__)

LEASE = 1.0


def assert_each_firing_once(some: Schedulers) -> None:
    """Every due firing was begun by one process, or waits, or was made up for by another one of its channel."""
    told = account(some.ledger, datetime.now(UTC))
    assert told.balanced, told
    times = Counter(some.begun())
    assert set(times.values()) == {1}
    due = told.planned - told.ahead - told.waiting - told.missed
    assert due - 3 <= len(times) <= due + told.missed + 30  # while they go on
    log.info("%d firings planned, %d begun, each once, %d missed", told.planned, len(times), told.missed)


def test_killed_leaders_are_followed_and_no_firing_is_lost_or_doubled(ledger_address: str, tmp_path: Path) -> None:
    with schedulers(ledger_address, tmp_path, lease_seconds=LEASE, number=2) as some:
        for _ in range(1 if ledger_address.startswith("sqlite") else 2):
            took = some.kill_leader()
            assert LEASE * 0.5 < took < 30
            log.info("another led %.1f s after the kill", took)
            some.start()
        begun = len(some.begun())
        some.await_that(lambda: len(some.begun()) > begun + 3)
        assert_each_firing_once(some)


def test_a_halted_leader_that_wakes_up_plans_and_begins_nothing(postgresql_ledger: str, tmp_path: Path) -> None:
    with schedulers(postgresql_ledger, tmp_path, lease_seconds=LEASE, number=2) as some:
        held = some.held()
        assert held is not None
        assert held.holder is not None
        old = some.processes[held.holder]
        old.send_signal(signal.SIGSTOP)
        new, took = some.await_leader(than=held.number)
        assert new != held.holder
        log.info("another led %.1f s after the halt", took)
        theirs = tmp_path / f"begun-{held.holder.partition('/')[0].removeprefix('machine')}"
        before = theirs.read_text()
        old.send_signal(signal.SIGCONT)
        begun = len(some.begun())
        some.await_that(lambda: len(some.begun()) > begun + 5)
        assert theirs.read_text() == before
        now = some.held()
        assert now is not None
        assert (now.holder, now.number) == (new, held.number + 1)
        assert_each_firing_once(some)
