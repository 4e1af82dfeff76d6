"""The gate: what each route asks of its visitor; a route that does not say is answered to nobody."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote, urlsplit

from fastapi import Depends, FastAPI, HTTPException
from fastapi.dependencies.models import Dependant
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from difang.console.people.visitor import READ, Visitor, for_feed_readers, visitor_of, who_asks
from difang.crawler.ledger.people import Role
from difang.crawler.ledger.sessions import Sessions

_SAFE = frozenset(("GET", "HEAD", "OPTIONS"))
_LONGEST_BACK = 4_000  # characters; clients refuse much longer headers


_FEED = (
    "This feed is for readers who have signed in; make a token of scope `read` on the account page and give it to your"
    " feed reader as the password, with any user name."
)


class Sent(HTTPException):
    """Somebody is sent to sign in, and then back to where they wanted to go."""

    def __init__(self, request: Request) -> None:
        """To the sign-in page; only a page that is looked at is come back to."""
        wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        kept = request.method in _SAFE and len(wanted) <= _LONGEST_BACK
        back = f"?next={quote(wanted, safe='')}" if kept else ""
        super().__init__(303, "Sign in first.", headers={"location": f"/sign-in{back}"})


class Allowed:
    """The dependency of every route: it needs this role; changing anything also needs the form's own secret."""

    def __init__(self, role: Role, *, tokens: bool = True) -> None:
        """`tokens`: whether a program may ask in the name of who has the role."""
        self.role = role
        self.tokens = tokens

    async def __call__(self, request: Request) -> Visitor:
        """The visitor; raises HTTPException 401, 403 or a way to the sign-in page."""
        visitor = await run_in_threadpool(visitor_of, request, request.app.state.sessions)
        request.state.role_asked = self.role
        if request.method not in _SAFE:
            await _refuse_forged(request, visitor)
        if visitor.wrong:
            raise HTTPException(401, visitor.wrong, headers={"www-authenticate": _challenge(request)})
        if visitor.scope and not self.tokens:
            raise HTTPException(403, "This is for people alone; sign in with a browser.")
        if visitor.scope == READ and request.method not in _SAFE:
            raise HTTPException(403, "A token of scope read changes nothing; make one of scope `operate`.")
        if visitor.role.may(self.role):
            return visitor
        if visitor.signed_in:
            raise HTTPException(403, f"This needs the role {self.role}; ask an admin.")
        if request.url.path.startswith("/api/"):
            raise HTTPException(401, "Sign in, or send a token made on the account page.")
        if for_feed_readers(request):
            raise HTTPException(401, _FEED, headers={"www-authenticate": _challenge(request)})
        raise Sent(request)


ANYONE = Allowed(Role.ANYONE)
READER = Allowed(Role.READER)
OPERATOR = Allowed(Role.OPERATOR)
ADMIN = Allowed(Role.ADMIN)
IN_PERSON = Allowed(Role.READER, tokens=False)
ADMIN_IN_PERSON = Allowed(Role.ADMIN, tokens=False)

AnyVisitor = Annotated[Visitor, Depends(ANYONE)]
Operator = Annotated[Visitor, Depends(OPERATOR)]
Admin = Annotated[Visitor, Depends(ADMIN)]
Reader = Annotated[Visitor, Depends(READER)]
InPerson = Annotated[Visitor, Depends(IN_PERSON)]
"""Whoever has signed in with a browser: an account is no program's to change."""
AdminInPerson = Annotated[Visitor, Depends(ADMIN_IN_PERSON)]
"""An admin with a browser: a token that makes links would have its owner's account with one for a new password."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """A route of the application and whom it answers; `role` is None where nothing asks, as for files of the layout.

    With `tokens` programs are answered too.
    """

    path: str
    methods: frozenset[str]
    role: Role | None
    tokens: bool = True


OPEN = frozenset(("/openapi.json", "/static"))
"""What FastAPI and Starlette answer by themselves, to anyone."""


def doors(app: FastAPI) -> list[Door]:
    """Every route, those of included routers too."""
    return [_door(route) for route in iter_route_contexts(app.routes)]


def refuse_open_routes(app: FastAPI) -> None:
    """Raises TypeError where a route does not say whom it answers."""
    for door in doors(app):
        if door.role is None and door.path not in OPEN:
            raise TypeError(f"The route {door.path} does not say which role it needs.")


def _door(route: RouteContext) -> Door:
    dependant = getattr(route, "dependant", None)
    asked = [call for call in _calls(dependant) if isinstance(call, Allowed)] if dependant else []
    role = max((one.role for one in asked), key=list(Role).index, default=None)
    tokens = all(one.tokens for one in asked)
    return Door(path=route.path or "", methods=frozenset(route.methods or ()), role=role, tokens=tokens)


def may_still(request: Request) -> bool:
    """Whether who was let in a while ago still would be; raises RetryLater where the ledger is away."""
    return who_asks(request, request.app.state.sessions).may(request.state.role_asked)


def keep_sessions(app: FastAPI, sessions: Sessions, address: str = "") -> None:
    """Give the gate the sessions it reads visitors from, and the address people reach the console at, if it is set."""
    app.state.sessions = sessions
    app.state.public_host = urlsplit(address).netloc


def own_address(target: str) -> str:
    """The address if it is a page of this site, else the front page: nobody is sent elsewhere after signing in."""
    parts = urlsplit(target.replace("\\", "/"))
    own = target.startswith("/") and not target.startswith(("//", "/\\")) and not parts.netloc and target.isprintable()
    return target if own else "/"


def own_hosts(request: Request) -> list[str]:
    """The names this site has, with ports: a proxy may put its own for ours."""
    return [host for host in (request.headers.get("host"), request.app.state.public_host) if host]


def _challenge(request: Request) -> str:
    """How a program may show a token there: feed readers know names and passwords alone."""
    return 'Basic realm="difang", charset="UTF-8"' if for_feed_readers(request) else "Bearer"


def _calls(dependant: Dependant) -> list[object]:
    return [dependant.call, *(call for below in dependant.dependencies for call in _calls(below))]


async def _refuse_forged(request: Request, visitor: Visitor) -> None:
    if _from_elsewhere(request):
        raise HTTPException(403, "The request came from another site and was not carried out.")
    if not visitor.csrf:
        return
    sent = request.headers.get("x-csrf-token") or str((await request.form()).get("csrf") or "")
    if not hmac.compare_digest(sent.encode("utf-8", "surrogatepass"), visitor.csrf.encode()):
        raise HTTPException(403, "The page was too old or not ours; go back, load it again and repeat.")


def _from_elsewhere(request: Request) -> bool:
    """Whether a browser says so; a page without an origin of its own (`null`) is another site's too."""
    origin = request.headers.get("origin")
    if origin is None:
        return request.headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    return urlsplit(origin).netloc not in own_hosts(request)
