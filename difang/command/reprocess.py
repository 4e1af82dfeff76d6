"""`difang reprocess`: extraction again over the archive, compared with the index, without one fetch."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from typing import TYPE_CHECKING

import click

from difang.command.counted import counted
from difang.command.dates import Day
from difang.command.logs import log_to_stderr
from difang.command.parameters import FILTER
from difang.command.settings import Settings
from difang.command.stopping import unwinding_on_signals
from difang.command.wiring import (
    archive_folder,
    channel_names,
    channel_table,
    hosts,
    open_archive,
    open_index,
    open_ledger,
    open_pieces,
    open_queue,
)
from difang.crawler.channels import named
from difang.ingest.errors import UsageError

if TYPE_CHECKING:
    from difang.ingest.reprocess import Progress, Reprocess, Scope, Summary

_BATCH = 200
_LONGEST = 70
"""Characters of an example; the rest is in the JSON."""


@click.command(epilog="Example: difang reprocess --channel sd --from 2026-01 --apply")
@click.option(
    "--channel", "channels", type=FILTER, multiple=True, help="Only pages of this channel; may be given several times."
)
@click.option("--from", "since", type=Day(), help="First day, by the date in the address or else the article's.")
@click.option("--to", "until", type=Day(last=True), help="Last day.")
@click.option("--template", type=FILTER, help="Only articles this template reads now or read when they were indexed.")
@click.option("--apply", "applied", is_flag=True, help="Write what differs, after the summary is shown.")
@click.option("--workers", type=click.IntRange(1, 64), help="Extraction processes (setting: workers).")
@click.option("--batch", type=click.IntRange(1), default=_BATCH, hidden=True)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
@click.pass_obj
def command(
    settings: Settings,
    *,
    channels: tuple[str, ...],
    since: date | None,
    until: date | None,
    template: str | None,
    applied: bool,
    workers: int | None,
    batch: int,
    as_json: bool,
) -> None:
    """Read the archive's pages again by today's extraction and show what differs from the index; fetch nothing.

    Nothing is written without --apply. Stopped or killed, the same command goes on where it was. Exit code 1 where a
    part of the archive could not be read or the index did not take an article.
    """
    from difang.ingest.reprocess import Scope

    log_to_stderr(settings.log_format)
    if since and until and since > until:
        raise UsageError(f"--from {since} lies after --to {until}; turn them round.")
    slugs = tuple(channel.slug for channel in named(channel_table(settings), channels)) if channels else ()
    scope = Scope(channels=slugs, since=since, until=until, template=known_template(template))
    with unwinding_on_signals(130):
        shown = None if as_json else _print
        summary = reprocess(
            settings,
            scope,
            applied=applied,
            workers=workers or settings.workers,
            told=show,
            shown=shown,
            batch=batch,
        )
    if as_json:
        click.echo(json.dumps(summary.to_dict(), ensure_ascii=False))
    if summary.troubles:
        sys.exit(1)


def known_template(name: str | None) -> str | None:
    """The template's name; raises UsageError where there is no such template."""
    from difang.ingest.extract.generic import GENERIC
    from difang.ingest.extract.templates import templates

    known = [template.name for template in (*templates(), GENERIC)]
    if name is not None and name not in known:
        raise UsageError(f"There is no template {name}; there are {', '.join(dict.fromkeys(known))}.")
    return name


def reprocess(
    settings: Settings,
    scope: Scope,
    *,
    applied: bool,
    workers: int,
    told: Callable[[Progress], None],
    shown: Callable[[Summary], None] | None = None,
    batch: int = _BATCH,
) -> Summary:
    """Read the archive again, show the difference, and write it where `applied`; the summary of what was done last."""
    from difang.crawler.drift_issues import Watch

    with reading_again(settings, scope, workers=workers, told=told, batch=batch) as (again, finish):
        summary = again.compare(on_progress=told)
        if shown:
            shown(summary)
        if applied:
            known = set(summary.troubles)
            summary = again.apply(on_progress=told)
            with closing(open_ledger(settings)) as ledger:
                Watch(ledger, channel_names(settings)).check_now()  # a template that is read again is no issue any more
            if shown:
                stories = f", {summary.retold} told their story" if summary.retold else ""
                written = f"{summary.changed} changed, {summary.added} added, {summary.removed} removed{stories}"
                if versions := summary.older_lacking:
                    written += f", {counted(versions, 'older version')} kept"
                if versions := summary.older_spare:
                    written += f", {counted(versions, 'spare version')} dropped"
                click.echo(f"Written: {written}.")
                for trouble in summary.troubles:
                    if trouble not in known:
                        click.echo(trouble, err=True)
        if summary.applied and not summary.troubles:
            finish()
    return summary


