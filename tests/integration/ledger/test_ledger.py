"""The ledger: counts that add up, endings told twice, runs that were lost."""

from __future__ import annotations

import os
import socket
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text, update

from difang.console.alerts.target import Address
from difang.crawler.ledger import opening
from difang.crawler.ledger.addresses import Found, Headers
from difang.crawler.ledger.discoveries import Counts, Queued
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.listings import Listing
from difang.crawler.ledger.run import Run, Tally
from difang.crawler.ledger.schema import as_kept
from difang.crawler.ledger.tables import RunState, Severity, metadata, runs
from difang.crawler.ledger.telling import Wish
from difang.crawler.ledger.transactions import writing
from difang.ingest.errors import DifangError, UsageError
from difang.ingest.outcome import Ending, Outcome
from difang.ingest.page import PageRef, Position

NOW = datetime(2025, 2, 3, 4, 5, 6, 7, UTC)


def begin(ledger: Ledger, channel: str = "sd") -> Run:
    return ledger.runs.begin(channel=channel, channel_name="山东频道", started_by="operator", logs=Path("log"))


def found(n: int) -> Found:
    return Found(url=f"http://sd/{n}", key=f"people:L_{n}", page=1, found_on="http://sd/")


def queued(run: Run, n: int, *, position: bool = True, headers: Headers | None = None) -> Queued:
    at = Position(file="a.warc.gz", offset=n, length=10) if position else None
    ref = PageRef(url=f"http://sd/{n}", key=f"people:L_{n}", run_id=run.id, fetched_at=NOW, position=at)
    return Queued(ref=ref, headers=headers or Headers())


def ending(run: Run, n: int, outcome: Outcome, article_id: str | None = None) -> Ending:
    return Ending(run_id=run.id, url=f"http://sd/{n}", outcome=outcome, article_id=article_id)


def counts(ledger: Ledger, run: Run) -> Counts:
    return ledger.runs.counts([run])[run.id]


