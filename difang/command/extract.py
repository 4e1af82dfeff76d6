"""`difang extract`: pages in, articles as JSON lines out; nothing is stored."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from difang.command.extract_lines import Lines
from difang.command.extract_sources import is_address, page_of
from difang.command.settings import Settings
from difang.command.wiring import hosts
from difang.ingest.errors import DifangError, UsageError
from difang.ingest.extract import explain
from difang.ingest.warc import pages


@click.command(
    epilog="Examples: difang extract page.html --url http://sd.people.com.cn/n2/2026/0102/c166192-40000001.html"
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
    """
    _check(sources, warcs, url)
    known = hosts(settings)
    lines = Lines(click.echo)
    failures: list[str] = []
    for source in sources:
        try:
            page = page_of(source, url=url, contact=settings.contact, timeout=settings.timeout)
        except UsageError:
            raise
        except DifangError as error:
            failures.append(str(error))
            continue
        reading, traces = explain(page, known)
        lines.take(reading, traces if with_traces else None)
    for warc in warcs:
        try:
            for page in pages(Path(warc)):
                reading, traces = explain(page, known)
                lines.take(reading, traces if with_traces else None)
        except DifangError as error:
            failures.append(str(error))
        except OSError as error:
            failures.append(f"{warc} cannot be read: {error.strerror or error}.")
    lines.end()
    for failure in failures:
        click.echo(f"difang: {failure}", err=True)
    if failures:
        sys.exit(1)


def _check(sources: tuple[str, ...], warcs: tuple[str, ...], url: str | None) -> None:
    if not sources and not warcs:
        raise UsageError("Name a FILE, a URL, - for standard input, or --warc FILE; see `difang extract --help`.")
    if url is not None and (len(sources) != 1 or warcs or is_address(sources[0])):
        raise UsageError("--url says the address of one FILE or of standard input; give just that one.")
