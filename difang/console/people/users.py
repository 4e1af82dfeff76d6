"""The admins' pages: who there is, inviting, roles, barring; and the audit log."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from difang.console.pages import Pages
from difang.console.people.deed_names import DEEDS, DETAILS, of_channel
from difang.console.people.gate import Admin, AdminInPerson
from difang.console.people.guessing import locked, unlock, unlock_host
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import Role
from difang.ingest.errors import UsageError

_MOST = 200
Mail = Annotated[str, Form(max_length=254)]
_NO_NAMES: Mapping[str, str] = MappingProxyType({})
_ROLES = (Role.READER, Role.OPERATOR, Role.ADMIN)


def router(
    ledger: Ledger, pages: Pages, *, by_mail: bool, address: str = "", names: Mapping[str, str] = _NO_NAMES
) -> APIRouter:
    """The routes of these pages; `by_mail`: an identity provider's word is matched by e-mail address.

    `address` is where the console is reached; empty: where the admin's browser reaches it. `names`: of channels, by
    their slugs.
    """
    routes = APIRouter(include_in_schema=False)

    def show(request: Request, *, link: str = "", said: str = "", status: int = 200) -> HTMLResponse:
        values = {"users": ledger.people.all(), "roles": _ROLES, "link": link, "said": said, "by_mail": by_mail}
        values |= {"invitations": ledger.people.invitations(), "locked": locked(ledger)}
        return pages.show(request, "users.html", here="users", status=status, **values)

    @routes.get("/users")
    def users(request: Request, _: Admin) -> HTMLResponse:
        return show(request)

    @routes.post("/users/invite")
    def invite(request: Request, admin: AdminInPerson, role: Annotated[Role, Form()], mail: Mail = "") -> Response:
        if role not in _ROLES:
            return show(request, said="Choose reader, operator or admin.", status=422)
        try:
            secret = ledger.people.invite(role, by=admin.name, mail=mail)
        except UsageError as error:
            return show(request, said=str(error), status=422)
        ledger.deeds.note(admin.name, "user.invite", role.value, **({"mail": mail} if mail else {}))
        return show(request, link=_link(address, request, secret))

    @routes.post("/users/invitations/{handle}/withdraw")
    def withdraw(request: Request, admin: AdminInPerson, handle: str) -> Response:
        try:
            ended = ledger.people.withdraw(handle)
        except UsageError as error:
            return show(request, said=str(error), status=409)
        told = {"mail": ended.mail, "made_by": ended.made_by}
        ledger.deeds.note(admin.name, "user.withdraw", ended.user or ended.role.value, **told)
        return RedirectResponse("/users", 303)

    @routes.post("/users/{name}/{what}")
    def change(
        request: Request,
        admin: AdminInPerson,
        name: str,
        what: str,
        role: Annotated[Role | None, Form()] = None,
        mail: Mail = "",
    ) -> Response:
        try:
            secret = _change(ledger, name, what, role, mail, by=admin.name)
        except UsageError as error:
            return show(request, said=str(error), status=422)
        return show(request, link=_link(address, request, secret)) if secret else RedirectResponse("/users", 303)

    _unlock_hosts(routes, ledger, show)
    _show_deeds(routes, ledger, pages, names)
    return routes


def _unlock_hosts(routes: APIRouter, ledger: Ledger, show: Callable[..., Response]) -> None:
    @routes.post("/users/unlock")
    def let_in(request: Request, admin: AdminInPerson, host: Annotated[str, Form(max_length=200)]) -> Response:
        try:
            unlock_host(ledger, host, by=admin.name)
        except UsageError as error:
            return show(request, said=str(error), status=422)
        return RedirectResponse("/users", 303)


def _show_deeds(routes: APIRouter, ledger: Ledger, pages: Pages, names: Mapping[str, str]) -> None:
    @routes.get("/deeds")
    def deeds(request: Request, _: Admin, before: int | None = None, who: str | None = None) -> HTMLResponse:
        found = ledger.deeds.newest(_MOST, before=before, who=who)
        more = found[-1].id if len(found) == _MOST else None
        words: dict[str, Any] = {"deed_names": DEEDS, "detail_names": DETAILS, "names": names, "of_channel": of_channel}
        return pages.show(request, "deeds.html", here="deeds", deeds=found, more=more, who=who or "", **words)


def _change(ledger: Ledger, name: str, what: str, role: Role | None, mail: str, *, by: str) -> str:
    """Do it and write it down; the secret of a link where a password is to be chosen anew, else empty."""
    people = ledger.people
    user = people.get(name)
    if user is None:
        raise UsageError(f"There is no user {name}.")
    secret = ""
    match what:
        case "role" if role in _ROLES:
            people.change_role(name, role)
        case "mail":
            people.change_mail(name, mail)
        case "bar" | "unbar":
            people.bar(name, barred=what == "bar")
        case "remove":
            people.remove(name)
        case "unlock":
            unlock(ledger, name, by=by)
            return secret
        case "reset":
            secret = people.invite(user.role, by=by, user=name)
        case _:
            raise UsageError("There is no such thing to do with a user.")
    details = {"role": role.value} if role else {"mail": mail} if what == "mail" else {}
    ledger.deeds.note(by, f"user.{what}", name, **details)
    return secret


def _link(address: str, request: Request, secret: str) -> str:
    base = address.rstrip("/") or f"{request.url.scheme}://{request.url.netloc}"
    return f"{base}/welcome/{secret}"
