"""One bulk request to Elasticsearch: how a document is sent, and what each answer means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson
from elastic_transport import TlsError
from elasticsearch import ApiError, Elasticsearch, TransportError

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
        word = f"{error.status_code} {error.error}"
        if error.status_code in _BUSY:
            raise Busy(word) from error
        if error.status_code in _SPOILT:
            raise TooMuch(word) from error
        raise unreachable(error) from error
    except TransportError as error:
        raise unreachable(error) from error
    return [_result(done) for item in answer["items"] for done in item.values()]


_WANTED = ["items.*._id", "items.*.status", "items.*.error"]
"""The rest of the answer is longer than that and tells nothing we use."""


def _result(item: dict[str, Any]) -> WriteResult:
    if item["status"] < 300:
        return WriteResult(id=item["_id"], written=Written.KEPT)
    if item["status"] == _CONFLICT:
        return WriteResult(id=item["_id"], written=Written.STALE)
    written = Written.REJECTED if item["status"] in _SPOILT else Written.RETRY
    return WriteResult(id=item["_id"], written=written, reason=reason_of(item["error"]))


def reason_of(error: dict[str, Any]) -> str:
    """Elasticsearch's own words for what went wrong with one document."""
    inner = error.get("caused_by") or {}
    return ": ".join(str(part) for part in (error.get("type"), error.get("reason"), inner.get("reason")) if part)


def unreachable(error: ApiError | TransportError) -> RetryLater:
    """The sentence for a request that failed as a whole; it never holds an address's user or password."""
    if isinstance(error, ApiError):
        word = f"{error.status_code} {error.error}"
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
