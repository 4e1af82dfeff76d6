"""An operator in front of the console: a board that is open all the time, pages, and the buttons on them."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape

from tests.services.events import Stream, stream
from tests.services.one_service import OneService
from tests.services.people import SignedIn
from tests.services.web import Web

_SECRET = re.compile(r'name="csrf" value="([^"]+)"')
_ISSUE = re.compile(
    r'href="/issues/(\d+)">[^<]+</a>(?: · <a href="/channels/(\w+)">[^<]+</a>)? .*?<p>([^<]+)</p>', re.DOTALL
)
_SENTENCE = re.compile(r'<section class="card severity-\w+"><p>(.+?)</p>', re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An issue as the board shows it; `channel` is empty where it is about difang's own parts."""

    number: int
    channel: str
    sentence: str


@dataclass(kw_only=True)
class Operator:
    """Somebody signed in; what the open board shows is in `board`, as last sent."""

    web: Web
    who: SignedIn
    service: OneService
    board: dict[str, str] = field(default_factory=dict)

    def issues(self) -> list[Shown]:
        """The issues on the open board."""
        found = _ISSUE.findall(self.board.get("issues", ""))
        return [Shown(number=int(number), channel=of, sentence=unescape(said)) for number, of, said in found]

    def issues_of(self, channel: str) -> list[Shown]:
        """Those of one channel."""
        return [issue for issue in self.issues() if issue.channel == channel]

    def issue(self, words: str, channel: str = "") -> Shown:
        """Wait until the board shows this issue."""
        found: list[Shown] = []

        def come() -> bool:
            found[:] = [one for one in self.issues() if words in one.sentence and one.channel == channel]
            return bool(found)

        self.until(come, f"{words!r} on the board, which has {self.issues()}")
        return found[0]

    def until_gone(self, *issues: Shown) -> None:
        """Wait until the board shows none of these issues any more."""
        numbers = {issue.number for issue in issues}
        self.until(lambda: numbers.isdisjoint(one.number for one in self.issues()), f"{issues} gone from the board")

    def until(self, come: Callable[[], object], what: str) -> None:
        """Wait, as long as the service lives."""
        self.service.until(come, what)

    def look(self, page: str) -> str:
        """The page's HTML."""
        answer = self.web.get(page, cookie=self.who.cookie, accept_language="en")
        assert answer.status == 200, (page, answer.text)
        return answer.text

    def in_chinese(self, issue: Shown) -> str:
        """The issue's sentence on its own page, for somebody who reads Chinese."""
        page = self.web.get(f"/issues/{issue.number}", cookie=self.who.cookie, accept_language="zh").text
        said = _SENTENCE.search(page)
        assert said, page
        return unescape(said[1])

    def press(self, page: str, action: str, **fields: str) -> str:
        """Press the button of this page that sends a form to `action`; where it leads."""
        html = self.look(page)
        assert f'action="{action}"' in html, f"{page} has no button for {action}"
        secret = _SECRET.search(html)
        assert secret
        answer = self.web.post(action, {"csrf": secret[1], **fields}, cookie=self.who.cookie)
        assert answer.status == 303, (action, answer.status, answer.text)
        return answer.headers["location"]


@contextmanager
def operator(service: OneService, who: SignedIn) -> Iterator[Operator]:
    """Open the board of a service and leave it open."""
    port = int(service.said().rpartition("difang is at http://127.0.0.1:")[2].split("/")[0])
    someone = Operator(web=Web(port=port), who=who, service=service)
    with stream(someone.web, "/board/events", cookie=who.cookie, accept_language="en") as events:
        reader = threading.Thread(target=_read, args=(events, someone), daemon=True)
        reader.start()
        someone.until(lambda: someone.board, "the board")
        yield someone
    reader.join(10)


def _read(events: Stream, someone: Operator) -> None:
    try:
        while True:
            someone.board |= events.next().data["fragments"]
    except (OSError, ValueError, AttributeError, StopIteration):
        return  # the board was closed, or the service ended


@dataclass(kw_only=True)
class Watch:
    """How long it took, in seconds, from something that happened to something seen."""

    seconds: dict[str, float] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    def start(self) -> None:
        """Now it happens."""
        self._began = time.monotonic()

    def note(self, what: str) -> None:
        """Now it is seen."""
        self.seconds[what] = time.monotonic() - self._began