def test_every_discovery_counts_once_and_the_sum_is_the_number_discovered(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.discoveries.found(run.id, "sd", [found(n) for n in range(6)])
    ledger.discoveries.found(run.id, "sd", [found(n) for n in range(3)])
    ledger.discoveries.queued([queued(run, n) for n in range(4)])
    ledger.tell([ending(run, 0, Outcome.INDEXED, "people:L_0"), ending(run, 1, Outcome.GONE)])
    ledger.tell([ending(run, 5, Outcome.REFUSED)])
    assert counts(ledger, run) == Counts(
        discovered=6,
        outcomes={Outcome.INDEXED: 1, Outcome.GONE: 1, Outcome.REFUSED: 1},
        unfetched=1,
        queued=2,
    )


@pytest.mark.parametrize("first", [Outcome.INDEXED, Outcome.UPDATED])
def test_what_was_new_stays_new_whatever_a_second_delivery_finds(ledger: Ledger, first: Outcome) -> None:
    run = begin(ledger)
    ledger.discoveries.found(run.id, "sd", [found(1)])
    ledger.tell([ending(run, 1, first, "people:L_1")])
    before = counts(ledger, run)
    ledger.tell([ending(run, 1, first, "people:L_1")])
    ledger.tell([ending(run, 1, Outcome.UNCHANGED, "people:L_1")])
    ledger.tell([ending(run, 1, first), ending(run, 1, Outcome.UNCHANGED)])
    for later in (Outcome.UPDATED, Outcome.INDEXED, Outcome.SIGHTING, Outcome.SET_ASIDE):
        ledger.tell([ending(run, 1, later)])
        ledger.tell([ending(run, 1, first), ending(run, 1, later)])
    assert counts(ledger, run) == before
    assert before.outcomes == {first: 1}


def test_told_in_one_go_the_first_news_of_an_address_counts(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.tell([ending(run, 1, o) for o in (Outcome.UNCHANGED, Outcome.INDEXED, Outcome.UPDATED)])
    ledger.tell([ending(run, 2, o) for o in (Outcome.SET_ASIDE, Outcome.PART, Outcome.UNCHANGED)])
    assert counts(ledger, run).outcomes == {Outcome.INDEXED: 1, Outcome.PART: 1}


def test_another_later_ending_replaces_the_earlier_one(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.discoveries.found(run.id, "sd", [found(1)])
    for outcome in (Outcome.SET_ASIDE, Outcome.UNCHANGED, Outcome.INDEXED):
        ledger.tell([ending(run, 1, outcome)])
        assert counts(ledger, run).outcomes == {outcome: 1}


def test_a_time_that_goes_straight_to_the_driver_is_kept_as_any_other(ledger: Ledger) -> None:
    """On SQLite times are text, and are compared as text: 05:06 without microseconds comes before 05:06.000000."""
    begin(ledger)
    moment = NOW.replace(microsecond=0)
    with writing(ledger.discoveries._engine) as connection:
        connection.execute(update(runs).values(ended_at=moment))
        assert connection.exec_driver_sql("SELECT ended_at FROM runs").scalar() == as_kept(connection, moment)


def test_an_ending_of_an_address_nobody_wrote_down_counts_as_discovered(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.tell([ending(run, 7, Outcome.PART)])
    assert counts(ledger, run).discovered == 1


def test_an_address_is_due_until_it_was_fetched_and_again_after_it_failed_with_growing_gaps(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.discoveries.found(run.id, "sd", [found(1), found(2)])
    assert [known.url for known in ledger.addresses.due("sd", later(0))] == ["http://sd/1", "http://sd/2"]
    assert ledger.addresses.due("js", later(0)) == []
    ledger.discoveries.queued([queued(run, 1)])
    ledger.tell([ending(run, 2, Outcome.FAILED)])
    for after, before in ((0, None), (1, 0.9), (4, 3.9), (24, 23.9), (24, 23.9)):
        assert [known.url for known in ledger.addresses.due("sd", later(after))] == ["http://sd/2"]
        assert before is None or ledger.addresses.due("sd", later(before)) == []
        ledger.tell([ending(run, 2, Outcome.FAILED)])


def test_a_page_that_was_read_counts_as_fetched_though_its_crawl_died_before_it_said_so(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.discoveries.found(run.id, "sd", [found(1), found(2)])
    ledger.tell([ending(run, 1, Outcome.INDEXED, "people:L_1"), ending(run, 2, Outcome.SIGHTING, "people:L_1")])
    known = ledger.addresses.known(["http://sd/1", "http://sd/2"])
    assert {one.due_at for one in known.values()} == {None}
    assert known["http://sd/1"].fetched_at == known["http://sd/1"].first_seen  # or a correction would never be seen
    assert known["http://sd/2"].fetched_at is None


def test_after_ten_failures_in_a_row_an_address_is_left_until_somebody_asks_for_it(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.discoveries.found(run.id, "sd", [found(1)])
    for _ in range(9):
        ledger.tell([ending(run, 1, Outcome.FAILED)])
    assert len(ledger.addresses.due("sd", later(24))) == 1
    ledger.tell([ending(run, 1, Outcome.FAILED)])
    assert ledger.addresses.due("sd", later(24 * 365)) == []
    assert ledger.discoveries.failed(run.id) == ["http://sd/1"]


def later(hours: float) -> datetime:
    return datetime.now(UTC) + timedelta(hours=hours, seconds=1)


def test_what_was_fetched_is_known_by_its_key_with_its_headers(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.discoveries.found(run.id, "sd", [found(1), found(2)])
    headers = Headers(etag='"x"', last_modified="Tue, 03 Feb 2026 04:00:00 GMT", lastmod=NOW)
    ledger.discoveries.queued([queued(run, 1, headers=headers), queued(run, 2, position=False)])
    known = ledger.addresses.known(["http://sd/1", "http://sd/2", "http://sd/3"])
    assert known["http://sd/1"].headers == headers
    assert (known["http://sd/1"].fetched_at, known["http://sd/2"].fetched_at) == (NOW, None)
    assert len(known) == 2
    assert ledger.addresses.fetched_keys(["people:L_1", "people:L_2"]) == {("people:L_1", 1)}
    assert ledger.discoveries.positions("http://sd/1") == [Position(file="a.warc.gz", offset=1, length=10)]


def test_a_rest_ends_when_it_ends(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.discoveries.found(run.id, "sd", [found(1)])
    ledger.tell([ending(run, 1, Outcome.REFUSED)])
    ledger.addresses.postpone([("http://sd/1", later(5))])
    assert ledger.addresses.due("sd", later(4)) == []
    assert len(ledger.addresses.due("sd", later(6))) == 1


def test_a_run_that_ends_gives_up_what_it_never_fetched_and_the_next_one_may_have_it(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.discoveries.found(run.id, "sd", [found(1), found(2)])
    ledger.discoveries.queued([queued(run, 1)])
    ledger.runs.end(run.id, RunState.CANCELLED, "It was stopped.", Tally(requests=3, bytes=5, known=1, warnings=2))
    ended = ledger.runs.get(run.id)
    assert (ended.state, ended.requests, ended.bytes, ended.known, ended.warnings) == ("cancelled", 3, 5, 1, 2)
    assert ended.ended_at is not None
    assert counts(ledger, run) == Counts(discovered=2, outcomes={Outcome.FAILED: 1}, unfetched=0, queued=1)
    assert [known.url for known in ledger.addresses.due("sd", later(0))] == ["http://sd/2"]


def test_a_late_ending_of_a_page_its_killed_run_had_queued_replaces_failed(ledger: Ledger) -> None:
    run = begin(ledger)
    ledger.discoveries.found(run.id, "sd", [found(1)])
    ledger.runs.end(run.id, RunState.LOST, None, Tally())
    ledger.tell([ending(run, 1, Outcome.INDEXED)])
    assert counts(ledger, run).outcomes == {Outcome.INDEXED: 1}
    assert ledger.addresses.due("sd", later(0)) == []


def set_run(address: str, run: Run, **values: str | int | datetime | None) -> None:
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(update(runs).where(runs.c.id == run.id).values(values))
    engine.dispose()


def dead_pid() -> int:
    with ProcessPoolExecutor(1) as pool:
        return pool.submit(os.getpid).result()


def test_a_run_whose_process_died_is_lost_and_a_living_one_is_not(ledger: Ledger, address: str) -> None:
    living, died = begin(ledger), begin(ledger, "js")
    ledger.discoveries.found(died.id, "js", [found(1)])
    set_run(address, died, pid=dead_pid())
    assert ledger.runs.sweep() == [died.id]
    assert ledger.runs.sweep() == []
    assert [run.id for run in ledger.runs.running()] == [living.id]
    assert counts(ledger, died).outcomes == {Outcome.FAILED: 1}
    assert ledger.runs.get(died.id).state is RunState.LOST
    assert ledger.runs.get(died.id).sentence == "Its process ended without a word."


def test_a_lost_run_tells_that_its_service_died_before_its_crawl_began(ledger: Ledger, address: str) -> None:
    run = begin(ledger)
    set_run(address, run, pid=dead_pid(), runner="here/1/x", log=None)
    assert ledger.runs.sweep() == [run.id]
    assert ledger.runs.get(run.id).sentence == "The service that claimed it died before its crawl began."


def test_a_silent_run_is_lost_even_on_another_machine(ledger: Ledger, address: str) -> None:
    run = begin(ledger)
    set_run(address, run, machine="elsewhere", pid=1)
    assert ledger.runs.sweep() == []
    set_run(address, run, heartbeat_at=NOW - timedelta(days=40))
    assert ledger.runs.sweep(silent=False) == []
    assert ledger.runs.sweep(now=later(1)) == [run.id]
    assert ledger.runs.get(run.id).sentence == "Nothing was heard of it for 45 s."
    assert ledger.runs.beat({run.id: Tally()}) == set()


def test_a_heartbeat_keeps_a_run_alive_and_its_tally(ledger: Ledger) -> None:
    run = begin(ledger)
    assert ledger.runs.beat({run.id: Tally(requests=9)}) == {run.id}
    assert ledger.runs.get(run.id).requests == 9
    assert ledger.runs.get(run.id).machine == socket.gethostname()


def test_a_channel_is_crawled_by_one_run_at_a_time(ledger: Ledger) -> None:
    run = begin(ledger)
    with pytest.raises(DifangError, match=run.id):
        ledger.runs.refuse_busy(["js", "sd"])
    ledger.runs.refuse_busy(["js"])
    ledger.runs.end(run.id, RunState.FINISHED, None, Tally())
    ledger.runs.refuse_busy(["sd"])


def test_the_newest_runs_come_first_and_an_unknown_one_is_a_sentence(ledger: Ledger) -> None:
    first, second = begin(ledger), begin(ledger, "js")
    with pytest.raises(DifangError, match=first.id):
        begin(ledger)
    ledger.runs.end(first.id, RunState.FINISHED, None, Tally())
    third = begin(ledger)
    assert [run.id for run in ledger.runs.newest(2)] == [third.id, second.id]
    assert [run.id for run in ledger.runs.newest(5, "sd")] == [third.id, first.id]
    with pytest.raises(UsageError, match="no run x"):
        ledger.runs.get("x")


def test_what_is_known_of_a_listing_comes_back(ledger: Ledger) -> None:
    assert ledger.listings.get("http://sd/GB/1/") == Listing(url="http://sd/GB/1/")
    listing = Listing(url="http://sd/GB/1/", walked_at=NOW, due_at=NOW, misses=2, etag="x", last_modified="y")
    ledger.listings.keep(listing, "sd")
    ledger.listings.keep(listing, "sd")
    assert ledger.listings.get(listing.url) == listing


def test_the_migrations_make_exactly_the_tables_the_code_knows(new_address: str) -> None:
    opening.open_engine(new_address).dispose()
    engine = create_engine(new_address)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()
    scripts = ScriptDirectory(str(Path(opening.__file__).with_name("migrations")))
    assert scripts.get_current_head() == opening.NEWEST


def test_a_rule_made_before_rules_had_a_language_goes_on_in_english(new_address: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(opening.__file__).with_name("migrations")))
    config.set_main_option("path_separator", "os")
    engine = create_engine(new_address)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0013")
        connection.execute(
            text(
                'INSERT INTO telling_rules (name, address, shown, severity, channels, wakes, "window", remind_hours,'
                " tells_end, made_by, made_at) VALUES ('old', 'json://h', 'JSON', 'low', '[]', :yes,"
                " 60, 0, :yes, 'li', :now)"
            ),
            {"yes": True, "now": "2026-03-02 12:00:00"},
        )
    engine.dispose()
    with closing(Ledger(new_address)) as ledger:
        [rule] = ledger.telling.rules()
        assert rule.wish.language == "en"
        new = Wish(name="new", severity=Severity.LOW)
        assert ledger.telling.make(new, address=Address(url="json://h", shown="JSON"), by="li").wish == new
    engine = create_engine(new_address)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "0013")
        names = set(connection.execute(text("SELECT * FROM telling_rules")).keys())
    engine.dispose()
    assert "language" not in names


def open_once(address: str) -> bool:
    ledger = Ledger(address)
    ledger.runs.newest(1)
    ledger.close()
    return True


def test_processes_that_open_a_new_ledger_at_once_agree(new_address: str) -> None:
    with ProcessPoolExecutor(4) as pool:
        assert list(pool.map(open_once, [new_address] * 8)) == [True] * 8


def test_a_ledger_of_a_newer_difang_is_refused(address: str) -> None:
    Ledger(address).close()
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    with pytest.raises(UsageError, match="newer difang"):
        Ledger(address)


@pytest.mark.parametrize("address", ["nonsense", "sqlite:////proc/nowhere/ledger.db", "oracle8://x"])
def test_an_address_that_cannot_be_opened_is_a_sentence(address: str) -> None:
    with pytest.raises(UsageError):
        Ledger(address)
