"""The readers' pages of saved searches: list, save, change, pause, delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from difang.console.alerts.overview import LONGEST_NAME, LONGEST_QUERY, LONGEST_SHOWN, Overview
from difang.console.languages import N_, language_of
from difang.console.people.gate import Reader
from difang.console.spoken import finds_nothing, joined
from difang.crawler.ledger.alert_tables import Rhythm
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.saved_searches import AlertTarget, SavedSearch, SavedSearches, Wish
from difang.ingest.errors import UsageError
from difang.search.index import today_in_beijing

_NAME_FROM_QUERY = 40


def wished(
    request: Request,
    name: Annotated[str, Form()] = "",
    query: Annotated[str, Form()] = "",
    target: Annotated[str, Form(max_length=LONGEST_NAME)] = "",
    rhythm: Annotated[Rhythm, Form()] = Rhythm.NOW,
    hour: Annotated[int, Form(ge=0, le=23)] = 8,
    old_too: Annotated[bool, Form()] = False,
) -> Wish:
    """What the form says."""
    return Wish(
        name=" ".join(name.split()) or query.strip()[:_NAME_FROM_QUERY],
        query=query.strip(),
        target=int(target) if target.isascii() and target.isdigit() and len(target) < 10 else None,
        rhythm=rhythm,
        hour=hour,
        old_too=old_too,
        language=language_of(request),
    )


Wished = Annotated[Wish, Depends(wished)]


def router(ledger: Ledger, overview: Overview) -> APIRouter:
    """The routes of these pages."""
    routes = APIRouter(prefix="/alerts", include_in_schema=False)
    saved = ledger.saved_searches

    @routes.get("")
    def alerts(request: Request, visitor: Reader) -> HTMLResponse:
        return overview.show(request, visitor)

    @routes.get("/new")
    def new(request: Request, visitor: Reader) -> HTMLResponse:
        return overview.form(request, visitor, _first_wish(_asked(request), saved.targets(visitor.name)), None)

    @routes.post("")
    def save(request: Request, visitor: Reader, wish: Wished) -> Response:
        try:
            number = saved.save(visitor.name, _checked(wish))
        except UsageError as error:
            return overview.form(request, visitor, wish, None, str(error))
        ledger.deeds.note(visitor.signature, "alert.save", str(number))
        return RedirectResponse("/alerts", 303)

    @routes.get("/{number}")
    def edit(request: Request, visitor: Reader, number: int) -> HTMLResponse:
        return overview.form(request, visitor, _wish_of(saved.get(visitor.name, number)), number)

    @routes.post("/{number}")
    def change(request: Request, visitor: Reader, number: int, wish: Wished) -> Response:
        saved.get(visitor.name, number)
        try:
            dropped = saved.change(visitor.name, number, _checked(wish))
        except UsageError as error:
            return overview.form(request, visitor, wish, number, str(error))
        ledger.deeds.note(visitor.signature, "alert.change", str(number))
        return overview.show(request, visitor, dropped=dropped) if dropped else RedirectResponse("/alerts", 303)

    @routes.post("/{number}/{what}")
    def act(request: Request, visitor: Reader, number: int, what: str) -> Response:
        saved.get(visitor.name, number)
        try:
            _act(saved, visitor.name, number, what)
        except UsageError as error:
            return overview.show(request, visitor, trouble=str(error), status=422)
        ledger.deeds.note(visitor.signature, f"alert.{what}", str(number))
        return RedirectResponse("/alerts", 303)

    return routes


def _act(saved: SavedSearches, owner: str, number: int, what: str) -> None:
    match what:
        case "pause" | "resume":
            saved.pause(owner, number, paused=what == "pause")
        case "delete":
            saved.delete(owner, number)
        case _:
            raise UsageError("There is no such thing to do with a saved search.")


def _first_wish(asked: str, targets: Sequence[AlertTarget]) -> Wish:
    query = asked[:LONGEST_SHOWN]
    return Wish(name=query[:_NAME_FROM_QUERY], query=query, target=targets[0].id if targets else None)


def _asked(request: Request) -> str:
    """The search of the page one comes from, its days as words of the query."""
    given = request.query_params
    days = [f"{word}:{given[word]}" for word in ("from", "to") if given.get(word)]
    query = given.get("q", "").strip()[:LONGEST_SHOWN]
    return joined(query, days, today_in_beijing()) or query


def _checked(wish: Wish) -> Wish:
    if not wish.query:
        raise UsageError(N_("请填写检索词；空的检索会找到每一篇文章。"))
    if len(wish.query) > LONGEST_QUERY:
        raise UsageError(f"The query is longer than {LONGEST_QUERY:,} characters; shorten it.")
    if len(wish.name) > LONGEST_NAME:
        raise UsageError(f"The name is longer than {LONGEST_NAME:,} characters; shorten it.")
    if finds_nothing(wish.query, today_in_beijing()):
        raise UsageError(N_("这样检索永远找不到文章：没有读懂其中任何一个词，或日期不可能；请改一改。"))
    return wish


def _wish_of(search: SavedSearch) -> Wish:
    names = ("name", "query", "target", "rhythm", "hour", "old_too", "language")
    return Wish(**{name: getattr(search, name) for name in names})
