"""How the log looks: a sentence for people on stderr, one event a line."""

from __future__ import annotations

import logging
import sys


def log_to_stderr(level: int = logging.INFO) -> None:
    """Send this process's log to stderr; libraries speak only when something is wrong."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("difang").setLevel(level)
    logging.getLogger("elastic_transport").setLevel(logging.ERROR)  # what fails is told in our own words


def warnings_to_stderr() -> None:
    """Let difang's own warnings reach stderr as bare sentences, whatever a library makes of the root of all logs."""
    own = logging.getLogger("difang")
    if not own.handlers:
        own.addHandler(logging.StreamHandler(sys.stderr))
    own.propagate = False