@contextmanager
def reading_again(
    settings: Settings, scope: Scope, *, workers: int, told: Callable[[Progress], None], batch: int = _BATCH
) -> Iterator[tuple[Reprocess, Callable[[], None]]]:
    """The archive read by today's extraction, and what to call when it is written, so that nothing of it is kept."""
    from difang.ingest.reprocess import Reprocess, Stores

    archive = open_archive(settings)
    archive.recover()
    with ExitStack() as parts:
        ledger = parts.enter_context(closing(open_ledger(settings)))
        stores = Stores(
            index=parts.enter_context(closing(open_index(settings))),
            pieces=parts.enter_context(closing(open_pieces(settings))),
            queue=parts.enter_context(closing(open_queue(settings))),
            endings=ledger,
            told=ledger.discoveries,
            takedowns=ledger.takedowns,
            readings=ledger.readings,
            stories=ledger.stories,
        )
        again = Reprocess(
            folder=settings.var / "reprocess",
            archive=archive_folder(settings),
            hosts=hosts(settings),
            scope=scope,
            stores=stores,
            batch=batch,
        )
        finished: list[bool] = []
        parts.callback(lambda: again.close(finished=bool(finished)))
        files = [file for file in archive.files() if file.name.endswith(".warc.gz")]
        again.read(files, workers=workers, on_progress=told)
        yield again, lambda: finished.append(True)


def _print(summary: Summary) -> None:
    pages, articles = counted(summary.pages, "page"), counted(summary.articles, "article")
    click.echo(f"{pages}, {articles}, read by edition {summary.edition}")
    for number, words in (
        (summary.same, "read as the index holds them"),
        (summary.changed, "read otherwise"),
        (summary.added, "are not in the index"),
        (summary.removed, "are no article any more and leave the index"),
        (summary.retold, "are in the index without the story they tell, or with another"),
        (summary.newer_in_index, "stay: the index holds a later page than the archive"),
        (summary.older_lacking, "older versions are not kept in the index"),
        (summary.older_spare, "older versions are kept twice, or joined of other pages"),
        (summary.waiting, "wait for their first page, which is not in the archive: nothing is made of the later ones"),
        (summary.taken_down, "stay out: they were taken down"),
        (summary.refused, "stay as they are: the index does not take them"),
        (summary.pages_now_articles, "pages that were none are part of an article"),
        (summary.set_aside_now_read, "set-aside pages can be read now"),
        (summary.would_be_set_aside, "pages cannot be read; their articles stay as they are"),
        (summary.discarded, "pages stay out: they were discarded"),
    ):
        if number:
            click.echo(f"{number:>8}  {words}")
    for name, number in summary.fields.most_common():
        click.echo(f"{number:>8}  {name}")
        for example in summary.field_examples[name]:
            click.echo(f"          {example.url}")
            click.echo(f"          - {_short(example.old)}")
            click.echo(f"          + {_short(example.new)}")
    for page in (*summary.now_articles, *summary.no_articles, *summary.now_read):
        click.echo(f"          {page.url}: {page.before} → {page.now}")
    for url in summary.version_examples:
        click.echo(f"          {url}: its older versions differ; `difang index versions` shows those that are kept")
    for url in summary.without_first:
        click.echo(f"          {url}: not in the archive; `difang crawl --url {url}` fetches it")
    for page in summary.refusals:
        click.echo(f"          {page.url}: {page.before}, refused: {page.reason}")
    for trouble in summary.troubles:
        click.echo(trouble, err=True)


def _short(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = text.replace("\n", "⏎")
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"


def show(progress: Progress) -> None:
    """One line that is written over, where somebody looks on."""
    if sys.stderr.isatty():
        of = {"read": "parts of files", "compare": "articles", "fill": "articles", "write": "articles"}[progress.step]
        words = f"{progress.step}: {progress.done} of {progress.of} {of}"
        done = progress.done >= progress.of
        click.echo(f"\r{'' if done else words:<78}" + ("\r" if done else ""), nl=False, err=True)
