"""What `difang doctor` looks at: each part the settings lead to, told in one sentence."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from difang.command import servers, wiring
from difang.command.settings import Settings
from difang.crawler.ledger.opening import folder_of
from difang.ingest.errors import DifangError
from difang.search.synonyms import read_synonyms

LOW_DISK_BYTES = 2 * 1024**3
_MAIL_SECONDS = 5.0
_FILES = ("index_password_file", "index_ca", "synonyms", "mail_file", "openid_secret_file")
"""The settings that name a file."""


def _channels(settings: Settings) -> str:
    channels = wiring.channel_table(settings)
    return f"{len(channels)} channels with {sum(len(channel.columns) for channel in channels)} columns."


def _var(settings: Settings) -> str:
    return f"{settings.var.absolute()}: {_free(_sound(settings.var, 'DIFANG_VAR')) / 1024**3:.0f} GB free."


def _sound(folder: Path, setting: str) -> Path:
    """The folder, or what there is of it so far; raises DifangError where nothing can be written into it."""
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not existing.is_dir():
        raise DifangError(f"{existing} is a file; name a folder in {setting}.")
    try:
        with tempfile.TemporaryFile(dir=existing):
            return existing
    except OSError as error:
        raise DifangError(
            f"{folder} cannot be written to ({error.strerror}); give its rights to this user or set {setting} anew."
        ) from error


def _free(folder: Path) -> int:
    """Bytes free on its disk; raises DifangError where that is little."""
    free = shutil.disk_usage(folder).free
    if free < LOW_DISK_BYTES:
        raise DifangError(f"Only {free / 1024**2:.0f} MB are free at {folder}; make room before everything stops.")
    return free


def _queue(settings: Settings) -> str:
    with closing(wiring.open_queue(settings)) as queue:
        counts = queue.counts()
    return f"{counts.ready + counts.later + counts.claimed} pages wait, {counts.set_aside} are set aside."


def _ledger(settings: Settings) -> str:
    with closing(wiring.open_ledger(settings, patience=0)) as ledger:
        newest, database = ledger.runs.newest(1), ledger.database()
    if folder := folder_of(wiring.database_address(settings)):
        _free(folder)
    return f"{database}; " + (f"the newest run is {newest[0].id}, {newest[0].state}." if newest else "no run yet.")


def _schedule(settings: Settings) -> str:
    from difang.crawler.schedule.account import account
    from difang.crawler.schedule.leading import leading

    with closing(wiring.open_ledger(settings, patience=0.0)) as ledger:
        now = datetime.now(UTC)
        leader, told = leading(ledger, now), account(ledger, now)
    if told.faults:
        raise DifangError(f"{len(told.faults)} firings are unaccounted for; `difang schedule list` names them.")
    if leader.get("died"):
        raise DifangError(f"{leader['said']}; start `difang serve` again.")
    return f"{leader['said']}; {told.planned} firings, {told.missed} missed, {told.caught_up} of them caught up."


def _archive(settings: Settings) -> str:
    folder = wiring.archive_folder(settings)
    _free(_sound(folder, "DIFANG_ARCHIVE"))
    files = [file for file in folder.rglob("*.warc.gz*") if file.is_file()] if folder.exists() else []
    return f"{len(files)} WARC files, {sum(file.stat().st_size for file in files) / 1024**2:.0f} MB, in {folder}."


def _index(settings: Settings) -> str:
    with closing(wiring.open_index(settings)) as index:
        status = index.status()
    if status.wrong:
        raise DifangError(f"{status.wrong}.")
    details = "".join(f", {key} {value}" for key, value in status.details.items())
    return f"{status.kind}: {status.documents} articles, {status.size / 1024**2:.0f} MB{details}."


def _files(settings: Settings) -> str:
    named = {name: Path(file) for name in _FILES if (file := getattr(settings, name))}
    for name, file in named.items():
        try:
            file.open("rb").close()
        except OSError as error:
            raise DifangError(
                f"{file}, named by DIFANG_{name.upper()}, cannot be read ({error.strerror});"
                " make the file or correct the name."
            ) from error
    return "every file that is named is there." if named else "none needed."


def _synonyms(settings: Settings) -> str:
    if not settings.synonyms:
        return "none."
    return f"{len(read_synonyms(Path(settings.synonyms)).rules)} words with others that mean the same."


def _console(settings: Settings) -> str:
    if settings.address and not settings.address.startswith(("http://", "https://")):
        raise DifangError("DIFANG_ADDRESS must begin with http:// or https://, or alerts link to nothing.")
    if settings.address.startswith("https://") and not settings.proxies.strip():  # difang itself speaks no TLS
        raise DifangError(
            "DIFANG_ADDRESS is https, so a proxy stands before the console, but DIFANG_PROXIES does not name it: all"
            " visitors count as one, and their cookies lack Secure; set it, to 127.0.0.1 for a proxy on this machine."
        )
    wiring.rate_limit(settings)
    anyone, known = (limit or "any number" for limit in (settings.rate_limit, settings.rate_limit_known))
    links = (
        f"alerts link to {settings.address}" if settings.address else "alerts link to nothing without DIFANG_ADDRESS"
    )
    return f"{links}; the API takes {anyone} from anyone, {known} from those it knows."


def _mail(settings: Settings) -> str:
    if not settings.mail_file:
        return "no mail server; alerts go to webhooks and chats."
    host, port = servers.notifier(settings).mail_server()
    try:
        socket.create_connection((host, port), timeout=_MAIL_SECONDS).close()
    except OSError as error:
        raise DifangError(
            f"The mail server {host}:{port} cannot be reached ({error}); check DIFANG_MAIL_FILE and the server."
        ) from error
    return f"the mail server {host}:{port} answers."


def _openid(settings: Settings) -> str:
    provider = servers.identity_provider(settings)
    if provider is None:
        return "people sign in by password alone."
    provider.look()
    return "the provider describes itself as it should."


CHECKS: dict[str, Callable[[Settings], str]] = {
    "channels": _channels,
    "folder": _var,
    "files": _files,
    "archive": _archive,
    "queue": _queue,
    "ledger": _ledger,
    "schedule": _schedule,
    "index": _index,
    "synonyms": _synonyms,
    "console": _console,
    "mail": _mail,
    "openid": _openid,
}
"""Part → what looks at it: one sentence of how it is; raises DifangError, one sentence of what is wrong."""
