"""`difang crawl` against the replica: everything of the truth is found, fetched once, and survives being killed."""

from __future__ import annotations

import re
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from difang.crawler.ledger.ledger import Ledger
from difang.ingest.warc import pages
from tests.services.command import Difang
from tests.services.replica import Replica, replica

CHANNELS = ("sd", "js", "henan")
SIZE = ("--channels", ",".join(CHANNELS), "--days", "2", "--per-day", "10", "--archive", "15", "--crawl-delay", "0")


@pytest.fixture
def site() -> Iterator[Replica]:
    with replica(*SIZE) as running:
        yield running


def difang_at(site: Replica, tmp_path: Path, **settings: str) -> Difang:
    return Difang(var=tmp_path / "var", proxy=site.url, settings=settings)


def rows(difang: Difang, query: str) -> list[Any]:
    db = sqlite3.connect(difang.var / "ledger.db")
    try:
        return db.execute(query).fetchall()
    finally:
        db.close()


def archived(difang: Difang) -> set[str]:
    return {page.url for file in sorted((difang.var / "archive").glob("*.warc.gz")) for page in pages(file)}


def wanted(site: Replica) -> set[str]:
    """The addresses of the truth whose pages an archive must hold: all but those nobody may or need fetch."""
    return {url for url, outcome in site.outcomes().items() if outcome not in ("sighting", "refused")}


def test_three_channels_are_found_whole_fetched_once_and_politely(site: Replica, tmp_path: Path) -> None:
    difang = difang_at(site, tmp_path)
    runs = difang.crawl(*CHANNELS)
    truth = site.outcomes()
    assert {run["channel"] for run in runs} == set(CHANNELS)
    for run in runs:
        assert run["state"] == "finished"
        assert run["discovered"] == sum(run["outcomes"].values()) + run["queued"]
        assert run["unfetched"] == 0
    assert sum(run["discovered"] for run in runs) == len(truth)
    found = dict(rows(difang, "SELECT url, outcome FROM discoveries"))
    assert found.keys() == truth.keys()
    for url, outcome in found.items():
        assert outcome is None or outcome == truth[url], url
    sightings = rows(difang, "SELECT url FROM discoveries WHERE outcome IS NULL AND file IS NULL")
    assert {url for (url,) in sightings} == {url for url, outcome in truth.items() if outcome == "sighting"}
    assert archived(difang) == wanted(site)
    assert max(host["most_at_once"] for host in site.requests().values()) == 1
    difang.run("archive", "verify")

    again = difang.crawl(*CHANNELS)
    assert [run["discovered"] for run in again] == [0, 0, 0]
    assert all(run["known"] > 0 for run in again)
    listed = difang.run("runs", "list", "--json").stdout.splitlines()
    assert len(listed) == 6
    assert "finished" in difang.run("runs").stdout
    assert again[0]["run"] in difang.run("runs", "show", again[0]["run"]).stdout


def test_new_articles_and_corrections_are_fetched_and_nothing_else(site: Replica, tmp_path: Path) -> None:
    difang = difang_at(site, tmp_path)
    difang.crawl(*CHANNELS)
    before, dates = site.outcomes(), fetched_at(difang)
    for _ in range(3):
        site.order("clock", advance_minutes=360)
        difang.crawl(*CHANNELS)
    truth = site.outcomes()
    new = truth.keys() - before.keys()
    assert new
    assert {url for (url,) in rows(difang, "SELECT url FROM discoveries")} >= truth.keys()
    assert archived(difang) >= wanted(site)
    again = {url for url, at in fetched_at(difang).items() if url in dates and at != dates[url]}
    corrected = {record["url"] for record in site.truth("articles") if record["url"] in again}
    assert again == corrected | {url for url in again if "-" in url.rsplit("/c", 1)[-1].split("-", 1)[-1]}


def fetched_at(difang: Difang) -> dict[str, str]:
    return dict(rows(difang, "SELECT url, fetched_at FROM addresses WHERE fetched_at IS NOT NULL"))


def stopped_after(difang: Difang, site: Replica, requests: int, how: signal.Signals) -> subprocess.Popen[str]:
    """Start a crawl and send it the signal once the site has counted so many more requests."""
    goal = requests + sum(host["count"] for host in site.requests().values())
    with difang.start("crawl", *CHANNELS) as crawl:
        while crawl.poll() is None and sum(host["count"] for host in site.requests().values()) < goal:
            pass
        crawl.send_signal(how)
        crawl.communicate(timeout=60)
    return crawl


def test_a_crawl_killed_three_times_finds_everything_in_the_end(site: Replica, tmp_path: Path) -> None:
    difang = difang_at(site, tmp_path)
    for requests in (20, 45, 60):
        assert stopped_after(difang, site, requests, signal.SIGKILL).returncode == -signal.SIGKILL
    difang.crawl(*CHANNELS)
    states = dict(rows(difang, "SELECT state, count(*) FROM runs GROUP BY state"))
    assert states == {"lost": 9, "finished": 3}
    assert {url for (url,) in rows(difang, "SELECT url FROM discoveries")} == site.outcomes().keys()
    assert archived(difang) == wanted(site)
    assert list((difang.var / "archive").glob("*.open")) == []
    assert rows(difang, "SELECT count(*) FROM addresses WHERE due_at IS NOT NULL") == [(0,)]


