"""Long work on archive and index: reprocessing with its difference summary, moving the index, with progress."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from difang.console.act.tasks import LABELS, REPROCESS
from difang.console.act.words import ASKED, DETAILS, FIELDS
from difang.console.act.workplace import Workplace
from difang.console.pages import Pages
from difang.console.people.gate import Admin, Operator
from difang.crawler.channels import named
from difang.crawler.ledger.task_tables import TaskKind, TaskState
from difang.ingest.errors import DifangError, UsageError
from difang.ingest.index.port import IndexStatus

_INDEX = (TaskKind.MIGRATE, TaskKind.REBUILD, TaskKind.FROM_ARCHIVE, TaskKind.ROLLBACK)
_MOST = 20
Text = Annotated[str, Form(max_length=40)]


def router(place: Workplace, pages: Pages) -> APIRouter:
    """The routes of these pages."""
    routes = APIRouter(include_in_schema=False)
    reprocessing, indexed = partial(_reprocessing, place, pages), partial(_indexed, place, pages)

    @routes.get("/reprocess")
    def reprocess(request: Request, _: Operator) -> HTMLResponse:
        return reprocessing(request)

    @routes.post("/reprocess")
    def read_again(
        request: Request,
        admin: Admin,
        channel: Text = "",
        since: Text = "",
        until: Text = "",
        template: Text = "",
        apply: Annotated[bool, Form()] = False,
    ) -> Response:
        asked = {"channel": channel, "since": since, "until": until, "template": template.strip()}
        kind = TaskKind.REPROCESS_APPLY if apply else TaskKind.REPROCESS
        try:
            asked["channel"] = _checked(place, channel, since, until)
            told = {name: value for name, value in asked.items() if value}
            return _start(place, kind, told, admin.signature, "/reprocess")
        except UsageError as error:
            return reprocessing(request, str(error), **asked)

    @routes.get("/index")
    def index(request: Request, _: Operator) -> HTMLResponse:
        return indexed(request)

    @routes.post("/index/{what}")
    def move(request: Request, admin: Admin, what: str) -> Response:
        if what not in [kind.value for kind in _INDEX]:
            raise UsageError("An index is migrated, rebuilt, built from the archive or rolled back.")
        try:
            return _start(place, TaskKind(what), {}, admin.signature, "/index")
        except UsageError as error:
            return indexed(request, str(error))

    return routes


def _reprocessing(place: Workplace, pages: Pages, request: Request, trouble: str = "", **asked: str) -> HTMLResponse:
    typed = dict.fromkeys(ASKED, "") | asked
    values = {"channels": place.channels, "trouble": trouble, "asked_now": typed}
    return _show(request, "reprocess.html", place, pages, REPROCESS, **values)


def _indexed(place: Workplace, pages: Pages, request: Request, refused: str = "") -> HTMLResponse:
    held, trouble = None, ""
    try:
        with place.index() as opened:
            held = opened.status()
    except DifangError as error:
        trouble = str(error)
    values = {
        "held": held,
        "away": trouble,
        "trouble": refused,
        "details": DETAILS,
        "goes_back": held is not None and _goes_back(held),
    }
    return _show(request, "index.html", place, pages, _INDEX, **values)


def _show(
    request: Request, template: str, place: Workplace, pages: Pages, kinds: tuple[TaskKind, ...], **values: Any
) -> HTMLResponse:
    tasks = [task for task in place.ledger.tasks.newest(_MOST) if task.kind in kinds]
    running = place.ledger.tasks.running()
    shown = next((task for task in tasks if task.state is not TaskState.RUNNING), None)
    admin = request.state.visitor.may("admin")
    told = {"tasks": tasks, "running": running, "shown": shown, "admin": admin, **LABELS}
    words: dict[str, Any] = {
        "asked_for": ASKED,
        "fields": FIELDS,
        "channel_names": {one.slug: one.name for one in place.channels},
    }
    status = 400 if values["trouble"] else 200
    return pages.show(request, template, here="act", status=status, **told, **words, **values)


def _goes_back(held: IndexStatus) -> bool:
    """Whether there is an index to go back to, or one that was being gone back to."""
    return "previous" in held.details or "index rollback" in held.details.get("migration", "")


def _start(place: Workplace, kind: TaskKind, request: dict[str, str], by: str, back: str) -> Response:
    task = place.start_task(kind, request, by)
    place.ledger.deeds.note(by, f"task.{kind.value}", str(task.id), **request)
    return RedirectResponse(back, 303)


def _checked(place: Workplace, channel: str, since: str, until: str) -> str:
    """The slug of the channel, empty for all."""
    if _day(since) and _day(until) and since > until:
        raise UsageError(f"{since} lies after {until}; turn them round.")
    return named(place.channels, [channel])[0].slug if channel else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{text} is no day; write it as 2026-11-23.") from error
