"""The entry: what both indexes are told of one document, computed once, so that they cannot differ."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from itertools import islice

import orjson

from difang.ingest.article import Article
from difang.ingest.index.analysis import as_compared, key, pairs, token_texts
from difang.ingest.index.port import Document

BEIJING = timezone(timedelta(hours=8))
LONGEST_ID = 512
"""Bytes; Elasticsearch takes no longer one."""

MOST_PAGES = 2**31 - 1
"""Of an article; Elasticsearch's integer holds no more."""

LONGEST_NAME = 200
"""Characters; a longer name is text that went astray: it is kept in the record and left out of names and facets."""

_AT_ONCE = 32
"""Documents whose texts are folded in one go: what arises fits the processor's cache."""

_TIE_BITS = 36
_FIRST_YEAR, _LAST_YEAR = 1800, 2200
"""What 63 bits hold of minutes before and after 1970, beside those of the tie."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One document as the indexes take it.

    `version` microseconds since 1970 of fetched_at; `published` seconds since 1970; `order` grows with published_at to
    the minute and then differs by id, so that sorting by it is total; `text` and `title` are tokens joined by spaces,
    one string a part (no phrase runs from one part into the next); `names` are compared, `facets` are counted;
    `record` is the document as JSON.
    """

    id: str
    version: int
    published: int
    order: int
    title: tuple[str, ...]
    text: tuple[str, ...]
    names: dict[str, list[str]]
    facets: dict[str, list[str]]
    record: bytes
    story: str | None = None

    def pairs(self) -> list[str]:
        """The text's neighbouring tokens joined, one string a part (Elasticsearch makes them by its shingle filter)."""
        return [" ".join(pairs(part.split(" "))) for part in self.text]


def entry_of(document: Document) -> Entry:
    """The entry of a document; raises ValueError (why no index will take it) for a wrong id, time, text or number."""
    [entry] = entries_of([document])
    if isinstance(entry, ValueError):
        raise entry
    return entry


def is_later(one: Document, other: Document) -> bool:
    """Whether the one is of a page fetched later; raises as `entry_of` does."""
    return entry_of(one).version > entry_of(other).version


def refusal_of(document: Document) -> str | None:
    """Why no index will take the document, None where nothing is known against it; takes no time over its words."""
    try:
        _entry(document, ())
    except ValueError as error:
        return str(error)
    return None


def entries_of(documents: Sequence[Document]) -> Iterator[Entry | ValueError]:
    """Of each document its entry, or why no index will take it; many together take half the time."""
    for at in range(0, len(documents), _AT_ONCE):
        some = documents[at : at + _AT_ONCE]
        texts = [_texts(document.article) for document in some]
        tokens = iter(token_texts([text for of in texts for text in of]))
        for document, of in zip(some, texts, strict=True):
            text = tuple(islice(tokens, len(of)))
            try:
                yield _entry(document, text)
            except ValueError as error:
                yield error


def _texts(article: Article) -> list[str]:
    return [*(part for part in (article.title, article.pre_title, article.subtitle) if part), article.body]


def _entry(document: Document, text: tuple[str, ...]) -> Entry:
    article = document.article
    check_id(article.id)
    _check_page_count(article.page_count)
    published, fetched = _time("published_at", article.published_at), _time("fetched_at", article.fetched_at)
    if fetched < _EPOCH:
        raise ValueError(f"fetched_at lies before 1970: {article.fetched_at!r}")
    values = article.values()
    values["first_seen"] = document.first_seen
    if document.story:
        values["story"] = document.story
    seconds = _microseconds(published) // 1_000_000
    try:
        record = orjson.dumps(values)
    except orjson.JSONEncodeError as error:
        raise ValueError("the article's text holds half a surrogate pair, which is no character") from error
    return Entry(
        id=article.id,
        version=_microseconds(fetched),
        published=seconds,
        order=_order(seconds, article.id),
        title=text[:-1],
        text=text,
        names=_names(article),
        facets=_facets(article, published.astimezone(BEIJING)),
        record=record,
        story=document.story,
    )


