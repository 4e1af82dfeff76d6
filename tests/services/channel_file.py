"""A channel table of a few channels of the replica, each with its front page and sitemap and no interval of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from difang.crawler.channel_table import load_channels
from difang.crawler.channels import Channel


def channel_file(folder: Path, slugs: Sequence[str]) -> Path:
    """Write it down; where it lies."""
    path = folder / "channels.toml"
    table = [channel for channel in load_channels(None) if channel.slug in slugs]
    path.write_text("".join(map(_entry, table)), encoding="utf-8")
    return path


def _entry(channel: Channel) -> str:
    return (
        f'[[channel]]\nslug = "{channel.slug}"\nname = "{channel.name}"\nhosts = ["{channel.hosts[0]}"]\n'
        f'front = "{channel.front}"\nsitemap = "{channel.sitemap}"\nvolume = [1, 500]\nevery = "24h"\n\n'
    )
