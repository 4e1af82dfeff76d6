"""The web application: readers' pages, the API, the operators' page of runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from pathlib import Path

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from difang import __version__
from difang.console import api, api_page, archived, away, reading
from difang.console import articles as article_pages
from difang.console.act.routes import act_routers
from difang.console.act.try_page import TOO_LARGE
from difang.console.act.workplace import Workplace
from difang.console.alerts import pages as alerts
from difang.console.alerts import target_pages
from difang.console.alerts.notifier import Notifier
from difang.console.alerts.overview import Overview
from difang.console.defects import Defects, tell
from difang.console.languages import N_
from difang.console.limiting import HEADERS, RateLimit
from difang.console.operating.routes import operating
from difang.console.operating.works import Works
from difang.console.outage import outage
from difang.console.pages import LOOKING, Pages
from difang.console.people import account, provider_pages, sign_in, users, welcome
from difang.console.people.gate import ANYONE, Allowed, Sent, keep_sessions, refuse_open_routes
from difang.console.people.identity import IdentityProvider
from difang.console.people.visitor import visitor_of
from difang.console.pictures import Pictures
from difang.console.trends import pages as trends
from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.errors import DifangError, NotThere, RetryLater, UsageError
from difang.ingest.index.port import ArticleIndex
from difang.ingest.page import ReadPage
from difang.ingest.queue import PageQueue
from difang.search.index import SearchIndex

_HERE = Path(__file__).parent
_HEADERS = {
    "content-security-policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
}
_OVER_TLS = {"strict-transport-security": "max-age=31536000"}
"""A year, for this host alone: what else its domain serves is not ours to say."""

_UPLOAD = "/try/upload"
_LARGEST = {_UPLOAD: 17_000_000}
_LARGEST_FORM = 1_000_000
_HEARD_OUT = 64_000_000
"""Bytes of a request's body."""

_COME_BACK = "60"
"""Seconds after which a part that is out of reach may be asked again."""

_SAID = {
    404: N_("这里没有网页；地址可能写错了，或网页已经移走。"),
    405: N_("这个地址不接受这种请求。"),
}


_NO_WORKS = Works()


