"""One bulk request: what its answer must look like to be Elasticsearch's, and how a refusal without words is told."""

from __future__ import annotations

from typing import Any

import pytest
from elastic_transport import ApiResponseMeta, HttpHeaders, NodeConfig, ObjectApiResponse
from elasticsearch import ApiError, Elasticsearch

from difang.ingest.errors import RetryLater
from difang.ingest.index.bulk import Operation
from difang.ingest.index.bulk_request import send, word_of
from difang.ingest.index.port import Written

SENT = [Operation(id=id_, action=b"{}", source=b"{}") for id_ in ("a", "b")]
BUSY = {"type": "es_rejected_execution_exception", "reason": "full"}


def meta(status: int) -> ApiResponseMeta:
    return ApiResponseMeta(status, "1.1", HttpHeaders(), 0.1, NodeConfig("http", "127.0.0.1", 9))


class Client(Elasticsearch):
    """Answers every bulk request with this."""

    def __init__(self, items: object) -> None:
        super().__init__("http://127.0.0.1:9")
        self._items = items

    def bulk(self, **_: Any) -> ObjectApiResponse[Any]:
        return ObjectApiResponse(body={"items": self._items}, meta=meta(200))


def items(*told: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"index": one} for one in told]


def test_results_are_taken_in_whatever_order_they_come() -> None:
    results = send(Client(items({"_id": "b", "status": 429, "error": BUSY}, {"_id": "a", "status": 201})), "name", SENT)
    assert [(result.id, result.written) for result in results] == [("b", Written.RETRY), ("a", Written.KEPT)]


@pytest.mark.parametrize(
    "answer",
    [
        None,
        7,
        "items",
        {},
        [None, None],
        ["a", "b"],
        [{"index": "a"}, {"index": "b"}],
        items({"_id": "a", "status": 201}),
        items({"_id": "a", "status": 201}, {"_id": "b"}),
        items({"_id": "a", "status": 201}, {"status": 201}),
        items({"_id": "a", "status": "201"}, {"_id": "b", "status": 201}),
        items({"_id": "a", "status": 201}, {"_id": "b", "status": 429}),
        items({"_id": "a", "status": 201}, {"_id": "b", "status": 429, "error": "busy"}),
        items({"_id": "a", "status": 201}, {"_id": "a", "status": 201}),
        items({"_id": "a", "status": 201}, {"_id": "foreign", "status": 201}),
        items({"_id": "a", "status": 201}, {"_id": 7, "status": 201}),
        items(*({"_id": id_, "status": 201} for id_ in "abc")),
    ],
)
def test_an_answer_that_does_not_fit_the_request_is_no_acknowledgement(answer: object) -> None:
    with pytest.raises(RetryLater, match="is not Elasticsearch, or not all of its answer arrived"):
        send(Client(answer), "name", SENT)


@pytest.mark.parametrize(
    ("status", "body", "word"),
    [(413, None, "413 Request Entity Too Large"), (307, "", "307 Temporary Redirect"), (799, None, "799")],
)
def test_a_refusal_without_words_is_told_by_what_its_status_means(status: int, body: Any, word: str) -> None:
    assert word_of(ApiError(str(body), meta(status), body)) == word


def test_a_refusal_with_words_is_told_by_them() -> None:
    error = {"type": "content_too_long_exception", "reason": "entity content is too long"}
    assert word_of(ApiError(error["type"], meta(413), {"error": error})).startswith("413 ")
    assert "content_too_long" in word_of(ApiError(error["type"], meta(413), {"error": error}))
