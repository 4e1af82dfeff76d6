"""Migration from the archive, on both indexes: the next one holds what extraction reads today, and nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from difang.ingest.errors import UsageError
from difang.ingest.index.port import ArticleIndex, Document
from tests.integration.conftest import clear
from tests.integration.parts import Parts, parts_in
from tests.integration.test_worker import SEVERAL, SINGLE, assert_true, fetched, work
from tests.made_articles import document, made_article
from tests.services.traffic import open_index, open_move, open_search

ONE, TWO, THREE, FOUR = SINGLE[:4]
SEVERAL_PAGES = SEVERAL[0]
IN_INDEX = [SEVERAL_PAGES["id"], *(record["id"] for record in (ONE, TWO, THREE))]


@dataclass(frozen=True)
class Place:
    """An index with its kind and place, and the parts around it in `var` as a command knows them."""

    kind: str
    where: str
    var: Path
    parts: Parts

    def index(self) -> ArticleIndex:
        return open_index(self.kind, self.where)

    def environment(self) -> dict[str, str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith("DIFANG_")}
        return own | {"DIFANG_VAR": str(self.var)} | ({"DIFANG_INDEX": self.where} if self.kind != "embedded" else {})

    def difang(self, *arguments: str, program: str | None = None) -> subprocess.CompletedProcess[str]:
        run = ["-c", program] if program else ["-m", "difang"]
        command = [sys.executable, *run, *arguments]
        return subprocess.run(command, env=self.environment(), capture_output=True, text=True, check=False)


@pytest.fixture(params=["embedded", "elasticsearch"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Some articles read from pages in the archive, two of them wrongly; one of no page, one of a page not indexed."""
    where = str(tmp_path / "index")
    if request.param == "elasticsearch":
        where = request.getfixturevalue("elasticsearch_url")
        clear(where)
    with parts_in(tmp_path) as parts, closing(open_index(request.param, where)) as index:
        parts.fetch([fetched(url) for url in SEVERAL_PAGES["addresses"]])
        parts.fetch([fetched(record["url"]) for record in (ONE, TWO, THREE)])
        work(parts.worker(index), parts)
        parts.fetch([fetched(FOUR["url"])])
        held = index.get(IN_INDEX)
        index.write([wrongly(held[ONE["id"]], editors=("错读",), story=ONE["id"]), document(made_article())])
        index.write([wrongly(held[SEVERAL_PAGES["id"]], body="第一页", page_count=1)])
        index.keep_versions([replace(held[TWO["id"]].article, title="旧", fetched_at="2020-01-01T00:00:00+00:00")])
        index.refresh()
        index.close()
        yield Place(request.param, where, tmp_path, parts)
    if request.param == "elasticsearch":
        clear(where)


def wrongly(held: Document, *, story: str | None = None, **changes: Any) -> Document:
    """As an older extraction read it."""
    return replace(held, article=replace(held.article, **changes), story=story)


def test_the_next_index_is_what_the_archive_says_and_keeps_the_rest(place: Place) -> None:
    """Pages of an article are joined; versions, stories, and what no page is left of stay; what is taken down goes."""
    place.parts.ledger.takedowns.put([THREE["id"], THREE["url"]], reason="a test", by="me")
    done = place.difang("index", "migrate", "--from", "archive", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["articles"]["target"] is not None
    assert (told["archive"]["added"], told["archive"]["changed"], told["archive"]["taken_down"]) == (1, 0, 1)
    with closing(place.index()) as index:
        index.refresh()
        for record in (ONE, TWO, FOUR, SEVERAL_PAGES):
            assert_true(index, record)
        assert index.get([ONE["id"]])[ONE["id"]].story == ONE["id"]
        assert [version.article.title for version in index.versions(TWO["id"])] == [TWO["title"], "旧"]
        assert index.get(["people:L_1"]).keys() == {"people:L_1"}
        assert index.get([THREE["id"]]) == {}
        assert index.status().documents == 5
    assert place.difang("index", "rollback").returncode == 0
    with closing(place.index()) as index:
        assert index.get([THREE["id"]]) == {}
    assert not list((place.var / "reprocess").glob("*.db"))


KILLED = """
import os, signal, sys
from difang.command.main import main
from difang.ingest.index.moving import elastic, embedded
from difang.ingest.reprocess import workbook
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
fill = workbook.Workbook.fill
def fill_and_die(book, target, last):
    fill(book, target, last)
    if last:
        die()
if sys.argv[1] == "filling":
    workbook.Workbook.fill = fill_and_die
else:
    elastic._Moving._catch_up = embedded._Moving._copy = die
sys.argv[1:] = ["index", "migrate", "--from", "archive"]
main()
"""


@pytest.mark.parametrize("when", ["filling", "filled"])
def test_killed_the_next_call_goes_on(place: Place, when: str) -> None:
    """Search goes on; without --from archive it is told how to go on."""
    assert place.difang(when, program=KILLED).returncode == -signal.SIGKILL
    assert open_search(place.kind, place.where).documents() == 5
    if when == "filling":
        with open_move(place.kind, place.where) as move, pytest.raises(UsageError, match="--from archive"):
            move.migrate()
    done = place.difang("index", "migrate", "--from", "archive", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["archive"]["changed"] == 0
    with closing(place.index()) as index:
        index.refresh()
        for record in (ONE, TWO, THREE, FOUR, SEVERAL_PAGES):
            assert_true(index, record)
        assert index.status().documents == 6


def test_a_rebuild_after_a_kill_fills_an_index_of_the_same_name_anew(place: Place) -> None:
    """All readers see the new reading at one moment: after the swap nothing is left to change."""
    assert place.difang("filling", program=KILLED).returncode == -signal.SIGKILL
    done = place.difang("index", "migrate", "--from", "archive", "--rebuild", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["archive"]["changed"] == 0


@pytest.mark.parametrize("place", ["embedded"], indirect=True)
def test_a_torn_state_is_mended_by_a_rebuild_from_the_archive(place: Place) -> None:
    """As by one from the index; a plain migration says what mends it."""
    (Path(place.where) / "generations.json").write_text("{")
    refused = place.difang("index", "migrate", "--from", "archive")
    assert (refused.returncode, "`difang index migrate --rebuild` mends it" in refused.stderr) == (1, True)
    done = place.difang("index", "migrate", "--from", "archive", "--rebuild", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["archive"]["changed"] == 0
