"""What operators do with issues: taking one up, or several, and saying that they are done."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends, Form
from starlette.responses import RedirectResponse, Response

from difang.console.operating.doing import Back, conflicts_told
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
Act = Callable[[int, str], Issue]
"""What is done with an issue of this number by this user."""


def router(ledger: Ledger, gathering: Gathering) -> APIRouter:
    """The routes that change issues."""
    routes = APIRouter(prefix="/issues", include_in_schema=False)

    def do(visitor: Visitor, deed: str, act: Act, numbers: Sequence[int], back: str) -> Response:
        with conflicts_told():
            _each(ledger, visitor, deed, act, numbers)
        gathering.forget()
        return RedirectResponse(own_address(back), 303)

    @routes.post("/{number}/acknowledge")
    def acknowledge(visitor: Operator, number: int, back: Back = "/board") -> Response:
        return do(visitor, "issue.acknowledge", ledger.issues.acknowledge, [number], back)

    @routes.post("/{number}/resolve")
    def resolve(visitor: Operator, number: int, back: Back = "/board") -> Response:
        return do(visitor, "issue.resolve", ledger.issues.resolve_by_hand, [number], back)

    @routes.post("/acknowledge")
    def acknowledge_all(visitor: Operator, numbers: Numbers, back: Back = "/board") -> Response:
        return do(visitor, "issue.acknowledge", ledger.issues.acknowledge, numbers, back)

    @routes.post("/resolve")
    def resolve_all(visitor: Operator, numbers: Numbers, back: Back = "/board") -> Response:
        return do(visitor, "issue.resolve", ledger.issues.resolve_by_hand, numbers, back)

    return routes


def _each(ledger: Ledger, visitor: Visitor, deed: str, act: Act, numbers: Sequence[int]) -> None:
    """Each is written down by itself; those that ended since the page was made are left as they are.

    Where that leaves none, what the last one was refused for is raised.
    """
    refused: list[DifangError] = []
    for number in numbers:
        try:
            issue = act(number, visitor.signature)
        except RetryLater:
            raise
        except DifangError as error:
            refused.append(error)
        else:
            ledger.deeds.note(visitor.signature, deed, str(number), issue=issue.sentence)
    if len(refused) == len(numbers):
        raise refused[-1]
