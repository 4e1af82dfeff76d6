"""The cursor: where the next page of a query begins, as a short word for addresses."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import zlib
from datetime import date

from difang.ingest.errors import UsageError
from difang.search.engine import Place, Sort
from difang.search.relax import BEST

_SCORES = 2**31  # no article scores so much
_LONGEST = 64_000  # bytes unpacked; the ids of a relaxed query are 2,000


def cursor_of(
    place: Place, understood: str, sort: Sort, *, besides: tuple[str, ...] = (), as_of: date | None = None
) -> str:
    """The cursor that begins behind this place; about 100 characters, 800 with a relaxed query's ids."""
    values = [
        _mark(understood, sort),
        place.score,
        place.order,
        place.id,
        place.rank,
        as_of.toordinal() if as_of else 0,
        *besides,
    ]
    return base64.urlsafe_b64encode(zlib.compress(json.dumps(values).encode(), 9)).decode().rstrip("=")


def place_of(cursor: str, understood: str, sort: Sort) -> Place:
    """The place of a cursor; raises UsageError where it is none, or one of another query or order."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        unpacked = zlib.decompressobj().decompress(base64.urlsafe_b64decode(padded), _LONGEST)
        mark, score, order, id_, rank, day, *besides = json.loads(unpacked)
        place = Place(
            score=float(score),
            order=int(order),
            id=str(id_),
            rank=int(rank),
            besides=tuple(map(str, besides)),
            as_of=date.fromordinal(day) if day else None,
        )
    except (ValueError, TypeError, OverflowError, RecursionError, zlib.error, binascii.Error) as error:
        raise damaged() from error
    if mark != _mark(understood, sort):
        raise UsageError("The cursor belongs to another query or order; begin again without one.")
    if not _can_be(place):
        raise damaged()
    return place


def damaged() -> UsageError:
    """What is raised for a cursor that no page ever gave."""
    return UsageError("The cursor is damaged; begin again without one.")


def _can_be(place: Place) -> bool:
    """Whether both indexes know such a place: JSON also reads NaN, Infinity and half characters."""
    if not 0 <= place.score < _SCORES or not -(2**63) <= place.order < 2**63 or not 0 < place.rank < 2**31:
        return False
    return len(place.besides) <= BEST and all(id_.isprintable() for id_ in (place.id, *place.besides))


def _mark(understood: str, sort: Sort) -> str:
    return hashlib.blake2b(f"{sort}\n{understood}".encode(), digest_size=6).hexdigest()
