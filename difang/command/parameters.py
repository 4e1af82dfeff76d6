"""Parameters several commands share: the number of a row, how many to list, who does something, a query."""

from __future__ import annotations

import getpass
from collections.abc import Callable
from typing import Any

import click

_LARGEST = 2**31 - 1  # of a number in the ledger; PostgreSQL refuses more

NUMBER = click.IntRange(min=1, max=_LARGEST)
"""The number of an issue, a backfill, a set-aside page, a task."""

MOST = click.IntRange(min=1, max=_LARGEST)
"""How many are listed at most."""


class Who(click.ParamType[str]):
    """The name of whoever does something; a blank one tells nobody later who it was."""

    name = "name"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The name without spaces around it; a usage error for a blank one."""
        if not (name := str(value).strip()):
            self.fail("the name is blank; say who does it.", param, ctx)
        return name


class QueryCommand(click.Command):
    """A command whose arguments are a query: -地铁 is a word of it, also as the first, and no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """As click does; a space makes a word of what begins like an option and is none."""
        options = [param for param in self.get_params(ctx) if isinstance(param, click.Option)]
        names = {name for option in options for name in option.opts}
        takers = {name for option in options if not option.is_flag for name in option.opts}
        before = ["", *args[:-1]]
        return super().parse_args(
            ctx,
            [
                f" {word}" if word[:1] == "-" != word[1:2] and word[:2] not in names and last not in takers else word
                for last, word in zip(before, args, strict=False)
            ],
        )


class NotBlank(click.ParamType[str]):
    """What an index or a ledger can look for, a filter, a reason."""

    name = "text"

    def __init__(self, said: str) -> None:
        """`said` is the sentence for a blank one."""
        self._said = said

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The text without spaces around it; a usage error where nothing is left."""
        if not (text := str(value).strip()):
            self.fail(self._said, param, ctx)
        return text


NOT_BLANK = NotBlank("it is blank; name an address or the id of an article.")
"""An address or an id."""

FILTER = NotBlank("it is blank and would choose nothing or all; say what is meant, or leave the option out.")
"""What is done to those it chooses; a script's unset variable must not choose all."""

REASON = NotBlank("it is blank; say why, for those who come after.")
"""Why something is done."""


def by(does: str = "does it") -> Callable[[Any], Any]:
    """The option --by; without it: the user of this process."""
    told = f"Who {does}.  [default: the user of this process]"
    return click.option("--by", type=Who(), default=getpass.getuser, help=told)
