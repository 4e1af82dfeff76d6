"""Room in the page queue: crawls wait while it is over its bound, and go on when it is well below."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from difang.crawler.room import Room
from difang.ingest.page import PageRef
from difang.ingest.sqlite_queue import SqliteQueue

MOMENT = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[SqliteQueue]:
    with closing(SqliteQueue(tmp_path / "queue.db")) as queue:
        yield queue


def put(queue: SqliteQueue, count: int) -> None:
    queue.put(
        [
            PageRef(
                url=f"http://sd.people.com.cn/{number}", key=str(number), run_id="r", fetched_at=MOMENT, position=None
            )
            for number in range(count)
        ]
    )


def finish(queue: SqliteQueue, count: int) -> None:
    queue.done(queue.claim(count, lease_seconds=60))


class Time:
    """A clock that moves by sleeping; at each sleep the worker finishes some pages."""

    def __init__(self, queue: SqliteQueue, finished: int) -> None:
        self._queue, self._finished = queue, finished
        self.now = 100.0
        self.sleeps = 0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.sleeps += 1
        finish(self._queue, self._finished)


def test_while_there_is_room_nobody_waits(queue: SqliteQueue) -> None:
    put(queue, 20)
    time, told = Time(queue, 0), list[str]()
    room = Room(queue, 20, clock=time, sleep=time.sleep)
    asyncio.run(room.wait(told.append))
    assert (time.sleeps, told) == (0, [])


def test_a_crawl_waits_until_the_queue_is_well_below_its_bound_and_says_so_once(queue: SqliteQueue) -> None:
    put(queue, 23)
    time, told = Time(queue, 1), list[str]()
    room = Room(queue, 20, clock=time, sleep=time.sleep)
    asyncio.run(room.wait(told.append))
    assert queue.counts().ready == 18
    assert time.sleeps == 5
    assert len(told) == 1
    assert "23 pages wait" in told[0]
    assert "queue_pages" in told[0]
    asyncio.run(room.wait(told.append))
    assert time.sleeps == 5
