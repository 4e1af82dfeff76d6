"""Who asks: read off a request's cookie or token, once a request."""

from __future__ import annotations

from base64 import b64decode
from contextlib import suppress
from dataclasses import dataclass

from starlette.requests import Request

from difang.console.languages import N_
from difang.crawler.ledger.people import Role
from difang.crawler.ledger.sessions import Sessions

COOKIE = "difang_session"
STREAM = "text/event-stream"
"""What a live page asks for by itself: it goes on asking where nobody looks, so a session is not used by it."""
ROLE_NAMES = {Role.READER: N_("读者"), Role.OPERATOR: N_("操作员"), Role.ADMIN: N_("管理员")}
READ = "read"
SCOPES = {READ: Role.READER, "operate": Role.OPERATOR, "admin": Role.ADMIN}
"""What a token may be made for, and the role each scope stands for; `read` changes nothing, the reader's own neither.

Each scope may do what those before it may.
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Visitor:
    """Who asks and what they may do; `csrf` is what forms must send along, empty where no cookie signed in."""

    name: str = ""
    role: Role = Role.ANYONE
    csrf: str = ""
    wrong: str = ""
    scope: str = ""  # of the token that came in place of a cookie
    token: str = ""  # its label

    @property
    def signed_in(self) -> bool:
        """Whether a person is known."""
        return self.role is not Role.ANYONE

    @property
    def signature(self) -> str:
        """What deeds are written down under: a person's name, with the token's label where a program acts in it."""
        return f"{self.name} (token {self.token})" if self.scope else self.name

    def may(self, needed: str) -> bool:
        """Whether this visitor may do what the role may; for templates."""
        return self.role.may(Role(needed))


def visitor_of(request: Request, sessions: Sessions) -> Visitor:
    """The visitor; a token counts before a cookie, and a wrong token makes nobody of the visitor."""
    known = getattr(request.state, "visitor", None)
    if not isinstance(known, Visitor):
        known = request.state.visitor = who_asks(request, sessions)
    return known


def who_asks(request: Request, sessions: Sessions) -> Visitor:
    """The visitor as the ledger knows him now, however long the request has lasted."""
    if told := request.headers.get("authorization"):
        token = sessions.token(secret) if (secret := _secret(request, told)) else None
        if token is None:
            return Visitor(wrong="This token is not known or has ended; make a new one on the account page.")
        scope = max((scope for scope in token.scopes if scope in SCOPES), key=list(SCOPES).index)
        role = SCOPES[scope]
        role = role if token.role.may(role) else token.role
        return Visitor(name=token.user, role=role, scope=scope, token=token.label)
    if cookie := request.cookies.get(COOKIE):
        session = sessions.of(cookie, used=STREAM not in request.headers.get("accept", ""))
        if session:
            return Visitor(name=session.user, role=session.role, csrf=session.csrf)
    return Visitor()


def for_feed_readers(request: Request) -> bool:
    """Whether it is a feed: there a token may come as a password, which browsers keep and send along by themselves."""
    return request.url.path.startswith("/feed/")


def _secret(request: Request, told: str) -> str:
    """The token in such a header; empty where there is none."""
    kind, _, secret = told.partition(" ")
    if kind.lower() == "basic" and for_feed_readers(request):
        with suppress(ValueError):
            return b64decode(secret.strip(), validate=True).decode().partition(":")[2]
    return secret.strip() if kind.lower() == "bearer" else ""
