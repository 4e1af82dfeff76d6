"""The command `difang`: the list of commands, each loaded only when it is used, and the one way errors are shown."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Sequence

import click

from difang import __version__
from difang.command.settings import Settings, read_settings
from difang.ingest.errors import DifangError, UsageError

COMMANDS = {
    "demo": "Replica, crawl, ingest, search and console in one, embedded.",
    "serve": "Schedule, console, search and, embedded, an ingest worker.",
    "crawl": "Fetch what channels published.",
    "ingest": "Make searchable articles of the fetched pages.",
    "search": "Search the articles.",
    "extract": "Print the articles of pages as JSON lines; stores nothing.",
    "export": "Write all articles a query finds to a file.",
    "index": "Look at the index, load articles into it, move it to a new one.",
    "runs": "What each crawl did.",
    "backfill": "Fetch what channels published in the past.",
    "audit": "Prove that what the site shows is here.",
    "schedule": "When each channel is crawled: list, pause, resume, set, run-now.",
    "issues": "What somebody must look at.",
    "users": "Who may sign in to the console.",
    "channels": "The regional channels and what is known of each.",
    "reprocess": "Extraction again over the archive, without one fetch.",
    "set-aside": "Pages that could not be processed.",
    "trace": "Where an address or article is, or where it stopped.",
    "takedown": "Take an article out of the index and keep it out.",
    "task": "Carry out long work that was asked for in the console.",
    "archive": "Look into the archive of fetched pages.",
    "doctor": "Every setting, and whether each part works.",
    "replay": "A proxy that answers with captured pages.",
    "samplesite": "A proxy that answers as the regional hosts.",
}
"""Command name → its line in `difang --help`; the command `set-aside` lives in difang/command/set_aside.py."""


class Commands(click.Group):
    """Loads a command's module when it is asked for, so that `difang search` does not wait for Scrapy."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command object `command` of the module that bears its name."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"difang.command.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """One line a command, without loading any."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__)
@click.pass_context
def difang(ctx: click.Context) -> None:
    """Difang 地方: collects the regional channels of People's Daily Online and makes them searchable."""
    ctx.obj = read_settings()


def main() -> None:
    """Run the command line: exit code 0 done, 1 the work failed, 2 wrong usage; errors are one sentence on stderr."""
    try:
        _check_text(sys.argv[1:])
        difang(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.exceptions.Exit as done:
        sys.exit(done.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        sys.exit(130)
    except UsageError as error:
        click.echo(f"difang: {error}", err=True)
        sys.exit(2)
    except DifangError as error:
        click.echo(f"difang: {error}", err=True)
        sys.exit(1)


def _check_text(words: Sequence[str]) -> None:
    """Raise UsageError for a word whose bytes are no text: no query, address or name can hold it, but a file's can."""
    for word in words:
        try:
            word.encode()
        except UnicodeEncodeError:
            if not os.path.lexists(word):
                raise UsageError(f"{word!a} is no text in UTF-8; give words and addresses in UTF-8.") from None


__all__ = ["Settings", "difang", "main"]
