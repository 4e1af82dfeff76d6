"""`difang backfill` and `difang audit` against the replica: killed and stopped, they go on; found = truth."""

from __future__ import annotations

import json
import shutil
import signal
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from subprocess import TimeoutExpired
from typing import Any
from urllib.request import ProxyHandler, build_opener

import pytest

from tests.services.command import Difang
from tests.services.replica import Replica, replica

SIZE = ("--channels", "sd", "--days", "100", "--per-day", "10", "--archive", "20", "--crawl-delay", "0")
NOW = ("--now", "2026-03-02T12:00")
FROM, TO = "2025-12-20", "2026-01-18"


@pytest.fixture(scope="module")
def site() -> Iterator[Replica]:
    with replica(*SIZE, *NOW) as running:
        yield running


@dataclass(frozen=True, kw_only=True)
class Backfilled:
    """A backfill that has ended, what the site published then, and what it was asked for."""

    difang: Difang
    truth: set[str]
    visits: list[dict[str, Any]]

    def copy(self, folder: Path) -> Difang:
        """For a test that changes what the ledger says."""
        shutil.copytree(self.difang.var, folder / "var")
        return replace(self.difang, var=folder / "var")


@pytest.fixture(scope="module")
def backfilled(site: Replica, tmp_path_factory: pytest.TempPathFactory) -> Backfilled:
    """A backfill of thirty days that was killed, then stopped, then came to its end."""
    difang = Difang(var=tmp_path_factory.mktemp("backfilled") / "var", proxy=site.url)
    site.order("requests")
    interrupted(difang, site, 60, signal.SIGKILL, -signal.SIGKILL)
    interrupted(difang, site, requests(site) + 90, signal.SIGTERM, 1)
    done = difang.run("backfill", "sd", "--from", FROM, "--to", TO)
    assert "finished  30 of 30 days complete" in done.stdout
    visits = asked(site)
    difang.run("ingest", "--drain")
    return Backfilled(difang=difang, truth=truth(site), visits=visits)


def requests(site: Replica) -> int:
    return int(site.requests().get("sd.people.com.cn", {"count": 0})["count"])


def interrupted(difang: Difang, site: Replica, goal: int, by: signal.Signals, code: int) -> None:
    process = difang.start("backfill", "sd", "--from", FROM, "--to", TO)
    while requests(site) < goal:
        assert process.poll() is None, process.communicate()
        with suppress(TimeoutExpired):
            process.wait(0.01)
    process.send_signal(by)
    told = process.communicate(timeout=30)
    assert process.returncode == code, told


def asked(site: Replica) -> list[dict[str, Any]]:
    with build_opener(ProxyHandler({})).open(f"{site.url}/control/requests?log", timeout=60) as answer:
        log: list[dict[str, Any]] = json.load(answer)["log"]
        return log


def rows(difang: Difang, query: str) -> list[Any]:
    with closing(sqlite3.connect(difang.var / "ledger.db")) as db:
        return db.execute(query).fetchall()


def truth(site: Replica, since: str = FROM, until: str = TO) -> set[str]:
    return {record["url"] for record in site.truth(f"articles?since={since}&until={until}")}


def audited(difang: Difang, *words: str, code: int = 0) -> dict[str, dict[str, Any]]:
    done = difang.run("audit", "sd", "--from", FROM, "--to", TO, "--json", *words, code=code)
    return {day["day"]: day for day in map(json.loads, done.stdout.splitlines())}


def test_killed_and_stopped_it_goes_on_and_finds_the_truth(backfilled: Backfilled) -> None:
    difang = backfilled.difang
    found = {url for (url,) in rows(difang, "SELECT url FROM addresses WHERE outcome = 'indexed'")}
    assert found == backfilled.truth
    states = Counter(state for (state,) in rows(difang, "SELECT state FROM runs WHERE cause = 'backfill'"))
    assert states == {"lost": 1, "cancelled": 1, "finished": 1}
    assert rows(difang, "SELECT count(*) FROM addresses WHERE due_at IS NOT NULL") == [(0,)]
    told = json.loads(difang.run("backfill", "show", "1", "--json").stdout)
    assert told["articles"] == len(found)
    assert told["found"] == sum(told["outcomes"].values())
    assert (told["state"], told["days_complete"], told["complete_since"], told["runs"]) == ("finished", 30, FROM, 3)
    assert told["requests"] == rows(difang, "SELECT requests FROM surveys")[0][0]


def test_no_stop_sent_it_back_to_the_first_page(backfilled: Backfilled) -> None:
    listings = [v["url"] for v in backfilled.visits if "/index" in v["url"] and v["status"] == 200]
    times = Counter(listings)
    first = [url for url in times if url.endswith("/index.html")]
    assert len(first) == 16
    assert sum(times[url] - 1 for url in first) <= 2  # one for each time it was stopped in the middle of a page
    assert max(times.values()) <= 3  # once to find where the days begin, once to read, once where it was stopped


def test_an_audit_proves_each_address_and_stores_the_coverage(backfilled: Backfilled, tmp_path: Path) -> None:
    difang = backfilled.copy(tmp_path)
    days = audited(difang)
    assert len(days) == 30
    assert sum(day["indexed"] for day in days.values()) == len(backfilled.truth)
    for day in days.values():
        assert day["found"] == sum(day["outcomes"].values())
        assert (day["missing"], day["missing_urls"]) == (0, [])
    found = sum(day["found"] for day in days.values())
    assert rows(difang, "SELECT count(*), sum(found) FROM coverage") == [(30, found)]


