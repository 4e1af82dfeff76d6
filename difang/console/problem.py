"""How the API is described beside its good answers: its errors, and the token it may be asked with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fastapi import Security
from fastapi.security import HTTPBearer


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """The body of every error: one sentence that says what to do."""

    error: str


_SAID = {
    400: "Cannot be, such as a cursor of another query",
    401: "Not signed in, or the token has ended",
    403: "Not allowed",
    422: "A parameter is wrong",
    429: "Too many requests; come back after `Retry-After` seconds",
    503: "The index is out of reach; come back after `Retry-After` seconds",
}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"model": Problem, "description": said} for status, said in _SAID.items()
}
"""For the routers of the API."""

NOT_FOUND: dict[int | str, dict[str, Any]] = {404: {"model": Problem, "description": "There is none"}}

TOKEN = Security(HTTPBearer(auto_error=False, description="A token of the account page, scope read"))
"""Only described here; the gate reads it."""
