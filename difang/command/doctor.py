"""`difang doctor`: every setting with its value, and a check of each part it leads to."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import click

from difang.command import wiring
from difang.command.settings import Settings
from difang.crawler.ledger.opening import folder_of
from difang.ingest.errors import DifangError

LOW_DISK_BYTES = 2 * 1024**3


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What the check of one part found; `said` is one sentence."""

    part: str
    good: bool
    said: str


@click.command(epilog="Example: difang doctor --part index")
@click.option("--part", "parts", multiple=True, help="Check only this part (may be given several times).")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def command(settings: Settings, *, parts: tuple[str, ...], as_json: bool) -> None:
    """Every setting in force, and whether each part works; exit code 1 when one does not."""
    if unknown := sorted(set(parts) - CHECKS.keys()):
        raise click.UsageError(f"There is no part {unknown[0]}; the parts are {', '.join(CHECKS)}.")
    findings = [_look(part, CHECKS[part], settings) for part in parts or CHECKS]
    if as_json:
        click.echo(json.dumps({"settings": shown(settings), "parts": [_record(f) for f in findings]}))
    else:
        _print(settings, findings, with_settings=not parts)
    if not all(finding.good for finding in findings):
        sys.exit(1)


def shown(settings: Settings) -> dict[str, str]:
    """The settings by name, as text; a setting left empty shows what stands in for it."""
    stands_in = {
        "index": f"embedded, in {wiring.index_folder(settings)}",
        "queue": str(wiring.queue_file(settings)),
        "database": without_password(wiring.database_address(settings)),
        "archive": str(wiring.archive_folder(settings)),
        "channels": "the table that comes with difang",
        "contact": "none: live crawling is refused",
    }
    values = {field.name: without_password(str(getattr(settings, field.name))) for field in fields(Settings)}
    values |= {field.name: "***" for field in fields(Settings) if field.metadata["secret"] and values[field.name]}
    return {name: value or stands_in.get(name, "") for name, value in values.items()}


def without_password(text: str) -> str:
    """The setting with *** for what may be a password in an address: user:password@, and every ?name=value."""
    text = re.sub(r"(?<=://)([^:@/]*):.*@", r"\1:***@", text)
    return re.sub(r"([?&][^=&]*)=[^&]*", r"\1=***", text)


def _print(settings: Settings, findings: list[Finding], *, with_settings: bool) -> None:
    if with_settings:
        values = shown(settings)
        for field in fields(Settings):
            click.echo(f"{'DIFANG_' + field.name.upper():28} {values[field.name]}")
            click.secho(f"{'':28} {field.metadata['help']}", dim=True)
        click.echo()
    for finding in findings:
        mark = click.style("ok   ", fg="green") if finding.good else click.style("WRONG", fg="red")
        click.echo(f"{mark} {finding.part:9} {finding.said}")


def _record(finding: Finding) -> dict[str, object]:
    return {"part": finding.part, "good": finding.good, "said": finding.said}


def _look(part: str, check: Callable[[Settings], str], settings: Settings) -> Finding:
    try:
        return Finding(part=part, good=True, said=check(settings))
    except DifangError as error:
        return Finding(part=part, good=False, said=str(error))


def _channels(settings: Settings) -> str:
    channels = wiring.channel_table(settings)
    return f"{len(channels)} channels with {sum(len(channel.columns) for channel in channels)} columns."


def _var(settings: Settings) -> str:
    folder = settings.var
    if folder.exists() and not folder.is_dir():
        raise DifangError(f"{folder} is a file; name a folder in DIFANG_VAR.")
    existing = next(place for place in (folder, *folder.absolute().parents) if place.exists())
    if not os.access(existing, os.W_OK):
        raise DifangError(f"{folder} cannot be written to; give its rights to this user or set DIFANG_VAR.")
    return f"{folder.absolute()}: {_free(folder, existing) / 1024**3:.0f} GB free."


def _free(folder: Path, existing: Path) -> int:
    """Bytes free on its disk; raises DifangError where that is little."""
    free = shutil.disk_usage(existing).free
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
        _free(folder, folder)
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
    files = [file for file in folder.rglob("*.warc.gz*") if file.is_file()] if folder.exists() else []
    return f"{len(files)} WARC files, {sum(file.stat().st_size for file in files) / 1024**2:.0f} MB, in {folder}."


def _index(settings: Settings) -> str:
    with closing(wiring.open_index(settings)) as index:
        status = index.status()
    details = "".join(f", {key} {value}" for key, value in status.details.items())
    return f"{status.kind}: {status.documents} articles, {status.size / 1024**2:.0f} MB{details}."


def _credentials(settings: Settings) -> str:
    for name in ("index_password_file", "index_ca"):
        file = getattr(settings, name)
        if file and not Path(file).is_file():
            raise DifangError(
                f"{file}, named by DIFANG_{name.upper()}, is not there; make the file or correct the name."
            )
    return "every file that is named is there." if settings.index_password_file or settings.index_ca else "none needed."


CHECKS: dict[str, Callable[[Settings], str]] = {
    "channels": _channels,
    "folder": _var,
    "files": _credentials,
    "archive": _archive,
    "queue": _queue,
    "ledger": _ledger,
    "schedule": _schedule,
    "index": _index,
}
