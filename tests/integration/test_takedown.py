"""Takedowns on real parts: what is taken down leaves the index, stays out whatever comes, and can come back."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch

from difang.crawler.channel_table import load_channels
from difang.crawler.takedown import Undone, take_down, undo
from difang.ingest.errors import DifangError, RetryLater, UsageError
from difang.ingest.index.elastic import ElasticIndex
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.index.mapping import ARTICLES, VERSIONS, Family
from difang.ingest.index.moving.elastic import ElasticMove
from difang.ingest.index.port import ArticleIndex
from difang.ingest.loop import drain
from difang.ingest.outcome import Outcome
from difang.ingest.page import PageRef
from difang.ingest.readers import Read
from difang.ingest.refusing import RefusingReader, TakedownSweep
from tests.integration.conftest import clear, client
from tests.integration.parts import Parts
from tests.integration.test_worker import MIRRORED, SEVERAL, SINGLE, Killed, fetched, work

CHANNELS = load_channels(None)
ONE = SINGLE[0]


def die(*_: object, **__: object) -> None:
    raise Killed


def refusing(parts: Parts) -> RefusingReader:
    return RefusingReader(parts.reader(), parts.ledger.takedowns)


@pytest.mark.parametrize(("by_id", "seconds"), [(True, 60), (False, -60)])
def test_an_article_taken_down_leaves_the_index_and_no_page_of_it_comes_in_again(
    parts: Parts, index: ArticleIndex, by_id: bool, seconds: float
) -> None:
    """Neither a newer nor an older one."""
    several = SEVERAL[0]
    parts.fetch([fetched(url) for url in (*several["addresses"], ONE["url"])])
    work(parts.worker(index), parts)
    target = several["id"] if by_id else several["url"]
    done = take_down(target, reason="a test", by="me", channels=CHANNELS, ledger=parts.ledger, index=index)
    assert done.ids == (several["id"],)
    assert done.waiting is None
    assert set(several["addresses"]) <= set(done.entry.names)
    assert index.get([several["id"], ONE["id"]]).keys() == {ONE["id"]}
    parts.fetch([fetched(url, seconds=seconds) for url in several["addresses"]])
    told = work(parts.worker(index, reader=refusing(parts)), parts)
    assert told == {Outcome.REFUSED: len(several["addresses"])}
    assert index.get([several["id"]]) == {}
    assert "(a test)" in str(parts.told())


def test_undone_it_comes_back_from_the_archive_without_a_fetch(parts: Parts, index: ArticleIndex) -> None:
    parts.fetch([fetched(ONE["url"])])
    work(parts.worker(index), parts)
    before = index.get([ONE["id"]])
    take_down(ONE["url"], reason="a test", by="me", channels=CHANNELS, ledger=parts.ledger, index=index)
    assert undone(parts, index) == Undone(queued=1)
    work(parts.worker(index, reader=refusing(parts)), parts)
    assert index.get([ONE["id"]]) == before
    [entry] = parts.ledger.takedowns.every()
    assert (entry.by, entry.undone_by, entry.reason) == ("me", "you", "a test")
    with pytest.raises(UsageError, match="not on the takedown list"):
        undone(parts, index)


def undone(parts: Parts, index: ArticleIndex, target: str = ONE["id"]) -> Undone:
    return undo(
        target,
        by="you",
        channels=CHANNELS,
        ledger=parts.ledger,
        index=index,
        archive=parts.archive,
        queue=parts.queue,
    )


def taken_down(parts: Parts, index: ArticleIndex) -> None:
    parts.fetch([fetched(ONE["url"])])
    work(parts.worker(index), parts)
    take_down(ONE["url"], reason="a test", by="me", channels=CHANNELS, ledger=parts.ledger, index=index)


def test_an_undo_killed_before_the_pages_were_queued_is_ended_by_the_next(
    parts: Parts, embedded: ArticleIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken_down(parts, embedded)
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(parts.queue, "put", die)
        undone(parts, embedded)
    assert undone(parts, embedded) == Undone(queued=1)
    work(parts.worker(embedded, reader=refusing(parts)), parts)
    assert ONE["id"] in embedded.get([ONE["id"]])
    with pytest.raises(UsageError, match="not on the takedown list"):
        undone(parts, embedded)


def test_what_the_archive_cannot_read_is_told_and_the_rest_comes_back(parts: Parts, embedded: ArticleIndex) -> None:
    several = SEVERAL[0]
    first, *others = several["addresses"]
    refs = [*parts.fetch([fetched(first)]), *parts.fetch([fetched(url) for url in others])]
    take_down(several["url"], reason="a test", by="me", channels=CHANNELS, ledger=parts.ledger, index=embedded)
    assert refs[-1].position
    (parts.archive.folder / refs[-1].position.file).unlink()
    done = undone(parts, embedded, several["url"])
    assert (done.queued, len(done.unread)) == (1, len(others))
    with pytest.raises(DifangError, match=f"{len(others)} of its archived pages could not be read"):
        done.whole()


def test_with_the_index_away_a_takedown_can_be_undone(parts: Parts, embedded: ArticleIndex) -> None:
    """Taken down twice, it is two entries, which end together; what is not on the list is told with the outage."""
    taken_down(parts, embedded)
    take_down(ONE["id"], reason="another", by="me", channels=CHANNELS, ledger=parts.ledger, index=embedded)
    with closing(ElasticIndex(Elasticsearch("http://127.0.0.1:1", max_retries=0))) as away:
        with pytest.raises(RetryLater, match=r"not on the takedown list: .* cannot be reached"):
            undone(parts, away, SINGLE[1]["id"])
        assert undone(parts, away) == Undone(queued=1)
    assert [entry.undone_by for entry in parts.ledger.takedowns.every()] == ["you", "you"]
    work(parts.worker(embedded, reader=refusing(parts)), parts)
    assert ONE["id"] in embedded.get([ONE["id"]])


def test_a_takedown_undone_while_a_worker_refuses_the_page_loses_nothing(parts: Parts, embedded: ArticleIndex) -> None:
    class Undoing(RefusingReader):
        def read(self, refs: Sequence[PageRef]) -> list[Read]:
            answers = super().read(refs)
            if parts.ledger.takedowns.refused([ONE["id"]]):
                assert undone(parts, embedded) == Undone(queued=1)
            return answers

    parts.fetch([fetched(ONE["url"])])
    take_down(ONE["id"], reason="a test", by="me", channels=CHANNELS, ledger=parts.ledger, index=embedded)
    reader = Undoing(parts.reader(), parts.ledger.takedowns)
    assert work(parts.worker(embedded, reader=reader), parts) == {Outcome.REFUSED: 1, Outcome.INDEXED: 1}
    assert embedded.get([ONE["id"]]).keys() == {ONE["id"]}
    assert parts.outcomes() == {ONE["url"]: "indexed"}


def test_an_article_read_before_and_written_after_its_takedown_is_swept_out(parts: Parts, index: ArticleIndex) -> None:
    parts.fetch([fetched(ONE["url"]), fetched(SINGLE[1]["url"])])
    sweep = TakedownSweep(parts.ledger.takedowns, index)
    sweep.sweep()
    entry = parts.ledger.takedowns.put([ONE["id"]], reason="a test", by="me")
    drain(parts.worker(index), parts.queue, most=9, stop=parts.clock, on_batch=lambda _: None)  # read without the list
    assert ONE["id"] in index.get([ONE["id"]])
    assert sweep.sweep() == 1
    assert index.get([ONE["id"], SINGLE[1]["id"]]).keys() == {SINGLE[1]["id"]}
    assert parts.ledger.takedowns.after(entry.number - 1)[0].removed_at is not None
    work(parts.worker(index), parts)
    parts.fetch([fetched(ONE["url"], seconds=5)])
    work(parts.worker(index), parts)  # a batch that was read ahead
    assert sweep.sweep() == 1
    assert index.get([ONE["id"]]) == {}


def test_where_another_process_writes_the_index_the_worker_is_left_to_take_it_out(parts: Parts, tmp_path: Path) -> None:
    parts.fetch([fetched(ONE["url"])])
    working, other = EmbeddedIndex(tmp_path / "embedded"), EmbeddedIndex(tmp_path / "embedded")
    work(parts.worker(working), parts)
    done = take_down(ONE["id"], reason="a test", by="me", channels=CHANNELS, ledger=parts.ledger, index=other)
    assert done.waiting
    assert "Another difang process writes the index" in done.waiting
    assert TakedownSweep(parts.ledger.takedowns, working).sweep() == 1
    assert working.get([ONE["id"]]) == {}
    working.close()
    other.close()


def test_with_the_index_away_it_is_recorded_and_done_when_the_index_is_back(parts: Parts, index: ArticleIndex) -> None:
    parts.fetch([fetched(ONE["url"])])
    work(parts.worker(index), parts)
    with closing(ElasticIndex(Elasticsearch("http://127.0.0.1:1", max_retries=0))) as away:
        done = take_down(ONE["url"], reason="a test", by="me", channels=CHANNELS, ledger=parts.ledger, index=away)
    assert (done.ids, done.asked) == ((), False)
    assert "cannot be reached" in (done.waiting or "")
    assert ONE["id"] in done.entry.names
    parts.fetch([fetched(ONE["url"], seconds=5)])
    assert work(parts.worker(index, reader=refusing(parts)), parts) == {Outcome.REFUSED: 1}
    assert TakedownSweep(parts.ledger.takedowns, index).sweep() == 1
    assert index.get([ONE["id"]]) == {}


@pytest.mark.parametrize("family", [ARTICLES, VERSIONS])
def test_an_index_that_lost_its_name_is_no_empty_one_and_is_swept_when_it_has_it_again(
    parts: Parts, elasticsearch_url: str, family: Family
) -> None:
    clear(elasticsearch_url)
    parts.fetch([fetched(ONE["url"])])
    with closing(ElasticIndex(client(elasticsearch_url))) as index, client(elasticsearch_url) as server:
        work(parts.worker(index), parts)
        index.keep_versions([index.get([ONE["id"]])[ONE["id"]].article])
        server.indices.refresh(index="difang-versions-*")
        server.indices.delete_alias(index=f"{family.read}-*", name=[family.read, family.write])
        sweep = TakedownSweep(parts.ledger.takedowns, index)
        done = take_down(ONE["id"], reason="a test", by="me", channels=CHANNELS, ledger=parts.ledger, index=index)
        assert "`difang index migrate` gives back" in (done.waiting or "")
        with pytest.raises(RetryLater):
            sweep.sweep()
        ElasticMove(server, family, lambda _: None).migrate()
        sweep.sweep()
        assert index.get([ONE["id"]]) == {}
        server.indices.refresh(index="difang-*")
        assert server.count(index="difang-versions-*")["count"] == 0
        assert parts.ledger.takedowns.after(done.entry.number - 1)[0].removed_at is not None
    clear(elasticsearch_url)


def test_a_second_address_of_an_article_taken_down_is_refused_too(parts: Parts, index: ArticleIndex) -> None:
    take_down(MIRRORED["url"], reason="a test", by="me", channels=CHANNELS, ledger=parts.ledger, index=index)
    elsewhere = next(url for url in MIRRORED["urls"] if url != MIRRORED["url"])
    parts.fetch([fetched(elsewhere)])
    assert work(parts.worker(index, reader=refusing(parts)), parts) == {Outcome.REFUSED: 1}
    assert index.get([MIRRORED["id"]]) == {}


@pytest.mark.parametrize("listed", [3, 300])
def test_however_long_the_list_a_batch_is_told_what_is_on_it(parts: Parts, listed: int) -> None:
    """And nothing else."""
    takedowns = parts.ledger.takedowns
    takedowns.put([f"people:L_{number}" for number in range(listed)], reason="a test", by="me")
    undone = takedowns.put(["people:L_1000"], reason="a mistake", by="me").number
    takedowns.undo([undone], by="me")
    batch = [f"people:L_{number}" for number in range(1, 1500)]
    assert set(takedowns.refused(batch)) == {f"people:L_{number}" for number in range(1, listed)}
    assert set(takedowns.refused(batch[:2])) == {"people:L_1", "people:L_2"}
