"""The operators' pages on a console of their own, and somebody signed in who operates."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from difang.console.operating import gathering
from difang.console.operating.works import Works
from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.deeds import Deed
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.run import Run
from difang.crawler.ledger.tables import Severity
from tests.integration.consoles import console_in
from tests.services.people import SignedIn, signed_in
from tests.services.web import Answer, Web


@dataclass(frozen=True, kw_only=True)
class Console:
    web: Web
    ledger: Ledger
    logs: Path
    operator: SignedIn

    def get(self, target: str) -> str:
        answer = self.web.get(target, cookie=self.operator.cookie)
        assert answer.status == 200, answer.text
        return answer.text

    def post(self, target: str, **form: str) -> Answer:
        return self.web.post(target, {"csrf": self.operator.csrf, **form}, cookie=self.operator.cookie)

    def does(self, target: str, **form: str) -> Deed:
        """Do it; what was written down of it."""
        before = self.ledger.deeds.newest(1)
        answer = self.post(target, **form)
        assert answer.status == 303, answer.text
        (deed,) = self.ledger.deeds.newest(1)
        assert [deed] != before
        assert deed.who == self.operator.name
        return deed

    def run(self, channel: str, **more: Any) -> Run:
        """A run of a channel, running in this process."""
        request = {"channel": channel, "channel_name": more.pop("name", channel), "started_by": "test"}
        return self.ledger.runs.begin(**request, logs=self.logs, **more)

    def issue(self, key: str, sentence: str = "So it is.", **more: Any) -> int:
        about = {"kind": "silent", "channel": "sd", "key": key, "examples": [], "figures": {}}
        self.ledger.issues.see(**{**about, **more}, sentence=sentence, severity=Severity.HIGH)
        return self.ledger.issues.unresolved()[0].id


@contextmanager
def operating_in(folder: Path) -> Iterator[Console]:
    """A console on empty parts in this folder that reads its parts anew for each page."""
    logs = folder / "logs"
    with pytest.MonkeyPatch.context() as patch:
        for kept in ("FRESH_SECONDS", "SLOW_SECONDS"):
            patch.setattr(gathering, kept, 0.0)
        works = Works(channels=load_channels(None), logs=logs, archive=folder)
        with console_in(folder, works=works) as served:
            operator = signed_in(served.ledger, name="王 芳")
            yield Console(web=served.web, ledger=served.ledger, logs=logs, operator=operator)
