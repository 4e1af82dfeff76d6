"""Issues: one with its figures and pages, all of them, taking one up, saying that it is done."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from difang.console.operating.board import LABELS
from difang.console.operating.doing import Back, conflicts_told, done
from difang.console.operating.gathering import Gathering
from difang.console.operating.works import Works
from difang.console.pages import Pages
from difang.console.people.gate import Operator
from difang.crawler.ledger.issues import Wanted
from difang.crawler.ledger.ledger import Ledger

_MOST = 200


def router(ledger: Ledger, gathering: Gathering, works: Works, pages: Pages) -> APIRouter:
    """The routes of these pages."""
    routes = APIRouter(prefix="/issues", include_in_schema=False)
    names = {channel.slug: channel.name for channel in works.channels}

    @routes.get("")
    def show_all(request: Request, _: Operator) -> Response:
        found = ledger.issues.select(Wanted(states=()), _MOST)
        return pages.show(request, "issues.html", here="board", issues=found, names=names, most=_MOST, **LABELS)

    @routes.get("/{number}")
    def show(request: Request, _: Operator, number: int) -> Response:
        issue = ledger.issues.get(number)
        return pages.show(request, "issue.html", here="board", issue=issue, names=names, **LABELS)

    @routes.post("/{number}/acknowledge")
    def acknowledge(visitor: Operator, number: int, back: Back = "/board") -> Response:
        with conflicts_told():
            issue = ledger.issues.acknowledge(number, visitor.name)
        gathering.forget()
        return done(ledger, visitor, "issue.acknowledge", str(number), back=back, details={"issue": issue.sentence})

    @routes.post("/{number}/resolve")
    def resolve(visitor: Operator, number: int, back: Back = "/board") -> Response:
        with conflicts_told():
            issue = ledger.issues.resolve_by_hand(number, visitor.name)
        gathering.forget()
        return done(ledger, visitor, "issue.resolve", str(number), back=back, details={"issue": issue.sentence})

    return routes
