"""Signing in and out, and the language of the pages."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from difang.console.languages import COOKIE as LANGUAGE_COOKIE
from difang.console.languages import LANGUAGES, N_
from difang.console.pages import Pages
from difang.console.people.gate import AnyVisitor, own_address
from difang.console.people.guessing import LOCKED, tried
from difang.console.people.visitor import COOKIE
from difang.console.people.welcome import signed_in
from difang.crawler.ledger.ledger import Ledger

_YEAR = 365 * 24 * 3600
_WRONG = N_("用户名或密码不对。")


class SignInForm:
    """The sign-in page."""

    def __init__(self, ledger: Ledger, pages: Pages, provider: str) -> None:
        """`provider` is the address of the way to an identity provider, empty where there is none."""
        self._ledger, self._pages, self._provider = ledger, pages, provider

    def __call__(
        self, request: Request, *, next_: str, name: str = "", said: str = "", status: int = 200
    ) -> HTMLResponse:
        """The page; who signs in there goes on to `next_`."""
        values = {"next": next_, "name": name, "said": said, "provider": self._provider}
        first = not self._ledger.people.any()
        return self._pages.show(request, "sign_in.html", here="sign-in", status=status, first=first, **values)


def router(ledger: Ledger, form: SignInForm) -> APIRouter:
    """The routes of these pages."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/sign-in")
    def ask(request: Request, _: AnyVisitor) -> HTMLResponse:
        return form(request, next_=own_address(request.query_params.get("next", "/")))

    @routes.post("/sign-in")
    def sign_in(
        request: Request,
        _: AnyVisitor,
        name: Annotated[str, Form(max_length=64)],
        password: Annotated[str, Form(max_length=1000)],
        next_: Annotated[str, Form(alias="next")] = "/",
    ) -> Response:
        name, target = name.strip(), own_address(next_)
        done = tried(ledger, name, password, host=request.client.host if request.client else "")
        if done.locked:
            return form(request, next_=target, name=name, said=LOCKED, status=429)
        if done.user is None:
            return form(request, next_=target, name=name, said=_WRONG, status=403)
        return signed_in(request, ledger, done.user.name, target)

    @routes.post("/sign-out")
    def sign_out(request: Request, _: AnyVisitor) -> Response:
        if secret := request.cookies.get(COOKIE):
            ledger.sessions.end(secret)
        answer = RedirectResponse("/", 303)
        answer.delete_cookie(COOKIE)
        return answer

    @routes.get("/language/{language}")
    def choose(request: Request, language: str, _: AnyVisitor) -> Response:
        answer = RedirectResponse(own_address(request.query_params.get("next", "/")), 303)
        if language in LANGUAGES:
            answer.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR, httponly=True, samesite="lax")
        return answer

    return routes
