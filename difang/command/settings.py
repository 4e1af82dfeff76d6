"""Settings: read once, at start, from the environment and `difang.toml`, into a frozen object."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from difang.ingest.errors import UsageError


def _setting(default: Any, help_: str, *, secret: bool = False) -> Any:
    return field(default=default, repr=not secret, metadata={"help": help_, "secret": secret})


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Every setting; `index` is DIFANG_INDEX in the environment and `index` in difang.toml, the environment winning."""

    var: Path = _setting(Path("var"), "Folder of everything difang keeps by itself.")
    index: str = _setting("", "Elasticsearch address, such as https://es:9200; empty: the embedded index in var/index.")
    index_user: str = _setting("", "User name at Elasticsearch.")
    index_password: str = _setting("", "Password at Elasticsearch; a file keeps it better.", secret=True)
    index_password_file: str = _setting("", "File that holds the password at Elasticsearch.")
    index_ca: str = _setting("", "File with the certificate of the authority that signed Elasticsearch's certificate.")
    synonyms: str = _setting("", "File of words that mean the same in searches; empty: none.")
    queue: str = _setting("", "The page queue, an SQLite file; empty: var/queue.db.")
    queue_pages: int = _setting(100_000, "Crawls pause while more pages than this wait for a worker.")
    database: str = _setting("", "The ledger as an SQLAlchemy address; empty: the SQLite file var/ledger.db.")
    lease: float = _setting(10.0, "Seconds without a word of the service that leads, then another takes the lead.")
    archive: str = _setting("", "Folder of the WARC files; empty: var/archive.")
    archive_file_mb: int = _setting(512, "A WARC file is closed and the next begun at this size, in MB.")
    channels: str = _setting("", "A channel table to use in place of the one that comes with difang.")
    contact: str = _setting("", "Mail address or page of whoever runs the crawl; goes into the user agent.")
    delay: float = _setting(2.0, "Seconds between two requests to a host where its robots.txt names no Crawl-delay.")
    daily_allowance: int = _setting(5000, "Requests a host gets a day at most.")
    timeout: float = _setting(30.0, "Seconds after which a request is given up (and tried again).")
    search_timeout: float = _setting(10.0, "Seconds after which a search on Elasticsearch is given up.")
    retries: int = _setting(2, "How often a failed request is tried again within a run.")
    readers: str = _setting("anyone", "Who may search: anyone, or reader for those who have signed in.")
    rate_limit: str = _setting("60/minute", "Requests to the API from one address; empty: no limit.")
    rate_limit_known: str = _setting("600/minute", "The same of a token, or of who is signed in.")
    rate_limit_typing: str = _setting("600/minute", "Suggestions for one address or user, while somebody types.")
    address: str = _setting(
        "", "Where people reach the console, such as https://difang.example; for links, and forms behind a proxy."
    )
    proxies: str = _setting(
        "",
        "Reverse proxies before the console, as addresses or networks with commas; whose X-Forwarded-For is believed.",
    )
    mail_file: str = _setting("", "File that holds the mail server for alerts, as mailtos://user:password@host?from=….")
    alerts_to_private: str = _setting("no", "Whether alerts may go to hosts of the internal network: yes or no.")
    openid_issuer: str = _setting("", "OpenID Connect issuer where people may sign in too; empty: by password only.")
    openid_client: str = _setting("", "The client id by which the issuer knows difang.")
    openid_secret: str = _setting("", "The client's secret; a file keeps it better.", secret=True)
    openid_secret_file: str = _setting("", "File that holds the client's secret.")
    heartbeat: str = _setting("", "Address the leader asks each minute, for an outside monitor.", secret=True)
    log_format: str = _setting("text", "How the log is written: text, or json for one object a line.")
    workers: int = _setting(1, "Extraction processes of `difang ingest`.")


