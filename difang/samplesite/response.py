"""The response: what an address answers, and how text becomes its bytes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import lru_cache

from difang.samplesite.surroundings import Static


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """One HTTP response; the body's bytes have no content coding."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """The first header of that name, whatever its case."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)


@lru_cache(maxsize=1024)
def _static_bytes(text: str, encoding: str) -> bytes:
    return text.encode(encoding)


def encoded(parts: Iterable[str], encoding: str) -> bytes:
    """The parts joined as bytes; surroundings are encoded once and kept."""
    return b"".join(
        _static_bytes(part, encoding) if isinstance(part, Static) else part.encode(encoding) for part in parts
    )


def page(
    body: bytes, *, content_type: str, etag: str, modified: datetime, asked: Mapping[str, str], status: int = 200
) -> Response:
    """A response with ETag and Last-Modified; 304 without a body where the request's conditions say so."""
    headers = (("ETag", f'"{etag}"'), ("Last-Modified", format_datetime(modified.astimezone(UTC), usegmt=True)))
    if status == 200 and _known(asked, etag, modified):
        return Response(status=304, headers=headers, body=b"")
    return Response(status=status, headers=(("Content-Type", content_type), *headers), body=body)


def plain(status: int, text: str, content_type: str = "text/html; charset=utf-8") -> Response:
    """A response without conditions: errors, robots.txt."""
    return Response(status=status, headers=(("Content-Type", content_type),), body=text.encode())


def _known(asked: Mapping[str, str], etag: str, modified: datetime) -> bool:
    asked = {name.lower(): value for name, value in asked.items()}
    if tags := asked.get("if-none-match"):
        return tags.strip() == "*" or etag in (tag.strip().removeprefix("W/").strip('"') for tag in tags.split(","))
    if since := asked.get("if-modified-since"):
        try:
            return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False
    return False
