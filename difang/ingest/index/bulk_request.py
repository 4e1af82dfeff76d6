"""One bulk request to Elasticsearch: how a document is sent, and what each answer means."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
from typing import Any

import orjson
from elastic_transport import TlsError
from elasticsearch import (
    ApiError,
    Elasticsearch,
    NotFoundError,
    SerializationError,
    TransportError,
    UnsupportedProductError,
)

from difang.ingest.errors import RetryLater
from difang.ingest.index.bulk import Busy, Operation, TooMuch
from difang.ingest.index.entry import Entry
from difang.ingest.index.port import WriteResult, Written

_UNKNOWN, _FORBIDDEN, _CONFLICT = 401, 403, 409
_BUSY = {408, 429, 500, 502, 503, 504}
_SPOILT = {400, 413}
"""Of a form the server does not take, or too large: no later try of the same will be answered otherwise. All else may
pass: an alias that is made anew (404), a block that is lifted, a right that is given (403), a busy server (429)."""


def operation_of(entry: Entry) -> Operation:
    """The entry as two lines, its version external."""
    action = {"index": {"_id": entry.id, "version": entry.version, "version_type": "external_gte"}}
    search = {
        "text": entry.text,
        "title": entry.title,
        "published": entry.published,
        "order": entry.order,
        "names": entry.names,
        "facets": entry.facets,
    }
    source = b'%b,"search":%b}' % (entry.record[:-1], orjson.dumps(search))
    return Operation(id=entry.id, action=orjson.dumps(action), source=source)


def send(
    client: Elasticsearch, name: str, operations: Sequence[Operation], *, require_alias: bool = True
) -> list[WriteResult]:
    """One request to an alias, or to an index by its name.

    Raises Busy, TooMuch, or RetryLater where the server cannot be reached or refuses the user. A lost answer raises
    RetryLater too: the documents may be there or not, and are sent again with the same versions.
    """
    # The client takes lines of bytes as they are, though its signature only tells of mappings.
    lines: list[Any] = [line for operation in operations for line in (operation.action, operation.source)]
    try:
        answer = client.bulk(operations=lines, index=name, require_alias=require_alias, filter_path=_WANTED)
    except ApiError as error:
        word = word_of(error)
        if error.status_code in _BUSY:
            why = _why(error)
            raise TooMuch(f"{word}: {why}") if _too_large(why) else Busy(word) from error
        if error.status_code in _SPOILT:
            raise TooMuch(word) from error
        raise unreachable(error) from error
    except TransportError as error:
        raise unreachable(error) from error
    results = _results(part_of(answer, "items"))
    if Counter(result.id for result in results) != Counter(operation.id for operation in operations):
        raise foreign()
    if len(operations) > 1 and (large := next((result for result in results if _too_large(result.reason)), None)):
        raise TooMuch(large.reason)  # the one that is too large is refused together with the others
    return results


_OPERATION_BYTES = re.compile(r"_operation_bytes=(?P<asked>\d+), max_\w+_bytes=(?P<most>\d+)")
_WANTED = ["items.*._id", "items.*.status", "items.*.error"]
"""The rest of the answer is longer than that and tells nothing we use."""


def _results(items: Any) -> list[WriteResult]:
    """Raises RetryLater where these are not Elasticsearch's, in whatever way."""
    try:
        return [_result(done) for item in items for done in item.values()]
    except (AttributeError, KeyError, TypeError) as error:
        raise foreign() from error


def _result(item: dict[str, Any]) -> WriteResult:
    if item["status"] < 300:
        return WriteResult(id=item["_id"], written=Written.KEPT)
    if item["status"] == _CONFLICT:
        return WriteResult(id=item["_id"], written=Written.STALE)
    reason = reason_of(item["error"])
    never = item["status"] in _SPOILT or _too_large(reason)
    return WriteResult(id=item["_id"], written=Written.REJECTED if never else Written.RETRY, reason=reason)


def _too_large(reason: str | None) -> bool:
    """Whether a 429 is for the request's own size, whatever else the server does: it holds no such one in memory."""
    found = _OPERATION_BYTES.search(reason or "")
    return found is not None and int(found["asked"]) > int(found["most"])


def _why(error: ApiError) -> str:
    told = error.body.get("error") if isinstance(error.body, dict) else None
    return str(told.get("reason", "")) if isinstance(told, dict) else ""


def reason_of(error: dict[str, Any]) -> str:
    """Elasticsearch's own words for what went wrong with one document."""
    inner = error.get("caused_by") or {}
    return ": ".join(str(part) for part in (error.get("type"), error.get("reason"), inner.get("reason")) if part)


def told_by(error: ApiError) -> str:
    """Elasticsearch's own words for why it refused a request, the bare status where it gave none."""
    told = error.body.get("error") if isinstance(error.body, dict) else None
    return (reason_of(told) if isinstance(told, dict) else "") or word_of(error)


def word_of(error: ApiError) -> str:
    """The status and what the server named it; where it said nothing, what the status means."""
    with suppress(ValueError):
        return f"{error.status_code} {error.error if error.body else HTTPStatus(error.status_code).phrase}"
    return str(error.status_code)


def part_of(answer: Any, name: str) -> Any:
    """What stands under this name in an answer of success; raises RetryLater where the answer is somebody else's.

    A gateway's page to sign in or of maintenance may come with the status 200.
    """
    body = getattr(answer, "body", None)
    if not isinstance(body, dict) or name not in body:
        raise foreign()
    return body[name]


def foreign() -> RetryLater:
    """The sentence for an answer of success that Elasticsearch did not give."""
    return RetryLater(
        "What answers at DIFANG_INDEX is not Elasticsearch, or not all of its answer arrived; check the address"
        " and what stands before the server."
    )


def is_no_index(error: NotFoundError) -> bool:
    """Whether the 404 says that the index was not made yet; one of a gateway says that there is no such path."""
    return bool(error.error == "index_not_found_exception")


def unreachable(error: ApiError | TransportError) -> RetryLater:
    """The sentence for a request that failed as a whole; it never holds an address's user or password."""
    if isinstance(error, UnsupportedProductError | SerializationError):
        return foreign()
    if isinstance(error, ApiError):
        word = word_of(error)
        if error.status_code == _UNKNOWN:
            return RetryLater(
                f"Elasticsearch does not know the user or the password ({word}); check index_user and"
                " index_password_file."
            )
        if error.status_code == _FORBIDDEN:
            return RetryLater(
                f"Elasticsearch does not let this user do that ({word}); give the user the role that may"
                " (docs/index.md)."
            )
        return RetryLater(f"Elasticsearch could not do it now ({word}); see the server's log, then try again.")
    if isinstance(error, TlsError):
        return RetryLater(
            "Elasticsearch's certificate is not trusted; set index_ca to the certificate of the authority that signed"
            " it, and use the host name it was signed for."
        )
    return RetryLater(f"Elasticsearch cannot be reached ({type(error).__name__}); check DIFANG_INDEX and the server.")
