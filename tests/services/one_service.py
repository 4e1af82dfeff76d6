"""One `difang serve` as a real process in a session of its own, its ledger beside it; it may be halted as a whole."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from difang.crawler.ledger.ledger import Ledger
from difang.ingest.errors import RetryLater
from tests.services.command import Difang

_SECONDS = 150.0
_STOP_SECONDS = 40.0


@dataclass(frozen=True, kw_only=True)
class OneService:
    """The process, and the ledger as this process sees it."""

    difang: Difang
    ledger: Ledger
    process: subprocess.Popen[bytes]
    log: Path

    def said(self) -> str:
        """All that it and its workers wrote."""
        return self.log.read_text(encoding="utf-8", errors="replace")

    def until(self, come: Callable[[], object], what: str, seconds: float = _SECONDS) -> None:
        """Until it has come, by asking again and again; a ledger that cannot be had just now has not."""
        until = time.monotonic() + seconds
        while True:
            try:
                if come():
                    return
            except RetryLater:
                pass
            assert self.process.poll() is None, self.said()[-3000:]
            assert time.monotonic() < until, f"waited {seconds} s for {what}\n{self.said()[-3000:]}"
            time.sleep(0.05)

    def until_said(self, words: str, seconds: float = _SECONDS) -> None:
        """Until it has written these words."""
        self.until(lambda: words in self.said(), repr(words), seconds)

    def halt(self) -> None:
        """Halt it with all its crawls and workers, as a suspended machine does."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """After a halt."""
        self._signal(signal.SIGCONT)

    def stop(self) -> None:
        """End it in order; nothing of it may be left."""
        self.process.terminate()
        assert self.process.wait(_STOP_SECONDS) == 0, self.said()[-3000:]
        assert self._living() == []

    def kill(self) -> None:
        """End whatever of it lives, also where it is halted."""
        self._signal(signal.SIGKILL)
        self.process.wait()

    def worker(self) -> int:
        """The process of its ingest worker, which it must have."""
        words = {pid: Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0") for pid in self._living()}
        [pid] = [pid for pid, said in words.items() if b"ingest" in said]
        return pid

    def _signal(self, number: int) -> None:
        for pid in self._living():
            os.kill(pid, number)

    def _living(self) -> list[int]:
        """The session's processes that have not ended."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                state, _, _, session = (folder / "stat").read_text().rpartition(")")[2].split()[:4]
            except (FileNotFoundError, ProcessLookupError):
                continue
            if int(session) == self.process.pid and state != "Z":
                found.append(int(folder.name))
        return found


@contextmanager
def one_service(
    difang: Difang,
    *words: str,
    log: Path,
    environment: Mapping[str, str] | None = None,
    ready: bool = True,
    code: Path | None = None,
) -> Iterator[OneService]:
    """The service, where `ready` once it answers; it is ended in order at the end, or killed where the test failed.

    `code` is the folder of another edition of difang to run.
    """
    address = difang.settings["database"]
    with log.open("ab") as said:
        command = [sys.executable, "-m", "difang", "serve", "--port", "0", *words]
        process = subprocess.Popen(
            command,
            env={**difang.environment(), **(environment or {})},
            stdout=said,
            stderr=said,
            cwd=code,
            start_new_session=True,
        )
    with closing(Ledger(address)) as ledger:
        one = OneService(difang=difang, ledger=ledger, process=process, log=log)
        try:
            if ready:
                one.until_said("difang is at")
            yield one
            if process.poll() is None:
                one.stop()
        finally:
            one.kill()
