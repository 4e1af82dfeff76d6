"""Loading articles from JSON lines, in batches; a wrong line is told and the rest goes on."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from difang.ingest.address import is_mirror
from difang.ingest.article import Article
from difang.ingest.errors import RetryLater
from difang.ingest.index.entry import check_id
from difang.ingest.index.port import ArticleIndex, Document, Written
from difang.ingest.index.versions import difference
from difang.ingest.page import CLOCKS_DIFFER
from difang.ingest.pieces import Pieces
from difang.ingest.takedown import Takedowns

_BATCH = 500
_HALF_MAYBE = (b"\\ud", b"\\uD")
"""Half a surrogate pair can stand in a line of UTF-8 only as such an escape."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """A line (from 1) that could not be loaded, and why."""

    line: int
    reason: str


def load_lines(
    lines: Iterable[bytes],
    index: ArticleIndex,
    *,
    pieces: Pieces,
    takedowns: Takedowns,
    told: Callable[[Trouble], None],
) -> tuple[Counter[str], int]:
    """Write the article of each line; how many were kept, stale, skipped and taken down, and how many lines were wrong.

    Skipped are empty lines and those with an `outcome`, which `difang extract` prints for pages that are no article;
    what is on the takedown list by its id or one of its addresses stays out. Stale is also what was fetched before a
    page that says again what the index holds; it is kept as an older version, as are others.
    Raises RetryLater where the index stops taking articles.
    """
    loading = _Loading(index, pieces, takedowns, told)
    for number, line in enumerate(lines, start=1):
        loading.take(number, line)
    loading.flush()
    return loading.counts, loading.troubles


class _Loading:
    def __init__(
        self, index: ArticleIndex, pieces: Pieces, takedowns: Takedowns, told: Callable[[Trouble], None]
    ) -> None:
        self._index = index
        self._pieces = pieces
        self._takedowns = takedowns
        self._told = told
        self._batch: dict[str, tuple[int, Document]] = {}
        self.counts: Counter[str] = Counter(kept=0, stale=0, skipped=0, taken_down=0)
        self.troubles = 0

    def take(self, number: int, line: bytes) -> None:
        try:
            document = _document(line)
        except ValueError as error:
            self._wrong(number, str(error))
            return
        if document is None:
            self.counts["skipped"] += 1
            return
        if document.article.id in self._batch or len(self._batch) >= _BATCH:
            self.flush()  # a batch holds an id once
        self._batch[document.article.id] = (number, document)

    def flush(self) -> None:
        self._leave_out_taken_down()
        if not self._batch:
            return
        held = self._index.get(list(self._batch))
        pairs = [(held[id_].article, document.article) for id_, (_, document) in self._batch.items() if id_ in held]
        said_again = self._said_again(pairs)
        superseded = [older for pair in pairs if (older := _older(*pair))]
        superseded += [loaded for kept, loaded in pairs if loaded.id in said_again and difference(kept, loaded)]
        if superseded:
            self._index.keep_versions(superseded)  # first, as in the worker: a crash between the two would lose them
        first_seen = {id_: document.first_seen for id_, document in held.items()}
        documents = [
            replace(document, first_seen=min(first_seen.get(document.article.id, document.first_seen),
                                             document.first_seen))
            for id_, (_, document) in self._batch.items() if id_ not in said_again
        ]  # fmt: skip
        documents += [
            replace(held[id_], article=replace(held[id_].article, fetched_at=said_at))
            for id_, said_at in said_again.items()
        ]
        results = self._index.write(documents)
        if all(result.written is Written.RETRY for result in results):
            number = self._batch[results[0].id][0]
            raise RetryLater(f"The index stopped taking articles at line {number}: {results[0].reason}.")
        for result in results:
            number = self._batch[result.id][0]
            if result.written is Written.RETRY:
                self._wrong(number, f"the index does not take it now, load it again: {result.reason}")
            elif result.written is Written.REJECTED:
                self._wrong(number, f"the index cannot take it: {result.reason}")
            else:
                written = Written.STALE if result.id in said_again else result.written
                self.counts[written.value] += 1
        self._batch.clear()

    def _said_again(self, pairs: Sequence[tuple[Article, Article]]) -> dict[str, str]:
        """Of those loaded that are newer than what is held, but older than a page that said so again: its time."""
        newer = {held.id: (held, loaded) for held, loaded in pairs if _is_before(held.fetched_at, loaded.fetched_at)}
        times = {id_: held.fetched_at for id_, (held, _) in newer.items()}
        said = self._pieces.said_again(times) if times else {}
        return {id_: at for id_, at in said.items() if _is_before(newer[id_][1].fetched_at, at)}

    def _leave_out_taken_down(self) -> None:
        names = {id_: {id_, *held.article.urls, held.article.url} for id_, (_, held) in self._batch.items()}
        refused = self._takedowns.refused([name for of in names.values() for name in of]) if names else {}
        for id_, of in names.items():
            if not of.isdisjoint(refused):
                del self._batch[id_]
                self.counts["taken_down"] += 1

    def _wrong(self, number: int, reason: str) -> None:
        self.troubles += 1
        self._told(Trouble(line=number, reason=reason))


def _older(held: Article, loaded: Article) -> Article | None:
    """The older version there is of the two: what a correction corrects, or what comes late.

    None where they say the same, or the newer one merely has a page more, or the text the mirror's copy lacked.
    """
    try:
        older, newer = sorted((held, loaded), key=lambda article: datetime.fromisoformat(article.fetched_at))
        same_moment = datetime.fromisoformat(older.fetched_at) == datetime.fromisoformat(newer.fetched_at)
    except (ValueError, TypeError):  # a time the index will refuse
        return None
    original_of_copy = all(map(is_mirror, older.urls)) and not all(map(is_mirror, newer.urls))
    if same_moment or original_of_copy or older.page_count < newer.page_count:
        return None
    return older if difference(older, newer) else None


def _document(line: bytes) -> Document | None:
    """The document of a line, None for one that tells of no article; raises ValueError with the reason."""
    if not line.strip():
        return None
    try:
        record: Any = json.loads(line.decode("utf-8-sig"))
    except (UnicodeDecodeError, RecursionError) as error:
        raise ValueError("it is no UTF-8 text or no JSON") from error
    except json.JSONDecodeError as error:
        raise ValueError(f"it is no JSON ({error})") from error
    if not isinstance(record, dict):
        raise ValueError("it is no JSON object")
    if "outcome" in record and "title" not in record:
        return None
    if any(mark in line for mark in _HALF_MAYBE) and (wrong := _half_a_character(record)):
        raise ValueError(f"its field {wrong!r} holds half a surrogate pair, which is no character")
    first_seen = record.pop("first_seen", None)
    if first_seen is not None and not _is_time(first_seen):
        raise ValueError(f"its first_seen is no ISO 8601 time: {first_seen!r}")
    article = _article(record)
    if _is_to_come(article.fetched_at):
        raise ValueError(
            f"its fetched_at lies in the future, no correction would ever replace it: {article.fetched_at}"
        )
    return Document(article=article, first_seen=first_seen or article.fetched_at)


def _article(record: dict[str, Any]) -> Article:
    try:
        article = Article.from_dict(record)
    except (TypeError, AttributeError, KeyError) as error:
        raise ValueError(f"a field of it is of the wrong form ({error})") from error
    if wrong := _of_wrong_type(article):
        raise ValueError(f"its field {wrong} is of the wrong form")
    check_id(article.id)
    if not all(url.isprintable() for url in (article.url, *article.urls)):
        raise ValueError("one of its addresses holds a character that cannot be printed")
    return article


def _half_a_character(record: dict[str, Any]) -> str | None:
    """The first field with text that cannot be written."""
    for name, value in record.items():
        try:
            json.dumps({name: value}, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            return name
    return None


def _is_time(value: object) -> bool:
    try:
        return isinstance(value, str) and datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _is_before(one: str, other: str) -> bool:
    return _is_time(one) and _is_time(other) and datetime.fromisoformat(one) < datetime.fromisoformat(other)


def _is_to_come(time: str) -> bool:
    return _is_time(time) and datetime.fromisoformat(time) > datetime.now(UTC) + CLOCKS_DIFFER


def _of_wrong_type(article: Article) -> str | None:
    """The first field that is not of the type the article contract gives it."""
    for name in ("id", "url", "channel", "channel_name", "title", "published_at", "body", "template", "fetched_at"):
        if not isinstance(getattr(article, name), str):
            return name
    for name in ("pre_title", "subtitle", "source", "source_url", "byline", "original_title"):
        if not isinstance(getattr(article, name), str | None):
            return name
    for name in ("urls", "reporters", "correspondents", "editors", "sections", "keywords", "warnings"):
        value = getattr(article, name)
        if not isinstance(value, tuple) or not all(isinstance(part, str) for part in value):
            return name
    return None if type(article.page_count) is int else "page_count"  # true is an int to Python, and to no index
