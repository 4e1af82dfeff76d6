"""Audits: what the site shows of some days compared with what is searchable; begun, looked at, made up for."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Form
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from difang.console.languages import N_, language_of
from difang.console.operating.channel import days_of
from difang.console.operating.doing import conflicts_told, done
from difang.console.operating.labels import SURVEY_STATES
from difang.console.operating.live import Fragments, Live
from difang.console.operating.works import Works
from difang.console.pages import Pages
from difang.console.people.gate import Operator
from difang.console.runs import LABELS as OUTCOMES
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.survey_tables import SurveyPurpose
from difang.crawler.ledger.surveys import Survey
from difang.crawler.survey.audit import IN_QUEUE, MISSING, SEARCHABLE, Verdict, taken_down, verdicts
from difang.crawler.survey.progress import progress_of
from difang.ingest.errors import DifangError, NotThere
from difang.ingest.outcome import Outcome

_MOST = 200
_LOST = (MISSING, Outcome.FAILED.value)
_WORDS = {outcome.value: label for outcome, label in OUTCOMES.items()} | {
    Outcome.INDEXED.value: N_("可检索"),  # and no "new": it may have been found long before
    IN_QUEUE: N_("在队列里"),
    MISSING: N_("缺"),
}
Text = Annotated[str, Form(max_length=100)]


def router(ledger: Ledger, works: Works, live: Live, pages: Pages) -> APIRouter:
    """The routes of audits."""
    routes = APIRouter(include_in_schema=False)

    @routes.post("/channels/{slug}/audit")
    def begin(
        visitor: Operator, slug: str, since: Text, until: Text, each: Annotated[bool, Form()] = False
    ) -> Response:
        first, last = days_of(since, until)
        asked: dict[str, Any] = {"channel": works.channel(slug).slug, "since": first, "until": last, "each": each}
        audit = ledger.surveys.ask(**asked, purpose=SurveyPurpose.AUDIT, created_by=visitor.signature)
        ledger.surveys.resume(audit.id)
        details = {"number": audit.id, "from": since, "to": until}
        return done(ledger, visitor, "audit.start", slug, back=f"/audits/{audit.id}", details=details)

    @routes.get("/audits/{number}")
    def show(request: Request, _: Operator, number: int) -> Response:
        values = _result(ledger, works, _audit(ledger, number))
        channel = works.channel(values["audit"].channel)
        return pages.show(request, "audit.html", here="board", channel=channel, **values)

    @routes.get("/audits/{number}/events")
    async def events(request: Request, _: Operator, number: int) -> Response:
        language = language_of(request)
        await run_in_threadpool(_audit, ledger, number)

        def make() -> Fragments:
            return {
                "result": pages.fragment(
                    language, "audit_result.html", **_result(ledger, works, _audit(ledger, number))
                )
            }

        return live.answer(request, ("audit", number, language), make, every=5.0)

    @routes.post("/audits/{number}/queue")
    def queue(visitor: Operator, number: int) -> Response:
        audit = _audit(ledger, number)
        lost = _lost(verdicts(ledger, audit))
        with conflicts_told():
            if not lost:
                raise DifangError("Nothing is missing of what this audit found; there is nothing to fetch.")
        ledger.addresses.queue(audit.channel, [verdict.url for verdict in lost], audit.run_id or "")
        details = {"number": number, "addresses": len(lost)}
        return done(ledger, visitor, "audit.queue", audit.channel, back=f"/audits/{number}", details=details)

    return routes


def _audit(ledger: Ledger, number: int) -> Survey:
    survey = ledger.surveys.get(number)
    if survey.purpose is not SurveyPurpose.AUDIT:
        raise NotThere(f"There is no audit {number}; the page of each channel lists its own.")
    return survey


def _result(ledger: Ledger, works: Works, audit: Survey) -> dict[str, Any]:
    """As the ledger knows it today: what was missing and is fetched since is missing no more."""
    found = verdicts(ledger, audit)
    lost = _lost(found)
    now, known = datetime.now(UTC), ledger.addresses.known([verdict.url for verdict in lost])
    return {
        "audit": audit,
        "progress": progress_of(ledger, audit, None, works.pace),
        "found": len(found),
        "words": dict(sorted(Counter(map(_told, found)).items())),
        "down": len(taken_down(ledger, audit)),
        "lost": lost,
        "due": {one.url for one in known.values() if one.due_at is not None and one.due_at <= now},
        "most": _MOST,
        "outcomes": _WORDS,
        "survey_states": SURVEY_STATES,
    }


def _told(verdict: Verdict) -> str:
    """Its word; what is searchable is one thing here, by whichever crawl it became so."""
    return Outcome.INDEXED.value if verdict.word in SEARCHABLE else verdict.word


def _lost(found: list[Verdict]) -> list[Verdict]:
    return [verdict for verdict in found if verdict.word in _LOST]
