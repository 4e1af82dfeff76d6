"""The form of a rule: what an admin wrote, and what is refused of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal, Protocol

from fastapi import Depends, Form
from starlette.requests import Request

from difang.console.languages import language_of
from difang.crawler.channels import Channel, named
from difang.crawler.ledger.tables import Severity
from difang.crawler.ledger.telling import Wish
from difang.ingest.errors import UsageError

Text = Annotated[str, Form(max_length=100)]


class Read(Protocol):
    """Reads the wish of a form."""

    def __call__(self, channels: Sequence[Channel], *, leniently: bool = False) -> Wish:
        """By the channels there are; raises UsageError for what cannot be, or else, `leniently`, leaves it out."""
        ...


def wished(
    request: Request,
    name: Text,
    severity: Annotated[Severity, Form()],
    of: Annotated[tuple[str, ...], Form(alias="channel")] = (),
    quiet_from: Text = "",
    quiet_until: Text = "",
    window: Annotated[int, Form(ge=0, le=3_600)] = 60,
    remind_hours: Annotated[int, Form(ge=0, le=168)] = 0,
    wakes: Annotated[bool, Form()] = False,
    tells_end: Annotated[bool, Form()] = False,
    language: Annotated[Literal["zh", "en"] | None, Form()] = None,
) -> Read:
    """Reads the wish, by the channels there are; raises UsageError only then, so that the page can tell it."""

    def read(channels: Sequence[Channel], *, leniently: bool = False) -> Wish:
        ends = (quiet_from, quiet_until)
        since, until = map(_minute_or_none, ends) if leniently else _quiet(*ends)
        chosen = [slug for slug in of if slug in {channel.slug for channel in channels}] if leniently else of
        return Wish(
            name=name.strip() or ("" if leniently else "rule"),
            severity=severity,
            channels=tuple(channel.slug for channel in named(channels, chosen)) if chosen else (),
            quiet_from=since,
            quiet_until=until,
            wakes=wakes,
            window=window,
            remind_hours=remind_hours,
            tells_end=tells_end,
            language=language or language_of(request),
        )

    return read


Wished = Annotated[Read, Depends(wished)]


def _quiet(since: str, until: str) -> tuple[int | None, int | None]:
    """The two ends of the quiet hours; raises UsageError for half of them, and for hours without length."""
    quiet = _minute(since), _minute(until)
    if (quiet[0] is None) != (quiet[1] is None):
        raise UsageError("Quiet hours have a beginning and an end; give both, or neither.")
    if quiet[0] is not None and quiet[0] == quiet[1]:
        raise UsageError("Quiet hours that end when they begin are none; give another end, or leave both empty.")
    return quiet


def _minute(text: str) -> int | None:
    """22:30 as minutes of the day; None for nothing; raises UsageError for anything else."""
    if not text.strip():
        return None
    hour, _, minute = text.strip().partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and int(hour) < 24 and int(minute) < 60):
        raise UsageError(f"{text[:20]} is no time of day; write it as 22:30.")
    return int(hour) * 60 + int(minute)


def _minute_or_none(text: str) -> int | None:
    try:
        return _minute(text)
    except UsageError:
        return None


def clock(minute: int | None) -> str:
    """Minutes of the day as a form's field has them; empty for none."""
    return "" if minute is None else f"{minute // 60:02d}:{minute % 60:02d}"