def test_what_is_missing_is_listed_queued_and_fetched(backfilled: Backfilled, tmp_path: Path) -> None:
    difang, lost = backfilled.copy(tmp_path), sorted(backfilled.truth)[7]
    with closing(sqlite3.connect(difang.var / "ledger.db")) as db, db:
        db.execute("DELETE FROM addresses WHERE key = (SELECT key FROM addresses WHERE url = ?)", (lost,))
    days = audited(difang, "--queue", code=1)
    assert lost in [url for day in days.values() for url in day["missing_urls"]]
    difang.crawl("sd", "--since", FROM, "--until", TO)
    difang.run("ingest", "--drain")
    assert not [url for day in audited(difang).values() for url in day["missing_urls"]]


def test_what_was_taken_down_at_the_site_is_reported_and_kept(
    site: Replica, backfilled: Backfilled, tmp_path: Path
) -> None:
    difang, gone = backfilled.copy(tmp_path), sorted(backfilled.truth)[20]
    site.order("faults", url=gone, fault="deleted")
    days = audited(difang, "--articles")
    assert [url for day in days.values() for url in day["taken_down_urls"]] == [gone]
    assert sum(day["taken_down"] for day in days.values()) == 1
    kept = [
        record["url"] for record in map(json.loads, difang.run("export", "", "--format", "jsonl").stdout.splitlines())
    ]
    assert gone in kept


def test_a_silent_host_lets_it_rest_and_the_sitemap_betrays_what_was_taken_down(tmp_path: Path) -> None:
    days = ("--from", "2026-02-27", "--to", "2026-03-01")
    with replica(
        "--channels", "sd", "--days", "5", "--per-day", "5", "--archive", "5", "--crawl-delay", "0", *NOW
    ) as site:
        difang = Difang(var=tmp_path / "var", proxy=site.url, settings={"retries": "0"})
        site.order("faults", channel="sd", fault="down")
        rests = difang.run("backfill", "sd", *days, "--json", code=1)
        told = json.loads(rests.stdout)
        assert told["state"] == "active"
        assert told["sentence"].startswith("The front page http://sd.people.com.cn/ gives nothing:")
        assert told["resume_at"] > told["started_at"]
        site.order("faults", channel="*", fault="none")
        assert "finished  3 of 3 days complete" in difang.run("backfill", "resume", "1").stdout
        difang.run("ingest", "--drain")
        gone = min(truth(site, days[1], days[3]))
        site.order("faults", url=gone, fault="deleted")
        done = difang.run("audit", "sd", *days)
        assert f"taken down at the site, kept here: {gone}" in done.stdout
        assert "1 taken down" in done.stdout


def test_the_estimate_starts_nothing_and_the_list_tells_of_none(tmp_path: Path) -> None:
    difang = Difang(var=tmp_path / "var", proxy="http://127.0.0.1:1")
    done = difang.run("backfill", "sd", "js", "--from", "2023-01-01", "--to", "2025-12-31", "--estimate")
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["sd", "js"]
    assert "1,096 days" in done.stdout
    assert "There is no backfill yet" in difang.run("backfill").stdout


def test_spent_allowance_is_left_to_the_usual_crawl_and_the_rest_waits_for_tomorrow(
    site: Replica, tmp_path: Path
) -> None:
    difang = Difang(var=tmp_path / "var", proxy=site.url, settings={"daily_allowance": "100"})
    done = difang.run("backfill", "sd", "--from", FROM, "--to", TO, code=1)
    assert "80% of its requests for today" in done.stdout
    [(spent,)] = rows(difang, "SELECT requests FROM hosts WHERE host = 'sd.people.com.cn'")
    assert 80 <= spent < 100
    assert "paused" in difang.run("backfill", "pause", "1").stdout
    with closing(sqlite3.connect(difang.var / "ledger.db")) as db, db:
        db.execute("UPDATE hosts SET day = ''")  # the next day
    assert "finished" in difang.run("backfill", "sd", "--from", "2026-01-17", "--to", "2026-01-17").stdout
    assert "cancelled" in difang.run("backfill", "cancel", "1").stdout
    assert "cannot become active" in difang.run("backfill", "resume", "1", code=1).stderr


@pytest.mark.parametrize("command", ["backfill", "audit"])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("sd", "--from", "2026-02-01", "--to", "2026-01-01"), "turn them round"),
        (("sdd", "--from", "2026-01-01", "--to", "2026-01-31"), "There is no channel sdd"),
        (("sd", "--from", "2026-02-30", "--to", "2026-03-01"), "is no date"),
        (("sd", "--from", "2999-01-01", "--to", "2999-01-02"), "a day to come"),
        (("sd", "--from", "2026-01-01", "--to", "2999-01-02"), "--to 2999-01-02 is a day to come"),
        (("sd", "--from", "2026-01-01"), "--to"),
        (("--from", "2026-01-01", "--to", "2026-01-02"), "CHANNEL"),
    ],
)
def test_wrong_use_is_one_sentence_and_code_2(command: str, words: tuple[str, ...], said: str, tmp_path: Path) -> None:
    done = Difang(var=tmp_path / "var", proxy="http://127.0.0.1:1").run(command, *words, code=2)
    assert said in done.stderr
    assert "Traceback" not in done.stderr
