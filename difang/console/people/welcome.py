"""The link that makes somebody a user, or lets a user choose a new password; it ends signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from difang.console.languages import N_
from difang.console.pages import Pages
from difang.console.people.gate import AnyVisitor
from difang.console.people.passwords import hashed
from difang.console.people.visitor import COOKIE
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.sessions import LONGEST
from difang.ingest.errors import UsageError

NAME = r"[^\W_][\w.@ -]{0,62}\w|[^\W_]"
"""What a user may be called."""
_ENDED = N_("这个链接已经用过或已失效，请向管理员要一个新的。")


def router(ledger: Ledger, pages: Pages) -> APIRouter:
    """The routes of this page."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/welcome/{secret}")
    def welcome(request: Request, secret: str, _: AnyVisitor) -> HTMLResponse:
        invited = ledger.people.invitation(secret)
        if invited is None:
            return pages.trouble(request, _ENDED, 404)
        return pages.show(request, "welcome.html", here="sign-in", invited=invited, name=invited.user or "", said="")

    @routes.post("/welcome/{secret}")
    def accept(
        request: Request,
        secret: str,
        _: AnyVisitor,
        password: Annotated[str, Form(max_length=1000)],
        name: Annotated[str, Form(max_length=64, pattern=rf"^(?:{NAME})?$")] = "",
    ) -> Response:
        invited = ledger.people.invitation(secret)
        if invited is None:
            return pages.trouble(request, _ENDED, 404)
        chosen = invited.user or name.strip()
        try:
            if not chosen:
                raise UsageError("Choose a name.")
            user = ledger.people.accept(secret, name=chosen, password=hashed(password, name=chosen))
        except UsageError as error:
            values = {"invited": invited, "name": chosen, "said": str(error)}
            return pages.show(request, "welcome.html", here="sign-in", status=422, **values)
        ledger.deeds.note(user.name, "user.password" if invited.user else "user.join", user.name, role=user.role.value)
        return signed_in(request, ledger, user.name, "/")

    return routes


def signed_in(request: Request, ledger: Ledger, name: str, target: str) -> Response:
    """Send the user on with a session of its own; the one of before is ended, so that nobody else can know it."""
    if old := request.cookies.get(COOKIE):
        ledger.sessions.end(old)
    secret = ledger.sessions.begin(name, agent=request.headers.get("user-agent", ""))
    answer = RedirectResponse(target, 303)
    seconds = round(LONGEST.total_seconds())
    secure = request.url.scheme == "https"
    answer.set_cookie(COOKIE, secret, max_age=seconds, httponly=True, samesite="lax", secure=secure)
    return answer
