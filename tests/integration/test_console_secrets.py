"""What must stay inside: passwords, sessions, tokens and invitations in logs and pages; files beside the archive."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from urllib.parse import quote

import pytest

from difang.console.people.gate import doors
from difang.console.people.passwords import hashed
from difang.console.people.visitor import COOKIE
from difang.crawler.ledger.people import Role
from tests.integration.acting import Acting, acting_in

PASSWORD = "nine quiet herons waiting"  # noqa: S105 - made up
GUESS = "seven loud herons leaving"
OUTSIDE = "what lies beside the archive"
WAYS_OUT = ("../outside.txt", "..%2Foutside.txt", "%2e%2e%2foutside.txt", "....//outside.txt", "file:///outside.txt")


@pytest.fixture(scope="module")
def acting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Acting]:
    folder = tmp_path_factory.mktemp("secrets")
    with acting_in(folder) as acting:
        (folder / "outside.txt").write_text(OUTSIDE, encoding="utf-8")
        yield acting


def test_no_secret_is_in_a_page_or_the_log(acting: Acting, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody is invited, comes in, mistypes, signs in, makes a token and uses it; then every page is read."""
    caplog.set_level(logging.DEBUG)
    web, ledger = acting.web, acting.parts.ledger
    invitation = ledger.people.invite(Role.ADMIN, by="test")
    open_invitation = ledger.people.invite(Role.READER, by="test")
    welcome = {"name": "wang", "password": PASSWORD, "again": PASSWORD}
    assert web.post(f"/welcome/{invitation}", welcome).status == 303
    assert web.post("/sign-in", {"name": "wang", "password": GUESS}).status == 403
    answer = web.post("/sign-in", {"name": "wang", "password": PASSWORD})
    found = re.search(rf"{COOKIE}=([^;]+)", answer.headers["set-cookie"])
    assert found
    session, cookie = found[1], f"{COOKIE}={found[1]}"
    token = ledger.sessions.make_token("wang", label="cron", scopes=["read"], days=1)
    assert web.get("/api/v1/search?q=x", authorization=f"Bearer {token}").status == 200
    assert web.get("/api/v1/search?q=x", authorization=f"Bearer {GUESS}").status == 401
    user = ledger.people.get("wang")
    assert user
    secrets = {PASSWORD, GUESS, session, token, invitation, open_invitation, hash_of(acting)}
    read = 0
    for door in doors(acting.app):
        if "GET" in door.methods and "{" not in door.path and not door.path.endswith("/events"):
            page = web.get(door.path, cookie=cookie)
            assert not [secret for secret in secrets if secret in page.text], door.path
            read += 1
    assert read > 20
    written = caplog.text + repr(ledger.deeds.newest(100)) + repr(user)
    assert not [secret for secret in secrets if secret in written]


def hash_of(acting: Acting) -> str:
    """The hash of a password as the ledger keeps it."""
    made = hashed(PASSWORD, name="someone")
    people = acting.parts.ledger.people
    people.accept(people.invite(Role.READER, by="test"), name="someone", password=made)
    return made


@pytest.mark.parametrize("way", WAYS_OUT)
@pytest.mark.parametrize("view", ["/archived/", "/archived-bytes/", "/article/", "/static/", "/set-aside/", "/runs/"])
def test_no_path_leads_out_of_the_archive_and_the_logs(acting: Acting, view: str, way: str) -> None:
    answer = acting.get(f"{view}{way}", Role.ADMIN)
    assert answer.status in (400, 404, 422), answer.status
    assert OUTSIDE not in answer.text


@pytest.mark.parametrize("way", WAYS_OUT)
@pytest.mark.parametrize("view", ["/try?url=", "/try/looks?url=", "/trace?target="])
def test_no_address_that_is_asked_for_is_a_file(acting: Acting, view: str, way: str) -> None:
    for asked in (way, quote(way, safe="")):
        answer = acting.get(f"{view}{asked}")
        assert answer.status < 500
        assert OUTSIDE not in answer.text
