"""What is told where a part is out of reach: all of it to those who run it, to readers that they come back."""

from __future__ import annotations

from starlette.requests import Request

from difang.console.languages import N_
from difang.console.people.visitor import Visitor
from difang.ingest.errors import RetryLater

FOR_READERS = N_("服务暂时不通，请过几分钟再试。")
FOR_PROGRAMS = "The service is out of reach for the moment; come back in a few minutes."


def outage(request: Request, error: RetryLater, *, by_program: bool = False) -> str:
    """The sentence; that of the error names servers, files and settings, of use to an operator alone.

    Where the ledger itself is away it cannot be told who is signed in, and each of those may be the operator.
    """
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    if visitor is None or visitor.may("operator"):
        return str(error)
    return FOR_PROGRAMS if by_program else FOR_READERS
