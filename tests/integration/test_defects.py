"""Errors nobody foresaw: a page as any other and one line in the log, where what the server itself says goes too."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import Depends

from difang.console.people.gate import ANYONE
from tests.integration.consoles import Console, console_in
from tests.json_log import Told

GUARDED = ("content-security-policy", "x-content-type-options", "referrer-policy", "cross-origin-opener-policy")


@pytest.fixture
def console(tmp_path: Path, told: Told) -> Iterator[Console]:
    """A console with routes that fail."""

    def broken() -> None:
        raise OverflowError("two\nlines")

    with console_in(tmp_path) as console:
        for path in ("/broken", "/api/v1/broken"):
            console.app.add_api_route(path, broken, methods=["GET", "POST"], dependencies=[Depends(ANYONE)])
        yield console


def test_an_error_nobody_foresaw_is_a_page_with_all_headers_and_one_line_of_the_log(
    console: Console, told: Told
) -> None:
    usual = console.web.get("/healthz").headers
    answer = console.web.get("/broken")
    assert answer.status == 500
    assert 'role="alert"' in answer.text
    assert "OverflowError" not in answer.text
    assert {name: answer.headers[name] for name in GUARDED} == {name: usual[name] for name in GUARDED}
    [line] = told()
    assert (line["event"], line["where"], line["level"]) == ("defect", "GET /broken", "error")
    assert "OverflowError: two\nlines" in line["trouble"]
    assert "in broken" in line["trouble"]


def test_a_program_is_told_in_json(console: Console, told: Told) -> None:
    answer = console.web.post("/api/v1/broken", {})
    assert (answer.status, answer.json().keys()) == (500, {"error"})
    assert [line["event"] for line in told()] == ["defect"]


def test_where_the_page_of_errors_fails_too_a_sentence_has_the_headers(
    console: Console, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("difang.console.pages.Pages.trouble", None)
    answer = console.web.get("/broken")
    assert (answer.status, answer.headers["x-content-type-options"]) == (500, "nosniff")
    assert answer.text.startswith("A defect of difang")
    assert [line["event"] for line in told()] == ["defect", "defect"]


def test_what_is_no_request_is_one_line_of_the_log_as_any_other(console: Console, told: Told) -> None:
    with socket.create_connection(("127.0.0.1", console.web.port)) as caller:
        caller.sendall(b"GARBAGE\r\n\r\n")
        assert b"400" in caller.recv(1000)
    [line] = told()
    assert (line["event"], line["part"], line["level"]) == ("library", "uvicorn.error", "warning")
