"""`difang ingest`: takes the fetched pages through extraction into the index."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event, Thread

import click

from difang.command.counted import counted
from difang.command.logs import log_to_stderr
from difang.command.settings import Settings
from difang.command.wiring import (
    alert_watch,
    channel_names,
    channel_table,
    open_index,
    open_ledger,
    open_pieces,
    open_queue,
    open_reader,
)
from difang.crawler.drift_issues import Watch
from difang.crawler.watch.watching import check_now
from difang.ingest.errors import DifangError, RetryLater, UsageError
from difang.ingest.garbage import collect_seldom
from difang.ingest.loop import OnBatch, drain, work_on
from difang.ingest.outcome import Outcome
from difang.ingest.refusing import RefusingReader, TakedownSweep
from difang.ingest.turns import Turns
from difang.ingest.worker import Worker

BATCH = 500


@click.command(
    epilog="Examples: difang ingest --workers 2 --drain; difang ingest --warc 'captures/*.warc.gz' --workers 2",
)
@click.option("--workers", type=click.IntRange(1, 64), help="Extraction processes (setting: workers).")
@click.option("--drain", "until_empty", is_flag=True, help="End when no page is left.")
@click.option(
    "--warc", "warcs", multiple=True, metavar="FILE|GLOB", help="Take pages of the channels' hosts from WARC files."
)
@click.argument("more", metavar="[FILE]...", nargs=-1)
@click.option("--copy-only", is_flag=True, help="With --warc: into archive and queue only, for a worker that runs.")
@click.option("--batch", type=click.IntRange(1), default=BATCH, hidden=True)
@click.option("--until-stdin-ends", is_flag=True, hidden=True, help="End with the process that holds the other end.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcomes as JSON.")
@click.pass_obj
def command(
    settings: Settings,
    *,
    workers: int | None,
    until_empty: bool,
    warcs: tuple[str, ...],
    more: tuple[str, ...],
    copy_only: bool,
    batch: int,
    until_stdin_ends: bool,
    as_json: bool,
) -> None:
    """Make searchable articles of the fetched pages, until stopped or, with --drain, until none is left.

    With --drain it ends with 1 where a page was set aside; `difang set-aside` shows it. With --warc the pages of other
    tools' WARC files are copied into the archive first, and it ends when none is left, with 1 where a file is broken;
    stopped or killed, the same command goes on where it was. Further FILEs are such files too, as a shell makes them of
    a pattern.
    """
    started = time.monotonic()
    if warcs:
        _ingest_warcs(
            settings, (*warcs, *more), workers or settings.workers, batch, copy_only=copy_only, as_json=as_json
        )
        return
    if more:
        raise UsageError(f"What is {more[0]}? WARC files stand behind --warc; without it no file is named.")
    if copy_only:
        raise UsageError("--copy-only goes with --warc.")
    stop = Event()
    if until_stdin_ends:
        Thread(target=_set_when_stdin_ends, args=(stop,), name="until stdin ends", daemon=True).start()
    if not until_empty:
        _work(settings, workers or settings.workers, batch, None, stop=stop)
        return
    drained = _Drained()
    try:
        _work(settings, workers or settings.workers, batch, drained, stop=stop)
    except DifangError:
        if drained.total:
            _report(drained, time.monotonic() - started, as_json=as_json)
        raise
    _report(drained, time.monotonic() - started, as_json=as_json)
    _end(drained)


def _ingest_warcs(
    settings: Settings, names: tuple[str, ...], workers: int, batch: int, *, copy_only: bool, as_json: bool
) -> None:
    from difang.command.ingest_warc import copy_all, report

    started = time.monotonic()
    copied = copy_all(settings, names, workers=workers, as_json=as_json)
    drained = _Drained()
    if not copy_only:
        _work(settings, workers, batch, drained, stop=Event())
    report(settings, copied, as_json=as_json, seconds=time.monotonic() - started)
    _end(drained)
    if not copied.whole:
        sys.exit(1)


def _end(drained: _Drained) -> None:
    if drained.left is not None:
        sys.exit(130)
    if drained.total[Outcome.SET_ASIDE]:
        sys.exit(1)


def _set_when_stdin_ends(stop: Event) -> None:
    """Read past Python's own buffer, whose lock a thread that waits would hold for ever at the process's end."""
    while os.read(0, 1):
        pass
    stop.set()


@dataclass(kw_only=True, slots=True)
class _Drained:
    """How the pages ended so far, also where an error ends it; and how many it left, None if it was not stopped."""

    total: Counter[Outcome] = field(default_factory=Counter)
    left: int | None = None


def _work(settings: Settings, workers: int, batch: int, drained: _Drained | None, *, stop: Event) -> None:
    """Until no page is left, which is told to `drained`; without one until stopped."""
    log_to_stderr(settings.log_format)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    turns = Turns()
    with ExitStack() as parts:
        queue = parts.enter_context(closing(open_queue(settings)))
        pieces = parts.enter_context(closing(open_pieces(settings)))
        ledger = parts.enter_context(closing(open_ledger(settings)))
        index = parts.enter_context(closing(open_index(settings, ledger, turns)))
        reading = open_reader(settings, workers, turns)
        reader = parts.enter_context(closing(RefusingReader(reading, ledger.takedowns)))
        takedowns = TakedownSweep(ledger.takedowns, index)
        worker = Worker(
            queue=queue,
            reader=reader,
            index=index,
            pieces=pieces,
            endings=ledger,
            newcomers=alert_watch(settings, ledger),
            turns=turns,
        )
        watch = Watch(ledger, channel_names(settings))
        collect_seldom()
        if drained is None:
            work_on(worker, most=batch, stop=stop, on_batch=_then(takedowns, lambda told: watch.look(told.total())))
            return
        with _progress(queue.counts().ready, drained.total) as on_batch:
            drain(worker, queue, most=batch, stop=stop, on_batch=_then(takedowns, on_batch))
        takedowns.sweep()  # an empty queue gives no batch after which it would be done
        if takedowns.taken:
            click.echo(f"{counted(takedowns.taken, 'article')} left the index: taken down.", err=True)
        index.refresh()
        watch.check_now()
        check_now(ledger, channel_table(settings))
        counts = queue.counts()
        drained.left = counts.ready + counts.later + counts.claimed if stop.is_set() else None


def _then(takedowns: TakedownSweep, on_batch: OnBatch) -> OnBatch:
    """After each batch first what was taken down meanwhile leaves the index; where that fails, after the next one."""

    def swept(outcomes: Counter[Outcome]) -> None:
        with suppress(RetryLater):
            takedowns.sweep()
        on_batch(outcomes)

    return swept


@contextmanager
def _progress(waiting: int, total: Counter[Outcome]) -> Iterator[OnBatch]:
    """Adds each batch to the total, and shows it on a terminal."""
    if not sys.stdout.isatty():
        yield total.update
        return
    with click.progressbar(length=waiting, label="pages", show_pos=True) as bar:

        def on_batch(outcomes: Counter[Outcome]) -> None:
            total.update(outcomes)
            bar.update(outcomes.total())

        yield on_batch


def _report(drained: _Drained, seconds: float, *, as_json: bool) -> None:
    total, left = drained.total, drained.left
    counts = {outcome.value: total[outcome] for outcome in Outcome if total[outcome]}
    if as_json:
        click.echo(json.dumps({"pages": total.total(), "outcomes": counts, "seconds": round(seconds, 2)}))
        return
    said = [f"{number} {outcome}" for outcome, number in counts.items()]
    if left is not None:
        said.append(f"stopped with {counted(left, 'page')} waiting")
    click.echo(f"{counted(total.total(), 'page')} in {seconds:.1f} s: {', '.join(said) or 'no page was waiting'}.")
