"""The ledger while PostgreSQL breaks connections, is restarted, refuses, or has no room on its disk."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import make_url

from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run, Tally
from difang.crawler.ledger.transactions import Away
from difang.ingest.errors import RetryLater, UsageError
from tests.integration.ledger.test_ledger import begin, dead_pid, set_run
from tests.services.postgresql import Postgresql

SECONDS = 30.0


@pytest.fixture
def patient(postgresql_ledger: str) -> Iterator[Ledger]:
    with closing(Ledger(postgresql_ledger, patience=SECONDS)) as ledger:
        yield ledger


@pytest.fixture
def run(patient: Ledger) -> Run:
    return begin(patient)


def database_of(address: str) -> str:
    return make_url(address).database or ""


def test_a_connection_broken_at_rest_is_replaced(
    postgresql: Postgresql, postgresql_ledger: str, patient: Ledger, run: Run
) -> None:
    assert postgresql.break_connections(database_of(postgresql_ledger)) == 1
    assert patient.runs.get(run.id) == run


def test_a_transaction_broken_in_the_middle_is_made_again(
    postgresql: Postgresql, postgresql_ledger: str, patient: Ledger, run: Run
) -> None:
    url = make_url(postgresql_ledger)
    beating = threading.Thread(target=patient.runs.beat, args=({run.id: Tally(requests=7)},))
    with psycopg.connect(f"host={url.host} port={url.port} user={url.username} dbname={url.database}") as other:
        other.execute("LOCK TABLE runs IN EXCLUSIVE MODE")
        beating.start()
        while not other.execute("SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock'").fetchall():
            other.execute("SELECT pg_stat_clear_snapshot(), pg_sleep(0.02)")
        assert postgresql.break_connections(database_of(postgresql_ledger)) == 1
    beating.join(SECONDS)
    assert patient.runs.get(run.id).requests == 7


def test_a_server_that_is_restarted_is_waited_for_and_said_so_once(
    postgresql: Postgresql, patient: Ledger, run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    postgresql.stop()
    restart = threading.Timer(1.0, postgresql.start)
    restart.start()
    try:
        with caplog.at_level(logging.WARNING):
            assert patient.runs.get(run.id) == run
    finally:
        restart.join()
    away, back = caplog.messages
    assert "It is waited for, up to 30 s; nothing is lost." in away
    assert "answers again" in back


def test_without_patience_a_server_that_is_away_is_a_sentence(postgresql: Postgresql, postgresql_ledger: str) -> None:
    with closing(Ledger(postgresql_ledger)) as ledger:
        postgresql.stop()
        try:
            with pytest.raises(Away, match="bring the database back"):
                ledger.runs.newest(1)
            with pytest.raises(RetryLater, match="out of reach"):
                Ledger(postgresql_ledger)
        finally:
            postgresql.start()


def test_silence_does_not_count_while_the_server_has_only_just_started(
    postgresql: Postgresql, patient: Ledger, run: Run, postgresql_ledger: str
) -> None:
    set_run(postgresql_ledger, run, machine="elsewhere", heartbeat_at=datetime(2026, 1, 1, tzinfo=UTC))
    postgresql.stop()
    postgresql.start()
    assert patient.runs.sweep() == []
    set_run(postgresql_ledger, run, machine=socket.gethostname(), pid=dead_pid())
    assert patient.runs.sweep() == [run.id]


def test_what_waiting_does_not_mend_is_told_at_once(postgresql: Postgresql) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        Ledger(postgresql.address("nowhere"), patience=3600)


def test_a_full_disk_is_a_sentence_and_undoes_the_transaction(
    postgresql_ledger: str, patient: Ledger, run: Run
) -> None:
    url = make_url(postgresql_ledger)
    with psycopg.connect(f"host={url.host} port={url.port} user={url.username} dbname={url.database}") as other:
        other.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"
        )
        other.execute("CREATE TRIGGER full_disk BEFORE UPDATE ON runs EXECUTE FUNCTION full_disk()")
    with pytest.raises(RetryLater, match=r"No space left on device.*free the disk") as told:
        patient.runs.beat({run.id: Tally(requests=1)})
    assert not isinstance(told.value, Away)
    assert patient.runs.get(run.id) == run
