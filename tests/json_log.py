"""The JSON log as a fixture: what was written while a test ran."""

from __future__ import annotations

import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from difang.command.logs import log_to_stderr

Told = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """The objects that were written, one from each line; a line that is none is an error."""
    stream, root, own = io.StringIO(), logging.getLogger(), logging.getLogger("difang")
    handlers, levels = list(root.handlers), (root.level, own.level)
    monkeypatch.setattr(sys, "stderr", stream)
    log_to_stderr("json")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    own.setLevel(levels[1])
