"""How the log looks: one event a line, a sentence for people or an object for programs."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

_TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


class JsonLines(logging.Formatter):
    """One JSON object a line: `at`, `level`, `part` (which module), `event` (its name, as ingest/event.py lists them,
    `library` for what others say), `message` (the sentence), `process`, the event's own fields, and `trouble` with a
    traceback.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line; whatever the message holds, it stays one line."""
        line = {
            **getattr(record, "fields", {}),
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "part": record.name.removeprefix("difang."),
            "event": getattr(record, "event", "library"),
            "message": record.getMessage(),
            "process": record.process,
        }
        if record.exc_info and record.exc_info[0]:
            line["trouble"] = "".join(traceback.format_exception(*record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=str)


class OneLine(logging.Formatter):
    """A sentence for people; a line break in what it tells of is written as ⏎, a traceback follows on more lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 the name is logging's
        """The line."""
        record.message = record.message.replace("\r", "").replace("\n", "⏎")
        return super().formatMessage(record)


def log_to_stderr(form: str = "text", level: int = logging.INFO) -> None:
    """Send this process's log to stderr, as `text` or as `json`; libraries speak only when something is wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else OneLine(_TEXT))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("difang").setLevel(level)
    logging.getLogger("elastic_transport").setLevel(logging.ERROR)  # what fails is told in our own words


def warnings_to_stderr() -> None:
    """Let difang's own warnings reach stderr as bare sentences, whatever a library makes of the root of all logs."""
    own = logging.getLogger("difang")
    if not own.handlers:
        own.addHandler(logging.StreamHandler(sys.stderr))
    own.propagate = False
