"""Taking turns: nothing is read ahead while the batch in hand is worked on, and nobody waits for ever."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet

import pytest

from difang.ingest.turns import Turns

SOON = 0.05
LATE = 10.0


@pytest.fixture
def other() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def held_up(reading: Future[None]) -> bool:
    try:
        reading.result(SOON)
    except NotYet:
        return True
    return False


def test_who_reads_ahead_waits_for_who_computes(other: ThreadPoolExecutor) -> None:
    turns = Turns()
    other.submit(turns.await_free).result(LATE)
    with turns.computing():
        reading = other.submit(turns.await_free)
        assert held_up(reading)
        with turns.waiting():
            reading.result(LATE)
        reading = other.submit(turns.await_free)
        assert held_up(reading)
    reading.result(LATE)


def test_a_failure_lets_the_other_go_on(other: ThreadPoolExecutor) -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.computing(), turns.waiting():
        raise ZeroDivisionError
    other.submit(turns.await_free).result(LATE)


def test_who_waits_without_computing_holds_nobody_up(other: ThreadPoolExecutor) -> None:
    turns = Turns()
    with turns.waiting():
        other.submit(turns.await_free).result(LATE)
    other.submit(turns.await_free).result(LATE)