def read_settings(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """The settings in force; raises UsageError naming the setting that is wrong and where it stands.

    `environment` defaults to the process's, `folder` (where difang.toml may lie) to the working directory.
    """
    environment = os.environ if environment is None else environment
    file = (folder or Path()) / "difang.toml"
    values: dict[str, Any] = {}
    known = {f.name: f for f in fields(Settings)}
    if file.is_file():
        values.update(_from_file(file, set(known)))
    for name in known:
        if (text := environment.get(f"DIFANG_{name.upper()}")) is not None:
            values[name] = text
    for text_name in environment:
        if text_name.startswith("DIFANG_") and text_name[7:].lower() not in known:
            near = get_close_matches(text_name[7:].lower(), known, 1)
            meant = f"perhaps DIFANG_{near[0].upper()} is meant" if near else "docs/settings.md lists them all"
            raise UsageError(
                f"Nothing was started, because the environment sets {text_name}, which is no setting:"
                f" correct or unset it; {meant}."
            )
    return Settings(**{name: _typed(name, value, known[name].type) for name, value in values.items()})


def _from_file(file: Path, known: set[str]) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{file} is not valid TOML: {error}.") from error
    if unknown := sorted(values.keys() - known):
        raise UsageError(
            f"Nothing was started, because {file} sets {unknown[0]}, which is no setting: correct or remove it;"
            " docs/settings.md lists them all."
        )
    return values


_SMALLEST = {
    "workers": 1,
    "queue_pages": 1,
    "archive_file_mb": 1,
    "daily_allowance": 1,
    "timeout": 1.0,
    "search_timeout": 1.0,
    "lease": 1.0,
}
_FILES = ("queue", "archive")
_CHOICES = {
    "readers": ("anyone", "reader"),
    "alerts_to_private": ("yes", "no"),
    "log_format": ("text", "json"),
}
_WEB = ("heartbeat",)


def _typed(name: str, value: Any, type_: Any) -> Any:
    """The value; a sentence tells a wrong one only where a number is meant, because any other may hold a password."""
    kinds = {"Path": Path, "str": str, "int": int, "float": float}
    try:
        if isinstance(value, bool) or (type_ == "int" and isinstance(value, float)):
            raise TypeError
        typed = kinds[type_](value)
    except (TypeError, ValueError) as error:
        told = f", but is {value!r}" if type_ in ("int", "float") else ""
        raise UsageError(f"The setting {name} must be of type {type_}{told}.") from error
    if type_ in ("int", "float") and not _SMALLEST.get(name, 0) <= typed < math.inf:
        raise UsageError(f"The setting {name} must be at least {_SMALLEST.get(name, 0)}, but is {value!r}.")
    if type_ == "str" and not typed.isprintable():
        seen = "ends with a line break" if typed.rstrip("\r\n").isprintable() else "holds something else"
        raise UsageError(f"The setting {name} must be one line of printable characters, but {seen}: take that away.")
    if name in _CHOICES and typed not in _CHOICES[name]:
        raise UsageError(f"The setting {name} must be {' or '.join(_CHOICES[name])}.")
    if name in _WEB and typed and not typed.startswith(("http://", "https://")):
        raise UsageError(f"The setting {name} must be an address that begins with http:// or https://.")
    if name == "openid_issuer" and typed and not _is_safe(typed):
        raise UsageError("The setting openid_issuer must be an address that begins with https://.")
    if name == "proxies" and not all(map(_is_network, filter(None, typed.split(",")))):
        raise UsageError(
            "The setting proxies must be addresses or networks such as 127.0.0.1,10.0.0.0/8, with commas between."
        )
    if name in _FILES and "://" in typed:
        raise UsageError(f"The setting {name} names a file or folder of this machine, not an address.")
    return typed


def _is_network(text: str) -> bool:
    try:
        return bool(ip_network(text.strip()))
    except ValueError:
        return False


def _is_safe(address: str) -> bool:
    """https, or this machine itself."""
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in ("127.0.0.1", "::1", "localhost"))
