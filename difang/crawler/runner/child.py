"""One crawl process of a runner: begun, asked to end, killed where it does not listen."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from difang.crawler.ledger.run import Run

STOP_SECONDS = 20.0
"""So long a crawl has to close its archive file and tell the ledger; then it is killed."""

_OVERDUE_SECONDS = 15.0
"""A crawl ends by itself at its time limit; so long after it the runner no longer believes in that."""


@dataclass(kw_only=True)
class Child:
    """The process of a run. `why` tells why the runner wants it to end, None while it may go on."""

    run: Run
    process: subprocess.Popen[bytes]
    log: Path
    clock: Callable[[], float]
    why: str | None = None
    _began: float = field(init=False)
    _asked: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self._began = self.clock()

    @classmethod
    def begin(cls, run: Run, command: Sequence[str], log: Path, clock: Callable[[], float]) -> Child:
        """Start the crawl of a run this process has claimed; what its process says goes into the run's log.

        Raises OSError where the machine has no room for a process.

        A group of its own, because a Ctrl-C in the terminal is for this process, which then ends its crawls.
        """
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as said:
            process = subprocess.Popen(  # noqa: S603 our own command
                [*command, "--run", run.id],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=said,
                process_group=0,
            )
        return cls(run=run, process=process, log=log, clock=clock)

    @property
    def code(self) -> int | None:
        """Its exit code once it has ended; negative: by that signal."""
        return self.process.poll()

    def end(self, why: str) -> None:
        """Ask it to end cleanly, for this reason."""
        if self.why is None:
            self.why, self._asked = why, self.clock()
            self.process.terminate()

    def hurry(self) -> None:
        """Ask it to end where its time is over, and kill it where it was asked long ago."""
        limit = self.run.time_limit
        if limit is not None and self.clock() - self._began > limit.total_seconds() + _OVERDUE_SECONDS:
            self.end(f"It did not end at its time limit of {limit}.")
        if self.why is not None and self.clock() - self._asked > STOP_SECONDS:
            self.process.kill()

    def last_words(self) -> str:
        """The last line it said, for a process that ended before its run began."""
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        except OSError:
            return ""
        return lines[-1].removeprefix("difang: ")[:500] if lines else ""
