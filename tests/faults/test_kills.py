"""Two whole services killed at random: no run stays running, no firing is unaccounted for, everything is found.

The long form, thirty kills on each database, is `python -m bench.kills`.
"""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from sqlalchemy import make_url

from difang.crawler.ledger.run_tables import RunState
from tests.services.kills import kill_at_random, services

log = logging.getLogger(__name__)


@pytest.mark.parametrize("ledger_address", ["postgresql"], indirect=True)
def test_services_killed_at_random_account_for_every_firing_and_find_everything(
    ledger_address: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    server = request.getfixturevalue("postgresql")
    assert make_url(ledger_address).port == server.port
    with services(ledger_address, tmp_path, server=server, channels=["sd", "js"], seed=5) as some:
        outcome = kill_at_random(some, 5)
    log.info("%s", outcome)
    assert len(outcome.kills) == 5
    assert outcome.running == []
    assert outcome.runs[RunState.RUNNING] == 0
    assert outcome.account.balanced, outcome.account
    assert outcome.account.finished > 0
    assert outcome.found.total == 0, outcome.found.examples(5)
    assert outcome.found.published > 0
    assert outcome.unexplained == []
    assert outcome.undiscovered == []
    assert outcome.workers == 0
    assert outcome.troubles == []
