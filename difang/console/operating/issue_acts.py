"""What operators do with issues: taking one up, or several, and saying that they are done."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException
from starlette.responses import RedirectResponse, Response

from difang.console.operating.doing import Back, conflicts_told, done
from difang.console.operating.gathering import Gathering
from difang.console.people.gate import Operator, own_address
from difang.console.people.visitor import Visitor
from difang.crawler.ledger.issues import Issue
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.errors import DifangError, RetryLater, UsageError


def _numbers(numbers: Annotated[str, Form(max_length=4_000)]) -> list[int]:
    """Of a form's 3,5,8; raises UsageError for anything else."""
    if not re.fullmatch(r"[0-9]{1,15}(,[0-9]{1,15})*", numbers):
        raise UsageError("Name the issues by their numbers, with commas between them.")
    return [int(number) for number in numbers.split(",")]


Numbers = Annotated[list[int], Depends(_numbers)]


def router(ledger: Ledger, gathering: Gathering) -> APIRouter:
    """The routes that change issues."""
    routes = APIRouter(prefix="/issues", include_in_schema=False)

    @routes.post("/{number}/acknowledge")
    def acknowledge(visitor: Operator, number: int, back: Back = "/board") -> Response:
        with conflicts_told():
            issue = ledger.issues.acknowledge(number, visitor.signature)
        gathering.forget()
        return done(ledger, visitor, "issue.acknowledge", str(number), back=back, details={"issue": issue.sentence})

    @routes.post("/{number}/resolve")
    def resolve(visitor: Operator, number: int, back: Back = "/board") -> Response:
        with conflicts_told():
            issue = ledger.issues.resolve_by_hand(number, visitor.signature)
        gathering.forget()
        return done(ledger, visitor, "issue.resolve", str(number), back=back, details={"issue": issue.sentence})

    @routes.post("/acknowledge")
    def acknowledge_all(visitor: Operator, numbers: Numbers, back: Back = "/board") -> Response:
        _each(ledger, visitor, "issue.acknowledge", ledger.issues.acknowledge, numbers)
        gathering.forget()
        return RedirectResponse(own_address(back), 303)

    @routes.post("/resolve")
    def resolve_all(visitor: Operator, numbers: Numbers, back: Back = "/board") -> Response:
        _each(ledger, visitor, "issue.resolve", ledger.issues.resolve_by_hand, numbers)
        gathering.forget()
        return RedirectResponse(own_address(back), 303)

    return routes


def _each(
    ledger: Ledger, visitor: Visitor, deed: str, act: Callable[[int, str], Issue], numbers: Sequence[int]
) -> None:
    """Each is written down by itself; those that ended since the page was made are left as they are."""
    acted, refused = 0, ""
    for number in numbers:
        try:
            issue = act(number, visitor.signature)
        except RetryLater:
            raise
        except DifangError as error:
            refused = str(error)
            continue
        acted += 1
        ledger.deeds.note(visitor.signature, deed, str(number), issue=issue.sentence)
    if refused and not acted:
        raise HTTPException(409, refused)
