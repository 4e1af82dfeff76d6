"""`difang ingest --warc`: copies pages out of WARC files into archive and queue; tells what became of each record."""

from __future__ import annotations

import glob
import json
import sys
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from difang import __version__
from difang.command.counted import counted
from difang.command.settings import Settings
from difang.command.stopping import unwinding_on_signals
from difang.command.wiring import hosts, open_archive, open_ledger, open_queue
from difang.crawler.warc_in import OTHER_HOST, TAKEN_DOWN, WITHOUT_BODY, Parts, Progress, copy_files
from difang.ingest.errors import UsageError

if TYPE_CHECKING:
    from difang.crawler.ledger.warc_files import WarcFile


_ENDS = {OTHER_HOST: "the host has a channel", TAKEN_DOWN: "the takedown was undone"}
"""Why a page was left out that may come in later, and when."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Copied:
    """What came of all files: those read, and why others could not be."""

    files: list[WarcFile]
    unread: list[str]

    @property
    def whole(self) -> bool:
        """Whether every file was read to its end."""
        return not self.unread and not any(file.troubles for file in self.files)


def copy_all(settings: Settings, names: tuple[str, ...], *, workers: int, as_json: bool) -> Copied:
    """Copy what is wanted of these files and patterns; raises UsageError where one of them names no file."""
    copied = Copied(files=[], unread=[])
    with unwinding_on_signals(130):
        for path, got in copy_files(_files(names), partial(open_parts, settings), workers=workers, on_progress=_show):
            if isinstance(got, str):
                copied.unread.append(got)
                click.echo(got, err=True)
                continue
            copied.files.append(got)
            for sentence in got.troubles:
                click.echo(sentence, err=True)
            if not as_json:
                before = "read to its end before: " if got.ended_at else "read again: " if got.again else ""
                click.echo(f"{path.name}: {before}{_counts(got.counts)}.")
    return copied


def open_parts(settings: Settings) -> Parts:
    """What one process copies into; named at the top of the module so that other processes can be told of it."""
    return Parts(
        ledger=open_ledger(settings),
        archive=open_archive(settings),
        queue=open_queue(settings),
        hosts=hosts(settings),
        agent=f"difang/{__version__}",
    )


def report(settings: Settings, copied: Copied, *, as_json: bool, seconds: float) -> None:
    """Say how the copied pages ended: addresses by outcome, and records by why they were left out."""
    with closing(open_ledger(settings)) as ledger:
        runs = [ledger.runs.get(file.run_id) for file in copied.files]
        counts = ledger.runs.counts(runs).values()
    outcomes: Counter[str] = Counter()
    for count in counts:
        outcomes.update({outcome.value: number for outcome, number in count.outcomes.items()})
    waiting = sum(count.queued + count.unfetched for count in counts)
    records: Counter[str] = Counter()
    for file in copied.files:
        records.update(file.counts)
    if as_json:
        said: dict[str, Any] = {
            "files": [_record(file) for file in copied.files],
            "unread": copied.unread,
            "records": dict(records),
            "outcomes": dict(outcomes),
            "waiting": waiting,
            "seconds": round(seconds, 2),
        }
        click.echo(json.dumps(said, ensure_ascii=False))
        return
    more = f", {waiting} {'waits' if waiting == 1 else 'wait'} in the queue" if waiting else ""
    files = counted(len(copied.files), "file")
    before = sum(file.ended_at is not None for file in copied.files)
    again = f", {before} read before" if before else ""
    click.echo(f"{files} in {seconds:.1f} s{again}; how their pages ended: {_counts(outcomes)}{more}.")
    if left := {why: records[why] for why in _ENDS if records[why]}:
        click.echo(
            f"Left out for now: {_counts(left)}; give the files again once {' or '.join(_ENDS[why] for why in left)}."
        )
    if unfound := [file.unfound for file in copied.files if file.unfound]:
        pages = counted(records[WITHOUT_BODY], "page")
        click.echo(
            f"Of {pages} fetched again, such as {unfound[0]}, the body lies in none of these files; give them again"
            " together with the one that has it."
        )


def _files(names: tuple[str, ...]) -> list[Path]:
    paths: dict[Path, None] = {}
    for name in names:
        found = [name] if Path(name).is_file() else sorted(glob.glob(name, recursive=True))  # noqa: PTH207 - any folder
        if not found:
            raise UsageError(f"There is no file {name}; name WARC files, or a pattern such as 'in/*.warc.gz'.")
        paths |= dict.fromkeys(Path(one).resolve() for one in found)
    return list(paths)


def _record(file: WarcFile) -> dict[str, Any]:
    return {
        "file": file.path,
        "run": file.run_id,
        "read_before": file.ended_at is not None,
        "read_again": file.again,
        "records": file.counts,
        "troubles": list(file.troubles),
        "original_not_found": file.unfound or None,
        "read_to": file.offset,
        "bytes": file.size,
    }


def _counts(counts: dict[str, int] | Counter[str]) -> str:
    return ", ".join(f"{number} {what}" for what, number in sorted(counts.items())) or "nothing in it"


def _show(progress: Progress) -> None:
    """One line that is written over, where somebody looks on."""
    if sys.stderr.isatty():
        share = 100 * progress.offset // max(progress.size, 1)
        done = progress.offset >= progress.size
        words = f"{Path(progress.path).name}: {share} %"
        click.echo(f"\r{'' if done else words:<78}" + ("\r" if done else ""), nl=False, err=True)
