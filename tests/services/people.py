"""A user who is signed in, for requests to the console."""

from __future__ import annotations

from dataclasses import dataclass

from difang.console.people.visitor import COOKIE
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import Role


@dataclass(frozen=True, kw_only=True)
class SignedIn:
    """A session: the cookie header, and the secret forms send along."""

    name: str
    cookie: str
    csrf: str


def signed_in(ledger: Ledger, role: Role = Role.OPERATOR, *, name: str = "") -> SignedIn:
    """A user of this role with a session; made where there is none of this name."""
    name = name or role.value
    if ledger.people.get(name) is None:
        ledger.people.accept(ledger.people.invite(role, by="test"), name=name, password="not a hash")  # noqa: S106
    secret = ledger.sessions.begin(name, agent="test")
    session = ledger.sessions.of(secret)
    assert session
    return SignedIn(name=name, cookie=f"{COOKIE}={secret}", csrf=session.csrf)
