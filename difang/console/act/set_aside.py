"""The set-aside pages: which there are and why, one of them in full, retrying and discarding."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from difang.console.act.explained import explained
from difang.console.act.looks import as_file, as_it_looks, source
from difang.console.act.words import WORDS
from difang.console.act.workplace import Workplace
from difang.console.pages import Pages
from difang.console.people.gate import Operator
from difang.crawler.channels import named
from difang.ingest.errors import SetAside, UsageError
from difang.ingest.page import Page
from difang.ingest.queue import PageQueue
from difang.ingest.set_aside import Chosen, Discarded, SetAsidePage, begin_of

MOST = 100
_EVERY = 100_000
_FILTERS = ("reason", "channel", "url", "run", "since")
_LONGEST = 500  # characters of a filter
_DONE = re.compile(r"(retried|discarded) ([0-9]{1,9})")


def router(place: Workplace, pages: Pages) -> APIRouter:
    """The routes of these pages."""
    routes = APIRouter(include_in_schema=False, prefix="/set-aside")

    change = partial(_answer, place, pages)

    @routes.get("")
    def listed(request: Request, _: Operator) -> HTMLResponse:
        return _show(place, pages, request, _filters(request.query_params))

    @routes.get("/{number}")
    def one(request: Request, number: int, _: Operator) -> HTMLResponse:
        with place.queue() as queue:
            found, gone = _find(queue, number)
            history = queue.history(found.ref)
        page, trouble = _read(place, found)
        values: dict[str, Any] = {"one": found, "gone": gone, "history": history, "page": page, "trouble": trouble}
        if page:
            text, encoding, cut = source(page)
            values |= {"source": text, "encoding": encoding, "cut": cut, "told": explained(page, place.hosts)}
        return pages.show(request, "set_aside_page.html", here="act", **values, **WORDS)

    @routes.get("/{number}/looks")
    def looks(number: int, _: Operator) -> Response:
        return as_it_looks(_page(place, number))

    @routes.get("/{number}/bytes")
    def whole(number: int, _: Operator) -> Response:
        return as_file(_page(place, number), f"set-aside-{number}.bin")

    @routes.post("/retry")
    async def retry(request: Request, operator: Operator) -> Response:
        return await run_in_threadpool(change, request, await request.form(), by=operator.signature, discards=False)

    @routes.post("/discard")
    async def discard(request: Request, operator: Operator) -> Response:
        return await run_in_threadpool(change, request, await request.form(), by=operator.signature, discards=True)

    return routes


def _answer(place: Workplace, pages: Pages, request: Request, form: FormData, *, by: str, discards: bool) -> Response:
    """Retry or discard, and back to the list; what cannot be done is said over the form, which keeps what it held."""
    filters, ticked = _filters(form), [str(number) for number in form.getlist("number")]
    everything, why = "all" in form, str(form.get("why") or "").strip()[:_LONGEST]
    try:
        if discards and not why:
            raise UsageError("Say why the pages are given up; it is kept with them.")
        return _change(place, ticked, filters, everything=everything, by=by, why=why if discards else None)
    except UsageError as error:
        return _show(place, pages, request, filters, trouble=str(error), ticked=ticked, everything=everything, why=why)


def _show(
    place: Workplace,
    pages: Pages,
    request: Request,
    filters: dict[str, str],
    *,
    trouble: str = "",
    ticked: Sequence[str] = (),
    everything: bool = False,
    why: str = "",
) -> HTMLResponse:
    """The list, with what was ticked and written where that could not be done, and why not."""
    try:
        chosen = _chosen(place, filters)
    except UsageError as error:
        chosen, trouble = None, str(error)
    with place.queue() as queue:
        values: dict[str, Any] = {
            "found": queue.set_aside_pages(most=MOST, chosen=chosen) if chosen else [],
            "reasons": queue.set_aside_reasons(),
            "discarded": queue.discarded_pages(most=20),
        }
    more: dict[str, Any] = {
        "filters": filters,
        "channels": place.channels,
        "most": MOST,
        "done": _DONE.fullmatch(request.query_params.get("done", "")),
        "reason_link": _reason_link,
    }
    kept = {"trouble": trouble, "ticked": ticked, "everything": everything, "why": why}
    return pages.show(request, "set_aside.html", here="act", status=400 if trouble else 200, **values, **more, **kept)


def _change(
    place: Workplace, numbers: list[str], filters: dict[str, str], *, everything: bool, by: str, why: str | None
) -> Response:
    """Retry, or discard where a `why` is given: the ticked pages, or all that the filters choose."""
    if not everything and not numbers:
        raise UsageError("Tick the pages first.")
    chosen = (
        _chosen(place, filters) if everything else Chosen(numbers=tuple(_number(text) for text in numbers[:_EVERY]))
    )
    with place.queue() as queue:
        known = [page.number for page in queue.set_aside_pages(most=_EVERY, chosen=chosen)]
        done = queue.retry_set_aside(known, by=by) if why is None else queue.discard_set_aside(known, by=by, why=why)
    about = str(known[0]) if len(known) == 1 else f"{done} pages"
    told: dict[str, Any] = {"numbers": known[:MOST], "pages": done} | ({"why": why} if why else {})
    if done:  # or somebody else was faster
        place.ledger.deeds.note(by, "page.retry" if why is None else "page.discard", about, **told)
    kept = {name: value for name, value in filters.items() if value}
    word = "retried" if why is None else "discarded"
    return RedirectResponse("/set-aside?" + urlencode(kept | {"done": f"{word} {done}"}), 303)


def _filters(given: Any) -> dict[str, str]:
    return {name: str(given.get(name) or "")[:_LONGEST] for name in _FILTERS}


def _reason_link(reason: str) -> str:
    return "/set-aside?" + urlencode({"reason": reason[:_LONGEST]})


def _chosen(place: Workplace, filters: dict[str, str]) -> Chosen:
    slug = filters["channel"]
    return Chosen(
        reason=filters["reason"] or None,
        url=filters["url"] or None,
        run_id=filters["run"] or None,
        hosts=named(place.channels, [slug])[0].all_hosts if slug else None,
        since=_moment(filters["since"]) if filters["since"] else None,
    )


def _moment(text: str) -> datetime:
    try:
        return begin_of(date.fromisoformat(text))
    except ValueError as error:
        raise UsageError(f"{text[:40]} is no day; write it as 2026-11-23.") from error


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise UsageError("A page's number is wrong; load the list again.")
    return int(text)


def _find(queue: PageQueue, number: int) -> tuple[SetAsidePage, Discarded | None]:
    for page in queue.set_aside_pages(most=1, chosen=Chosen(numbers=(number,))) if number < 2**63 else ():
        return page, None
    for one in queue.discarded_pages(most=_EVERY):
        if one.page.number == number:
            return one.page, one
    raise HTTPException(404, f"No set-aside page has the number {number}; it was retried or never there.")


def _read(place: Workplace, found: SetAsidePage) -> tuple[Page | None, str]:
    if found.ref.position is None:
        return None, "Nothing was fetched at this address: it is a mere sighting."
    try:
        return place.archive.read(found.ref.position), ""
    except SetAside as error:
        return None, str(error)


def _page(place: Workplace, number: int) -> Page:
    with place.queue() as queue:
        found, _ = _find(queue, number)
    page, trouble = _read(place, found)
    if page is None:
        raise HTTPException(404, trouble)
    return page
