"""A password that is tried: counted before it is looked at, told in the log; a few wrong ones lock the door."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from difang.console.languages import N_
from difang.console.people.passwords import is_right
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import User
from difang.crawler.ledger.sessions import LONGEST_LOCK
from difang.ingest.errors import UsageError
from difang.ingest.event import Event

LOCKED = N_("尝试次数过多，请稍后再试。")

_FROM = "from "
_LOCKED, _MOST = "sign_in.locked", 1_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Tried:
    """`user` is who gave the right password; with `locked` none was looked at."""

    user: User | None = None
    locked: bool = False


def door_of(name: str) -> str:
    """What guesses at a user's password are counted under."""
    return f"user {name}"


def tried(ledger: Ledger, name: str, password: str, *, host: str) -> Tried:
    """Whether this is the user's password; `host` is where the request comes from."""
    doors = (door_of(name), _FROM + host)
    locks = ledger.sessions.count_guess(doors)
    if locks is None:
        return Tried(locked=True)
    user = ledger.people.get(name)
    right = is_right(user.password if user else None, password)
    if user and right and not user.barred:
        ledger.sessions.forgive(doors[:1])
        ledger.sessions.take_back(doors[1:])
        return Tried(user=user)
    known = user.name if user else ""  # a name nobody has may be a password in the wrong field
    log.info("A wrong password was tried from %s", host, extra=Event.SIGN_IN_WRONG.of(host=host, user=known))
    if locks and (known or doors[1] in locks):
        _tell(ledger, host, known, user_locked=bool(known) and doors[0] in locks, host_locked=doors[1] in locks)
    return Tried()


@dataclass(frozen=True, kw_only=True, slots=True)
class Locked:
    """Who cannot sign in for a while: `users` by name, `hosts` the addresses nobody can sign in from.

    `tried` has the hosts that were locked while they guessed at a user's password, by the user's name.
    """

    users: frozenset[str]
    hosts: tuple[str, ...]
    tried: dict[str, tuple[str, ...]]

    def about(self, name: str) -> dict[str, list[str]]:
        """What unlocking this user opens, as the audit log's details; empty where nothing is locked."""
        found = {"locked_name": [name] if name in self.users else [], "locked_from": [*self.tried.get(name, ())]}
        return {detail: what for detail, what in found.items() if what}


def locked(ledger: Ledger) -> Locked:
    """What is locked now."""
    shut, since = ledger.sessions.locked(), datetime.now(UTC) - LONGEST_LOCK
    hosts = sorted(door.removeprefix(_FROM) for door in shut if door.startswith(_FROM))
    lately = [deed for deed in ledger.deeds.newest(_MOST, deed=_LOCKED) if deed.at > since] if hosts else []
    tried = {(deed.about, deed.who) for deed in lately if deed.about and deed.who in hosts}
    return Locked(
        users=frozenset(user.name for user in ledger.people.all() if door_of(user.name) in shut),
        hosts=tuple(hosts),
        tried={name: tuple(sorted(host for about, host in tried if about == name)) for name, _ in tried},
    )


def unlock(ledger: Ledger, name: str, *, by: str) -> None:
    """Let a user sign in again at once, also from where the user's password was guessed at; told in the audit log.

    Raises UsageError where neither is locked.
    """
    opened = locked(ledger).about(name)
    if not opened:
        raise UsageError(f"{name} is not locked out; there is nothing to do.")
    hosts = [_FROM + host for host in opened.get("locked_from", [])]
    ledger.sessions.forgive([door_of(name), *hosts])
    ledger.deeds.note(by, "user.unlock", name, **opened)


def unlock_host(ledger: Ledger, host: str, *, by: str) -> None:
    """Let people sign in from this address again at once; told in the audit log. Raises UsageError where they can."""
    if host not in locked(ledger).hosts:
        raise UsageError(f"The address {host} is not locked; there is nothing to do.")
    ledger.sessions.forgive([_FROM + host])
    ledger.deeds.note(by, "sign_in.unlock", host)


def _tell(ledger: Ledger, host: str, user: str, *, user_locked: bool, host_locked: bool) -> None:
    which = " and ".join([*["name"] * user_locked, *["address"] * host_locked])
    told = Event.SIGN_IN_LOCKED.of(host=host, user=user, locked=which)
    log.warning("Sign-in is locked for a while after wrong passwords from %s (%s)", host, which, extra=told)
    details = {"locked_name": [user] * user_locked, "locked_from": [host] * host_locked}
    ledger.deeds.note(host, _LOCKED, user, **{detail: what for detail, what in details.items() if what})
