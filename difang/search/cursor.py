"""The cursor: where the next page of a query begins, as a short word for addresses."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from datetime import date

from difang.ingest.errors import UsageError
from difang.search.engine import Place, Sort


def cursor_of(place: Place, understood: str, sort: Sort, *, relaxed: bool = False, as_of: date | None = None) -> str:
    """The cursor that begins behind this place."""
    values = [
        _mark(understood, sort),
        place.score,
        place.order,
        place.id,
        place.rank,
        relaxed,
        as_of.toordinal() if as_of else 0,
    ]
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def place_of(cursor: str, understood: str, sort: Sort) -> Place:
    """The place of a cursor; raises UsageError where it is none, or one of another query or order."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        mark, score, order, id_, rank, relaxed, day = json.loads(base64.urlsafe_b64decode(padded))
        as_of = date.fromordinal(day) if day else None
        place = Place(
            score=float(score), order=int(order), id=str(id_), rank=int(rank), relaxed=relaxed is True, as_of=as_of
        )
    except (ValueError, TypeError, OverflowError, RecursionError, binascii.Error) as error:
        raise UsageError("The cursor is damaged; begin again without one.") from error
    if mark != _mark(understood, sort) or not 0 < place.rank < 2**31 or not -(2**63) <= place.order < 2**63:
        raise UsageError("The cursor belongs to another query or order; begin again without one.")
    return place


def _mark(understood: str, sort: Sort) -> str:
    return hashlib.blake2b(f"{sort}\n{understood}".encode(), digest_size=6).hexdigest()
