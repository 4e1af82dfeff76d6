"""A channel's page: how it stands, its schedule, its issues, a year of its days, its backfills, its runs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from difang.console.languages import N_, language_of
from difang.console.operating import calendar
from difang.console.operating.board import LABELS
from difang.console.operating.gathering import Gathering
from difang.console.operating.labels import CAUSES, SURVEY_STATES
from difang.console.operating.live import Fragments, Live
from difang.console.operating.timing_form import MODES, Asked, Mode
from difang.console.operating.works import Works
from difang.console.pages import BEIJING, Pages
from difang.console.people.gate import Operator
from difang.crawler.channels import Channel
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run_lists import WantedRuns
from difang.crawler.ledger.survey_tables import SurveyPurpose
from difang.crawler.schedule.policy import leaders_every, policies
from difang.crawler.schedule.timing import Timing
from difang.crawler.span import FIRST_DAY
from difang.crawler.survey.estimate import estimate
from difang.crawler.survey.progress import progress_of
from difang.crawler.watch.volume import by_day
from difang.ingest.errors import UsageError

_RUNS, _CHANGES, _SURVEYS, _AUDITS = 12, 5, 200, 5
SORTS = {
    calendar.Sort.WHOLE: N_("已核对，完整"),
    calendar.Sort.LACKING: N_("已核对，有缺"),
    calendar.Sort.SEEN: N_("有新文章，未核对"),
    calendar.Sort.UNKNOWN: N_("未核对"),
}


def router(ledger: Ledger, gathering: Gathering, works: Works, live: Live, pages: Pages) -> APIRouter:
    """The routes that show a channel."""
    routes = APIRouter(prefix="/channels", include_in_schema=False)

    @routes.get("/{slug}")
    def show(
        request: Request,
        _: Operator,
        slug: str,
        mode: Mode | None = None,
        every: str = "",
        cron: str = "",
        jitter: str = "",
        since: str = "",
        until: str = "",
    ) -> Response:
        channel = works.channel(slug)
        in_force = _in_force(ledger, works, channel)
        asked = Asked(mode=mode, every=every, cron=cron, jitter=jitter) if mode else None
        return pages.show(
            request,
            "channel.html",
            here="board",
            channel=channel,
            page=f"/channels/{slug}",
            modes=MODES,
            form=asked or Asked.in_force(**in_force),
            days=(since, until),
            **_now(ledger, gathering, slug),
            **in_force,
            **_preview(ledger, works, channel, asked),
            **_backfills(ledger, works, channel),
            **_foreseen(ledger, works, channel, since, until),
            **_year(ledger, slug),
            **LABELS,
        )

    @routes.get("/{slug}/events")
    async def events(request: Request, _: Operator, slug: str) -> Response:
        works.channel(slug)
        language = language_of(request)
        make = partial(_fragments, ledger, gathering, works, pages, language, slug)
        return live.answer(request, ("channel", slug, language), make)

    return routes


def _now(ledger: Ledger, gathering: Gathering, slug: str) -> dict[str, Any]:
    board = gathering.board()
    card = next(card for card in board.cards if card.slug == slug)
    runs = ledger.run_lists.select(WantedRuns(channel=slug), _RUNS)
    counts = ledger.runs.counts(runs)
    return {"board": board, "card": card, "runs": runs, "counts": counts, "causes": CAUSES, "issues": card.issues}


def _fragments(ledger: Ledger, gathering: Gathering, works: Works, pages: Pages, language: str, slug: str) -> Fragments:
    channel = works.channel(slug)
    values: dict[str, Any] = {**_now(ledger, gathering, slug), **LABELS, "page": f"/channels/{slug}"}
    values |= {**_in_force(ledger, works, channel), **_backfills(ledger, works, channel)}
    values["names"] = {slug: values["card"].fresh.name}
    names = ("state", "turn", "timing", "surveys", "audits", "runs")
    templates = {
        "idle": "board_idle.html",
        "issues": "issues_list.html",
        **{name: f"channel_{name}.html" for name in names},
    }
    return {name: pages.fragment(language, template, **values) for name, template in templates.items()}


def _in_force(ledger: Ledger, works: Works, channel: Channel) -> dict[str, Any]:
    policy = policies(works.channels, ledger.schedule.changes(), None)[channel.slug]
    in_force = ledger.schedule.timings_in_force().get(channel.slug)
    timing = policy.timing
    if in_force and policy.source == "table":  # what the leader plans by: its --every may differ from the table
        timing = Timing(every=in_force.every, cron=in_force.cron, offset=in_force.offset)
    return {"policy": policy, "timing": timing}


def _preview(ledger: Ledger, works: Works, channel: Channel, asked: Asked | None) -> dict[str, Any]:
    firings, wrong = [], ""
    if asked:
        instead = leaders_every(works.channels, ledger.schedule.changes(), ledger.schedule.timings_in_force())
        try:
            firings = asked.firings(works.channels, channel, datetime.now(UTC), instead)
        except UsageError as error:
            wrong = str(error)
    changes = ledger.schedule.history(channel.slug)[:_CHANGES]
    return {"firings": firings, "wrong": wrong, "changes": changes}


def _backfills(ledger: Ledger, works: Works, channel: Channel) -> dict[str, Any]:
    surveys = [one for one in ledger.surveys.newest(_SURVEYS, SurveyPurpose.BACKFILL) if one.channel == channel.slug]
    mine = [progress_of(ledger, one, channel, works.pace) for one in surveys[:_RUNS]]
    audits = [one for one in ledger.surveys.newest(_SURVEYS, SurveyPurpose.AUDIT) if one.channel == channel.slug]
    audited = [progress_of(ledger, one, channel, works.pace) for one in audits[:_AUDITS]]
    return {"surveys": mine, "audits": audited, "survey_states": SURVEY_STATES}


def _foreseen(ledger: Ledger, works: Works, channel: Channel, since: str, until: str) -> dict[str, Any]:
    foreseen, wrong = None, ""
    if since or until:
        try:
            foreseen = estimate(ledger, channel, *days_of(since, until), works.pace)
        except UsageError as error:
            wrong = str(error)
    return {"foreseen": foreseen, "wrong_days": wrong}


def days_of(since: str, until: str) -> tuple[date, date]:
    """The days of a backfill; raises UsageError for what are none, days to come, or before there was a site."""
    try:
        first, last = date.fromisoformat(since), date.fromisoformat(until)
    except ValueError as error:
        raise UsageError("Write both days as 2026-01-31.") from error
    if first > last:
        raise UsageError("The first day lies after the last; turn them round.")
    today = datetime.now(BEIJING).date()
    if first < FIRST_DAY:
        raise UsageError(f"The site has no page from before {FIRST_DAY}; begin there or later.")
    if first > today:
        raise UsageError("The first day is yet to come; name days that have passed.")
    if last > today:
        raise UsageError(f"The last day is yet to come; the last there is to ask for is today, {today}.")
    return first, last


def _year(ledger: Ledger, slug: str) -> dict[str, Any]:
    today = datetime.now(BEIJING).date()
    first = today - timedelta(weeks=calendar.WEEKS)
    seen = by_day(ledger.freshness.hours(datetime.now(UTC) - timedelta(days=63)).get(slug, {}))
    days = calendar.year(ledger.coverage.of(slug, first, today), seen, today)
    lacking = [day for day in reversed(days) if day.sort is calendar.Sort.LACKING]
    return {"year": days, "lacking": lacking, "sorts": SORTS, "weeks": calendar.WEEKS}
