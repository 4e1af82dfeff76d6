"""The admins' page of who is told: rules, a message to try each, and what went wrong; addresses are written only."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from difang.console.act.workplace import Workplace
from difang.console.alerts.notifier import Message, NotSent
from difang.console.alerts.target import Address, read_address
from difang.console.languages import N_, language_of
from difang.console.operating.labels import SEVERITIES
from difang.console.pages import Pages
from difang.console.people.gate import Admin
from difang.console.telling.message import trial
from difang.console.telling.wish_form import Wished, clock
from difang.crawler.ledger.tables import Severity
from difang.crawler.ledger.telling import Rule, Wish
from difang.ingest.errors import UsageError

_TAKEN = N_("测试消息已被接收。")
Secret = Annotated[str, Form(max_length=2_000)]


def router(place: Workplace, pages: Pages) -> APIRouter:
    """The routes of this page."""
    ledger, channels = place.ledger, place.channels
    routes = APIRouter(include_in_schema=False, prefix="/telling")

    def show(
        request: Request,
        *,
        said: str = "",
        trouble: str = "",
        status: int = 200,
        edited: Rule | None = None,
        typed: Wish | None = None,
    ) -> HTMLResponse:
        kept = edited.wish if edited else Wish(name="", severity=Severity.MEDIUM, language=language_of(request))
        wish = typed or kept
        names = {channel.slug: channel.name for channel in channels}
        values: dict[str, Any] = {"rules": ledger.telling.rules(), "severities": SEVERITIES, "channels": channels}
        values["channel_names"] = names
        values |= {"edited": edited, "form": wish, "clock": clock}
        return pages.show(request, "telling.html", here="act", status=status, said=said, trouble=trouble, **values)

    def place_of(address: str) -> Address:
        return read_address(address, mail=bool(place.notifier.mail), private=place.notifier.private)

    @routes.get("")
    def rules(request: Request, _: Admin) -> HTMLResponse:
        return show(request)

    @routes.get("/{number}")
    def edit(request: Request, number: int, _: Admin) -> HTMLResponse:
        return show(request, edited=ledger.telling.get(number))

    @routes.post("")
    def make(request: Request, admin: Admin, address: Secret, wish: Wished) -> Response:
        try:
            rule = ledger.telling.make(wish(channels), address=place_of(address), by=admin.signature)
        except UsageError as error:
            return show(request, trouble=str(error), status=422, typed=wish(channels, leniently=True))
        told = {"kind": rule.shown, "severity": rule.wish.severity.value}
        ledger.deeds.note(admin.signature, "telling.make", rule.wish.name, **told)
        return RedirectResponse("/telling", 303)

    @routes.post("/{number}")
    def change(request: Request, admin: Admin, number: int, wish: Wished, address: Secret = "") -> Response:
        """An address left empty stays as it is: it is secret, so the form cannot hold it."""
        before = ledger.telling.get(number)
        try:
            new = place_of(address) if address.strip() else None
            rule = ledger.telling.change(number, wish(channels), address=new)
        except UsageError as error:
            return show(request, trouble=str(error), status=422, edited=before, typed=wish(channels, leniently=True))
        told = {"kind": rule.shown, "severity": rule.wish.severity.value}
        ledger.deeds.note(admin.signature, "telling.change", rule.wish.name, **told)
        return RedirectResponse("/telling", 303)

    _buttons(routes, place, show)
    return routes


def _buttons(routes: APIRouter, place: Workplace, show: Callable[..., HTMLResponse]) -> None:
    """What stands beside each rule."""
    ledger = place.ledger

    @routes.post("/{number}/try")
    def attempt(request: Request, admin: Admin, number: int) -> Response:
        rule = ledger.telling.get(number)
        ledger.deeds.note(admin.signature, "telling.try", rule.wish.name)
        try:
            title, text = trial(admin.name, rule.wish.name, rule.wish.language)
            place.notifier.send(ledger.telling.address(number), Message(title=title, text=text))
        except NotSent as error:
            return show(request, trouble=str(error), status=502)
        return show(request, said=_TAKEN)

    @routes.post("/{number}/remove")
    def remove(admin: Admin, number: int) -> Response:
        rule = ledger.telling.remove(number)
        ledger.deeds.note(admin.signature, "telling.remove", rule.wish.name)
        return RedirectResponse("/telling", 303)
