"""Names of an index that were lost: told, given back, and nothing is deleted for it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from difang.ingest.errors import RetryLater, UsageError
from difang.ingest.index.mapping import ARTICLES, READ_ALIAS, VERSIONS, WRITE_ALIAS
from difang.ingest.index.moving.elastic import ElasticMove
from difang.ingest.index.moving.report import Moved, said
from difang.ingest.index.port import Written
from tests.integration.conftest import clear, client
from tests.made_articles import document, made_article, made_articles
from tests.services.command import Difang
from tests.services.traffic import open_index, open_search

FEW = 5


@pytest.fixture
def server(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    clear(elasticsearch_url)
    index = open_index("elasticsearch", elasticsearch_url)
    index.write([document(article) for article in made_articles(FEW)])
    index.keep_versions([made_article()])
    index.refresh()
    index.close()
    with client(elasticsearch_url) as opened:
        yield opened
    clear(elasticsearch_url)


def move(server: Elasticsearch, *, rebuild: bool = False) -> Moved:
    return ElasticMove(server, ARTICLES, lambda _: None).migrate(rebuild=rebuild)


def indexes(server: Elasticsearch) -> set[str]:
    return set(server.indices.get(index=f"{READ_ALIAS}-*").body)


@pytest.mark.parametrize("lost", [[READ_ALIAS], [WRITE_ALIAS], [READ_ALIAS, WRITE_ALIAS]])
@pytest.mark.parametrize("migrations", [0, 1, 2])
def test_names_that_were_lost_are_told_and_given_back_to_the_index_that_bore_them(
    server: Elasticsearch, elasticsearch_url: str, lost: list[str], migrations: int
) -> None:
    for _ in range(migrations):
        move(server, rebuild=True)
    there = indexes(server)
    server.indices.delete_alias(index="difang-articles-*", name=lost)
    index = open_index("elasticsearch", elasticsearch_url)
    wrong = index.status().details["index"]
    assert (" without an alias; " if len(lost) == 2 else f" without the alias {lost[0]}; ") in wrong
    assert "`difang index migrate` gives back what it lost" in wrong
    if WRITE_ALIAS in lost:  # no worker makes an empty index beside it
        told = (
            rf"No alias leads to .* \({FEW}\); `difang" if len(lost) == 2 else f"lost its alias {WRITE_ALIAS}; `difang"
        )
        with pytest.raises(RetryLater, match=f"{told} index migrate` gives"):
            index.write([document(made_article())])
    moved = move(server)
    assert (moved.target, moved.documents, sorted(moved.names)) == (None, FEW, sorted(lost))
    assert "for an alias again. Nothing to move" in said(moved)
    assert indexes(server) == there
    assert index.status().documents == FEW
    assert index.write([document(made_article(id="people:L_9"))])[0].written is Written.KEPT
    index.refresh()
    with closing(open_search("elasticsearch", elasticsearch_url)) as search:
        assert search.search("").total == FEW + 1
    index.close()


@pytest.mark.parametrize("lost", [[READ_ALIAS], [WRITE_ALIAS], [READ_ALIAS, WRITE_ALIAS]])
def test_who_reads_an_index_that_lost_its_name_does_not_take_it_for_an_empty_one(
    server: Elasticsearch, elasticsearch_url: str, lost: list[str]
) -> None:
    server.indices.delete_alias(index="difang-articles-*", name=lost)
    told = "`difang index migrate` gives"
    with closing(open_search("elasticsearch", elasticsearch_url)) as search:
        if READ_ALIAS in lost:
            for ask in (lambda: search.search("文章"), search.documents, lambda: list(search.export("文章"))):
                with pytest.raises(RetryLater, match=told):
                    ask()
        else:
            assert search.documents() == FEW
    index = open_index("elasticsearch", elasticsearch_url)
    if WRITE_ALIAS in lost:
        for change in (index.get, index.remove):
            with pytest.raises(RetryLater, match=told):
                change(["people:L_1"])
    index.close()


@pytest.mark.parametrize("lost", [[VERSIONS.read], [VERSIONS.write], [VERSIONS.read, VERSIONS.write]])
def test_versions_that_lost_their_name_are_not_left_behind_when_an_article_goes(
    server: Elasticsearch, elasticsearch_url: str, lost: list[str]
) -> None:
    """It leaves the searches at once, and what is left is done when it is said again."""
    article = made_article()
    server.indices.refresh(index="difang-versions-*")
    server.indices.delete_alias(index="difang-versions-*", name=lost)
    index = open_index("elasticsearch", elasticsearch_url)
    with pytest.raises(RetryLater, match="`difang index migrate` gives"):
        index.remove([article.id])
    assert index.get([article.id]) == {}
    assert server.count(index="difang-versions-*")["count"] == 1
    ElasticMove(server, VERSIONS, lambda _: None).migrate()
    assert index.remove([article.id]) == 0
    server.indices.refresh(index=VERSIONS.read)
    assert server.count(index=VERSIONS.read)["count"] == 0
    index.close()


def test_nothing_is_removed_from_an_index_that_was_never_made_nor_is_it_made(elasticsearch_url: str) -> None:
    clear(elasticsearch_url)
    index = open_index("elasticsearch", elasticsearch_url)
    assert index.remove(["people:L_1"]) == 0
    index.close()
    with client(elasticsearch_url) as server:
        assert not indexes(server)


def test_a_rebuild_after_names_were_lost_brings_everything_over(server: Elasticsearch) -> None:
    server.indices.delete_alias(index="difang-articles-*", name=READ_ALIAS)
    assert move(server, rebuild=True).documents == FEW


def test_where_either_of_two_may_be_the_newest_nothing_is_chosen(server: Elasticsearch, elasticsearch_url: str) -> None:
    move(server, rebuild=True)
    ElasticMove(server, ARTICLES, lambda _: None).rollback()
    there = indexes(server)
    server.indices.delete_alias(index="difang-articles-*", name=[READ_ALIAS, WRITE_ALIAS])
    index = open_index("elasticsearch", elasticsearch_url)
    assert "without an alias; give difang-articles and" in index.status().details["index"]
    with pytest.raises(RetryLater, match="give difang-articles and"):
        index.write([document(made_article())])
    index.close()
    with pytest.raises(UsageError, match=rf"No alias leads to any of .* \({FEW}\), .*; give difang-articles and"):
        move(server, rebuild=True)
    assert indexes(server) == there


def test_where_names_of_indexes_were_used_again_the_newest_gets_the_aliases_back(
    server: Elasticsearch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after it gave the aliases over, a migration leaves three, each of which says it took another's place."""
    for _ in range(3):
        move(server, rebuild=True)
    monkeypatch.setattr(ElasticMove, "_forget_before", lambda *_: None)
    newest = move(server, rebuild=True).target
    metas = [index["mappings"]["_meta"] for index in server.indices.get_mapping(index=f"{READ_ALIAS}-*").values()]
    assert {meta["move"]["source"] for meta in metas} == indexes(server)
    assert len(metas) == 3
    server.indices.delete_alias(index="difang-articles-*", name=[READ_ALIAS, WRITE_ALIAS])
    assert move(server).source == newest


