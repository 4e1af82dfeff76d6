"""The admins' page of who is told: rules, a message to try each, and what went wrong; addresses are written only."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from difang.console.act.workplace import Workplace
from difang.console.alerts.notifier import Message, NotSent
from difang.console.alerts.target import read_address
from difang.console.languages import N_, language_of
from difang.console.operating.labels import SEVERITIES
from difang.console.pages import Pages
from difang.console.people.gate import Admin
from difang.console.telling.message import trial
from difang.crawler.channels import named
from difang.crawler.ledger.tables import Severity
from difang.crawler.ledger.telling import Wish
from difang.ingest.errors import UsageError

_TAKEN = N_("测试消息已被接收。")
Text = Annotated[str, Form(max_length=100)]


def router(place: Workplace, pages: Pages) -> APIRouter:
    """The routes of this page."""
    ledger, channels = place.ledger, place.channels
    routes = APIRouter(include_in_schema=False, prefix="/telling")

    def show(request: Request, *, said: str = "", trouble: str = "", status: int = 200) -> HTMLResponse:
        values = {"rules": ledger.telling.rules(), "severities": SEVERITIES, "channels": channels}
        return pages.show(request, "telling.html", here="act", status=status, said=said, trouble=trouble, **values)

    @routes.get("")
    def rules(request: Request, _: Admin) -> HTMLResponse:
        return show(request)

    @routes.post("")
    def make(
        request: Request,
        admin: Admin,
        name: Text,
        address: Annotated[str, Form(max_length=2_000)],
        severity: Annotated[Severity, Form()],
        of: Annotated[tuple[str, ...], Form(alias="channel")] = (),
        quiet_from: Text = "",
        quiet_until: Text = "",
        window: Annotated[int, Form(ge=0, le=3_600)] = 60,
        remind_hours: Annotated[int, Form(ge=0, le=168)] = 0,
        wakes: Annotated[bool, Form()] = False,
        tells_end: Annotated[bool, Form()] = False,
        language: Annotated[Literal["zh", "en"] | None, Form()] = None,
    ) -> Response:
        try:
            checked = read_address(address, mail=bool(place.notifier.mail), private=place.notifier.private)
            wish = Wish(
                name=name.strip() or "rule",
                severity=severity,
                channels=tuple(channel.slug for channel in named(channels, of)) if of else (),
                quiet_from=_minute(quiet_from),
                quiet_until=_minute(quiet_until),
                wakes=wakes,
                window=window,
                remind_hours=remind_hours,
                tells_end=tells_end,
                language=language or language_of(request),
            )
            rule = ledger.telling.make(wish, address=checked, by=admin.name)
        except UsageError as error:
            return show(request, trouble=str(error), status=422)
        ledger.deeds.note(admin.name, "telling.make", rule.wish.name, kind=rule.shown, severity=severity.value)
        return RedirectResponse("/telling", 303)

    @routes.post("/{number}/try")
    def attempt(request: Request, admin: Admin, number: int) -> Response:
        rule = ledger.telling.get(number)
        ledger.deeds.note(admin.name, "telling.try", rule.wish.name)
        try:
            title, text = trial(admin.name, rule.wish.name, rule.wish.language)
            place.notifier.send(ledger.telling.address(number), Message(title=title, text=text))
        except NotSent as error:
            return show(request, trouble=str(error), status=502)
        return show(request, said=_TAKEN)

    @routes.post("/{number}/remove")
    def remove(admin: Admin, number: int) -> Response:
        rule = ledger.telling.remove(number)
        ledger.deeds.note(admin.name, "telling.remove", rule.wish.name)
        return RedirectResponse("/telling", 303)

    return routes


def _minute(text: str) -> int | None:
    """22:30 as minutes of the day; None for nothing; raises UsageError for anything else."""
    if not text.strip():
        return None
    hour, _, minute = text.strip().partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        raise UsageError(f"{text[:20]} is no time of day; write it as 22:30.")
    return int(hour) * 60 + int(minute)
