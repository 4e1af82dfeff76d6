"""When silence counts: not after the ledger was away, not after this machine slept."""

from __future__ import annotations

from contextlib import closing
from datetime import timedelta
from pathlib import Path

from sqlalchemy import create_engine, update

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run_tables import RunState, runs
from difang.crawler.ledger.runs import SILENCE
from difang.crawler.runner.sweeper import Sweeper


def test_a_silence_counts_only_after_so_long_a_time_of_listening(tmp_path: Path) -> None:
    address, now = f"sqlite:///{tmp_path / 'ledger.db'}", [1000.0]
    with closing(Ledger(address)) as ledger:
        sweeper = Sweeper(ledger.runs, clock=lambda: now[0])
        run = ledger.runs.begin(channel="sd", channel_name="频道", started_by="Anna", logs=tmp_path)
        assert run.heartbeat_at is not None
        engine = create_engine(address)
        with engine.begin() as connection:
            silent = {"machine": "elsewhere", "heartbeat_at": run.heartbeat_at - SILENCE - timedelta(minutes=5)}
            connection.execute(update(runs).values(silent))
        engine.dispose()

        def listen(seconds: float) -> RunState:
            until = now[0] + seconds
            while now[0] < until:
                now[0] += 1
                sweeper.tick()
            return ledger.runs.get(run.id).state

        assert listen(SILENCE.total_seconds() - 2) is RunState.RUNNING
        sweeper.pause()
        assert listen(SILENCE.total_seconds() - 2) is RunState.RUNNING
        now[0] += 3600  # the machine slept
        assert listen(SILENCE.total_seconds() - 2) is RunState.RUNNING
        assert listen(8) is RunState.LOST