def make_app(
    *,
    search: SearchIndex,
    articles: ArticleIndex,
    ledger: Ledger,
    queue: PageQueue,
    readers: Allowed = ANYONE,
    notifier: Notifier | None = None,
    limit: RateLimit | None = None,
    works: Works = _NO_WORKS,
    workplace: Workplace | None = None,
    read_page: ReadPage | None = None,
    provider: IdentityProvider | None = None,
    address: str = "",
) -> FastAPI:
    """The application on parts that are already open; it closes none of them.

    `readers` says who may search, `notifier` sends what tries a place for alerts, `limit` is of the API and feeds.
    Without a `workplace` there are no pages of the operators' deeds, and no metrics;
    `read_page` reads the archive; without it no copies are shown, and pictures stand behind the text.
    At a `provider` people may sign in, who then come back to `address`, where the console is reached.
    """
    app = FastAPI(title="difang", version=__version__, docs_url=None, redoc_url=None)
    pages = Pages(_HERE / "templates")
    keep_sessions(app, ledger.sessions, address)
    reader = [Depends(readers)]
    limit = limit or RateLimit()
    limited = [*reader, Depends(limit)]
    app.mount("/static", StaticFiles(directory=_HERE / "static"), name="static")
    app.include_router(api.router(search, articles), dependencies=limited)
    app.include_router(api.suggest_router(search), dependencies=[*reader, Depends(limit.suggesting)])
    names = {channel.slug: channel.name for channel in load_channels(None)}
    app.include_router(away.router(search, names), dependencies=limited)
    app.include_router(trends.api_router(search), dependencies=limited)
    app.include_router(trends.router(search, pages, names), dependencies=limited)
    app.include_router(reading.router(search, pages), dependencies=reader)
    pictures = Pictures(traces=ledger.traces, read_page=read_page, hosts=workplace.hosts if workplace else {})
    shown = article_pages.router(search, articles, pages, pictures, _HEADERS["content-security-policy"])
    app.include_router(shown, dependencies=reader)
    app.include_router(archived.router(articles, ledger, read_page, pages), dependencies=reader)
    notifier = notifier or Notifier()
    overview = Overview(ledger.saved_searches, search, pages, mail=bool(notifier.mail))
    app.include_router(alerts.router(ledger, overview))
    app.include_router(target_pages.router(ledger, notifier, overview))
    app.include_router(api_page.router(app, pages, limit), dependencies=[Depends(ANYONE)])
    for router in operating(app, ledger, queue, articles, works, pages):
        app.include_router(router)
    form = sign_in.SignInForm(ledger, pages, provider_pages.START if provider else "")
    app.include_router(sign_in.router(ledger, form))
    if provider:
        app.include_router(provider_pages.router(ledger, provider, form, address=address))
    app.include_router(welcome.router(ledger, pages))
    app.include_router(account.router(ledger, pages))
    app.include_router(users.router(ledger, pages, by_mail=provider is not None, address=address, names=names))

    @app.api_route("/healthz", methods=LOOKING, include_in_schema=False, dependencies=[Depends(ANYONE)])
    def healthz() -> PlainTextResponse:
        """Tell that the process answers."""
        return PlainTextResponse("ok\n")

    if workplace:
        for routes in act_routers(workplace, articles, app.state.live, pages):
            app.include_router(routes)

    app.add_middleware(Defects, answer=partial(_answer, pages, 500))

    @app.middleware("http")
    async def guard(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
        answer = await _too_much(request) or await call_next(request)
        for name, value in (_HEADERS | (_OVER_TLS if request.url.scheme == "https" else {})).items():
            answer.headers.setdefault(name, value)
        if answer.status_code == 503:
            answer.headers.setdefault("retry-after", _COME_BACK)
        answer.headers.update(getattr(request.state, HEADERS, {}))
        return answer

    _answer_errors(app, pages)
    refuse_open_routes(app)
    return app


def _answer_errors(app: FastAPI, pages: Pages) -> None:
    """Each kind of error as a page, or as JSON under /api/."""

    def answer(request: Request, status: int, sentence: str) -> Response:
        return _answer(pages, status, request, sentence)

    @app.exception_handler(DifangError)
    def say(request: Request, error: DifangError) -> Response:
        if isinstance(error, RetryLater):
            return answer(request, 503, outage(request, error, by_program=_by_program(request)))
        status = 404 if isinstance(error, NotThere) else 400 if isinstance(error, UsageError) else 500
        if status == 500:
            tell(request.scope, error)
        return answer(request, status, str(error))

    @app.exception_handler(RequestValidationError)
    def correct(request: Request, error: RequestValidationError) -> Response:
        faults = error.errors()
        if not _by_program(request):
            names = "、".join(dict.fromkeys(str(fault["loc"][-1]) for fault in faults))
            return answer(request, 422, f"The address or the form holds what cannot be: {names}.")
        wrong = "; ".join(f"{fault['loc'][-1]}: {fault['msg']}" for fault in faults)
        return answer(request, 422, f"The request is wrong at {wrong}; /openapi.json tells what can be asked.")

    @app.exception_handler(HTTPException)
    def refuse(request: Request, error: HTTPException) -> Response:
        if isinstance(error, Sent):
            return RedirectResponse(error.headers["location"], 303) if error.headers else Response(status_code=303)
        with suppress(DifangError):  # where no route is, nobody has asked yet who it is
            visitor_of(request, app.state.sessions)
        nothing_said = error.detail == HTTPStatus(error.status_code).phrase
        told = _SAID.get(error.status_code, error.detail) if nothing_said and not _by_program(request) else error.detail
        refused = answer(request, error.status_code, told)
        refused.headers.update(error.headers or {})
        return refused


def _answer(pages: Pages, status: int, request: Request, sentence: str) -> Response:
    if _by_program(request):
        return JSONResponse({"error": sentence}, status_code=status)
    return pages.trouble(request, sentence, status)


def _by_program(request: Request) -> bool:
    """Whether a program asks; behind the link of an export, somebody may look at the answer in place of the page."""
    looked_at = request.url.path == away.EXPORT and "text/html" in request.headers.get("accept", "")
    return request.url.path.startswith("/api/") and not looked_at


async def _too_much(request: Request) -> Response | None:
    """The answer to a body that is too large, or that does not say how large it is."""
    length = request.headers.get("content-length", "")
    if "transfer-encoding" in request.headers:
        return PlainTextResponse("The request must say its length.\n", 411)
    if length and (not length.isdecimal() or int(length) > _LARGEST.get(request.url.path, _LARGEST_FORM)):
        by_browser = request.url.path == _UPLOAD and "text/html" in request.headers.get("accept", "")
        if by_browser and length.isdecimal() and int(length) <= _HEARD_OUT:
            with suppress(ClientDisconnect):
                async for _ in request.stream():  # a browser shows no answer that comes before it has sent all
                    pass
            return RedirectResponse(TOO_LARGE, 303)
        return PlainTextResponse("The request is too large.\n", 413)
    return None
