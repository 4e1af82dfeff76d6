"""The records that revisits mean: where they lie in the files given."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from difang.ingest.warc_revisit import Name, Revisit, date_of, digest_of, moments, told
from difang.ingest.warc_walk import Seen, walk


@dataclass(frozen=True, kw_only=True, slots=True)
class Original:
    """A response that some revisit may mean, and the bytes of the file between which it lies."""

    path: Path
    start: int
    end: int
    url: str
    digest: str


class Originals:
    """The places of those responses that some revisits may mean; memory grows with the revisits alone."""

    def __init__(self, revisits: Iterable[Revisit]) -> None:
        self._wanted = {name for revisit in revisits for name in revisit.names()}
        self._found: dict[Name, Original] = {}

    def look(self, path: Path) -> None:
        """Look through a file, its broken places left out; raises OSError where it cannot be opened."""
        for one in walk(path, 0, _response):
            if isinstance(one, Seen) and one.got is not None:
                place = Original(path=path, start=one.start, end=one.end, url=one.got.url, digest=one.got.digest)
                for name in one.got.names():
                    if name in self._wanted:
                        self._found.setdefault(name, place)

    def of(self, revisit: Revisit) -> Original | None:
        """The response the revisit means, None where none was found.

        The body of another address is taken only where the digests of both agree.
        """
        places = (self._found[name] for name in revisit.names() if name in self._found)
        return next((place for place in places if _is_meant(revisit, place)), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Response:
    record: str
    url: str
    at: datetime | None
    digest: str

    def names(self) -> Iterator[Name]:
        yield "id", self.record
        if self.at:
            yield from moments(self.url, self.at)
        yield "digest", self.digest, self.url
        yield "digest", self.digest


def _response(record: Any, _: io.StringIO) -> _Response | None:
    if record.rec_type != "response":
        return None
    return _Response(
        record=told(record, "WARC-Record-ID"),
        url=told(record, "WARC-Target-URI"),
        at=date_of(told(record, "WARC-Date")),
        digest=digest_of(record),
    )


def _is_meant(revisit: Revisit, place: Original) -> bool:
    if revisit.digest and place.digest and _kind(revisit.digest) == _kind(place.digest):
        return revisit.digest == place.digest
    return revisit.url == place.url


def _kind(digest: str) -> tuple[str, int]:
    """Digests of another algorithm, or written with another base, cannot be compared."""
    return digest.partition(":")[0], len(digest)
