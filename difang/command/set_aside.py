"""`difang set-aside`: the pages that could not be processed, and what an operator does with them."""

from __future__ import annotations

import json
from contextlib import closing

import click

from difang.command.settings import Settings
from difang.command.wiring import open_queue
from difang.ingest.errors import UsageError
from difang.ingest.queue import SetAsidePage


@click.group(name="set-aside", epilog="Example: difang set-aside retry --all", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Pages that could not be processed, each with its reason; without a further word: the list."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_pages)


@command.command("list", epilog="Example: difang set-aside list --limit 20 --json")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def list_pages(settings: Settings, *, limit: int = 100, as_json: bool = False) -> None:
    """The set-aside pages, newest first."""
    with closing(open_queue(settings)) as queue:
        pages = queue.set_aside_pages(most=limit)
    if as_json:
        click.echo(json.dumps([_record(page) for page in pages], ensure_ascii=False))
        return
    for page in pages:
        click.echo(f"{page.number:>6}  {page.since:%Y-%m-%d %H:%M}  {page.ref.url}\n        {page.reason}")
    if not pages:
        click.echo("No page is set aside.")


@command.command(epilog="Example: difang set-aside show 3")
@click.argument("number", type=int)
@click.pass_obj
def show(settings: Settings, number: int) -> None:
    """One page with its reason, where its bytes lie, and the traceback where a bug put it there."""
    with closing(open_queue(settings)) as queue:
        page = next((page for page in queue.set_aside_pages(most=1_000_000) if page.number == number), None)
    if page is None:
        raise UsageError(f"No set-aside page has the number {number}; see `difang set-aside`.")
    click.echo(json.dumps(_record(page), ensure_ascii=False, indent=2))


@command.command(epilog="Example: difang set-aside retry 3 4")
@click.argument("numbers", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All of them.")
@click.pass_obj
def retry(settings: Settings, numbers: tuple[int, ...], *, everything: bool) -> None:
    """Put pages back into the queue, by number or all."""
    with closing(open_queue(settings)) as queue:
        chosen = _chosen(queue.set_aside_pages(most=1_000_000), numbers, everything=everything)
        click.echo(f"{queue.retry_set_aside(chosen)} pages are in the queue again.")


@command.command(epilog="Example: difang set-aside discard --all")
@click.argument("numbers", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All of them.")
@click.pass_obj
def discard(settings: Settings, numbers: tuple[int, ...], *, everything: bool) -> None:
    """Forget pages, by number or all; the archive keeps their bytes."""
    with closing(open_queue(settings)) as queue:
        chosen = _chosen(queue.set_aside_pages(most=1_000_000), numbers, everything=everything)
        click.echo(f"{queue.discard_set_aside(chosen)} pages are discarded.")


def _chosen(pages: list[SetAsidePage], numbers: tuple[int, ...], *, everything: bool) -> list[int]:
    if everything == bool(numbers):
        raise UsageError("Say which pages: either their numbers or --all.")
    known = [page.number for page in pages]
    if unknown := sorted(set(numbers) - set(known)):
        raise UsageError(f"No set-aside page has the number {unknown[0]}; see `difang set-aside`.")
    return known if everything else list(numbers)


def _record(page: SetAsidePage) -> dict[str, object]:
    place = page.ref.position
    return {
        "number": page.number,
        "url": page.ref.url,
        "reason": page.reason,
        "since": page.since.isoformat(),
        "attempts": page.attempts,
        "run": page.ref.run_id,
        "fetched_at": page.ref.fetched_at.isoformat(),
        "archived": {"file": place.file, "offset": place.offset, "length": place.length} if place else None,
        "traceback": page.traceback,
    }
