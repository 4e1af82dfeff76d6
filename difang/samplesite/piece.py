"""The piece: one article as it is to be printed, and as its truth is told."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from difang.samplesite.channels import Channel
from difang.samplesite.plan import Layout
from difang.samplesite.variants import Variants

_SPACE = re.compile(r"[\s\u3000]+")


def tidy(text: str) -> str:
    """The text as the truth tells it: runs of white space are one space, none at the ends."""
    return _SPACE.sub(" ", text).strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A paragraph; style is plain, head (a subhead) or centre; `mark` is the part printed bold, red or linked."""

    text: str
    style: str = "plain"
    mark: tuple[int, int, str] | None = None

    def lines(self) -> list[str]:
        """What the body holds of it."""
        return [tidy(self.text)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """An image; `form` is table (caption in a cell below) or centre (caption in a centred paragraph after it)."""

    path: str
    caption: str | None
    form: str

    def lines(self) -> list[str]:
        """Captions are no body."""
        return []


@dataclass(frozen=True, kw_only=True, slots=True)
class Rows:
    """A table."""

    rows: tuple[tuple[str, ...], ...]

    def lines(self) -> list[str]:
        """One line a row, cells separated by one space."""
        return [" ".join(row) for row in self.rows]


@dataclass(frozen=True, kw_only=True, slots=True)
class Items:
    """A list."""

    items: tuple[str, ...]
    ordered: bool

    def lines(self) -> list[str]:
        """One line an item; the numbers an ordered list shows are no text."""
        return list(self.items)


Block = Text | Picture | Rows | Items


@dataclass(frozen=True, kw_only=True, slots=True)
class Piece:
    """One article: everything its pages print and its truth tells. Times are aware, +08:00."""

    channel: Channel
    number: int
    url: str
    layout: Layout
    variants: Variants
    kind: str
    published: datetime
    modified: datetime
    version: int
    title: str
    pre_title: str | None
    subtitle: str | None
    original_title: str | None
    byline: str | None
    reporters: tuple[str, ...]
    correspondents: tuple[str, ...]
    editors: tuple[str, ...]
    editor_line: str
    dateline: dict[str, str | None] | None
    source: str | None
    source_url: str | None
    keywords: tuple[str, ...]
    paper: tuple[str, str] | None  # name and page
    sections: tuple[tuple[str, str], ...]  # name and address
    pages: tuple[tuple[Block, ...], ...]
    related: tuple[tuple[str, str], ...]  # title and address
    story: str

    @property
    def host(self) -> str:
        """The host that prints it."""
        return self.url.split("/")[2]

    @property
    def path(self) -> str:
        """The path of page 1."""
        return "/" + self.url.split("/", 3)[3]

    def page_path(self, page: int) -> str:
        """The path of a page; page 1 has no suffix."""
        return self.path if page == 1 else self.path.removesuffix(".html") + f"-{page}.html"

    @property
    def related_gallery(self) -> str:
        """Where the advertisement after a photo series leads: another article."""
        return self.related[0][1] if self.related else f"http://{self.host}/"

    @property
    def body(self) -> str:
        """The paragraphs of all pages joined by newlines."""
        return "\n".join(line for page in self.pages for block in page for line in block.lines())

    @property
    def prints_clock(self) -> bool:
        """Whether the layout prints the time of day."""
        return self.layout not in (Layout.GRAY, Layout.CONTENT)

    @property
    def plain_meta(self) -> bool:
        """Whether the layout prints the meta tags contentid, keywords, pagetype (the old ones do not)."""
        return self.layout not in (Layout.A, Layout.A_PRIME, Layout.CONTENT, Layout.GRAY, Layout.PICG)

    def truth(self) -> dict[str, Any]:
        """The article by the field rules of the Article contract, without warnings and fetched_at, and extras."""
        shown = self.published if self.prints_clock else self.published.replace(hour=0, minute=0)
        has_hidden_title = self.original_title if self.layout in (Layout.B, Layout.C, Layout.C_PRIME) else None
        return {
            "id": f"people:L_{self.number}",
            "url": self.url,
            "urls": [self.url],
            "channel": self.channel.slug,
            "channel_name": self.channel.name,
            "kind": self.kind,
            "title": self.title,
            "pre_title": self.pre_title,
            "subtitle": self.subtitle,
            "original_title": has_hidden_title,
            "published_at": shown.isoformat(),
            "source": self.source,
            "source_url": self.source_url,
            "byline": tidy(self.byline) if self.byline else None,
            "reporters": list(self.reporters),
            "correspondents": list(self.correspondents),
            "editors": list(self.editors),
            "dateline": self.dateline,
            "sections": [name for name, _ in self.sections],
            "keywords": list(self.keywords) if self.plain_meta else [],
            "body": self.body,
            "images": [
                {"url": f"http://{self.host}{block.path}", "caption": block.caption}
                for page in self.pages
                for block in page
                if isinstance(block, Picture)
            ],
            "print_edition": self._print_edition(),
            "page_count": len(self.pages),
            "template": str(self.layout),
            "content_hash": hashlib.sha256(f"{self.title}\n{self.body}".encode()).hexdigest(),
            "version": self.version,
            "modified_at": self.modified.isoformat(),
            "encoding": self.variants.encoding,
            "story": self.story,
        }

    def _print_edition(self) -> dict[str, str] | None:
        if self.paper is None:
            return None
        name, page = self.paper
        return {"paper": name, "date": f"{self.published:%Y-%m-%d}", "page": page}
