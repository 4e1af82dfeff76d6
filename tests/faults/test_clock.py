"""The clock of the real service set an hour ahead and back while it runs: no firing twice, none lost."""

from __future__ import annotations

import logging
from pathlib import Path

from difang.crawler.ledger.run_tables import RunState
from tests.services.clock_changes import clock_stage
from tests.services.elasticsearch import NotInstalled
from tests.services.missing import do_without

log = logging.getLogger(__name__)


def test_a_clock_set_ahead_and_back_doubles_no_firing_and_what_it_leapt_over_is_caught_up_once(tmp_path: Path) -> None:
    try:
        with clock_stage(tmp_path, channels=["sd", "js"], every_minutes=10) as stage:
            stage.first_crawl()
            stage.an_hour_ahead()
            stage.an_hour_back()
            row = stage.row()
    except NotInstalled as missing:
        do_without(missing)
    log.info("%s", row)
    assert row.account.balanced, row.account
    assert 10 <= row.account.missed == row.account.caught_up <= 14  # an hour, every ten minutes, of two channels
    assert len(row.missed) == 2, "each channel catches up once"
    assert all(why.startswith("The clock was set forward by 1 h") for why in row.reasons), row.reasons
    assert row.states[RunState.FINISHED] >= 5  # one at first, one each after the leap, one each after the way back
    assert row.states.keys() <= {RunState.FINISHED, RunState.MISSED, RunState.PLANNED}
    assert row.twice == []
    assert row.unresolved == []
    assert row.found.total == 0, row.found.examples(5)
