"""Periodic duties of the leader beside the schedule: checks and long work, one after the other in a thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from difang.crawler.schedule.clock import Clock
from difang.ingest.errors import DifangError
from difang.ingest.event import Event

_LOOK_SECONDS = 1.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Duty:
    """What the leader does first when it takes the lead and then every so often; it must bear being done twice."""

    name: str
    every: timedelta
    function: Callable[[], object]


class Duties:
    """Does each duty when its time has come by the clock's elapsed time, so that setting the clock changes nothing."""

    def __init__(self, duties: Sequence[Duty], *, clock: Clock, leading: Callable[[], bool]) -> None:
        """`leading` is asked before each duty."""
        self._duties = duties
        self._clock = clock
        self._leading = leading
        self._done: dict[str, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="duties", daemon=True)

    def start(self) -> None:
        """Begin, in a thread."""
        self._thread.start()

    def stop(self) -> None:
        """End after the duty at hand."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def run_due(self) -> list[str]:
        """Do what is due; the names of what was done. A duty that fails is told and done again at its next time."""
        if not self._leading():
            self._done.clear()
            return []
        done = []
        for duty in self._duties:
            elapsed = self._clock.elapsed()
            due = duty.name not in self._done or elapsed - self._done[duty.name] >= duty.every.total_seconds()
            if due and self._leading() and not self._stop.is_set():
                self._done[duty.name] = elapsed
                _do(duty)
                done.append(duty.name)
        return done

    def _work(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            self.run_due()


def _do(duty: Duty) -> None:
    try:
        duty.function()
    except DifangError as error:
        log.warning("The duty %s could not be done: %s", duty.name, error, extra=Event.DUTY_FAILED.of(duty=duty.name))
    except Exception:
        log.exception(
            "A defect of difang: the duty %s failed; it is tried again at its next time",
            duty.name,
            extra=Event.DEFECT.of(where=f"duty {duty.name}"),
        )
