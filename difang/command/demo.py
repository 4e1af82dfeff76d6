"""`difang demo`: the whole of difang against a replica of the site, on embedded parts, in one command."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import click

from difang.command import wiring
from difang.command.logs import log_to_stderr
from difang.command.settings import Settings
from difang.command.stopping import end_process, unwinding_on_signals
from difang.command.truth import Truth, difference
from difang.ingest.errors import DifangError
from difang.ingest.outcome import Outcome

REPLICA = ["--channels", "33", "--days", "2", "--per-day", "5", "--archive", "12", "--seed", "7", "--crawl-delay", "0"]
DAY_MINUTES = 24 * 60
EVERY = timedelta(minutes=5)
"""A slow machine needs three minutes for 33 crawls; firings that find no room are missed crawls, and issues."""
SCHEDULED_CRAWLS = 2
STOP_SECONDS = 5.0


@click.command(epilog="Example: difang demo --once")
@click.option("--once", is_flag=True, help="One round with a summary, then end.")
@click.option("--port", type=click.IntRange(0, 65535), default=8020, show_default=True)
@click.pass_obj
def command(settings: Settings, *, once: bool, port: int) -> None:
    """A replica of the site, crawled on a schedule, indexed and searchable: all in one, nothing to install.

    Everything lies in var/demo, which is made anew each time. Real settings (Elasticsearch, a proxy) are left aside.
    """
    with (
        unwinding_on_signals(code=130 if once else 0),
        _fresh_folder(settings.var / "demo") as folder,
        _replica() as address,
    ):
        demo = Settings(var=folder, delay=0.0, contact="mailto:demo@localhost", workers=2)
        _stand_apart(demo, address)
        if once:
            sys.exit(_once(demo, Truth(address)))
        _serve(demo, Truth(address), port)


@contextmanager
def _fresh_folder(folder: Path) -> Iterator[Path]:
    """The folder, empty; locked, so that no second demo empties it under the first."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if folder.exists():
                shutil.rmtree(folder)
        except OSError as error:
            raise DifangError(
                f"{folder} cannot be made anew ({error.strerror}); end what uses it, or set DIFANG_VAR anew."
            ) from error
        yield folder


def _stand_apart(demo: Settings, proxy: str) -> None:
    """What this process starts gets the demo's settings and the replica as its proxy, whatever was set before."""
    for name in [name for name in os.environ if name.startswith("DIFANG_") or name.lower().endswith("_proxy")]:
        del os.environ[name]
    os.environ |= {
        "http_proxy": proxy,
        "no_proxy": "localhost,127.0.0.1,::1",  # a webhook to try notifications with is no page of the replica
        "DIFANG_VAR": str(demo.var),
        "DIFANG_DELAY": str(demo.delay),
        "DIFANG_CONTACT": demo.contact,
        "DIFANG_WORKERS": str(demo.workers),
    }


@contextmanager
def _replica() -> Iterator[str]:
    process = subprocess.Popen(  # noqa: S603 our own command
        [sys.executable, "-m", "difang", "samplesite", "--port", "0", *REPLICA],
        stdout=subprocess.PIPE,
        text=True,
        process_group=0,
    )
    try:
        address = process.stdout.readline().strip() if process.stdout else ""
        if not address:
            raise DifangError("The replica did not start; `difang samplesite` tells why.")
        yield address
    finally:
        end_process(process, STOP_SECONDS)


def _once(demo: Settings, truth: Truth) -> int:
    for round_, said in ((1, "First crawl of 33 channels"), (2, "A day later: new articles, corrections")):
        if round_ > 1:
            truth.advance(DAY_MINUTES)
        click.secho(f"{said} …", bold=True)
        for words in (["crawl"], ["ingest", "--drain"]):
            _difang(*words)
        _print_outcomes(demo, truth)
    return _print_difference(demo, truth)


def _difang(*words: str) -> None:
    process = subprocess.Popen([sys.executable, "-m", "difang", *words], process_group=0)  # noqa: S603 our own command
    try:
        code = process.wait()
    finally:
        end_process(process, STOP_SECONDS)
    if code:
        raise DifangError(f"`difang {' '.join(words)}` ended with {code}; its words above say why.")


def _print_outcomes(demo: Settings, truth: Truth) -> None:
    with closing(wiring.open_ledger(demo)) as ledger:
        runs = ledger.runs.newest(33)
        counts = ledger.runs.counts(runs).values()
    discovered = sum(count.discovered for count in counts)
    outcomes = {outcome: sum(count.outcomes.get(outcome, 0) for count in counts) for outcome in Outcome}
    requests = sum(run.requests for run in runs)
    click.echo(f"  published by the replica  {truth.published():>6}")
    click.echo(f"  requests                  {requests:>6}")
    click.echo(f"  discovered                {discovered:>6}")
    for outcome, number in outcomes.items():
        if number:
            click.echo(f"    {outcome:24}{number:>6}")
    click.echo(f"    {'sum of outcomes':24}{sum(outcomes.values()):>6}")


def _print_difference(demo: Settings, truth: Truth) -> int:
    with closing(wiring.open_search(demo)) as search:
        found = difference(truth, search)
    click.secho("Search against the truth", bold=True)
    click.echo(f"  published by the replica  {found.published:>6}")
    click.echo(f"  found by search           {found.found:>6}")
    click.echo(f"  taken down since, kept    {len(found.kept):>6}")
    click.echo(f"  missing                   {len(found.missing):>6}")
    click.echo(f"  not in the truth          {len(found.extra):>6}")
    click.echo(f"  differing in a field      {len(found.differing):>6}")
    click.secho(f"  difference to the truth   {found.total:>6}", bold=True, fg="red" if found.total else "green")
    for example in found.examples(5):
        click.echo(f"    {example}")
    click.echo(f"Look on with: DIFANG_VAR={demo.var} difang search '公交' --limit 3")
    return 1 if found.total else 0


def _serve(demo: Settings, truth: Truth, port: int) -> None:
    from difang.command.service import Service

    log_to_stderr(demo.log_format)
    service = Service(demo, crawls_at_once=SCHEDULED_CRAWLS, every=EVERY, ingest=True)
    with truth.clock_running(minutes_a_second=2):
        click.echo("The replica's clock runs: two hours a minute, and delays are counted on it. Ctrl-C ends it all.")
        service.run(
            "127.0.0.1",
            port,
            on_ready=lambda address: click.secho(f"Search and console: {address}", bold=True, fg="green"),
        )
