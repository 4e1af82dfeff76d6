"""The trail of a reading: for each field the rule that gave it and the text it was read from (--explain)."""

from __future__ import annotations

from difang.ingest.extract.result import Trace


class Trail:
    """Gathers traces while a page is read."""

    def __init__(self) -> None:
        self._noted: list[tuple[str, str, str]] = []

    def note(self, name: str, rule: str, text: str) -> None:
        """The field `name` was read by `rule` from `text`."""
        self._noted.append((name, rule, text))

    def take(self, other: Trail) -> None:
        """Add all that another trail noted."""
        self._noted += other._noted

    def traces(self) -> list[Trace]:
        """Everything noted, in the order of reading."""
        return [Trace(field=name, rule=rule, text=text) for name, rule, text in self._noted]
