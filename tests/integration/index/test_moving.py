"""Migration and rollback on both indexes: nothing lost, nothing doubled, no gap, whatever goes on meanwhile."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch, TransportError

from difang.ingest.errors import DifangError, RetryLater, UsageError
from difang.ingest.index.bulk_request import operation_of
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.entry import entry_of
from difang.ingest.index.mapping import ARTICLES, READ_ALIAS, WRITE_ALIAS, create
from difang.ingest.index.moving.compare import compare
from difang.ingest.index.moving.copying import fitting
from difang.ingest.index.moving.report import Moved
from difang.ingest.index.moving.server import Server, told_in_a_sentence
from difang.ingest.index.port import ArticleIndex, Written
from tests.integration.conftest import clear, client
from tests.made_articles import document, made_article, made_articles
from tests.services.traffic import open_index, open_move, open_search, traffic

MANY, FEW = 2_000, 60
LATER = "2021-01-01T00:00:00+00:00"


@dataclass(frozen=True)
class Place:
    """An empty index: its kind and where it is."""

    kind: str
    where: str

    def index(self) -> ArticleIndex:
        return open_index(self.kind, self.where)

    def migrate(self, *, rebuild: bool = False) -> Moved:
        with open_move(self.kind, self.where) as move:
            return move.migrate(rebuild=rebuild)

    def rollback(self) -> Moved:
        with open_move(self.kind, self.where) as move:
            return move.rollback()

    def fill(self, count: int) -> None:
        index = self.index()
        index.write([document(article) for article in made_articles(count)])
        index.refresh()
        index.close()


@pytest.fixture(params=["embedded", "elasticsearch"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    if request.param == "embedded":
        yield Place("embedded", str(tmp_path / "index"))
        return
    url = request.getfixturevalue("elasticsearch_url")
    clear(url)
    yield Place("elasticsearch", url)
    clear(url)


def test_migrating_writing_and_searching_at_the_same_time(place: Place) -> None:
    """In several processes: migration, then rollback; no search fails, and all that was written is there once."""
    place.fill(MANY)
    writers = 1 if place.kind == "embedded" else 2  # the embedded index has one writing process
    with traffic(place.kind, place.where, least=MANY, writers=writers) as running:
        there = place.migrate(rebuild=True)
        back = place.rollback()
        *written, searched = running.end()
    assert there.target is not None
    assert back.source == there.target
    assert min(there.documents, there.copied) >= MANY
    assert searched["failed"] == []
    assert searched["searches"] > 5
    index = place.index()
    index.refresh()
    expected = {id_: title for done in written for id_, title in done["there"].items()}
    assert len(expected) > 50
    found = {id_: found.article.title for id_, found in index.get(list(expected)).items()}
    assert found == expected
    assert index.get([id_ for done in written for id_ in done["gone"]]) == {}
    assert index.status().documents == MANY + len(expected)
    assert open_search(place.kind, place.where).documents() == MANY + len(expected)
    index.close()


KILLED = """
import os, signal, sys
from difang.ingest.index.moving import elastic, embedded, server
from tests.services.traffic import open_move
kind, place, when, *back = sys.argv[1:]
def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)
told = die if when == "copying" else lambda _: None
if when == "before the swap":
    server.Server.swap = die
    embedded.forget_changes = lambda folder: die() if embedded.state_of(folder).copied else None
if when == "after the swap":
    elastic.ElasticMove._forget_before = die
    embedded.Moved = die
with open_move(kind, place, told) as move:
    move.rollback() if back else move.migrate(rebuild=True)