def test_names_that_lead_to_several_indexes_are_told(server: Elasticsearch) -> None:
    server.indices.create(index=f"{READ_ALIAS}-second", aliases={READ_ALIAS: {}})
    with pytest.raises(UsageError, match=r"lead to several indexes .*-second.*; leave both to one of them"):
        move(server)


def test_an_index_that_no_migration_knows_is_not_deleted_by_one(server: Elasticsearch) -> None:
    """It may hold what is nowhere else."""
    other = f"{ARTICLES.name}-7"
    server.indices.create(index=other, **ARTICLES.body(None))
    for _ in range(3):
        move(server, rebuild=True)
    assert other in indexes(server)
    assert len(indexes(server)) == 3


def test_the_versions_get_theirs_back_too(server: Elasticsearch, elasticsearch_url: str) -> None:
    server.indices.delete_alias(index="difang-versions-*", name=[VERSIONS.read, VERSIONS.write])
    index = open_index("elasticsearch", elasticsearch_url)
    assert "without an alias" in index.status().details["versions"]
    ElasticMove(server, VERSIONS, lambda _: None).migrate()
    assert index.status().details["versions"] == "1 older"
    index.close()


@pytest.mark.parametrize(
    "lost", [[READ_ALIAS], [WRITE_ALIAS], [READ_ALIAS, WRITE_ALIAS], [VERSIONS.read, VERSIONS.write]]
)
def test_the_doctor_finds_names_that_were_lost_and_says_what_gives_them_back(
    server: Elasticsearch, elasticsearch_url: str, lost: list[str], tmp_path: Path
) -> None:
    difang = Difang(var=tmp_path, proxy=None, settings={"index": elasticsearch_url})
    server.indices.delete_alias(index="difang-*", name=lost)
    said = difang.run("doctor", "--part", "index", code=1).stdout.split(maxsplit=2)
    status = difang.run("index", "status").stdout
    assert said[:2] == ["WRONG", "index"]
    assert said[2].endswith("`difang index migrate` gives back what it lost.\n")
    assert said[2].strip().removesuffix(".") in status
    difang.run("index", "migrate")
    assert difang.run("doctor", "--part", "index").stdout.startswith("ok")
