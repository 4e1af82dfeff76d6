"""The log for programs: an object a line whatever is told, the same words for the same event, all of them listed."""

from __future__ import annotations

import ast
import json
import logging
from pathlib import Path

import pytest

from difang.command.logs import JsonLines, OneLine
from difang.ingest.event import Event
from tests.json_log import Told

ROOT = Path(__file__).parents[2]
LEVELS = {"debug", "info", "warning", "error", "exception", "critical", "log"}
TAKE_A_LOG = [ROOT / "difang" / "crawler" / name for name in ("ledger/issues.py", "rounds.py")]
"""Modules that write their lines to the log of whoever calls them; a run's own log, which people read, is none."""
MODULES = TAKE_A_LOG + [
    path for path in (ROOT / "difang").rglob("*.py") if "\nlog = " in path.read_text(encoding="utf-8")
]


def test_an_event_is_one_object_with_the_same_words_each_time(told: Told) -> None:
    log = logging.getLogger("difang.crawler.watch.parts")
    for number in (7, 8):
        told_of = Event.ISSUE_RESOLVED.of(issue=number)
        log.info("Issue %d is resolved by itself: %s", number, "山东频道\nnothing new", extra=told_of)
    first, second = told()
    assert first["event"] == second["event"] == "issue.resolved"
    assert (first["issue"], second["issue"]) == (7, 8)
    assert first["message"] == "Issue 7 is resolved by itself: 山东频道\nnothing new"
    assert (first["level"], first["part"]) == ("info", "crawler.watch.parts")
    assert first.keys() == {"at", "level", "part", "event", "message", "process", "issue"}
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
    [line] = told()
    assert (line["part"], line["event"], line["message"]) == ("a.library", "library", "wrong")


def calls(path: Path) -> list[ast.Call]:
    """The calls of the module's own logger."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and ast.unparse(node.func.value) in ("log", "self._log")
        and node.func.attr in LEVELS
    ]


def hands_its_log_on(path: Path) -> bool:
    """Whether it gives its log to what writes the line."""
    given = (
        argument
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for argument in node.args
    )
    return any(isinstance(argument, ast.Name) and argument.id == "log" for argument in given)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_line_of_the_log_is_a_named_event(path: Path) -> None:
    assert calls(path) or hands_its_log_on(path)
    for call in calls(path):
        assert "extra" in {keyword.arg for keyword in call.keywords}, ast.unparse(call)


def test_every_event_happens_somewhere_and_is_documented() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "difang").rglob("*.py"))
    docs = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    for event in Event:
        assert f"Event.{event.name}.of(" in code, event
        assert f"`{event.value}`" in docs, event


def record(message: str, **more: object) -> logging.LogRecord:
    made = logging.LogRecord("difang.x.y", logging.WARNING, __file__, 1, message, ("a\nb",), None)
    made.__dict__.update(more)
    return made


def test_a_line_of_json_holds_the_event_and_its_fields() -> None:
    told = record("%s happened", **Event.RUN_ENDED.of(run="r", channel="sd", state="lost", level="forged"))
    line = JsonLines().format(told)
    assert "\n" not in line
    said = json.loads(line)
    assert {name: said[name] for name in ("event", "run", "state", "part", "message")} == {
        "event": "run.ended",
        "run": "r",
        "state": "lost",
        "part": "x.y",
        "message": "a\nb happened",
    }
    assert said["level"] == "warning", "a field stands for nothing else"
    assert json.loads(JsonLines().format(record("%s")))["event"] == "library"


def test_a_line_for_people_is_one_line() -> None:
    assert OneLine("%(message)s").format(record("%s forged")) == "a⏎b forged"
