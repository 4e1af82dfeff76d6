"""The channels: what is known of each regional site, and which host belongs to which channel."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from difang.ingest.errors import UsageError

if TYPE_CHECKING:
    from difang.ingest.extract.result import Host

SITE = "people.com.cn"


@dataclass(frozen=True, kw_only=True, slots=True)
class Column:
    """A listing of a channel; `verified` once somebody has seen it answer with articles."""

    url: str
    name: str
    verified: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """One regional site, as an entry of the channel table; `hosts` main first, `volume` articles on a usual day."""

    slug: str
    name: str
    hosts: tuple[str, ...]
    cities: tuple[str, ...]
    front: str
    sitemap: str | None
    volume: tuple[int, int]
    every: timedelta
    columns: tuple[Column, ...]
    regional: bool = True  # False only for a central host asked for by address

    @property
    def all_hosts(self) -> tuple[str, ...]:
        """Every host whose pages count as this channel's: those its crawl follows, and those of its cities."""
        return self.hosts + self.cities


def host_table(channels: Sequence[Channel]) -> dict[str, Host]:
    """Host name → its channel, for extraction; all hosts of the channels belong to the LOCAL system."""
    from difang.ingest.extract.result import Host  # brings trafilatura along, which a crawl does not need

    return {
        host: Host(channel=channel.slug, channel_name=channel.name, regional=True)
        for channel in channels
        for host in channel.all_hosts
    }


def named(channels: Sequence[Channel], slugs: Sequence[str]) -> tuple[Channel, ...]:
    """The channels of these slugs or names (江苏, 江苏频道), all where none is named, none twice.

    Raises UsageError for an unknown one, with the nearest.
    """
    by_word = {word: channel for channel in channels for word in (channel.name.removesuffix("频道"), channel.name)}
    by_word |= {channel.slug: channel for channel in channels}
    for slug in slugs:
        if slug not in by_word:
            raise UsageError(f"There is no channel {slug}{_nearest(slug, channels)} `difang channels` lists them.")
    found = {by_word[slug].slug: by_word[slug] for slug in slugs}
    return tuple(found.values()) if slugs else tuple(channels)


def channel_of(url: str, channels: Sequence[Channel]) -> Channel:
    """The channel an address belongs to by its host; a central host gives its first label as channel.

    Raises UsageError where the host belongs neither to a channel nor to people.com.cn.
    """
    host = (urlsplit(url).hostname or "").lower()
    for channel in channels:
        if host in channel.all_hosts:
            return channel
    if host.endswith("." + SITE):
        return _central(host)
    raise UsageError(f"{url} lies neither on a channel's host nor under {SITE}; `difang channels` lists the hosts.")


def _central(host: str) -> Channel:
    label = host.removesuffix("." + SITE).rsplit(".", 1)[-1]
    return Channel(
        slug=label,
        name=label,
        hosts=(host,),
        cities=(),
        front=f"http://{host}/",
        sitemap=None,
        volume=(0, 0),
        every=timedelta(0),
        columns=(),
        regional=False,
    )


def _nearest(slug: str, channels: Sequence[Channel]) -> str:
    words = {word: channel.slug for channel in channels for word in (channel.slug, channel.name, channel.name[:-2])}
    words |= {host.split(".")[0]: channel.slug for channel in channels for host in channel.all_hosts}
    found = difflib.get_close_matches(slug, words, n=1, cutoff=0.5)
    return f"; do you mean {words[found[0]]}?" if found else "."
