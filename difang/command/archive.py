"""`difang archive`: look into the archive of fetched pages."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

import click

from difang.command.settings import Settings
from difang.command.wiring import open_archive, open_ledger
from difang.ingest.errors import SetAside, UsageError

if TYPE_CHECKING:
    from difang.ingest.page import Page


@click.group()
def command() -> None:
    """Look into the archive of fetched pages.

    Example: difang archive list
    """


@command.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file, one a line.")
@click.pass_obj
def list_(settings: Settings, as_json: bool) -> None:
    """List the files, the oldest first.

    Example: difang archive list --json
    """
    for file in open_archive(settings).files():
        size, is_open = file.stat().st_size, file.suffix == ".open"
        if as_json:
            click.echo(json.dumps({"file": file.name, "bytes": size, "open": is_open}))
        else:
            click.echo(f"{size:>12}  {file.name}")


@command.command()
@click.argument("url")
@click.option("--headers", is_flag=True, help="The status and the headers before the body.")
@click.pass_obj
def cat(settings: Settings, url: str, headers: bool) -> None:
    """Print the newest copy of the page fetched at an address, byte for byte.

    Example: difang archive cat http://sd.people.com.cn/n2/2026/0102/c166192-41234567.html > page.html
    """
    page = _newest(settings, url)
    if headers:
        click.echo(f"{page.status} {page.final_url} fetched {page.fetched_at.isoformat()}")
        for name, value in page.headers:
            click.echo(f"{name}: {value}")
        click.echo()
    click.echo(page.body, nl=False)


@command.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON object a file, one a line.")
@click.pass_obj
def verify(settings: Settings, as_json: bool) -> None:
    """Read every file to its end; exit code 1 where one is broken.

    Example: difang archive verify
    """
    from difang.ingest.warc import pages

    broken = 0
    for file in open_archive(settings).files():
        number, trouble = 0, None
        try:
            for _ in pages(file):
                number += 1
        except SetAside as error:
            trouble = str(error)
        broken += trouble is not None
        if as_json:
            click.echo(json.dumps({"file": file.name, "pages": number, "trouble": trouble}, ensure_ascii=False))
        else:
            click.echo(f"{number:>8} pages  {file.name}{f'  BROKEN: {trouble}' if trouble else ''}")
    if broken:
        sys.exit(1)


def _newest(settings: Settings, url: str) -> Page:
    ledger, archive = open_ledger(settings), open_archive(settings)
    try:
        positions = ledger.discoveries.positions(url)
    finally:
        ledger.close()
    if not positions:
        raise UsageError(f"No page was fetched at {url}; `difang crawl --url {url}` fetches it.")
    return archive.read(positions[0])
