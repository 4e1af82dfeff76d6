"""Reprocessing and reading WARC files in, killed again and again, then run to the end: the truth, and nothing twice."""

from __future__ import annotations

import logging
import random
import shutil
import signal
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from functools import partial
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from difang.command.settings import Settings
from difang.command.truth import Truth, difference
from difang.command.wiring import open_search
from tests.integration.conftest import clear
from tests.services.command import Difang
from tests.services.replica import Replica, replica

log = logging.getLogger(__name__)

KILLS = 4
KNOWN = "SELECT COUNT(*) FROM warc_records"
CHANNELS = ("sd", "js")
SIZE = ("--channels", ",".join(CHANNELS), "--days", "2", "--per-day", "8", "--archive", "40", "--crawl-delay", "0")


@pytest.fixture(scope="module")
def site() -> Iterator[Replica]:
    with replica(*SIZE) as running:
        yield running


@pytest.fixture(scope="module")
def crawled(site: Replica, tmp_path_factory: pytest.TempPathFactory) -> Difang:
    """Everything fetched, in small archive files; no page was worked on yet."""
    difang = Difang(var=tmp_path_factory.mktemp("crawled") / "var", proxy=site.url)
    for channel in CHANNELS:
        for _ in range(3):
            difang.crawl(channel, "--limit", "15")
        difang.crawl(channel)
    return difang


@pytest.fixture(params=["embedded", "elasticsearch"])
def index(request: pytest.FixtureRequest) -> str:
    """The setting of an empty index."""
    if request.param == "embedded":
        return ""
    url = str(request.getfixturevalue("elasticsearch_url"))
    request.addfinalizer(lambda: clear(url))
    return url


def killed(process: subprocess.Popen[str], come: Callable[[], bool], seconds: float) -> bool:
    """Kill the process so many seconds after the moment has come; whether it was alive still."""
    while process.poll() is None and not come():
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.01)
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=30)
    return process.returncode == -signal.SIGKILL


def count(file: Path, query: str) -> int:
    """What the query counts; 0 where file or table are not made yet."""
    if not file.is_file():
        return 0
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as db, suppress(sqlite3.OperationalError):
        return int(db.execute(query).fetchone()[0])
    return 0


def read_parts(var: Path) -> int:
    """How many parts of the archive a reprocessing has read."""
    books = list((var / "reprocess").glob("*.db"))
    return max((count(book, "SELECT COUNT(*) FROM spans WHERE done") for book in books), default=0)


def has_read(goal: int, var: Path) -> bool:
    return read_parts(var) >= goal


def at_least(goal: int, ledger: Path) -> bool:
    return count(ledger, KNOWN) >= goal


def test_a_reprocessing_killed_again_and_again_makes_the_index_the_truth(
    site: Replica, crawled: Difang, tmp_path: Path, index: str
) -> None:
    difang = Difang(var=tmp_path / "var", proxy=None, settings={"index": index})
    shutil.copytree(crawled.var, difang.var)
    dice, kills = random.Random(11), 0
    parts = len(list((difang.var / "archive").glob("*.warc.gz")))
    for kill in range(KILLS):
        goal = min(read_parts(difang.var) + dice.randint(1, 3), parts)
        process = difang.start("reprocess", "--apply", "--batch", "3", "--workers", "2" if kill == 0 else "1")
        kills += killed(process, partial(has_read, goal, difang.var), dice.uniform(0, 0.3))
    done = difang.run("reprocess", "--apply", "--batch", "3")
    assert "Traceback" not in done.stderr
    difang.run("ingest", "--drain")  # the pages wait in the queue still, and bring nothing new but sightings
    settings = Settings(var=difang.var, index=index)
    with closing(open_search(settings)) as search:
        found = difference(Truth(site.url), search)
        times = Counter(record["id"] for record in search.export(""))
    assert found.total == 0, found.examples(10)
    assert found.published == found.found == times.total() == len(times)
    assert "0 changed" in difang.run("reprocess", "--apply").stdout
    assert list((difang.var / "reprocess").glob("*.db")) == []
    assert kills >= KILLS - 1
    log.info("%d kills, %d articles found", kills, found.found)


def test_reading_warc_files_in_killed_again_and_again_brings_every_page_once(
    site: Replica, crawled: Difang, tmp_path: Path, index: str
) -> None:
    foreign = tmp_path / "foreign"
    shutil.copytree(crawled.var / "archive", foreign)
    difang = Difang(var=tmp_path / "var", proxy=None, settings={"index": index})
    words = ("ingest", "--warc", str(foreign / "*.warc.gz"))
    dice, kills = random.Random(5), 0
    ledger = difang.var / "ledger.db"
    for kill in range(KILLS):
        goal = count(ledger, KNOWN) + dice.randint(1, 20)
        process = difang.start(*words, "--workers", "2" if kill % 2 else "1")
        kills += killed(process, partial(at_least, goal, ledger), dice.uniform(0, 0.05))
    difang.run(*words, "--workers", "2")
    wanted = fetched_pages(foreign)
    assert fetched_pages(difang.var / "archive") == wanted
    assert set(wanted.values()) == {1}
    settings = Settings(var=difang.var, index=index)
    with closing(open_search(settings)) as search:
        found = difference(Truth(site.url), search)
        times = Counter(record["id"] for record in search.export(""))
    assert (found.missing, found.extra) == ([], [])
    assert {name for names in found.differing.values() for name in names} <= {"urls"}  # the sightings lie in no file
    assert found.published == times.total() == len(times)
    assert count(ledger, "SELECT COUNT(*) FROM discoveries WHERE outcome IS NULL") == 0
    assert count(ledger, "SELECT COUNT(*) FROM discoveries") == len(wanted)
    assert kills >= KILLS - 1
    log.info("%d kills, %d pages, %d articles", kills, len(wanted), found.found)


def fetched_pages(folder: Path) -> Counter[tuple[str, str]]:
    """How often each page answered with 200 lies in these files: address and time of fetching."""
    pages: Counter[tuple[str, str]] = Counter()
    for file in folder.glob("*.warc.gz"):
        with file.open("rb") as stream:
            for record in ArchiveIterator(stream):
                if record.rec_type == "response" and record.http_headers.get_statuscode() == "200":
                    head = record.rec_headers
                    pages[head.get_header("WARC-Target-URI"), head.get_header("WARC-Date")] += 1
    return pages