"""


def kill(place: Place, when: str, *back: str) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, place.kind, place.where, when, *back], check=False)
    assert killed.returncode == -signal.SIGKILL


@pytest.mark.parametrize("when", ["copying", "before the swap", "after the swap"])
def test_killed_in_any_step_the_next_call_goes_on(place: Place, when: str) -> None:
    """Search and status go on in between; what is written or removed in between is there, or not, in the end."""
    place.fill(FEW)
    kill(place, when)
    assert open_search(place.kind, place.where).documents() == FEW
    index = place.index()
    assert ("migration" in index.status().details) == (when != "after the swap")
    left = FEW
    if when != "before the swap" or place.kind == "embedded":  # else writers wait for the next call
        index.write([document(made_article())])
        assert index.remove(["people:L_1000000"]) == 1
    moved = place.migrate()
    assert (moved.target is None) == (when == "after the swap")
    index.refresh()
    assert index.status().documents == left
    assert "previous" in index.status().details
    index.write([document(made_article(fetched_at=LATER, title="海岱市更正"))])
    place.rollback()
    assert index.get(["people:L_1"])["people:L_1"].article.title == "海岱市更正"
    index.close()


@pytest.mark.parametrize("rebuild", [False, True])
def test_a_rollback_killed_before_the_swap_is_finished_by_rollback_alone(place: Place, rebuild: bool) -> None:
    """Status names it, a migration refuses; made anew, the index takes writes again."""
    place.fill(FEW)
    place.migrate(rebuild=True)
    kill(place, "before the swap", "back")
    index = place.index()
    details = index.status().details
    assert "`difang index rollback` goes on" in details["migration"]
    assert "migrate" not in details["migration"] + details.get("writes", "")
    with pytest.raises(UsageError, match="`difang index rollback` finishes it"):
        place.migrate()
    moved = place.migrate(rebuild=True) if rebuild else place.rollback()
    assert (moved.target is not None, moved.documents) == (True, FEW)
    assert index.write([document(made_article(fetched_at=LATER, title="海岱市更正"))])[0].written is Written.KEPT
    assert {"migration", "writes"}.isdisjoint(index.status().details)
    index.close()


def test_a_block_whose_migration_is_gone_is_lifted(elasticsearch_url: str) -> None:
    clear(elasticsearch_url)
    place = Place("elasticsearch", elasticsearch_url)
    place.fill(3)
    with client(elasticsearch_url) as server:
        server.indices.add_block(index=WRITE_ALIAS, block="write")
        assert place.migrate().target is None
        assert not server.indices.get_settings(index=WRITE_ALIAS, name="index.blocks.write").body
    clear(elasticsearch_url)


def test_nothing_is_moved_where_the_index_is_as_it_should_be(place: Place) -> None:
    """Nor where there is none yet; and there is nothing to go back to."""
    assert place.migrate().target is None
    place.fill(3)
    assert place.migrate() == replace(place.migrate(), target=None, documents=3)
    with pytest.raises(UsageError, match="no index to go back to"):
        place.rollback()


def test_two_migrations_that_begin_at_one_moment_are_told_apart(elasticsearch_url: str) -> None:
    clear(elasticsearch_url)
    with client(elasticsearch_url) as server:
        create(server, ARTICLES)
        with pytest.raises(DifangError, match="Another migration begins"), told_in_a_sentence():
            server.indices.create(index=ARTICLES.name)
    clear(elasticsearch_url)


def test_what_cannot_be_found_in_the_new_index_is_told(elasticsearch_url: str) -> None:
    """Though its source is the same."""
    clear(elasticsearch_url)
    Place("elasticsearch", elasticsearch_url).fill(3)
    with client(elasticsearch_url) as server:
        source = str(next(iter(server.indices.get_alias(name=WRITE_ALIAS).body)))
        target = f"{READ_ALIAS}-other"
        server.indices.create(index=target, **ARTICLES.body(None))
        for hit in server.search(index=source, version=True)["hits"]["hits"]:
            version = {"version": hit["_version"], "version_type": "external_gte"}
            server.index(index=target, id=hit["_id"], document=hit["_source"], **version)  # the record, no search field
        with pytest.raises(DifangError, match="is not found by its title"):
            compare(Server(server, ARTICLES), source, target, may_be_newer=False)
    clear(elasticsearch_url)


def test_versions_removals_and_older_pages_survive(place: Place) -> None:
    """A migration there and back changes none of them; an older page stays stale."""
    place.fill(FEW)
    index = place.index()
    old, new = made_article(title="旧"), made_article(title="新", fetched_at=LATER)
    index.keep_versions([old])
    index.write([document(new)])
    index.remove(["people:L_1000000"])
    for back in (False, True, True):
        _ = place.rollback() if back else place.migrate(rebuild=True)
        index.refresh()
        assert [version.article for version in index.versions("people:L_1")] == [new, old]
        assert index.get(["people:L_1000000"]) == {}
        assert index.write([document(old)])[0].written == "stale"
        assert index.status().documents == FEW
    index.close()


def test_what_was_removed_and_came_back_with_an_older_page_is_moved_as_it_is(place: Place) -> None:
    """The index one goes back to still holds the newer one."""
    place.fill(FEW)
    index = place.index()
    old, new = document(made_article(title="旧")), document(made_article(title="新", fetched_at=LATER))
    index.write([new])
    place.migrate(rebuild=True)
    index.remove(["people:L_1"])
    assert index.write([old])[0].written == "kept"
    assert place.rollback().documents == FEW + 1
    assert index.get(["people:L_1"]) == {"people:L_1": old}
    index.close()


def test_indexes_no_migration_made_are_left_alone(elasticsearch_url: str) -> None:
    """One made by hand, and one of our own restored under another name."""
    clear(elasticsearch_url)
    place = Place("elasticsearch", elasticsearch_url)
    place.fill(3)
    others = {f"{READ_ALIAS}-backup2026", f"{READ_ALIAS}-restored"}
    with client(elasticsearch_url) as server:
        server.indices.create(index=f"{READ_ALIAS}-backup2026")
        server.indices.create(index=f"{READ_ALIAS}-restored", **ARTICLES.body(None))
        for _ in range(3):
            place.migrate(rebuild=True)
        assert set(server.indices.get(index=f"{READ_ALIAS}-*").body) > others
    clear(elasticsearch_url)


def test_a_swap_whose_answer_was_lost_is_done(elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """One can go back from it."""
    clear(elasticsearch_url)
    place = Place("elasticsearch", elasticsearch_url)
    place.fill(3)
    swap = Server.swap

    def unanswered(server: Server, source: str, target: str) -> None:
        swap(server, source, target)
        raise TransportError("the answer was lost")

    with monkeypatch.context() as patched:
        patched.setattr(Server, "swap", unanswered)
        with pytest.raises(RetryLater):
            place.migrate(rebuild=True)
    assert place.migrate().target is None
    assert place.rollback().documents == 3
    assert place.rollback().documents == 3
    clear(elasticsearch_url)


def test_only_the_index_before_is_kept(place: Place) -> None:
    """After three migrations."""
    place.fill(FEW)
    names = [place.migrate(rebuild=True).target for _ in range(3)]
    assert place.rollback().target not in (names[0], None)
    if place.kind == "elasticsearch":
        with client(place.where) as server:
            assert set(server.indices.get(index="difang-articles*").body) == set(names[1:])
    else:
        assert len([path for path in Path(place.where).iterdir() if path.is_dir()]) == 2
        assert not list(Path(place.where).glob("*.store"))


def test_an_index_of_another_version_of_difang_is_moved_and_workers_then_go_on(place: Place) -> None:
    """Until then they are told what to do; going back, what the older one does not know is left out."""
    _make_older(place)
    index = place.index()
    with pytest.raises(RetryLater, match="difang index migrate"):
        index.write([document(made_article(id="people:L_2"))])
    assert "another version" in index.status().details["mapping"]
    assert place.migrate().documents == 1
    assert index.write([document(made_article(id="people:L_2"))])[0].written == "kept"
    assert index.status().details["mapping"].endswith(("current", "(current)"))
    assert place.rollback().documents == 2
    assert place.rollback().documents == 2
    assert len(index.get(["people:L_1", "people:L_2"])) == 2
    index.close()


def _make_older(place: Place) -> None:
    if place.kind == "embedded":
        place.fill(0)
        index = EmbeddedIndex(Path(place.where))
        index.write([document(made_article())])
        index.close()
        (Path(place.where) / "difang-schema").write_text("older")
        return
    with client(place.where) as server:
        body = ARTICLES.body()
        body["mappings"]["_meta"]["difang"] = "older"
        del body["mappings"]["properties"]["search"]["properties"]["facets"]["properties"]["kind"]
        aliases: dict[str, dict[str, object]] = {READ_ALIAS: {}, WRITE_ALIAS: {}}
        server.indices.create(index=f"{READ_ALIAS}-older", **body, aliases=aliases)
        entry = entry_of(document(made_article()))
        source = fitting(json.loads(operation_of(entry).source), body["mappings"]["properties"])
        server.index(
            index=f"{READ_ALIAS}-older",
            id=entry.id,
            document=source,
            version=entry.version,
            version_type="external",
        )


def test_a_source_without_shape_is_told_and_nothing_is_swapped(elasticsearch_url: str) -> None:
    """A document no version of difang wrote."""
    clear(elasticsearch_url)
    place = Place("elasticsearch", elasticsearch_url)
    place.fill(3)
    with client(elasticsearch_url) as server:
        server.index(index=WRITE_ALIAS, id="people:L_9", document={"id": "people:L_9", "title": "x"})
        before = server.indices.get_alias(name=WRITE_ALIAS).body
        with pytest.raises(DifangError, match=r"people:L_9 cannot be moved .*; nothing was swapped"):
            place.migrate(rebuild=True)
        assert server.indices.get_alias(name=WRITE_ALIAS).body == before
    clear(elasticsearch_url)


def test_word_fields_come_with_the_plugin_and_go_without(elasticsearch_url: str) -> None:
    """No plugin exists here, so an analyzer every server has stands for the plugin's: the server takes the mapping."""
    clear(elasticsearch_url)
    with Elasticsearch(elasticsearch_url) as server:
        server.indices.create(
            index=ARTICLES.name, **ARTICLES.body("standard"), aliases={READ_ALIAS: {}, WRITE_ALIAS: {}}
        )
        index = ElasticIndex(client(elasticsearch_url))
        index.write([document(made_article())])
        index.refresh()
        assert server.count(index=READ_ALIAS, query={"match_phrase": {"body.words": "公布"}})["count"] == 1
        assert "run `difang index migrate`" in index.status().details["words"]
        moved = Place("elasticsearch", elasticsearch_url).migrate()
        assert moved.target is not None
        assert index.status().details["words"].startswith("none")
        index.close()
    clear(elasticsearch_url)


def test_a_mapping_the_server_refuses_is_told_with_its_reason_and_nothing_is_changed(
    elasticsearch_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An analyzer of a plugin this server does not have; the first index and the next one."""
    clear(elasticsearch_url)
    place = Place("elasticsearch", elasticsearch_url)
    refused = r"refuses to make the index difang-articles-.*mapper_parsing_exception: .*smartcn.*not every node has"
    for module in ("mapping", "moving.elastic"):
        with monkeypatch.context() as patched:
            patched.setattr(f"difang.ingest.index.{module}.words_of", lambda _: "smartcn")
            with pytest.raises(RetryLater, match=refused):
                place.migrate()
        place.fill(3)
    assert place.index().status().documents == 3
    clear(elasticsearch_url)