def check_id(id_: str) -> None:
    """Raise ValueError, why, for an id that no index or ledger can hold."""
    if not id_.strip():
        raise ValueError("its id is empty")
    if not id_.isprintable():  # half a surrogate pair too
        raise ValueError(f"its id holds a character that cannot be printed: {id_!r}")
    if len(id_.encode()) > LONGEST_ID:
        raise ValueError(f"its id is longer than {LONGEST_ID} bytes: {id_[:40]}…")


def _check_page_count(count: object) -> None:
    if isinstance(count, bool) or not isinstance(count, int) or not 0 < count <= MOST_PAGES:
        raise ValueError(f"page_count is no number of pages from 1 to {MOST_PAGES}: {count!r}")


def document_of(record: str | bytes) -> Document:
    """The document of an entry's `record`."""
    values = orjson.loads(record)
    first_seen, story = values.pop("first_seen"), values.pop("story", None)
    return Document(article=Article.from_dict(values), first_seen=first_seen, story=story)


def sorting_order(published: datetime, id_: str) -> int:
    """Minutes since 1970, then 36 bits of the id's hash."""
    return _order(_microseconds(published) // 1_000_000, id_)


def _order(seconds: int, id_: str) -> int:
    tie = int.from_bytes(hashlib.blake2b(id_.encode(), digest_size=8).digest(), "big") >> (64 - _TIE_BITS)
    return (seconds // 60 << _TIE_BITS) | tie


def _microseconds(time: datetime) -> int:
    return (time - _EPOCH) // _MICROSECOND


def _time(field: str, text: str) -> datetime:
    try:
        time = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{field} is no ISO 8601 time: {text!r}") from error
    if time.tzinfo is None:
        raise ValueError(f"{field} names no time zone: {text!r}")
    if not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        raise ValueError(f"{field} lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}: {text!r}")
    return time


def _names(article: Article) -> dict[str, list[str]]:
    return {
        "channel": list(_channel_keys(article.channel, article.channel_name)),
        "editor": list(_keys(article.editors)),
        "reporter": list(_keys(article.reporters)),
        "source": list(_keys((article.source or "",))),
        "section": list(_keys(article.sections)),
        "kind": [article.kind.value],
        "template": list(_template_keys(article.template)),
    }


@lru_cache(maxsize=1_000)
def _channel_keys(channel: str, name: str) -> tuple[str, ...]:
    return _keys((channel, name, name.removesuffix("频道")))


@lru_cache(maxsize=1_000)
def _template_keys(template: str) -> tuple[str, ...]:
    return _keys((as_compared("template", template),))


@lru_cache(maxsize=10_000)
def _keys(names: tuple[str, ...]) -> tuple[str, ...]:
    return _fitting(tuple(map(key, names)))


def _facets(article: Article, published: datetime) -> dict[str, list[str]]:
    return {
        # A slug holds no space, so the label travels behind it.
        "channel": list(_fitting((f"{article.channel} {article.channel_name}",))),
        "editor": list(_counted(article.editors)),
        "reporter": list(_counted(article.reporters)),
        "source": list(_fitting((article.source or "",))),
        "section": list(_counted(article.sections)),
        "kind": [article.kind.value],
        "template": list(_fitting((article.template,))),
        "month": [f"{published.year}-{published.month:02}"],
        "year": [str(published.year)],
    }


@lru_cache(maxsize=10_000)
def _fitting(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(names) if 0 < len(name) <= LONGEST_NAME)


@lru_cache(maxsize=10_000)
def _counted(names: tuple[str, ...]) -> tuple[str, ...]:
    """Each name once, in whatever ways the article prints it, as it will be found once."""
    return _fitting(tuple({key(name): name for name in reversed(names)}.values()))
