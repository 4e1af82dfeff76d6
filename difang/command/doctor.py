"""`difang doctor`: every setting with its value, and a check of each part it leads to."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields

import click

from difang.command import wiring
from difang.command.checks import CHECKS
from difang.command.settings import Settings
from difang.ingest.errors import DifangError


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What the check of one part found; `said` is one sentence."""

    part: str
    good: bool
    said: str


@click.command(epilog="Example: difang doctor --part index")
@click.option("--part", "parts", multiple=True, help="Check only this part (may be given several times).")
@click.option("--json", "as_json", is_flag=True, help="Settings and parts as one JSON object.")
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
    except OSError as error:
        return Finding(part=part, good=False, said=f"It cannot be used: {error}; check the folder and its rights.")
