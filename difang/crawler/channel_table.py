"""Reading the channel table: TOML in, checked channels out; a wrong entry is named with its line and the reason."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

from difang.crawler.channels import Channel, Column
from difang.ingest.errors import UsageError

SHIPPED = Path(__file__).with_name("channels.toml")

_KINDS: Mapping[str, type] = {
    "slug": str,
    "name": str,
    "hosts": list,
    "cities": list,
    "front": str,
    "sitemap": str,
    "volume": list,
    "every": str,
    "columns": list,
}
_OPTIONAL = {"cities", "sitemap", "columns"}
_COLUMN_KINDS: Mapping[str, type] = {"url": str, "name": str, "verified": bool}
_SLUG = re.compile(r"[a-z][a-z0-9]*")
_ALL = "all"
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}")
_EVERY = re.compile(r"(\d+)([mh])")
_SHORTEST, _LONGEST = timedelta(minutes=5), timedelta(days=7)


def load_channels(path: Path | None = None) -> tuple[Channel, ...]:
    """The channels of a table, by default the one that comes with difang.

    Raises UsageError naming file, line and reason where the file or an entry of it is wrong.
    """
    file = path or SHIPPED
    try:
        text = file.read_text(encoding="utf-8")
        table = tomllib.loads(text)
    except OSError as error:
        raise UsageError(f"The channel table {file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"The channel table {file} is not UTF-8: {error}.") from error
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"The channel table {file} is not valid TOML: {error}.") from error
    return _channels(table, _Lines(file, text))


class _Lines:
    """Where the entries begin, so that a complaint can name the line (tomllib forgets it)."""

    def __init__(self, file: Path, text: str) -> None:
        self.file = file
        self.lines = text.splitlines()
        self.starts = [n for n, line in enumerate(self.lines) if re.match(r"\s*\[\[\s*channel\s*\]\]", line)]

    def complain(self, entry: int, words: str, reason: str) -> NoReturn:
        """Raise, pointing at the first line of the entry that begins with `words` or holds it, else at its head."""
        start = self.starts[entry]
        end = self.starts[entry + 1] if entry + 1 < len(self.starts) else len(self.lines)
        inside = range(start, end)
        key = re.compile(rf"\s*{re.escape(words)}\s*=")
        line = next((n for n in inside if key.match(self.lines[n])), None)
        if line is None:
            line = next((n for n in inside if words in self.lines[n]), start)
        raise UsageError(f"{self.file}, line {line + 1}: {reason}.")


def _channels(table: dict[str, Any], lines: _Lines) -> tuple[Channel, ...]:
    if unknown := sorted(table.keys() - {"channel"}):
        raise UsageError(f"{lines.file}: the table knows only [[channel]] entries, not {unknown[0]}.")
    entries = table.get("channel")
    if not isinstance(entries, list) or not entries or len(entries) != len(lines.starts):
        raise UsageError(f"{lines.file}: the table must hold its channels as [[channel]] entries, and at least one.")
    channels: list[Channel] = []
    for number, entry in enumerate(entries):
        channel = _Entry(number, entry, lines).channel()
        _refuse_doubles(channel, channels, number, lines)
        channels.append(channel)
    return tuple(channels)


def _refuse_doubles(channel: Channel, before: list[Channel], number: int, lines: _Lines) -> None:
    for other in before:
        if other.slug == channel.slug:
            lines.complain(number, "slug", f"the slug {channel.slug} is taken by an entry above")
        for host in channel.all_hosts:
            if host in other.all_hosts:
                lines.complain(number, f'"{host}"', f"the host {host} belongs to the channel {other.slug} already")


class _Entry:
    """One [[channel]] entry being checked."""

    def __init__(self, number: int, entry: dict[str, Any], lines: _Lines) -> None:
        self.number, self.entry, self.lines = number, entry, lines

    def channel(self) -> Channel:
        self._check_keys()
        entry = self.entry
        if not _SLUG.fullmatch(entry["slug"]):
            self._wrong("slug", f"the slug {entry['slug']!r} must be small letters and digits")
        if entry["slug"] == _ALL:
            self._wrong("slug", f"the slug {_ALL} stands for every channel; choose another")
        if not entry["name"].strip():
            self._wrong("name", "the name is empty")
        hosts, cities = self._hosts("hosts"), self._hosts("cities")
        if not hosts:
            self._wrong("hosts", "a channel needs at least one host")
        self._check_url("front", entry["front"], hosts[:1])
        if "sitemap" in entry:
            self._check_url("sitemap", entry["sitemap"], ())
        return Channel(
            slug=entry["slug"],
            name=entry["name"],
            hosts=hosts,
            cities=cities,
            front=entry["front"],
            sitemap=entry.get("sitemap"),
            volume=self._volume(),
            every=self._every(),
            columns=self._columns(hosts + cities),
        )

    def _wrong(self, words: str, reason: str) -> NoReturn:
        self.lines.complain(self.number, words, reason)

    def _check_keys(self) -> None:
        for key, value in self.entry.items():
            if key not in _KINDS:
                self._wrong(key, f"a channel has no {key}; it has {', '.join(_KINDS)}")
            if not isinstance(value, _KINDS[key]):
                self._wrong(key, f"{key} must be of type {_KINDS[key].__name__}")
        for key in _KINDS:
            if key not in self.entry and key not in _OPTIONAL:
                self._wrong("slug", f"the channel lacks {key}")

    def _hosts(self, key: str) -> tuple[str, ...]:
        hosts = self.entry.get(key, [])
        for host in hosts:
            if not isinstance(host, str) or not _HOST.fullmatch(host):
                self._wrong(key, f"{host!r} in {key} is no host name such as sd.people.com.cn")
        if len(set(hosts)) < len(hosts):
            self._wrong(key, f"{key} names a host twice")
        return tuple(hosts)

    def _check_url(self, key: str, url: str, hosts: tuple[str, ...]) -> None:
        try:
            parts = urlsplit(url)
            sound = parts.scheme == "http" and bool(parts.hostname) and parts.path.startswith("/")
        except ValueError:
            sound = False
        if not sound:
            self._wrong(
                url if key == "columns" else key,
                f"{url!r} is no address such as http://sd.people.com.cn/ (http, not https)",
            )
        if hosts and urlsplit(url).hostname not in hosts:
            self._wrong(
                url if key == "columns" else key, f"{url} does not lie on a host of the channel ({', '.join(hosts)})"
            )

    def _volume(self) -> tuple[int, int]:
        volume = self.entry["volume"]
        if (
            len(volume) != 2
            or not all(type(n) is int for n in volume)
            or not 0 <= volume[0] <= volume[1]
            or not volume[1]
        ):
            self._wrong("volume", f"volume must be [lowest, highest] number of articles on a usual day, not {volume}")
        return volume[0], volume[1]

    def _every(self) -> timedelta:
        found = _EVERY.fullmatch(self.entry["every"])
        if not found:
            self._wrong("every", f'every must be minutes or hours, such as "30m" or "2h", not {self.entry["every"]!r}')
        number, unit = int(found[1]), found[2]
        every = timedelta(minutes=number) if unit == "m" else timedelta(hours=number)
        if not _SHORTEST <= every <= _LONGEST:
            self._wrong("every", f"every must lie between 5 minutes and 7 days, but is {self.entry['every']}")
        return every

    def _columns(self, hosts: tuple[str, ...]) -> tuple[Column, ...]:
        columns: dict[str, Column] = {}
        for row in self.entry.get("columns", []):
            if not isinstance(row, dict) or row.keys() != _COLUMN_KINDS.keys():
                self._wrong("columns", f"a column is {{ url, name, verified }}, not {row}")
            for key, kind in _COLUMN_KINDS.items():
                if not isinstance(row[key], kind):
                    self._wrong(str(row["url"]), f"{key} of a column must be of type {kind.__name__}")
            self._check_url("columns", row["url"], hosts)
            if row["url"] in columns:
                self._wrong(row["url"], f"the column {row['url']} stands twice")
            columns[row["url"]] = Column(**row)
        return tuple(columns.values())
