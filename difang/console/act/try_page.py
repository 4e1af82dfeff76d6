"""Try a page: an address whose page lies in the archive, or a file, read by the code that runs now; stores nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Form, UploadFile
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from difang.console.act.explained import explained
from difang.console.act.looks import as_it_looks
from difang.console.act.uploads import Uploads
from difang.console.act.words import WORDS
from difang.console.act.workplace import Workplace
from difang.console.pages import Pages
from difang.console.people.gate import Operator
from difang.crawler.channels import Channel
from difang.crawler.span import Span
from difang.crawler.takedown import names_of, refuse_nonsense
from difang.ingest.address import clean_href
from difang.ingest.errors import SetAside, UsageError
from difang.ingest.extract.result import Host, Hosts
from difang.ingest.page import Page

LARGEST = 16 * 1024 * 1024
"""Bytes of an upload; extraction reads no more of a page."""

TOO_LARGE = "/try?large=yes"
"""Where an upload that is not even read is answered."""

_SIZES = f"The file must hold between 1 byte and {LARGEST >> 20} MiB."
_LONGEST = 2_000
Address = Annotated[str, Form(max_length=_LONGEST)]


def router(place: Workplace, pages: Pages) -> APIRouter:
    """The routes of these pages."""
    routes = APIRouter(include_in_schema=False, prefix="/try")
    uploads = Uploads()

    show = partial(_show, pages)

    @routes.get("")
    def ask(request: Request, _: Operator) -> HTMLResponse:
        url = request.query_params.get("url", "").strip()[:_LONGEST]
        if not url:
            return show(request, trouble=_SIZES if "large" in request.query_params else "")
        page, fetchable, trouble = _looked_up(place, url)
        if page is None:
            wait = _under_way(place, request.query_params.get("run", ""))
            return show(request, url=url, wait=wait, fetchable=fetchable, trouble=trouble)
        wait, told = _under_way(place, request.query_params.get("run", "")), explained(page, place.hosts)
        frame = f"/try/looks?url={quote(url, safe='')}"
        return show(request, url=url, page=page, told=told, wait=wait, fetchable=fetchable, frame=frame)

    @routes.get("/looks")
    def looks(request: Request, operator: Operator) -> Response:
        if word := request.query_params.get("file", ""):
            page = uploads.get(word, of=operator.name)
        else:
            page = _archived(place, request.query_params.get("url", "")[:_LONGEST])
        return as_it_looks(page) if page else Response(status_code=404)

    @routes.post("/fetch")
    def fetch(request: Request, operator: Operator, url: Address) -> Response:
        """A run of this one address, so that robots.txt, delay, allowance, archive and ledger are as ever."""
        try:
            address, channel = of_a_channel(place, url)
        except UsageError as error:
            return show(request, url=url, trouble=str(error))
        asked = place.ledger.plans.ask(
            channel=channel.slug,
            channel_name=channel.name,
            now=datetime.now(UTC),
            by=operator.signature,
            request=Span(urls=(address,)),
        )
        run = asked.run
        place.ledger.deeds.note(operator.signature, "page.fetch", address, run=run.id)
        return RedirectResponse(f"/try?url={quote(address, safe='')}&run={quote(run.id, safe='')}", 303)

    @routes.post("/upload")
    def upload(request: Request, operator: Operator, file: UploadFile, url: Address = "") -> Response:
        body = file.file.read(LARGEST + 1)
        if not body or len(body) > LARGEST:
            return show(request, url=url, trouble=_SIZES)
        address = clean_href(url.strip(), url.strip()) or "" if url.strip() else ""
        page = Page(
            url=address,
            final_url=address,
            status=200,
            headers=(),
            body=body,
            fetched_at=datetime.now(UTC),
            run_id="try",
        )
        return show(
            request,
            url=address,
            page=page,
            told=explained(page, _hosts(place.hosts)),
            uploaded=True,
            frame=f"/try/looks?file={uploads.keep(page, of=operator.name)}",
        )

    return routes


def _show(pages: Pages, request: Request, **values: Any) -> HTMLResponse:
    known: dict[str, Any] = {"url": "", "page": None, "told": None, "wait": None, "trouble": "", "frame": ""}
    known |= {"uploaded": False, "fetchable": False, **values}
    return pages.show(request, "try.html", here="act", status=400 if known["trouble"] else 200, **known, **WORDS)


def _hosts(hosts: Hosts) -> dict[str, Host]:
    return dict(hosts)


def of_a_channel(place: Workplace, url: str) -> tuple[str, Channel]:
    """The address and its channel; raises UsageError where the host is no channel's: nothing else is ever fetched."""
    from urllib.parse import urlsplit

    address = clean_href(url.strip(), url.strip())
    parts = urlsplit(address or "")
    host = (parts.hostname or "").lower()
    for channel in place.channels:
        if address and parts.port in (None, 80, 443) and not parts.username and host in channel.all_hosts:
            return address, channel
    raise UsageError("Only addresses on a channel's own hosts are fetched; upload the page in place of it.")


def _looked_up(place: Workplace, url: str) -> tuple[Page | None, bool, str]:
    """The archived page if there is one, whether a run would fetch its address, and why neither, in a sentence."""
    fetchable, trouble = True, ""
    try:
        of_a_channel(place, url)
    except UsageError as error:
        fetchable, trouble = False, str(error)
    try:
        refuse_nonsense(url)
        page = _archived(place, url)
    except UsageError as error:
        return None, False, str(error)
    return page, fetchable, "" if page or fetchable or "://" not in url else trouble


def _archived(place: Workplace, url: str) -> Page | None:
    """The page fetched last at this address (or of this article's id); raises UsageError where it is neither."""
    with place.index() as index:
        names = names_of(url, place.channels, place.ledger, index)
    ids, urls = [name for name in names if "://" not in name], [name for name in names if "://" in name]
    found = place.ledger.traces.of(ids, urls)
    same = [one for one in found if one.position and one.url == url] or [one for one in found if one.position]
    for one in reversed(same):
        try:
            assert one.position  # noqa: S101 - for the type checker: chosen above
            return place.archive.read(one.position)
        except SetAside:
            continue
    return None


def _under_way(place: Workplace, run_id: str) -> str | None:
    """The state of the run that fetches it, as long as it has not ended."""
    if not run_id:
        return None
    try:
        run = place.ledger.runs.get(run_id)
    except UsageError:
        return None
    return run.state.value if run.ended_at is None else None
