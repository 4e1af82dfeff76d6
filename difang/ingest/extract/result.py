"""What extraction returns: an article's page, or the reason why a page is no article."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from difang.ingest.address import is_mirror
from difang.ingest.article import Article
from difang.ingest.outcome import Outcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Host:
    """What a host name tells: the channel's slug and name, and whether it belongs to the LOCAL (regional) system."""

    channel: str
    channel_name: str
    regional: bool


Hosts = Mapping[str, Host]
"""Known host names (all of a channel's, old ones too). A central host outside gives its first label as channel."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PageReading:
    """One page of an article: `article` is of this page alone, `page` its number, `parts` the other pages' URLs.

    `places` tells for each of the article's images how many lines of the body stand before it. `numbered` is False
    where the page came without an address and does not tell which of the article's pages it is: `page` is 1 then.
    `ahead` is how far the host's clock was ahead of ours.
    """

    article: Article
    page: int
    parts: tuple[str, ...] = ()
    places: tuple[int, ...] = ()
    numbered: bool = True
    ahead: timedelta = timedelta(0)

    @property
    def is_mirrored(self) -> bool:
        """Whether the page was seen on the traditional-Chinese mirror alone; its text never replaces the original's."""
        return bool(self.article.urls) and all(map(is_mirror, self.article.urls))


@dataclass(frozen=True, kw_only=True, slots=True)
class NoArticle:
    """A page that is no article: `outcome` is not_an_article, gone or set_aside, `reason` one sentence.

    `traceback` tells where reading it failed, None where it did not.
    """

    url: str
    outcome: Outcome
    reason: str
    traceback: str | None = None


Reading = PageReading | NoArticle


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """For --explain: which rule gave a field, and the text it was read from, uncut, on which page of the article."""

    field: str
    rule: str
    text: str
    page: int = 1
