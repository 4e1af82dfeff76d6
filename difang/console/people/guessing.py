"""A password that is tried: counted before it is looked at, told in the log; a few wrong ones lock the door."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from difang.console.languages import N_
from difang.console.people.passwords import is_right
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import User
from difang.ingest.event import Event

LOCKED = N_("尝试次数过多，请稍后再试。")

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
    doors = (door_of(name), f"from {host}")
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
        told = Event.SIGN_IN_LOCKED.of(host=host, user=known)
        log.warning("Sign-in is locked for a while after wrong passwords from %s", host, extra=told)
        ledger.deeds.note(host, "sign_in.locked", known)
    return Tried()
