"""Crawl and worker killed at random moments, again and again, then run to the end: nothing lost, nothing twice."""

from __future__ import annotations

import logging
import random
import shutil
import signal
import sqlite3
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from difang.command.settings import Settings
from difang.command.truth import Truth, difference
from difang.command.wiring import open_queue, open_search
from tests.integration.conftest import clear
from tests.services.command import Difang
from tests.services.replica import Replica, replica

log = logging.getLogger(__name__)

KILLS, BATCH = 10, 8
CHANNELS = ("sd", "js", "henan", "gd")
SIZE = ("--channels", ",".join(CHANNELS), "--days", "2", "--per-day", "10", "--archive", "40", "--crawl-delay", "0")


@pytest.fixture(scope="module")
def site() -> Iterator[Replica]:
    with replica(*SIZE) as running:
        yield running


@pytest.fixture(scope="module")
def crawled(site: Replica, tmp_path_factory: pytest.TempPathFactory) -> Difang:
    """A crawl that was killed ten times and then came to its end; no page was worked on yet."""
    difang = Difang(var=tmp_path_factory.mktemp("crawled") / "var", proxy=site.url)
    dice = random.Random(31)
    for _ in range(KILLS):
        goal = asked(site) + dice.randint(1, 70)
        killed(difang.start("crawl", *CHANNELS), partial(reached, site, goal), dice.uniform(0, 0.03))
    difang.crawl(*CHANNELS)
    return difang


def asked(site: Replica) -> int:
    return sum(host["count"] for host in site.requests().values())


def reached(site: Replica, goal: int) -> bool:
    return asked(site) >= goal


def killed(process: subprocess.Popen[str], come: Callable[[], bool], seconds: float) -> None:
    """Kill the process so many seconds after the moment has come; it must not have ended before."""
    while not come():
        assert process.poll() is None, process.communicate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.send_signal(signal.SIGKILL)
    told = process.communicate(timeout=30)
    assert process.returncode == -signal.SIGKILL, told


def rows(difang: Difang, query: str) -> list[Any]:
    with closing(sqlite3.connect(difang.var / "ledger.db")) as db:
        return db.execute(query).fetchall()


def test_a_crawl_killed_ten_times_then_ended_has_every_page_and_no_run_left_running(
    site: Replica, crawled: Difang
) -> None:
    states = Counter(state for (state,) in rows(crawled, "SELECT state FROM runs"))
    assert states.keys() == {"lost", "finished"}
    assert states["lost"] >= KILLS
    assert states["finished"] >= len(CHANNELS)
    assert {url for (url,) in rows(crawled, "SELECT url FROM discoveries")} == site.outcomes().keys()
    assert rows(crawled, "SELECT count(*) FROM addresses WHERE due_at IS NOT NULL") == [(0,)]
    assert list((crawled.var / "archive").glob("*.open")) == []
    [(twice,)] = rows(crawled, "SELECT count(*) FROM (SELECT 1 FROM discoveries GROUP BY url HAVING count(file) > 1)")
    log.info("%d kills, %d runs lost, %d pages fetched twice", KILLS, states["lost"], twice)


@pytest.mark.parametrize("kind", ["embedded", "elasticsearch"])
def test_a_worker_killed_ten_times_then_ended_has_made_the_truth_searchable_once(
    site: Replica, crawled: Difang, tmp_path: Path, kind: str, request: pytest.FixtureRequest
) -> None:
    index = ""
    if kind == "elasticsearch":
        index = request.getfixturevalue("elasticsearch_url")
        request.addfinalizer(lambda: clear(index))
    difang = Difang(var=tmp_path / "var", proxy=None, settings={"index": index})
    shutil.copytree(crawled.var, difang.var)
    redelivered = work_and_die(difang)
    difang.run("ingest", "--drain")

    settings = Settings(var=difang.var, index=index)
    with closing(open_search(settings)) as search:
        found = difference(Truth(site.url), search)
        times = Counter(record["id"] for record in search.export(""))
    assert found.total == 0, found.examples(10)
    assert found.published == found.found == times.total() == len(times)
    assert_outcomes(difang, site.outcomes())
    with closing(open_queue(settings)) as queue:
        counts = queue.counts()
    assert (counts.ready, counts.later, counts.claimed, counts.set_aside) == (0, 0, 0, 0)
    assert redelivered > 0
    log.info("%d kills, %d pages delivered again, %d articles found", KILLS, redelivered, found.found)


def work_and_die(difang: Difang) -> int:
    """Ten workers killed at work, the last with extraction processes; how many pages were in their hands then."""
    dice, redelivered = random.Random(7), 0
    with closing(open_queue(Settings(var=difang.var))) as queue:
        for kill in range(KILLS):
            workers = "2" if kill == KILLS - 1 else "1"
            before, batches = Lying.in_the_queue(difang), dice.randint(0, 2)
            process = difang.start("ingest", "--drain", "--batch", str(BATCH), "--workers", workers)
            killed(process, partial(taken, difang, before, batches), dice.uniform(0, 0.2))
            redelivered += queue.counts().claimed
    return redelivered


@dataclass(frozen=True, kw_only=True)
class Lying:
    """How many pages lie in the queue, and which processes hold some."""

    pages: int
    holders: set[str]

    @classmethod
    def in_the_queue(cls, difang: Difang) -> Lying:
        with closing(sqlite3.connect(difang.var / "queue.db")) as db:
            [(pages,)] = db.execute("SELECT count(*) FROM pages")
            held = db.execute("SELECT DISTINCT holder FROM pages WHERE lease_until > 0")
            return cls(pages=pages, holders={holder for (holder,) in held})


def taken(difang: Difang, before: Lying, batches: int) -> bool:
    """Whether a new process has finished so many batches and has pages in its hands."""
    now = Lying.in_the_queue(difang)
    return bool(now.holders - before.holders) and now.pages <= before.pages - batches * BATCH


def assert_outcomes(difang: Difang, truth: dict[str, str]) -> None:
    """Each address has the truth's word once; a run killed before or after it may add that it fetched it in vain."""
    told = defaultdict(list)
    for url, outcome in rows(difang, "SELECT url, outcome FROM discoveries"):
        told[url].append(outcome)
    assert told.keys() == truth.keys()
    for url, outcome in truth.items():
        assert outcome in told[url], (url, told[url])
        assert set(told[url]) <= {outcome, "unchanged", "failed"}, (url, told[url])
        assert told[url].count("indexed") == (outcome == "indexed"), (url, told[url])
