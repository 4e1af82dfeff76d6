"""`difang extract`: pages in, articles as JSON lines out; nothing is stored."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import click

from difang.command.counted import counted
from difang.command.extract_files import File, numbered_by_name
from difang.command.extract_lines import Joiner, lines_of
from difang.command.extract_sources import is_address, page_of
from difang.command.extract_warc import Part, parts_of, with_bodies
from difang.command.settings import Settings
from difang.command.wiring import hosts
from difang.ingest.errors import DifangError, UsageError
from difang.ingest.extract import explain
from difang.ingest.extract.result import Hosts, PageReading
from difang.ingest.page import Page
from difang.ingest.warc_revisit import Revisit


@click.command(
    epilog="Examples: difang extract page.html --url http://sd.people.com.cn/n2/2026/0102/c166192-40000001.html"
    " · difang extract page.html page-2.html"
    " · difang extract --warc run.warc.gz --workers 2 > articles.jsonl",
)
@click.argument("sources", nargs=-1, metavar="[FILE|URL|-]...")
@click.option(
    "--warc", "warcs", multiple=True, metavar="FILE", help="Read every page of a WARC file (may be repeated)."
)
@click.option("--url", help="The address of the page in FILE or on standard input; else what the page itself tells.")
@click.option(
    "--explain", "with_traces", is_flag=True, help="After each page, a line that shows where each field was read."
)
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True, help="Processes for a WARC file.")
@click.pass_obj
def command(
    settings: Settings,
    *,
    sources: tuple[str, ...],
    warcs: tuple[str, ...],
    url: str | None,
    with_traces: bool,
    workers: int,
) -> None:
    """Print the articles of pages as JSON lines; the pages of one article are joined wherever they stand.

    A page that is no article gives a line with url, outcome and reason, a later page of an article one with the
    outcome part.

    Of a FILE without --url the page itself tells its article, and its number: by the address a browser left in it, by
    the arrows to the pages before and after, by the number in its title; else a name such as page-2.html tells it.
    One of which nothing tells it is page 1 if no other file can be, else it is set aside.
    """
    _check(sources, warcs, url)
    known = hosts(settings)
    joiner = Joiner(click.echo)
    try:
        failures = _read_all(sources, warcs, settings, joiner, known, url=url, with_traces=with_traces, workers=workers)
        joiner.end()
    except BrokenPipeError:  # whoever read our lines has enough
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        sys.exit(0)
    for failure in failures:
        click.echo(f"difang: {failure}", err=True)
    if failures:
        sys.exit(1)


def _read_all(
    sources: Sequence[str],
    warcs: Sequence[str],
    settings: Settings,
    joiner: Joiner,
    known: Hosts,
    *,
    url: str | None,
    with_traces: bool,
    workers: int,
) -> list[str]:
    failures: list[str] = []
    for source in sources:
        try:
            page = page_of(source, url=url, contact=settings.contact, timeout=settings.timeout)
        except UsageError:
            raise
        except DifangError as error:
            failures.append(str(error))
        else:
            _read(source, page, joiner, known, with_traces=with_traces)
    revisits: list[Revisit] = []
    files = [Path(warc) for warc in warcs]
    for file in files:
        failures += _read_warc(file, joiner, known, revisits, with_traces=with_traces, workers=workers)
    if revisits:
        _read_again(revisits, files, joiner, known, with_traces=with_traces)
    return failures


def _read(source: str, page: Page, joiner: Joiner, known: Hosts, *, with_traces: bool) -> None:
    reading, noted = explain(page, known)
    file = "" if is_address(source) else "standard input" if source == "-" else source
    if isinstance(reading, PageReading):
        read = numbered_by_name(File(reading=reading, name=file, traces=noted if with_traces else None))
        joiner.take_file(read)
        reading, noted = read.reading, list(read.traces or ())
    for line in lines_of(reading, noted if with_traces else None, file):
        click.echo(line)


def _read_again(
    revisits: Sequence[Revisit], files: Sequence[Path], joiner: Joiner, known: Hosts, *, with_traces: bool
) -> None:
    without: list[Revisit] = []
    named = [revisit for revisit in revisits if revisit.names()]
    for got in with_bodies(named, files, known, with_traces=with_traces):
        if isinstance(got, Part):
            _print(got, joiner)
        else:
            without.append(got)
    if without:
        click.echo(
            f"Of {counted(len(without), 'page')} fetched again, such as {without[0].url}, the body lies in none"
            " of these files; name the one that has it with --warc too.",
            err=True,
        )
    if unnamed := [revisit for revisit in revisits if not revisit.names()]:
        pages = counted(len(unnamed), "page")
        click.echo(
            f"{pages} fetched again, such as {unnamed[0].url}, without a word which record has the body: left out.",
            err=True,
        )


def _read_warc(
    warc: Path, joiner: Joiner, known: Hosts, revisits: list[Revisit], *, with_traces: bool, workers: int
) -> list[str]:
    troubles: list[str] = []
    try:
        if warc.stat().st_size == 0:
            return [f"{warc} is empty; name a WARC file."]
        for part in parts_of(warc, known, with_traces=with_traces, workers=workers):
            _print(part, joiner)
            revisits += part.revisits
            if part.left_out:
                troubles.append(part.left_out)
            if part.broken:
                return [*troubles, part.broken]
    except BrokenPipeError:
        raise
    except OSError as error:
        return [*troubles, f"{warc} cannot be read: {error.strerror or error}."]
    except BrokenProcessPool:
        return [*troubles, f"A process that read {warc} died; try again with --workers 1."]
    return troubles


def _print(part: Part, joiner: Joiner) -> None:
    for line in part.lines:
        click.echo(line)
    for page in part.kept:
        joiner.take(page)


def _check(sources: tuple[str, ...], warcs: tuple[str, ...], url: str | None) -> None:
    if not sources and not warcs:
        raise UsageError("Name a FILE, a URL, - for standard input, or --warc FILE; see `difang extract --help`.")
    if url is not None and (len(sources) != 1 or warcs or is_address(sources[0])):
        raise UsageError("--url says the address of one FILE or of standard input; give just that one.")
