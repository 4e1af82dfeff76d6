"""The board: every channel at a glance, the open issues, the figures of the whole; live."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from difang.console.languages import language_of
from difang.console.operating.cards import Board, grouped, share_of_day
from difang.console.operating.doing import Back, Why, done
from difang.console.operating.gathering import Gathering
from difang.console.operating.issue_figures import figures_of
from difang.console.operating.labels import ISSUE_STATES, KINDS, LEVELS, SEVERITIES
from difang.console.operating.live import Fragments, Live
from difang.console.operating.strip import MARKS
from difang.console.operating.works import Works
from difang.console.pages import Pages
from difang.console.people.gate import Operator, own_address
from difang.console.runs import STATES
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.watch.board import WEEKS
from difang.crawler.watch.parts import replaced_from

_ROWS = 3
"""Of issues, before the others are folded away: on a window of 1280 × 800 the first channels are seen."""

LABELS: dict[str, Any] = {
    "levels": LEVELS,
    "severities": SEVERITIES,
    "issue_states": ISSUE_STATES,
    "kinds": KINDS,
    "states": STATES,
    "share_of_day": share_of_day,
    "grouped": grouped,
    "replaced_from": replaced_from,
    "figures_of": figures_of,
    "marks": MARKS,
    "strip_weeks": WEEKS,
}


def router(ledger: Ledger, gathering: Gathering, works: Works, live: Live, pages: Pages) -> APIRouter:
    """The routes of this page."""
    routes = APIRouter(prefix="/board", include_in_schema=False)
    names = {channel.slug: channel.name for channel in works.channels}

    @routes.get("")
    def show(request: Request, _: Operator) -> Response:
        board = gathering.board()
        return pages.show(request, "board.html", here="board", board=board, names=names, most=_ROWS, **LABELS)

    @routes.get("/events")
    async def events(request: Request, _: Operator) -> Response:
        language = language_of(request)
        return live.answer(request, ("board", language), partial(_fragments, gathering, pages, language, names))

    @routes.post("/pause")
    def pause(visitor: Operator, back: Back = "/board", why: Why = "") -> Response:
        now, changes = datetime.now(UTC), ledger.schedule.changes()
        going = [slug for slug in names if not (slug in changes and changes[slug].paused)]
        for slug in going:
            ledger.schedule.pause(slug, now=now, by=visitor.signature, why=why)
        if not going:  # a deed that changes nothing is none
            return RedirectResponse(own_address(back), 303)
        gathering.forget()
        return done(ledger, visitor, "schedule.pause", "all", back=back, details={"channels": going, "why": why})

    @routes.post("/resume")
    def resume(visitor: Operator, back: Back = "/board", why: Why = "") -> Response:
        now = datetime.now(UTC)
        resting = [slug for slug, change in ledger.schedule.changes().items() if change.paused and slug in names]
        for slug in resting:
            ledger.schedule.resume(slug, now=now, by=visitor.signature, why=why)
        if not resting:  # a deed that changes nothing is none
            return RedirectResponse(own_address(back), 303)
        gathering.forget()
        return done(ledger, visitor, "schedule.resume", "all", back=back, details={"channels": resting, "why": why})

    return routes


def _fragments(gathering: Gathering, pages: Pages, language: str, names: dict[str, str]) -> Fragments:
    board: Board = gathering.board()

    def show(template: str, **more: Any) -> str:
        return pages.fragment(language, template, board=board, names=names, **more, **LABELS)

    cards = {f"card-{card.slug}": show("board_card.html", card=card) for card in board.cards}
    order = " ".join(f"card-{card.slug}" for card in board.by_need())
    return {
        "idle": show("board_idle.html"),
        "figures": show("board_figures.html"),
        "issues": show("issues_list.html", issues=board.issues, most=_ROWS),
        **cards,
        "order": order,
    }