def test_processes_share_the_hosts(site: Replica, tmp_path: Path) -> None:
    difang = difang_at(site, tmp_path)
    asked = [url for url, outcome in site.outcomes().items() if outcome == "indexed" and "//sd." in url][:10]
    commands = [("sd",), ("js",), tuple(word for url in asked for word in ("--url", url))]
    running = [difang.start("crawl", *command) for command in commands]
    for process in running:
        with process:
            told = process.communicate(timeout=60)
        assert process.returncode == 0, told
    assert {host["most_at_once"] for host in site.requests().values()} == {1}
    assert rows(difang, "SELECT state, count(*) FROM runs GROUP BY state") == [("finished", 3)]


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_crawl_closes_its_books(site: Replica, tmp_path: Path, how: signal.Signals) -> None:
    difang = difang_at(site, tmp_path)
    assert stopped_after(difang, site, 40, how).returncode == 1
    assert rows(difang, "SELECT DISTINCT state FROM runs") == [("cancelled",)]
    assert list((difang.var / "archive").glob("*.open")) == []
    waiting = "SELECT count(*) FROM discoveries WHERE outcome IS NULL AND queued_at IS NULL"
    assert rows(difang, waiting) == [(0,)]
    assert rows(difang, "SELECT DISTINCT reason FROM discoveries WHERE outcome = 'failed'") == [
        ("the run ended before it was fetched; the next run fetches it",)
    ]
    assert rows(difang, "SELECT count(*) FROM hosts WHERE holder IS NOT NULL") == [(0,)]
    difang.crawl(*CHANNELS)
    assert archived(difang) == wanted(site)


def test_a_crawl_that_waits_for_a_host_says_for_which_and_counts_from_the_start(tmp_path: Path) -> None:
    with replica(*SIZE[:-1], "30") as site:
        difang = difang_at(site, tmp_path)
        with difang.start("crawl", "sd") as crawl, closing(Ledger(f"sqlite:///{difang.var / 'ledger.db'}")) as ledger:
            while crawl.poll() is None and not any(run.sentence for run in ledger.runs.running()):
                pass
            (run,) = ledger.runs.running()
            ledger.runs.ask_cancel(run.id, "li")
            crawl.communicate(timeout=60)
    assert re.match(r"It waits for its turn at \S+, which comes at \d\d:\d\d:\d\d", run.sentence or "")
    assert run.requests > 0
    assert rows(difang, "SELECT state, sentence FROM runs") == [("cancelled", "li cancelled it.")]


def test_a_crawl_that_waits_for_room_in_the_page_queue_says_so(site: Replica, tmp_path: Path) -> None:
    difang = difang_at(site, tmp_path, queue_pages="5")
    difang_at(site, tmp_path).crawl("sd")
    with difang.start("crawl", "js") as crawl, closing(Ledger(f"sqlite:///{difang.var / 'ledger.db'}")) as ledger:
        while crawl.poll() is None and not any(run.sentence for run in ledger.runs.running()):
            pass
        (run,) = ledger.runs.running()
        ledger.runs.ask_cancel(run.id, "li")
        crawl.communicate(timeout=60)
    assert re.match(r"\d+ pages wait in the page queue, more than the 5 of", run.sentence or "")


def test_a_crawl_that_is_signalled_before_it_hears_who_cancelled_it_says_who(site: Replica, tmp_path: Path) -> None:
    difang = difang_at(site, tmp_path)
    with difang.start("crawl", "sd") as crawl, closing(Ledger(f"sqlite:///{difang.var / 'ledger.db'}")) as ledger:
        while crawl.poll() is None and sum(host["count"] for host in site.requests().values()) < 20:
            pass
        ledger.runs.ask_cancel(ledger.runs.running()[0].id, "li")
        crawl.send_signal(signal.SIGTERM)
        crawl.communicate(timeout=60)
    assert rows(difang, "SELECT state, sentence FROM runs") == [("cancelled", "li cancelled it.")]


def test_broken_connections_and_errors_lose_nothing_in_the_end(site: Replica, tmp_path: Path) -> None:
    difang = difang_at(site, tmp_path)
    site.order("faults", channel="sd", fault="503", share=0.3)
    site.order("faults", channel="js", fault="reset", share=0.3)
    with difang.start("crawl", *CHANNELS) as crawl:
        crawl.communicate(timeout=60)
    site.order("faults", channel="*", fault="none")
    site.order("faults", channel="sd", fault="none")
    site.order("faults", channel="js", fault="none")
    difang.crawl(*CHANNELS)
    difang.crawl(*CHANNELS, "--full")
    assert archived(difang) >= wanted(site)
