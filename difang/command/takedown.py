"""`difang takedown`: takes an article out of the index and keeps it out."""

from __future__ import annotations

import json
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import click

from difang.command.counted import there_are
from difang.command.parameters import NOT_BLANK, REASON, by
from difang.command.settings import Settings
from difang.command.wiring import channel_table, open_archive, open_index, open_ledger, open_queue
from difang.ingest.errors import UsageError

if TYPE_CHECKING:
    from difang.crawler.ledger.ledger import Ledger
    from difang.crawler.takedown import TakenDown
    from difang.ingest.takedown import Takedown

_PATIENCE = 10.0
"""Seconds this command waits for a worker that may write the index to take the article out."""


@click.command(epilog='Example: difang takedown people:L_35131671 --reason "asked for by the paper on 2026-03-01"')
@click.argument("target", metavar="[URL|ID]", type=NOT_BLANK, required=False)
@click.option("--reason", type=REASON, help="Why; is kept and told wherever the article is refused.")
@by("takes it down")
@click.option("--undo", "undone", is_flag=True, help="End the takedown; the archived pages are read again.")
@click.option("--list", "listed", is_flag=True, help="Print the list, undone entries too.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def command(
    settings: Settings, *, target: str | None, reason: str | None, by: str, undone: bool, listed: bool, as_json: bool
) -> None:
    """Take an article out of the index and keep it out: crawl, ingest and reprocess refuse it from now on.

    The archive keeps the pages' bytes. An address nobody has met yet can be put on the list as well. Where this user
    or this moment does not let it leave the index, it is on the list all the same, the next worker takes it out, and
    the exit code is 1.
    """
    if listed:
        _list(settings, as_json=as_json)
        return
    if not target:
        raise UsageError("Name what to take down: an address, or an article id such as people:L_35131671.")
    if undone:
        _undo(settings, target, by, as_json=as_json)
        return
    if not reason:
        raise UsageError("Say why, with --reason; it is told wherever the article is refused.")
    _take_down(settings, target, reason, by, as_json=as_json)


def _take_down(settings: Settings, target: str, reason: str, by: str, *, as_json: bool) -> None:
    from difang.crawler.takedown import take_down

    with closing(open_ledger(settings)) as ledger, closing(open_index(settings)) as index:
        done = take_down(target, reason=reason, by=by, channels=channel_table(settings), ledger=ledger, index=index)
        waiting = done.waiting if done.waiting and not _removed_by_worker(ledger, done) else None
    if as_json:
        click.echo(json.dumps(_record(done.entry) | {"ids": done.ids, "waiting": waiting}, ensure_ascii=False))
    else:
        listed = f"{target} is on the takedown list (entry {done.entry.number}), and no page of it is taken in any more"
        click.echo(f"{listed}; {_whereabouts(done, waiting)}.")
        if waiting:
            click.echo(
                f"What is still to be done: taking it out of the index. This command could not: {waiting} The next"
                " worker that may write does it, a running one or `difang ingest --drain`.",
                err=True,
            )
    if waiting:
        sys.exit(1)


def _whereabouts(done: TakenDown, waiting: str | None) -> str:
    if not done.asked:
        return "whether the index holds it could not be asked" if waiting else "a worker took it out of the index"
    if not done.ids:
        return "the index did not hold it"
    return f"{', '.join(done.ids)} {'is still' if waiting else 'was'} in the index"


def _removed_by_worker(ledger: Ledger, done: TakenDown) -> bool:
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        if any(entry.removed_at for entry in ledger.takedowns.after(done.entry.number - 1)):
            return True
        time.sleep(0.2)
    return False


def _undo(settings: Settings, target: str, by: str, *, as_json: bool) -> None:
    from difang.crawler.takedown import undo

    with (
        closing(open_ledger(settings)) as ledger,
        closing(open_index(settings)) as index,
        closing(open_queue(settings)) as queue,
    ):
        undone = undo(
            target,
            by=by,
            channels=channel_table(settings),
            ledger=ledger,
            index=index,
            archive=open_archive(settings),
            queue=queue,
        )
    if as_json:
        click.echo(json.dumps({"target": target, "queued": undone.queued}, ensure_ascii=False))
    else:
        click.echo(
            f"{target} is off the takedown list; {there_are(undone.queued, 'archived page')} in the queue again."
        )
    undone.whole()


def _list(settings: Settings, *, as_json: bool) -> None:
    with closing(open_ledger(settings)) as ledger:
        entries = ledger.takedowns.every()
    if as_json:
        click.echo(json.dumps([_record(entry) for entry in entries], ensure_ascii=False))
        return
    for entry in entries:
        ended = f"  undone by {entry.undone_by} on {entry.undone_at:%Y-%m-%d}" if entry.undone_at else ""
        click.echo(f"{entry.number:>5}  {entry.at:%Y-%m-%d %H:%M}  {entry.by}: {entry.reason}{ended}")
        for name in entry.names:
            click.echo(f"       {name}")
    if not entries:
        click.echo("The takedown list is empty.")


def _record(entry: Takedown) -> dict[str, object]:
    return {
        "number": entry.number,
        "names": list(entry.names),
        "reason": entry.reason,
        "by": entry.by,
        "at": entry.at.isoformat(),
        "removed_at": entry.removed_at.isoformat() if entry.removed_at else None,
        "undone_by": entry.undone_by,
        "undone_at": entry.undone_at.isoformat() if entry.undone_at else None,
    }
