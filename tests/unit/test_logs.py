"""The log for programs: an object a line whatever is told, the same words for the same event, all of them listed."""

from __future__ import annotations

import ast
import io
import json
import logging
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from difang.command.logs import log_to_stderr

ROOT = Path(__file__).parents[2]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical"}
Told = Callable[[], list[dict[str, Any]]]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    """The objects that were written, one from each line."""
    stream, root, own = io.StringIO(), logging.getLogger(), logging.getLogger("difang")
    handlers, levels = list(root.handlers), (root.level, own.level)
    monkeypatch.setattr(sys, "stderr", stream)
    log_to_stderr("json")
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    own.setLevel(levels[1])


def test_an_event_is_one_object_with_the_same_words_each_time(told: Told) -> None:
    log = logging.getLogger("difang.crawler.watch.parts")
    for number in (7, 8):
        log.info("Issue %d is resolved by itself: %s", number, "山东频道\nnothing new")
    first, second = told()
    assert first["event"] == second["event"] == "Issue %d is resolved by itself: %s"
    assert first["message"] == "Issue 7 is resolved by itself: 山东频道\nnothing new"
    assert (first["level"], first["part"]) == ("info", "crawler.watch.parts")
    assert first.keys() == {"at", "level", "part", "event", "message", "process"}
    assert first["at"].endswith("+00:00")


def test_a_traceback_is_part_of_its_object(told: Told) -> None:
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("difang.x").exception("A defect of difang: it failed")
    [line] = told()
    assert line["level"] == "error"
    assert "ValueError: two\nlines" in line["trouble"]


def test_libraries_speak_only_when_something_is_wrong(told: Told) -> None:
    logging.getLogger("a.library").info("usual")
    logging.getLogger("a.library").warning("wrong")
    logging.getLogger("elastic_transport").warning("told in our own words")
    assert [(line["part"], line["message"]) for line in told()] == [("a.library", "wrong")]


def events() -> Iterator[tuple[str, ast.expr]]:
    """Where the service's modules tell something, and what."""
    for file in sorted((ROOT / "difang").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=level), args=[said, *_]):
                    if level in LEVELS:
                        yield f"{file.relative_to(ROOT)}:{node.lineno}", said
                case _:
                    continue


def test_every_event_has_words_of_its_own_and_is_listed_in_the_docs() -> None:
    listed = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    found = list(events())
    assert len(found) > 20
    for place, said in found:
        assert isinstance(said, ast.Constant), f"{place}: the words of an event are no variable"
        words = said.value
        assert isinstance(words, str)
        assert words.strip("%s"), f"{place} has no words of its own"
        assert f"| `{words}` |" in listed, f"{place}: docs/metrics.md does not list {words!r}"
