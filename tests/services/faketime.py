"""The clock of a real process, set while it runs: libfaketime, with an offset in a file."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.services.elasticsearch import NotInstalled

FAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")

_SLEEP = "import select, time\ntime.sleep = lambda seconds: select.select([], [], [], seconds) and None\n"
"""libfaketime refuses an absolute sleep by the monotonic clock, which is Python's, while it leaves that clock alone."""


class SetClock:
    """The wall clock of the processes that get `environment`; the time that passes stays as it is."""

    def __init__(self, folder: Path) -> None:
        """Raises NotInstalled where the library is missing."""
        if not FAKETIME.is_file():
            raise NotInstalled("libfaketime is missing: apt-get install libfaketime")
        self._file = folder / "clock"
        self.ahead = timedelta(0)
        self.set(timedelta(0))
        site = folder / "site"
        site.mkdir()
        (site / "sitecustomize.py").write_text(_SLEEP, encoding="ascii")
        self.environment = {
            "PYTHONPATH": os.pathsep.join([str(site), *filter(None, [os.environ.get("PYTHONPATH")])]),
            "LD_PRELOAD": str(FAKETIME),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "NO_FAKE_STAT": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0",  # else waits end at once, and threads fight over Python's lock
        }

    def set(self, ahead: timedelta) -> None:
        """Set the clock so far ahead of ours, in whole seconds; it is seen within a second."""
        self.ahead = timedelta(seconds=round(ahead.total_seconds()))
        new = self._file.with_suffix(".new")
        new.write_text(f"{self.ahead.total_seconds():+.0f}", encoding="ascii")
        new.replace(self._file)

    def now(self) -> datetime:
        """What that clock shows."""
        return datetime.now(UTC) + self.ahead
