"""`difang users`: who may sign in to the console, and inviting them."""

from __future__ import annotations

import getpass
import json
from contextlib import closing
from typing import TYPE_CHECKING

import click

from difang.command.settings import Settings
from difang.command.wiring import open_ledger

if TYPE_CHECKING:
    from difang.console.people.guessing import Locked

ROLES = click.Choice(["reader", "operator", "admin"])

_address = click.option(
    "--address", help="Where the console is reached; else DIFANG_ADDRESS, else this machine's 8020."
)


@click.group(epilog="Example: difang users invite --role operator --address https://difang.example.org")
def command() -> None:
    """Who may sign in to the console."""


@command.command("list", epilog="Example: difang users list --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a user, one a line.")
@click.pass_obj
def list_users(settings: Settings, *, as_json: bool) -> None:
    """The users with role, when they joined and were seen last."""
    with closing(open_ledger(settings)) as ledger:
        users = ledger.people.all()
    for user in users:
        seen = user.seen_at.isoformat() if user.seen_at else None
        if as_json:
            row = {"name": user.name, "role": user.role, "barred": user.barred, "made_at": user.made_at.isoformat()}
            click.echo(json.dumps({**row, "seen_at": seen}, ensure_ascii=False))
        else:
            click.echo(f"{user.name:<20} {user.role:<9} {seen or 'never signed in'}{'  barred' if user.barred else ''}")
    if not users and not as_json:
        click.echo("There is no user yet; `difang users invite --role admin` makes a link for the first.")


@command.command(epilog="Example: difang users invite --role reader")
@click.option("--role", type=ROLES, default="reader", show_default=True)
@click.option("--mail", default="", help="Whoever the OpenID provider says has this e-mail address needs no link.")
@_address
@click.pass_obj
def invite(settings: Settings, *, role: str, mail: str, address: str | None) -> None:
    """Print a link with which one person becomes a user; it works once, within three days."""
    from difang.crawler.ledger.people import Role

    with closing(open_ledger(settings)) as ledger:
        secret = ledger.people.invite(Role(role), by=_me(), mail=mail)
        ledger.deeds.note(_me(), "user.invite", role, **({"mail": mail} if mail else {}))
    click.echo(_link(settings, address, secret))


@command.command(epilog="Example: difang users reset li")
@click.argument("name")
@_address
@click.pass_obj
def reset(settings: Settings, name: str, *, address: str | None) -> None:
    """Print a link with which this user chooses a new password."""
    from difang.ingest.errors import UsageError

    with closing(open_ledger(settings)) as ledger:
        user = ledger.people.get(name)
        if user is None:
            raise UsageError(f"There is no user {name}; `difang users list` names them.")
        secret = ledger.people.invite(user.role, by=_me(), user=name)
        ledger.deeds.note(_me(), "user.reset", name)
    click.echo(_link(settings, address, secret))


@command.command(epilog="Example: difang users unlock li; difang users unlock --from 203.0.113.7")
@click.argument("name", required=False)
@click.option("--from", "host", metavar="ADDRESS", help="Unlock this address, from which nobody can sign in.")
@click.pass_obj
def unlock(settings: Settings, name: str | None, host: str | None) -> None:
    """Let in again at once whom wrong passwords have locked out for a while; without NAME and --from: list them.

    A name is unlocked with the addresses from which its password was guessed at.
    """
    from difang.console.people import guessing
    from difang.ingest.errors import UsageError

    with closing(open_ledger(settings)) as ledger:
        locked = guessing.locked(ledger)
        if name is None and host is None:
            _list_locked(locked)
        if name is not None:
            if ledger.people.get(name) is None:
                raise UsageError(f"There is no user {name}; `difang users list` names them.")
            if not (opened := locked.about(name)):
                click.echo(f"{name} is not locked out; there is nothing to do.")
            else:
                guessing.unlock(ledger, name, by=_me())
                where = ", ".join(opened.get("locked_from", []))
                click.echo(f"{name} may sign in again{f', also from {where}' if where else ''}.")
        if host is not None:
            guessing.unlock_host(ledger, host, by=_me())
            click.echo(f"People may sign in from {host} again.")


@command.command(epilog="Example: difang users role li operator")
@click.argument("name")
@click.argument("role", type=ROLES)
@click.pass_obj
def role(settings: Settings, name: str, role: str) -> None:
    """Give a user another role."""
    from difang.crawler.ledger.people import Role

    with closing(open_ledger(settings)) as ledger:
        ledger.people.change_role(name, Role(role))
        ledger.deeds.note(_me(), "user.role", name, role=role)


@command.command(epilog="Example: difang users mail li li@example.org")
@click.argument("name")
@click.argument("mail")
@click.pass_obj
def mail(settings: Settings, name: str, mail: str) -> None:
    """Say which e-mail address a user has, by which the OpenID provider's word is matched; "" forgets it."""
    with closing(open_ledger(settings)) as ledger:
        ledger.people.change_mail(name, mail)
        ledger.deeds.note(_me(), "user.mail", name, mail=mail)


@command.command(epilog="Example: difang users remove li")
@click.argument("name")
@click.pass_obj
def remove(settings: Settings, name: str) -> None:
    """Forget a user, with sessions and tokens; what they did stays in the audit log."""
    from difang.ingest.errors import UsageError

    with closing(open_ledger(settings)) as ledger:
        if ledger.people.get(name) is None:
            raise UsageError(f"There is no user {name}; `difang users list` names them.")
        ledger.people.remove(name)
        ledger.deeds.note(_me(), "user.remove", name)


def _list_locked(locked: Locked) -> None:
    for user in sorted(locked.users):
        click.echo(f"{user}: locked for a while; `difang users unlock {user}` lets in.")
    for host in locked.hosts:
        click.echo(f"from {host}: locked for a while; `difang users unlock --from {host}` lets in.")
    if not locked.users and not locked.hosts:
        click.echo("Nobody is locked out.")


def _link(settings: Settings, address: str | None, secret: str) -> str:
    base = address or settings.address or "http://127.0.0.1:8020"
    return f"{base.rstrip('/')}/welcome/{secret}"


def _me() -> str:
    try:
        return f"{getpass.getuser()} (command line)"
    except (KeyError, OSError):
        return "command line"
