"""Adding, trying and removing the places alerts go to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from difang.console.alerts.message import trial_message
from difang.console.alerts.notifier import Notifier, NotSent
from difang.console.alerts.overview import Overview
from difang.console.alerts.target import read_address
from difang.console.languages import N_, language_of
from difang.console.limiting import Turns
from difang.console.people.gate import Reader
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.errors import UsageError

LONGEST_LABEL = 100
TRIALS = "5/minute"
_TOO_OFTEN = N_("一分钟内最多测试 5 次，请稍后再试。")
_ARRIVED = N_("测试提醒已经送出。")
_ADDED = N_("已添加。")
_REMOVED = N_("已移除，用它的检索不再提醒。")


def router(ledger: Ledger, notifier: Notifier, overview: Overview) -> APIRouter:
    """The routes; each answers with the overview."""
    routes = APIRouter(prefix="/alert-targets", include_in_schema=False)
    saved, turns = ledger.saved_searches, Turns(TRIALS)

    @routes.post("")
    def add(
        request: Request,
        visitor: Reader,
        label: Annotated[str, Form(max_length=LONGEST_LABEL)] = "",
        address: Annotated[str, Form(max_length=2_000)] = "",
    ) -> Response:
        try:
            checked = read_address(address, mail=bool(notifier.mail), private=notifier.private)
            label = " ".join(label.split()) or checked.shown[:LONGEST_LABEL]
            number = saved.add_target(visitor.name, label=label, shown=checked.shown, url=checked.url)
        except UsageError as error:
            return overview.show(request, visitor, trouble=str(error), status=422)
        ledger.deeds.note(visitor.signature, "alert.target", str(number), shown=checked.shown)
        return overview.show(request, visitor, said=_ADDED)

    @routes.post("/{number}/test")
    def test(request: Request, visitor: Reader, number: int) -> Response:
        if not turns.take(visitor.name):
            return overview.show(request, visitor, trouble=_TOO_OFTEN, status=429)
        try:
            url = saved.target_url(visitor.name, number)
            notifier.send(url, trial_message(visitor.name, language_of(request)))
        except UsageError as error:
            return overview.show(request, visitor, trouble=str(error), status=422)
        except NotSent as error:
            return overview.show(request, visitor, trouble=str(error), status=502)
        return overview.show(request, visitor, said=_ARRIVED)

    @routes.post("/{number}/remove")
    def remove(request: Request, visitor: Reader, number: int) -> Response:
        try:
            saved.remove_target(visitor.name, number)
        except UsageError as error:
            return overview.show(request, visitor, trouble=str(error), status=422)
        ledger.deeds.note(visitor.signature, "alert.target_remove", str(number))
        return overview.show(request, visitor, said=_REMOVED)

    return routes
