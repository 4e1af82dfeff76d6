"""One process at a time moves the indexes of an Elasticsearch, whatever ledgers they have."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
from elasticsearch import Elasticsearch

from difang.command.mover import only_mover_there
from difang.command.moving import migrate, roll_back
from difang.command.settings import Settings
from difang.ingest.errors import DifangError, RetryLater
from difang.ingest.index.moving.mark import INDEX, Mark


@pytest.fixture
def client(elasticsearch_url: str) -> Iterator[Elasticsearch]:
    with closing(Elasticsearch(elasticsearch_url)) as client:
        client.indices.delete(index=INDEX, ignore_unavailable=True)
        yield client
        client.indices.delete(index=INDEX, ignore_unavailable=True)


def mark(client: Elasticsearch, holder: str, *, seconds: float = 60) -> Mark:
    return Mark(client, seconds=seconds, elapsed=time.monotonic, holder=f"elsewhere/1/{holder}")


def test_commands_with_another_ledger_are_told_who_moves_the_index(
    client: Elasticsearch, elasticsearch_url: str, tmp_path: Path
) -> None:
    """And after the first the next one goes on at once."""
    settings = Settings(var=tmp_path / "another", index=elasticsearch_url)
    with only_mover_there(client) as prove:
        with pytest.raises(DifangError, match="is being moved since"):
            migrate(settings, rebuild=False, step=lambda *_: None)
        with pytest.raises(DifangError, match="is being moved since"):
            roll_back(settings, step=lambda *_: None)
        prove()
    migrate(settings, rebuild=False, step=lambda *_: None)
    with only_mover_there(client):
        pass


def test_of_two_that_reach_for_the_mark_of_a_dead_one_one_has_it(client: Elasticsearch) -> None:
    """And what the dead one still tries has no effect."""
    dead, one, other = (mark(client, name, seconds=0) for name in ("dead", "one", "other"))
    assert dead.take()
    assert one.take()
    assert not dead.beat()
    dead.release()
    held = one.held()
    assert held is not None
    assert held.holder == "elsewhere/1/one"
    assert mark(client, "patient").take() is False
    assert other.take()  # it, too, waits no second
    assert not one.beat()


def test_a_sign_of_life_whose_answer_was_lost_is_one(client: Elasticsearch) -> None:
    """The mover goes on."""
    mine = mark(client, "me")
    assert mine.take()
    held = mine.held()
    assert held is not None
    document = {"holder": held.holder, "since": held.since.isoformat()}
    client.index(index=INDEX, id="mover", document=document)
    assert mine.beat()
    mine.release()
    assert mine.held() is None


def test_a_mover_that_was_killed_is_not_waited_for(client: Elasticsearch) -> None:
    assert mark(client, "dead").take()
    with only_mover_there(client, gone=0.1) as prove:
        prove()


def test_a_mover_that_stood_still_moves_no_more(client: Elasticsearch) -> None:
    """Another one has taken its place."""
    with only_mover_there(client) as prove:
        other = Mark(client, seconds=0, elapsed=time.monotonic, holder="elsewhere/1/other", died=lambda _: True)
        until = time.monotonic() + 30
        while not other.take():
            assert time.monotonic() < until
        with pytest.raises(DifangError, match="stood still"):
            while time.monotonic() < until:
                Event().wait(0.05)  # until it next gives a sign of life
                prove()
    held = other.held()
    assert held is not None
    assert held.holder == "elsewhere/1/other"


def test_a_server_out_of_reach_is_told_in_a_sentence() -> None:
    with closing(Elasticsearch("http://127.0.0.1:9", max_retries=0)) as away, pytest.raises(RetryLater):
        mark(away, "me").take()
