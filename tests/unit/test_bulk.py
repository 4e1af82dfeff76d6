"""Bulk requests: their size and number fit a server that is busy, chokes on one document, or is away."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Sequence

import pytest

from difang.ingest.errors import RetryLater
from difang.ingest.index.bulk import (
    FIRST_PAUSE_SECONDS,
    IN_FLIGHT,
    LARGE,
    LONGEST_PAUSE_SECONDS,
    MOST_BYTES,
    MOST_DOCUMENTS,
    PAUSES,
    REFUSALS,
    BulkWriter,
    Busy,
    Operation,
    Pace,
    TooMuch,
)
from difang.ingest.index.port import WriteResult, Written

Answer = Callable[[Sequence[Operation]], list[WriteResult]]


class Server:
    """Answers as told, and remembers the requests and how many there were at a time."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._lock = threading.Lock()
        self._now = 0
        self.sizes: list[int] = []
        self.bytes: list[int] = []
        self.most_at_once = 0

    def __call__(self, operations: Sequence[Operation]) -> list[WriteResult]:
        with self._lock:
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            self.sizes.append(len(operations))
            self.bytes.append(sum(operation.size for operation in operations))
        try:
            return self._answer(operations)
        finally:
            with self._lock:
                self._now -= 1


def kept(operations: Sequence[Operation]) -> list[WriteResult]:
    return [WriteResult(id=operation.id, written=Written.KEPT) for operation in operations]


def made(count: int, size: int = 100) -> list[Operation]:
    return [Operation(id=str(number), action=b"{}", source=b"x" * size) for number in range(count)]


def write(server: Server, operations: Sequence[Operation]) -> tuple[dict[str, Written], list[float]]:
    """The word for each document, and the pauses that were made."""
    pauses: list[float] = []
    writer = BulkWriter(server, pace=Pace(chance=random.Random(1)), sleep=pauses.append)
    try:
        results = writer.write(operations)
    finally:
        writer.close()
    assert sorted(result.id for result in results) == sorted(operation.id for operation in operations)
    return {result.id: result.written for result in results}, pauses


def test_requests_are_bounded_in_documents_and_several_are_in_flight() -> None:
    together = threading.Barrier(IN_FLIGHT, timeout=20)

    def answer(operations: Sequence[Operation]) -> list[WriteResult]:
        together.wait()  # passes only when so many requests are there at once
        return kept(operations)

    server = Server(answer)
    words, pauses = write(server, made(MOST_DOCUMENTS * IN_FLIGHT))
    assert set(words.values()) == {Written.KEPT}
    assert server.sizes == [MOST_DOCUMENTS] * IN_FLIGHT
    assert server.most_at_once == IN_FLIGHT
    assert pauses == []


