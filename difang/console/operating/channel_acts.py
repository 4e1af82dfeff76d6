"""What operators do with a channel: run now, pause, resume, change its schedule, backfill."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from starlette.responses import Response

from difang.console.operating.channel import days_of
from difang.console.operating.doing import Back, Why, conflicts_told, done
from difang.console.operating.gathering import Gathering
from difang.console.operating.timing_form import Asked, Mode
from difang.console.operating.works import Works
from difang.console.people.gate import Operator
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.survey_tables import SurveyPurpose
from difang.crawler.ledger.surveys import Survey
from difang.crawler.span import Span
from difang.crawler.survey.duty import give_up
from difang.crawler.survey.duty import pause as pause_survey
from difang.crawler.survey.estimate import estimate
from difang.ingest.errors import DifangError

Text = Annotated[str, Form(max_length=100)]


def router(ledger: Ledger, gathering: Gathering, works: Works) -> APIRouter:
    """The routes that change a channel's crawls."""
    routes = APIRouter(include_in_schema=False)

    @routes.post("/channels/{slug}/run")
    def run_now(visitor: Operator, slug: str, back: Back = "/board", full: Annotated[bool, Form()] = False) -> Response:
        channel, now = works.channel(slug), datetime.now(UTC)
        asked = ledger.plans.ask(
            channel=slug, channel_name=channel.name, now=now, by=visitor.signature, request=Span(full=full)
        )
        with conflicts_told():
            if asked.already:  # a second click has planned no second run
                who = asked.run.started_by
                raise DifangError(f"A run {who} asked for waits already; it begins as soon as there is room.")
        gathering.forget()
        details = {"run": asked.run.id, "full": True} if full else {"run": asked.run.id}
        return done(ledger, visitor, "run.now", slug, back=back, details=details)

    @routes.post("/channels/{slug}/pause")
    def pause(visitor: Operator, slug: str, back: Back = "/board", why: Why = "") -> Response:
        ledger.schedule.pause(works.channel(slug).slug, now=datetime.now(UTC), by=visitor.signature, why=why)
        gathering.forget()
        return done(ledger, visitor, "schedule.pause", slug, back=back, details={"why": why})

    @routes.post("/channels/{slug}/resume")
    def resume(visitor: Operator, slug: str, back: Back = "/board", why: Why = "") -> Response:
        ledger.schedule.resume(works.channel(slug).slug, now=datetime.now(UTC), by=visitor.signature, why=why)
        gathering.forget()
        return done(ledger, visitor, "schedule.resume", slug, back=back, details={"why": why})

    @routes.post("/channels/{slug}/schedule")
    def set_schedule(
        visitor: Operator,
        slug: str,
        mode: Annotated[Mode, Form()],
        every: Text = "",
        cron: Text = "",
        jitter: Text = "",
        why: Why = "",
    ) -> Response:
        channel, now = works.channel(slug), datetime.now(UTC)
        asked = Asked(mode=mode, every=every, cron=cron, jitter=jitter)
        asked.firings(works.channels, channel, now, None)  # what cannot be is refused here too
        interval, line, window = asked.timing()
        ledger.schedule.set(slug, every=interval, cron=line, jitter=window, now=now, by=visitor.signature, why=why)
        gathering.forget()
        said = {"mode": mode.value, "every": every, "cron": cron, "jitter": jitter, "why": why}
        details = {name: value for name, value in said.items() if value}
        return done(ledger, visitor, "schedule.set", slug, back=f"/channels/{slug}#schedule", details=details)

    @routes.post("/channels/{slug}/backfill")
    def backfill(visitor: Operator, slug: str, since: Text, until: Text) -> Response:
        channel = works.channel(slug)
        foreseen = estimate(ledger, channel, *days_of(since, until), works.pace)
        survey = ledger.surveys.ask(
            channel=slug,
            purpose=SurveyPurpose.BACKFILL,
            since=foreseen.since,
            until=foreseen.until,
            created_by=visitor.signature,
            expected_articles=foreseen.articles,
            expected_requests=foreseen.requests,
        )
        ledger.surveys.resume(survey.id)
        details = {"number": survey.id, "from": since, "to": until, "requests": foreseen.requests}
        return done(ledger, visitor, "backfill.start", slug, back=f"/channels/{slug}#backfill", details=details)

    @routes.post("/backfills/{number}/{what}")
    def turn(visitor: Operator, number: int, what: str, back: Back = "") -> Response:
        turns: dict[str, Callable[[int], Survey]] = {
            "pause": partial(pause_survey, ledger, by=visitor.signature),
            "resume": ledger.surveys.resume,
            "cancel": partial(give_up, ledger, by=visitor.signature),
        }
        if what not in turns:
            raise HTTPException(404, "There is no such thing to do with a backfill.")
        with conflicts_told():
            survey = turns[what](number)
        details = {"number": number}
        sort = survey.purpose.value  # backfill or audit
        return done(
            ledger,
            visitor,
            f"{sort}.{what}",
            survey.channel,
            back=back or f"/channels/{survey.channel}#{sort}",
            details=details,
        )

    return routes
