"""The article: the record everyone agrees on (extraction prints it, the index keeps it, the API returns it)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from operator import attrgetter
from typing import Any


class Kind(StrEnum):
    """What sort of publication an article is."""

    ARTICLE = "article"
    GALLERY = "gallery"  # a photo series
    VIDEO = "video"
    INTERVIEW = "interview"  # a talk with a guest, often on several pages
    SPECIAL = "special"  # a topic page that gathers articles


@dataclass(frozen=True, kw_only=True, slots=True)
class Dateline:
    """From 人民网济南2月6日电: agency 人民网, place 济南, date 2020-02-06 (year filled in) or None.

    The place is empty where none is printed: 人民网2月6日电.
    """

    agency: str
    place: str
    date: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class PrintEdition:
    """From 《 人民日报 》（ 2024年05月10日 04 版）: paper 人民日报, date 2024-05-10, page 04."""

    paper: str
    date: str
    page: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Image:
    """An image of the article: an absolute URL, and its caption where one is printed."""

    url: str
    caption: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """What extraction makes of one page, or of the several pages of one article; fields as in docs/article.md.

    Times are text: `published_at` ISO 8601 to the minute with +08:00, `fetched_at` ISO 8601 in UTC.
    """

    id: str
    url: str
    urls: tuple[str, ...]
    channel: str
    channel_name: str
    kind: Kind
    title: str
    pre_title: str | None
    subtitle: str | None
    original_title: str | None
    published_at: str
    source: str | None
    source_url: str | None
    byline: str | None
    reporters: tuple[str, ...]
    correspondents: tuple[str, ...]
    editors: tuple[str, ...]
    dateline: Dateline | None
    sections: tuple[str, ...]
    keywords: tuple[str, ...]
    body: str
    images: tuple[Image, ...]
    print_edition: PrintEdition | None
    page_count: int
    template: str
    warnings: tuple[str, ...]
    content_hash: str
    fetched_at: str

    def values(self) -> dict[str, Any]:
        """The fields by name as they are: dateline, edition and images stay objects, which orjson writes itself."""
        return dict(zip(_NAMES, _VALUES(self), strict=True))

    def to_dict(self) -> dict[str, Any]:
        """The record as JSON knows it: tuples, dicts, str, int, None."""
        record = self.values()  # asdict() copies every string's container deeply
        record["dateline"] = asdict(self.dateline) if self.dateline else None
        record["print_edition"] = asdict(self.print_edition) if self.print_edition else None
        record["images"] = tuple({"url": image.url, "caption": image.caption} for image in self.images)
        return record

    def to_json(self) -> str:
        """One line of JSON, Chinese as it is."""
        return json.dumps(self.to_dict(), ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_dict(cls, record: dict[str, Any]) -> Article:
        """The article of a record as to_dict makes it; raises ValueError naming a field that is missing or unknown."""
        names = {field.name for field in fields(cls)}
        if missing := sorted(names - record.keys()):
            raise ValueError(f"the article lacks the field {missing[0]}")
        if unknown := sorted(record.keys() - names):
            raise ValueError(f"the article has a field {unknown[0]} that no article has")
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value for name, value in record.items()
        }
        values["kind"] = Kind(record["kind"])
        values["dateline"] = Dateline(**record["dateline"]) if record["dateline"] else None
        values["print_edition"] = PrintEdition(**record["print_edition"]) if record["print_edition"] else None
        values["images"] = tuple(Image(**image) for image in record["images"])
        return cls(**values)


_NAMES = tuple(field.name for field in fields(Article))
_VALUES = attrgetter(*_NAMES)


def content_hash(title: str, body: str) -> str:
    """SHA-256 of title and body, in hex: equal means the text did not change."""
    return hashlib.sha256(f"{title}\n{body}".encode()).hexdigest()
