"""One's own account: password, tokens for programs, signing out everywhere."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from difang.console.languages import N_
from difang.console.pages import Pages
from difang.console.people.gate import InPerson
from difang.console.people.guessing import LOCKED, tried
from difang.console.people.passwords import hashed
from difang.console.people.visitor import COOKIE, SCOPES, Visitor
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.errors import UsageError

_LONGEST_DAYS = 366
_WRONG = N_("现在的密码不对。")


def router(ledger: Ledger, pages: Pages) -> APIRouter:
    """The routes of this page."""
    routes = APIRouter(prefix="/account", include_in_schema=False)

    def show(request: Request, visitor: Visitor, *, said: str = "", token: str = "", status: int = 200) -> HTMLResponse:
        scopes = [scope for scope, role in SCOPES.items() if visitor.role.may(role)]
        tokens = ledger.sessions.tokens(visitor.name)
        values = {"tokens": tokens, "scopes": scopes, "said": said, "token": token, "now": datetime.now(UTC)}
        return pages.show(request, "account.html", here="account", status=status, **values)

    @routes.get("")
    def account(request: Request, visitor: InPerson) -> HTMLResponse:
        return show(request, visitor)

    @routes.post("/password")
    def change(
        request: Request,
        visitor: InPerson,
        old: Annotated[str, Form(max_length=1000)],
        new: Annotated[str, Form(max_length=1000)],
    ) -> Response:
        done = tried(ledger, visitor.name, old, host=request.client.host if request.client else "")
        if done.user is None:
            said, status = (LOCKED, 429) if done.locked else (_WRONG, 403)
            return show(request, visitor, said=said, status=status)
        try:
            ledger.people.change_password(visitor.name, hashed(new, name=visitor.name))
        except UsageError as error:
            return show(request, visitor, said=str(error), status=422)
        ledger.deeds.note(visitor.name, "user.password", visitor.name)
        return RedirectResponse("/sign-in", 303)

    @routes.post("/tokens")
    def make(
        request: Request,
        visitor: InPerson,
        label: Annotated[str, Form(min_length=1, max_length=100)],
        scope: Annotated[str, Form()],
        days: Annotated[int, Form(ge=1, le=_LONGEST_DAYS)] = 90,
    ) -> Response:
        if scope not in SCOPES or not visitor.role.may(SCOPES[scope]) or not visitor.csrf:
            return show(request, visitor, said=f"A token of scope {scope[:20]} is not yours to make.", status=403)
        token = ledger.sessions.make_token(visitor.name, label=label, scopes=[scope], days=days)
        ledger.deeds.note(visitor.name, "token.make", label, scope=scope, days=days)
        return show(request, visitor, token=token)

    @routes.post("/tokens/{token_id}/end")
    def end(visitor: InPerson, token_id: int) -> Response:
        ledger.sessions.end_token(token_id, user=visitor.name)
        ledger.deeds.note(visitor.name, "token.end", str(token_id))
        return RedirectResponse("/account", 303)

    @routes.post("/sign-out-everywhere")
    def leave(visitor: InPerson) -> Response:
        ledger.people.end_sessions(visitor.name)
        ledger.deeds.note(visitor.name, "user.sign_out_everywhere", visitor.name)
        answer = RedirectResponse("/sign-in", 303)
        answer.delete_cookie(COOKIE)
        return answer

    return routes
