"""How the operators' pages change something: refused in a sentence where it cannot be, written down, and back again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

from fastapi import Form, HTTPException
from starlette.responses import RedirectResponse

from difang.console.people.gate import own_address
from difang.console.people.visitor import Visitor
from difang.crawler.ledger.ledger import Ledger
from difang.ingest.errors import DifangError, RetryLater, UsageError

Back = Annotated[str, Form(max_length=2_000)]
"""The page of ours to come back to."""

Why = Annotated[str, Form(max_length=500)]


@contextmanager
def conflicts_told() -> Iterator[None]:
    """What cannot be done as things stand is answered with 409 and the sentence."""
    try:
        yield
    except (RetryLater, UsageError):
        raise
    except DifangError as error:
        raise HTTPException(409, str(error)) from error


def done(
    ledger: Ledger, visitor: Visitor, deed: str, about: str, *, back: str, details: dict[str, Any] | None = None
) -> RedirectResponse:
    """Write the deed down and go back."""
    ledger.deeds.note(visitor.signature, deed, about, **(details or {}))
    return RedirectResponse(own_address(back), 303)
