"""The contract of the page queue, on every implementation."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from difang.ingest.errors import RetryLater
from difang.ingest.page import PageRef, Position
from difang.ingest.queue import PageQueue, QueueCounts
from difang.ingest.set_aside import Chosen, Deed
from difang.ingest.sqlite_queue import SqliteQueue

MOMENT = datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.time = 1_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(tmp_path: Path, clock: Clock) -> Iterator[PageQueue]:
    queue = SqliteQueue(tmp_path / "queue.db", now=clock)
    yield queue
    queue.close()


def ref(number: int, *, key: str | None = None, sighting: bool = False) -> PageRef:
    return PageRef(
        url=f"http://sd.people.com.cn/n2/2026/0102/c1-{number}.html",
        key=key or f"people:L_{number}",
        run_id="r1",
        fetched_at=MOMENT + timedelta(seconds=number),
        position=None if sighting else Position(file="a.warc.gz", offset=number, length=10),
    )


def test_a_page_comes_out_as_it_went_in(queue: PageQueue) -> None:
    queue.put([ref(1), ref(2, sighting=True)])
    assert [claim.ref for claim in queue.claim(10, lease_seconds=60)] == [ref(1), ref(2, sighting=True)]


def test_the_same_page_is_taken_once(queue: PageQueue) -> None:
    queue.put([ref(1), ref(1)])
    queue.put([ref(1)])
    assert queue.counts().ready == 1


def test_a_page_put_again_while_it_is_in_a_hand_comes_once_more_after_that(queue: PageQueue, clock: Clock) -> None:
    queue.put([ref(1), ref(2)])
    [mine] = queue.claim(1, lease_seconds=300)
    queue.put([ref(1), ref(2)], again=True)
    assert queue.counts() == QueueCounts(ready=1, later=1, claimed=0, set_aside=0)
    assert [claim.ref for claim in queue.claim(9, lease_seconds=300)] == [ref(2)]
    queue.done([mine])
    clock.time += 60
    assert [claim.ref for claim in queue.claim(9, lease_seconds=300)] == [ref(1)]


def test_pages_come_oldest_first_and_no_more_than_asked(queue: PageQueue) -> None:
    queue.put([ref(n) for n in range(5)])
    assert [claim.ref for claim in queue.claim(2, lease_seconds=60)] == [ref(0), ref(1)]


def test_a_claimed_page_is_not_claimed_again_before_its_lease_ends(queue: PageQueue, clock: Clock) -> None:
    queue.put([ref(1)])
    first = queue.claim(1, lease_seconds=60)
    assert [claim.attempt for claim in first] == [1]
    assert queue.claim(1, lease_seconds=60) == []
    clock.time += 60
    assert [claim.attempt for claim in queue.claim(1, lease_seconds=60)] == [2]


def test_pages_of_one_key_are_never_in_two_hands(queue: PageQueue, clock: Clock) -> None:
    queue.put([ref(1, key="k"), ref(2, key="k"), ref(3)])
    mine = queue.claim(1, lease_seconds=60)
    assert [claim.ref for claim in queue.claim(10, lease_seconds=60)] == [ref(3)]
    queue.done(mine)
    assert [claim.ref for claim in queue.claim(10, lease_seconds=60)] == [ref(2, key="k")]


def test_one_hand_may_hold_several_pages_of_one_key(queue: PageQueue) -> None:
    queue.put([ref(1, key="k"), ref(2, key="k")])
    assert len(queue.claim(10, lease_seconds=60)) == 2


def test_a_finished_page_is_gone(queue: PageQueue, clock: Clock) -> None:
    queue.put([ref(1)])
    queue.done(queue.claim(1, lease_seconds=60))
    clock.time += 3600
    assert queue.claim(1, lease_seconds=60) == []
    assert queue.counts().ready == 0


def test_a_page_for_later_comes_when_it_is_due(queue: PageQueue, clock: Clock) -> None:
    queue.put([ref(1)])
    queue.retry_later(queue.claim(1, lease_seconds=60), delay_seconds=30)
    assert queue.claim(1, lease_seconds=60) == []
    assert queue.counts().later == 1
    clock.time += 30
    assert len(queue.claim(1, lease_seconds=60)) == 1


def test_a_page_set_aside_is_kept_with_its_reason_and_can_come_back(queue: PageQueue) -> None:
    queue.put([ref(1)])
    queue.set_aside(queue.claim(1, lease_seconds=60)[0], reason="no text", traceback="line 1")
    (apart,) = queue.set_aside_pages()
    assert (apart.ref, apart.reason, apart.traceback, apart.attempts) == (ref(1), "no text", "line 1", 1)
    assert queue.counts().set_aside == 1
    assert queue.retry_set_aside([apart.number]) == 1
    assert queue.set_aside_pages() == []
    assert [claim.ref for claim in queue.claim(1, lease_seconds=60)] == [ref(1)]


def test_a_page_set_aside_can_be_discarded(queue: PageQueue) -> None:
    queue.put([ref(1)])
    queue.set_aside(queue.claim(1, lease_seconds=60)[0], reason="no text")
    assert queue.discard_set_aside([queue.set_aside_pages()[0].number]) == 1
    assert queue.counts().set_aside == 0
    assert queue.claim(1, lease_seconds=60) == []


def test_each_attempt_on_a_page_is_kept_with_who_when_and_why(queue: PageQueue, clock: Clock) -> None:
    queue.put([ref(1)])
    first = queue.claim(1, lease_seconds=60)
    queue.retry_later(first, delay_seconds=0, reasons={first[0].number: "it is a bug"})
    queue.set_aside(queue.claim(1, lease_seconds=60)[0], reason="still a bug", traceback="line 1")
    queue.retry_set_aside([queue.set_aside_pages()[0].number], by="wang")
    clock.time += 5
    queue.set_aside(queue.claim(1, lease_seconds=60)[0], reason="a bug for ever")
    queue.discard_set_aside([queue.set_aside_pages()[0].number], by="li", why="a login page")
    history = queue.history(ref(1))
    assert [(attempt.deed, attempt.reason) for attempt in history] == [
        (Deed.TRIED, "it is a bug"),
        (Deed.SET_ASIDE, "still a bug"),
        (Deed.RETRIED, "still a bug"),
        (Deed.SET_ASIDE, "a bug for ever"),
        (Deed.DISCARDED, "a login page"),
    ]
    assert (history[1].traceback, history[2].by, history[4].by) == ("line 1", "wang", "li")
    assert history[4].at - history[2].at == timedelta(seconds=5)
    [gone] = queue.discarded_pages()
    assert (gone.page.ref, gone.page.reason, gone.by, gone.why) == (ref(1), "a bug for ever", "li", "a login page")


@pytest.mark.parametrize(
    ("chosen", "numbers"),
    [
        (Chosen(), [1, 2, 3]),
        (Chosen(reason="HEADLINE"), [1, 3]),
        (Chosen(url="-2.html"), [2]),
        (Chosen(hosts=("sd.people.com.cn",)), [1, 2, 3]),
        (Chosen(hosts=("js.people.com.cn",)), []),
        (Chosen(run_id="r1", reason="index"), [2]),
        (Chosen(since=datetime(1970, 1, 1, 0, 16, 52, tzinfo=UTC)), [3]),
        (Chosen(numbers=(1, 9)), [1]),
    ],
)
def test_set_aside_pages_are_chosen(queue: PageQueue, clock: Clock, chosen: Chosen, numbers: list[int]) -> None:
    for number, reason in ((1, "no headline"), (2, "the index says no"), (3, "no headline")):
        queue.put([ref(number)])
        clock.time += 5
        queue.set_aside(queue.claim(1, lease_seconds=60)[0], reason=reason)
    assert [page.ref for page in queue.set_aside_pages(chosen=chosen)] == [ref(n) for n in reversed(numbers)]
    assert queue.set_aside_reasons() == {"no headline": 2, "the index says no": 1}
    counted = Counter("the index says no" if n == 2 else "no headline" for n in numbers)
    assert queue.set_aside_reasons(chosen=chosen) == counted
    assert queue.set_aside_reasons(discarded=True) == {}
    queue.discard_set_aside([1, 2, 3])
    assert [one.page.ref for one in queue.discarded_pages(chosen=chosen)] == [ref(n) for n in reversed(numbers)]
    assert queue.set_aside_reasons(chosen=chosen, discarded=True) == counted
    assert queue.set_aside_reasons() == {}


def test_a_page_settled_by_other_means_is_no_longer_set_aside(queue: PageQueue) -> None:
    queue.put([ref(1)])
    queue.set_aside(queue.claim(1, lease_seconds=60)[0], reason="no text")
    assert queue.settle_set_aside([queue.set_aside_pages()[0].number], by="reprocess", why="it is indexed now") == 1
    assert queue.counts().set_aside == queue.counts().ready == 0
    assert queue.discarded_pages() == []
    assert [attempt.deed for attempt in queue.history(ref(1))] == [Deed.SET_ASIDE, Deed.SETTLED]


def test_counts_tell_where_pages_are(queue: PageQueue) -> None:
    queue.put([ref(n) for n in range(4)])
    first, second = queue.claim(2, lease_seconds=60)
    queue.retry_later([first], delay_seconds=60)
    counts = queue.counts()
    assert (counts.ready, counts.later, counts.claimed, counts.set_aside) == (2, 1, 1, 0)
    assert second.ref == ref(1)


def test_another_process_sees_what_was_put(tmp_path: Path) -> None:
    one, other = SqliteQueue(tmp_path / "q.db"), SqliteQueue(tmp_path / "q.db")
    one.put([ref(1)])
    assert [claim.ref for claim in other.claim(1, lease_seconds=60)] == [ref(1)]
    assert one.claim(1, lease_seconds=60) == []
    one.close()
    other.close()


def test_a_delivery_that_was_not_the_pages_fault_is_no_attempt(queue: PageQueue) -> None:
    queue.put([ref(1)])
    for counted, attempt in ((False, 1), (True, 1), (False, 2), (True, 2)):
        claims = queue.claim(1, lease_seconds=60)
        assert [claim.attempt for claim in claims] == [attempt]
        queue.retry_later(claims, delay_seconds=0, counted=counted)


def test_a_lease_ends_with_the_process_that_holds_it(tmp_path: Path) -> None:
    path = tmp_path / "queue.db"
    queue = SqliteQueue(path)
    queue.put([ref(1)])
    claim = (
        "import sys, os; from pathlib import Path; from difang.ingest.sqlite_queue import SqliteQueue;"
        " print(len(SqliteQueue(Path(sys.argv[1])).claim(1, lease_seconds=300)), flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", claim, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "1\n"
        assert queue.claim(1, lease_seconds=300) == []
        holder.kill()
    assert [claim.attempt for claim in queue.claim(1, lease_seconds=300)] == [2]
    queue.close()


def test_a_file_that_cannot_be_written_is_told_at_once() -> None:
    with pytest.raises(RetryLater, match="cannot be opened"):
        SqliteQueue(Path("/proc/none/q.db"))


def test_a_clock_set_back_an_hour_holds_no_page_back(queue: PageQueue, clock: Clock) -> None:
    clock.time = 100_000.0
    queue.put([ref(number) for number in range(4)])
    waiting, held = queue.claim(2, lease_seconds=300)
    queue.retry_later([waiting], delay_seconds=15)
    clock.time -= 3_600
    urls = {claim.ref.url for claim in queue.claim(10, lease_seconds=300)}
    assert urls == {ref(number).url for number in range(4)}
    assert held.ref.url in urls
