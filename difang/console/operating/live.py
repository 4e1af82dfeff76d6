"""Live pages: one reader for each thing that is watched, shared by all who watch it, told by server-sent events.

A page holds fragments, each with an id. A reader makes them anew every few seconds, while anybody watches, and
whoever watches is sent those that changed since the last he has; after a break, by `Last-Event-ID`, those and no more.
"""

from __future__ import annotations

import asyncio
import json
import logging
import secrets
from collections.abc import AsyncIterator, Callable, Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from difang.console.languages import language_of
from difang.console.people.visitor import STREAM
from difang.console.sentences import retold
from difang.ingest.errors import RetryLater
from difang.ingest.event import Event

ASKED_AGAIN_SECONDS = 3.0
"""So often a stream asks whether its visitor may still see it."""

BEAT_SECONDS = 15.0
"""So often something is sent where nothing changed, so that a dead connection is noticed on both sides."""

LONGEST_SECONDS = 600.0
"""Then the page asks again."""

log = logging.getLogger(__name__)

Fragments = Mapping[str, str]
Make = Callable[[], Fragments]
May = Callable[[Request], bool]


@dataclass(eq=False)
class _Topic:
    """What one page shows: each fragment with the version in which it changed last."""

    make: Make
    every: float
    epoch: str = field(default_factory=lambda: secrets.token_hex(4))
    version: int = 0
    away: str = ""
    fragments: dict[str, tuple[int, str]] = field(default_factory=dict)
    watchers: int = 0
    begun: int = 0  # looks, begun and done
    done: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    looked: asyncio.Event = field(default_factory=asyncio.Event)
    wanted: asyncio.Event = field(default_factory=asyncio.Event)

    def take(self, made: Fragments, away: str) -> None:
        """Keep what was made; wake whoever waits where something of it is new."""
        new = {name: text for name, text in made.items() if self.fragments.get(name, (0, None))[1] != text}
        if not new and away == self.away and self.version:
            return
        self.version += 1
        self.away = away
        if made:
            kept = {name: told for name, told in self.fragments.items() if name in made}
            self.fragments = kept | {name: (self.version, text) for name, text in new.items()}
        woken, self.changed = self.changed, asyncio.Event()
        woken.set()

    async def look_anew(self) -> None:
        """Wait for a look that begins after now: what is older than the page would undo what the page shows."""
        before = self.begun
        while self.done <= before:
            self.wanted.set()
            await self.looked.wait()

    def end_look(self) -> None:
        """Wake whoever waits for this look."""
        self.done = self.begun
        woken, self.looked = self.looked, asyncio.Event()
        woken.set()

    def since(self, version: int, language: str) -> str:
        """The event that brings a page of that version up to date; why a look failed is said in this language."""
        new = {name: text for name, (changed, text) in self.fragments.items() if changed > version}
        data = json.dumps({"fragments": new, "away": retold(language, self.away)}, ensure_ascii=False)
        return f"id: {self.epoch}-{self.version}\ndata: {data}\n\n"

    def version_of(self, event_id: str) -> int:
        """The version a page has that was sent this event last; 0 where another process sent it."""
        epoch, _, version = event_id.partition("-")
        return int(version) if epoch == self.epoch and version.isascii() and version.isdigit() else 0


class Live:
    """The readers of one process."""

    def __init__(self, may: May = lambda _: True) -> None:
        """`may` tells, as long as a stream lasts, whether who asked for it may still see it."""
        self._may = may
        self._topics: dict[Hashable, _Topic] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._ending = False

    def answer(self, request: Request, key: Hashable, make: Make, *, every: float = 2.0) -> Response:
        """The stream of what `make` gives, made every so many seconds for all who watch this `key`."""
        if STREAM not in request.headers.get("accept", ""):
            return Response("This address is a stream of events (text/event-stream).\n", 406, media_type="text/plain")
        headers = {"cache-control": "no-store", "x-accel-buffering": "no"}
        events = self._events(request, key, make, every)
        return StreamingResponse(events, media_type=STREAM, headers=headers)

    def end(self) -> None:
        """Close every stream, now and from now on: the server stops."""
        self._ending = True
        for topic in self._topics.values():
            topic.changed.set()
            topic.wanted.set()

    async def _still(self, request: Request) -> bool:
        with suppress(RetryLater):  # a ledger that is away signs nobody out
            return await run_in_threadpool(self._may, request)
        return True

    async def _events(self, request: Request, key: Hashable, make: Make, every: float) -> AsyncIterator[str]:
        language = language_of(request)
        topic = self._topic(key, make, every)
        topic.watchers += 1
        begun = asked = told = asyncio.get_running_loop().time()
        has = topic.version_of(request.headers.get("last-event-id", ""))
        try:
            yield "retry: 2000\n\n"
            await topic.look_anew()
            while not self._ending and (now := asyncio.get_running_loop().time()) < begun + LONGEST_SECONDS:
                changed = topic.changed
                if now - asked >= ASKED_AGAIN_SECONDS:
                    asked = now
                    if not await self._still(request):
                        return
                if has < topic.version:
                    event, has, told = topic.since(has, language), topic.version, now
                    yield event
                    continue
                with suppress(TimeoutError):
                    await asyncio.wait_for(changed.wait(), ASKED_AGAIN_SECONDS)
                    continue
                if now - told >= BEAT_SECONDS - ASKED_AGAIN_SECONDS:
                    told = now
                    yield "event: beat\ndata: \n\n"
        finally:
            topic.watchers -= 1

    def _topic(self, key: Hashable, make: Make, every: float) -> _Topic:
        if key not in self._topics:
            topic = self._topics[key] = _Topic(make=make, every=every)
            task = asyncio.get_running_loop().create_task(self._read(key, topic))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return self._topics[key]

    async def _read(self, key: Hashable, topic: _Topic) -> None:
        """Make the fragments again and again; ends, and is forgotten, where nobody has watched for a while."""
        idle = 0.0
        try:
            while not self._ending and idle < BEAT_SECONDS:
                topic.begun += 1
                topic.wanted.clear()
                try:
                    topic.take(await run_in_threadpool(topic.make), "")
                except RetryLater as error:
                    topic.take({}, str(error))
                except Exception:
                    told = Event.DEFECT.of(where="live page")
                    log.exception(
                        "A defect of difang: the live page %s could not be made; it is tried again", key, extra=told
                    )
                    topic.take({}, "This page cannot be brought up to date; the log of the service says why.")
                topic.end_look()
                with suppress(TimeoutError):
                    await asyncio.wait_for(topic.wanted.wait(), topic.every)
                idle = 0.0 if topic.watchers else idle + topic.every
        finally:
            del self._topics[key]
            topic.done = topic.begun + 1
            topic.looked.set()
