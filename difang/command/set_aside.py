"""`difang set-aside`: the pages that could not be processed, and what an operator does with them."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from difang.command.counted import there_are
from difang.command.dates import Day
from difang.command.parameters import FILTER, NUMBER, REASON, by
from difang.command.settings import Settings
from difang.command.wiring import channel_table, open_archive, open_queue
from difang.crawler.channels import named
from difang.ingest.errors import UsageError
from difang.ingest.set_aside import EVERY, Chosen, SetAsidePage, begin_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from difang.ingest.queue import PageQueue
    from difang.ingest.set_aside import Attempt, Discarded

_EVERY = 1_000_000


def _filters(function: Callable[..., Any]) -> Callable[..., Any]:
    for option in (
        click.option("--reason", type=FILTER, help="Pages whose reason holds this text."),
        click.option("--channel", type=FILTER, help="Pages of this channel's hosts."),
        click.option("--url", type=FILTER, help="Pages whose address holds this text."),
        click.option("--run", "run_id", type=FILTER, help="Pages of this run."),
        click.option("--since", type=Day(), help="Pages set aside on this day or later."),
    ):
        function = option(function)
    return function


@click.group(name="set-aside", epilog="Example: difang set-aside retry --all", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Pages that could not be processed, each with its reason; without a further word: the list."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_pages)


@command.command("list", epilog="Example: difang set-aside list --channel sd --reason headline --json")
@click.option("--limit", type=click.IntRange(1), default=100, show_default=True)
@click.option("--reasons", "grouped", is_flag=True, help="Only each reason and how many pages have it.")
@click.option("--discarded", is_flag=True, help="What was discarded, by whom and why, in place of what waits.")
@click.option("--json", "as_json", is_flag=True)
@_filters
@click.pass_obj
def list_pages(
    settings: Settings,
    /,
    *,
    limit: int = 100,
    grouped: bool = False,
    discarded: bool = False,
    as_json: bool = False,
    **filters: Any,
) -> None:
    """The set-aside pages, newest first."""
    with closing(open_queue(settings)) as queue:
        chosen = _chosen(settings, **filters)
        found: dict[str, int] | list[dict[str, object]]
        if grouped:
            found = queue.set_aside_reasons(chosen=chosen, discarded=discarded)
            _print_reasons(found, as_json=as_json)
        elif discarded:
            found = [_discarded(one) for one in queue.discarded_pages(most=limit, chosen=chosen)]
            _print_pages(found, as_json=as_json)
        else:
            found = [_record(page) for page in queue.set_aside_pages(most=limit, chosen=chosen)]
            _print_pages(found, as_json=as_json)
    if not (found or as_json):
        click.echo(_empty(chosen, discarded=discarded))


@command.command(epilog="Example: difang set-aside show 3 --page page.html")
@click.argument("number", type=NUMBER)
@click.option("--page", "file", help="Write the bytes into this file (- for standard output), print nothing else.")
@click.pass_obj
def show(settings: Settings, number: int, *, file: str | None) -> None:
    """One page, discarded ones too: its reason, where its bytes lie, the traceback, and who tried what when."""
    with closing(open_queue(settings)) as queue:
        page, record = _find(queue, number)
        history = [_attempt(attempt) for attempt in queue.history(page.ref)]
    if file is None:
        click.echo(json.dumps(record | {"history": history}, ensure_ascii=False, indent=2))
        return
    if page.ref.position is None:
        raise UsageError(f"The set-aside page {number} is a mere sighting; nothing was fetched at {page.ref.url}.")
    body = open_archive(settings).read(page.ref.position).body
    if file == "-":
        click.echo(body, nl=False)
    else:
        Path(file).write_bytes(body)


@command.command(epilog='Example: difang set-aside retry --reason "no headline"')
@click.argument("numbers", type=NUMBER, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All of them, or all that the filters choose.")
@by()
@_filters
@click.pass_obj
def retry(settings: Settings, /, numbers: tuple[int, ...], *, everything: bool, by: str, **filters: Any) -> None:
    """Put pages back into the queue: by number, all that the filters choose, or all."""
    with closing(open_queue(settings)) as queue:
        chosen = _numbers(queue, numbers, _chosen(settings, **filters), everything=everything)
        retried = queue.retry_set_aside(chosen, by=by)
        click.echo(f"{there_are(retried, 'page')} in the queue again." if retried else _none(**filters))


@command.command(epilog='Example: difang set-aside discard 3 4 --why "login pages"')
@click.argument("numbers", type=NUMBER, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All of them, or all that the filters choose.")
@click.option("--why", type=REASON, required=True, help="Why they are given up; is kept with them.")
@by()
@_filters
@click.pass_obj
def discard(
    settings: Settings, /, numbers: tuple[int, ...], *, everything: bool, why: str, by: str, **filters: Any
) -> None:
    """Give pages up for good; the archive keeps their bytes, the list of the discarded why and by whom."""
    with closing(open_queue(settings)) as queue:
        chosen = _numbers(queue, numbers, _chosen(settings, **filters), everything=everything)
        discarded = queue.discard_set_aside(chosen, by=by, why=why)
        click.echo(f"{there_are(discarded, 'page')} discarded." if discarded else _none(**filters))


def _none(*, reason: str | None = None, **others: Any) -> str:
    """None was chosen."""
    if reason and not any(others.values()):
        return f"No set-aside page has the reason {reason!r}; `difang set-aside list --reasons` lists those there are."
    return "No set-aside page is so; `difang set-aside` lists those there are."


def _chosen(
    settings: Settings,
    *,
    reason: str | None = None,
    channel: str | None = None,
    url: str | None = None,
    run_id: str | None = None,
    since: date | None = None,
) -> Chosen:
    hosts = named(channel_table(settings), [channel])[0].all_hosts if channel else None
    moment = begin_of(since) if since else None
    return Chosen(reason=reason, url=url, run_id=run_id, hosts=hosts, since=moment)


def _numbers(queue: PageQueue, numbers: tuple[int, ...], chosen: Chosen, *, everything: bool) -> list[int]:
    if not (numbers or everything or chosen != Chosen()):
        raise UsageError("Say which pages: their numbers, or a filter such as --reason, or --all.")
    if numbers and (everything or chosen != Chosen()):
        raise UsageError("Give either numbers or filters: numbers choose by themselves.")
    wanted = Chosen(numbers=numbers) if numbers else chosen
    known = [page.number for page in queue.set_aside_pages(most=_EVERY, chosen=wanted)]
    if unknown := sorted(set(numbers) - set(known)):
        raise UsageError(f"No set-aside page has the number {unknown[0]}; see `difang set-aside`.")
    return known


def _find(queue: PageQueue, number: int) -> tuple[SetAsidePage, dict[str, object]]:
    for page in queue.set_aside_pages(most=1, chosen=Chosen(numbers=(number,))):
        return page, _record(page)
    for one in queue.discarded_pages(most=_EVERY):
        if one.page.number == number:
            return one.page, _discarded(one)
    raise UsageError(f"No set-aside page has the number {number}; see `difang set-aside`.")


def _print_reasons(reasons: dict[str, int], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps([{"reason": r, "pages": n} for r, n in reasons.items()], ensure_ascii=False))
        return
    for reason, number in reasons.items():
        click.echo(f"{number:>6}  {reason}")


def _print_pages(records: list[dict[str, object]], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(records, ensure_ascii=False))
        return
    for record in records:
        click.echo(f"{record['number']:>6}  {str(record['since'])[:16]}  {record['url']}\n        {record['reason']}")
        if "discarded_by" in record:
            click.echo(f"        discarded by {record['discarded_by']}: {record['why']}")


def _empty(chosen: Chosen, *, discarded: bool) -> str:
    if discarded:
        return "No page was discarded." if chosen == EVERY else "No discarded page is so."
    return "No page is set aside." if chosen == EVERY else "No set-aside page is so."


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


def _discarded(one: Discarded) -> dict[str, object]:
    return _record(one.page) | {"discarded_by": one.by, "discarded_at": one.at.isoformat(), "why": one.why}


def _attempt(attempt: Attempt) -> dict[str, object]:
    return {
        "at": attempt.at.isoformat(),
        "by": attempt.by,
        "deed": attempt.deed.value,
        "reason": attempt.reason,
        "traceback": attempt.traceback,
    }
