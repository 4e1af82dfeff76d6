"""The mark at Elasticsearch of the process that moves its indexes: whoever shares the server sees it, whatever ledger.

One document holds who moves, since when, and a count that grows while the mover lives. It is created where there is
none and otherwise replaced only as it was read, so that of two that reach for it one has it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from elasticsearch import ApiError, ConflictError, Elasticsearch, NotFoundError, TransportError

from difang.ingest.index.bulk_request import unreachable
from difang.ingest.process_names import holder_died, holder_name

INDEX = "difang-mover"
_ID = "mover"
_HIDDEN = {"index": {"hidden": True, "number_of_shards": 1, "auto_expand_replicas": "0-1"}}
_FOUND_ALREADY = 400


@dataclass(frozen=True, kw_only=True, slots=True)
class Marked:
    """The mark as it was read; `sign` is another after each sign of life."""

    holder: str
    since: datetime
    sign: tuple[int, int]


class Mark:
    """The mark as one process sees it; all methods raise RetryLater where the server is out of reach."""

    def __init__(
        self,
        client: Elasticsearch,
        *,
        seconds: float,
        elapsed: Callable[[], float],
        holder: str | None = None,
        died: Callable[[str], bool] = holder_died,
    ) -> None:
        """Without a sign of life for so many seconds its holder counts as dead; the client is not closed."""
        self._client = client
        self._seconds = seconds
        self._elapsed = elapsed
        self._died = died
        self._holder = holder or holder_name()
        self._since = datetime.now(UTC)
        self._mine: tuple[int, int] | None = None
        self._seen: tuple[int, int] | None = None
        self._seen_at = 0.0

    def take(self) -> bool:
        """Have the mark where nobody lives who has it; to be asked again and again."""
        with _in_a_sentence():
            held = self.held()
            if held is None:
                self._client.options(ignore_status=[_FOUND_ALREADY]).indices.create(
                    index=INDEX, settings=_HIDDEN, mappings={"dynamic": False}
                )
            elif not self._free(held):
                return False
            return self._write(held.sign if held else None)

    def held(self) -> Marked | None:
        """Who has it."""
        with _in_a_sentence():
            try:
                answer = self._client.get(index=INDEX, id=_ID)
            except NotFoundError:
                return None
        told = answer["_source"]
        sign = (int(answer["_seq_no"]), int(answer["_primary_term"]))
        return Marked(holder=told["holder"], since=datetime.fromisoformat(told["since"]), sign=sign)

    def beat(self) -> bool:
        """Give a sign of life; False where another has it now."""
        if self._mine is None:
            return False
        with _in_a_sentence():
            if self._write(self._mine):
                return True
            held = self.held()
            if held is None or held.holder != self._holder:
                return False
            self._mine = held.sign  # the sign before this one was written, and only its answer was lost
            return True

    def release(self) -> None:
        """Let another have it at once."""
        if self._mine is None:
            return
        number, term = self._mine
        self._mine = None
        with _in_a_sentence():
            ours = self._client.options(ignore_status=[404, 409])
            ours.delete(index=INDEX, id=_ID, if_seq_no=number, if_primary_term=term)

    def _free(self, held: Marked) -> bool:
        if self._died(held.holder):
            return True
        if self._seen != held.sign:
            self._seen, self._seen_at = held.sign, self._elapsed()
        return self._elapsed() - self._seen_at >= self._seconds

    def _write(self, over: tuple[int, int] | None) -> bool:
        document = {"holder": self._holder, "since": self._since.isoformat()}
        try:
            if over is None:
                answer = self._client.create(index=INDEX, id=_ID, document=document)
            else:
                answer = self._client.index(
                    index=INDEX, id=_ID, document=document, if_seq_no=over[0], if_primary_term=over[1]
                )
        except (ConflictError, NotFoundError):
            self._mine = None
            return False
        self._mine = (int(answer["_seq_no"]), int(answer["_primary_term"]))
        return True


@contextmanager
def _in_a_sentence() -> Iterator[None]:
    try:
        yield
    except (ApiError, TransportError) as error:
        raise unreachable(error) from error
