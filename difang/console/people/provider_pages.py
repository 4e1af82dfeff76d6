"""Signing in by an identity provider: the way there, and the way back."""

from __future__ import annotations

import hmac
import logging
import re
from typing import Annotated, Protocol
from urllib.parse import quote, unquote

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from difang.console.languages import N_
from difang.console.people.gate import AnyVisitor, own_address
from difang.console.people.identity import IdentityProvider, Keys, NotConfirmed, Person, ProviderAway, new_secret
from difang.console.people.welcome import NAME, signed_in
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.errors import DifangError, UsageError
from difang.ingest.event import Event

log = logging.getLogger(__name__)

START = "/sign-in/provider"
_BACK = f"{START}/back"
_COOKIE = "difang_sign_in"
_SECONDS = 600  # for signing in there
_STALE = N_("这次登录已过期，或不是在这个浏览器里开始的，请再试一次。")
_UNKNOWN = N_("这里还不认识您的账号。请管理员用您的电子邮箱邀请您。")
_UNCONFIRMED = N_("身份服务没有确认您的电子邮箱，所以还不能认出您。请在那里确认邮箱，或用密码登录。")
_REFUSED = N_("身份服务没有确认您的身份，请再试一次。")
_AWAY = N_("身份服务现在没有应答，请稍后再试，或用密码登录。")


class ShowForm(Protocol):
    """Shows the sign-in page with a sentence."""

    def __call__(self, request: Request, *, next_: str, said: str, status: int) -> Response:
        """The page; who signs in there goes on to `next_`."""


def router(ledger: Ledger, provider: IdentityProvider, show: ShowForm, *, address: str) -> APIRouter:
    """The routes of the way there and back; `address` is where people reach the console, if it is known."""
    routes = APIRouter(include_in_schema=False)

    def back(request: Request) -> str:
        return (address.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}") + _BACK

    @routes.get(START)
    def there(request: Request, _: AnyVisitor) -> Response:
        target, secret = own_address(request.query_params.get("next", "/")), new_secret()
        try:
            answer = RedirectResponse(provider.way_there(Keys.of(secret), back=back(request)), 303)
        except ProviderAway as error:
            return show(request, next_=target, said=_told(error), status=503)
        kept, secure = f"{secret}.{quote(target, safe='')}", back(request).startswith("https://")
        answer.set_cookie(_COOKIE, kept, max_age=_SECONDS, path=START, httponly=True, samesite="lax", secure=secure)
        return answer

    @routes.get(_BACK)
    def came_back(
        request: Request,
        _: AnyVisitor,
        state: Annotated[str, Query(max_length=200)] = "",
        code: Annotated[str, Query(max_length=4000)] = "",
    ) -> Response:
        secret, _dot, kept = request.cookies.get(_COOKIE, "").partition(".")
        target, keys = own_address(unquote(kept)), Keys.of(secret)
        try:
            if not secret or not hmac.compare_digest(state.encode("utf-8", "surrogatepass"), keys.state.encode()):
                raise UsageError(_STALE)
            if not code:  # of somebody who did not wish to sign in there, or may not
                raise UsageError(_REFUSED)
            person = provider.person(keys, back=back(request), code=code)
            answer = signed_in(request, ledger, _user(ledger, person), target)
        except DifangError as error:
            status = 503 if isinstance(error, ProviderAway) else 403
            answer = show(request, next_=target, said=_told(error), status=status)
        answer.delete_cookie(_COOKIE, path=START)
        return answer

    return routes


def _told(error: DifangError) -> str:
    """What the visitor is told; what the provider did wrong stands in the log."""
    if isinstance(error, ProviderAway):
        log.warning("Nobody can sign in by the identity provider: %s", error, extra=Event.PROVIDER_AWAY.of())
        return _AWAY
    if isinstance(error, NotConfirmed):
        log.warning("A sign-in by the identity provider was refused: %s", error, extra=Event.SIGN_IN_REFUSED.of())
        return _REFUSED
    return str(error)


def _user(ledger: Ledger, person: Person) -> str:
    """The user this is, the first time the one, known or invited, of the confirmed address; raises UsageError."""
    if name := ledger.identities.user(person.issuer, person.subject):
        return name
    if not person.mail:
        raise UsageError(_UNCONFIRMED)
    names = [name for name in person.names if re.fullmatch(NAME, name)]
    joined = ledger.identities.join(person.issuer, person.subject, mail=person.mail, names=names)
    if joined is None:
        raise UsageError(_UNKNOWN)
    about = {"issuer": person.issuer, "subject": person.subject, "mail": person.mail}
    ledger.deeds.note(joined, "user.identity", joined, **about)
    return joined
