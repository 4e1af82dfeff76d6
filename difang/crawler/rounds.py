"""The rounds of a thread that goes on whatever becomes of one: what is away is told once, a defect each time."""

from __future__ import annotations

import logging
from collections.abc import Callable

from difang.ingest.errors import RetryLater
from difang.ingest.event import Event


class Rounds:
    """The rounds of one part of difang, such as the scheduler."""

    def __init__(self, log: logging.Logger, part: str, *, meanwhile: str) -> None:
        """`meanwhile` is a sentence that says what goes on, or goes on then, where the ledger is away."""
        self._log = log
        self._part = part
        self._meanwhile = meanwhile
        self._away = False

    def round(self, work: Callable[[], object]) -> bool:
        """Do one; False where the ledger is away. Raises nothing."""
        try:
            work()
            self._away = False
        except RetryLater as error:
            if not self._away:
                self._log.warning("%s %s", error, self._meanwhile, extra=Event.LEDGER_AWAY.of(where=self._part))
            self._away = True
            return False
        except Exception:
            self._log.exception(
                "A defect of difang: a round of the %s failed; it goes on with the next",
                self._part,
                extra=Event.DEFECT.of(where=self._part),
            )
        return True