def test_requests_are_bounded_in_bytes_but_one_document_goes_whatever_its_size() -> None:
    server = Server(kept)
    write(server, [*made(50, MOST_BYTES // 10), Operation(id="large", action=b"{}", source=b"x" * (2 * MOST_BYTES))])
    assert max(size for size, number in zip(server.bytes, server.sizes, strict=True) if number > 1) <= MOST_BYTES
    assert sum(server.sizes) == 51


@pytest.mark.parametrize("whole", [True, False], ids=["whole requests", "single documents"])
def test_while_the_server_is_busy_pauses_grow_and_requests_shrink_then_grow_again(whole: bool) -> None:
    refusals = 4

    def answer(operations: Sequence[Operation]) -> list[WriteResult]:
        nonlocal refusals
        if refusals and (whole or len(operations) > 1):
            refusals -= 1
            if whole:
                raise Busy("429")
            return [WriteResult(id=operation.id, written=Written.RETRY, reason="429") for operation in operations]
        return kept(operations)

    server = Server(answer)
    words, pauses = write(server, made(MOST_DOCUMENTS))
    assert set(words.values()) == {Written.KEPT}
    assert server.sizes[:5] == [500, 250, 125, 62, 31]
    assert server.sizes[5] > server.sizes[4]
    bounds = [FIRST_PAUSE_SECONDS * 2**number for number in range(4)]
    assert all(longest / 2 <= pause <= longest for pause, longest in zip(pauses, bounds, strict=True))


def test_a_server_that_takes_nothing_for_six_pauses_is_left_alone_for_a_while() -> None:
    def answer(_: Sequence[Operation]) -> list[WriteResult]:
        raise Busy("503 unavailable")

    pauses: list[float] = []
    writer = BulkWriter(Server(answer), pace=Pace(), sleep=pauses.append)
    with pytest.raises(RetryLater, match="503 unavailable"):
        writer.write(made(10))
    assert len(pauses) == PAUSES
    assert max(pauses) <= LONGEST_PAUSE_SECONDS
    with pytest.raises(RetryLater):
        writer.write(made(10))
    assert len(pauses) == PAUSES  # the next call asks once and says so at once
    writer.close()


def test_what_was_taken_is_told_where_the_rest_finds_no_place() -> None:
    def answer(operations: Sequence[Operation]) -> list[WriteResult]:
        if operations[0].id == "0":
            return [*kept(operations[:1]), *(_retry(operation) for operation in operations[1:])]
        raise Busy("429")

    words, _ = write(Server(answer), made(3))
    assert words == {"0": Written.KEPT, "1": Written.RETRY, "2": Written.RETRY}


def test_one_document_refused_again_and_again_keeps_no_other_from_the_server() -> None:
    def answer(operations: Sequence[Operation]) -> list[WriteResult]:
        if any(operation.id == "3" for operation in operations):
            raise Busy("429")
        return kept(operations)

    words, _ = write(Server(answer), made(20))
    assert words == {str(number): Written.KEPT for number in range(20)} | {"3": Written.RETRY}


@pytest.mark.parametrize("place", [0, 3])
def test_a_large_document_refused_call_after_call_while_others_are_taken_is_given_up(place: int) -> None:
    """The server calls itself busy and does not say why."""

    def answer(operations: Sequence[Operation]) -> list[WriteResult]:
        if any(operation.id == "large" for operation in operations):
            raise Busy("429 circuit_breaking_exception")
        return kept(operations)

    writer = BulkWriter(Server(answer), pace=Pace(), sleep=lambda _: None)
    operations = made(5)
    operations.insert(place, Operation(id="large", action=b"{}", source=b"x" * LARGE))
    for call in range(REFUSALS):
        results = {result.id: result for result in writer.write(operations)}
        large = results.pop("large")
        assert {result.written for result in results.values()} == {Written.KEPT}
        assert large.written is (Written.REJECTED if call == REFUSALS - 1 else Written.RETRY)
    assert "circuit_breaking_exception; it has 1,000,004 bytes" in (large.reason or "")
    writer.close()


def _retry(operation: Operation) -> WriteResult:
    return WriteResult(id=operation.id, written=Written.RETRY, reason="429")


def test_one_document_that_spoils_its_request_is_found_and_the_others_are_kept() -> None:
    def answer(operations: Sequence[Operation]) -> list[WriteResult]:
        if any(operation.id == "77" for operation in operations):
            raise TooMuch("400 action_request_validation_exception")
        return kept(operations)

    server = Server(answer)
    words, pauses = write(server, made(200))
    assert {id_ for id_, word in words.items() if word is Written.REJECTED} == {"77"}
    assert pauses == []
    assert len(server.sizes) < 40


def test_a_server_out_of_reach_ends_the_write_after_every_request_has_come_back() -> None:
    def answer(operations: Sequence[Operation]) -> list[WriteResult]:
        if operations[0].id == "0":
            raise RetryLater("Elasticsearch cannot be reached.")
        return kept(operations)

    server = Server(answer)
    with pytest.raises(RetryLater, match="reached"):
        write(server, made(MOST_DOCUMENTS * 3))
    assert server._now == 0
