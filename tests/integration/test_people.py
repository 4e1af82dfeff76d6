"""Sign-in and roles on a real server: every route for every role, forged requests, guessing, fixation, tokens."""

from __future__ import annotations

import re
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from difang.console.operating import live
from difang.console.people.gate import OPEN, READER, doors
from difang.console.people.visitor import COOKIE, SCOPES
from difang.crawler.ledger.people import Role, digest
from difang.crawler.ledger.people_tables import sessions
from difang.crawler.ledger.transactions import writing
from difang.ingest.errors import UsageError
from tests.integration.consoles import PASSWORD, Console, console_in, cookie_of
from tests.services.events import stream
from tests.services.people import signed_in


def test_every_route_answers_the_roles_it_says_and_no_other(console: Console) -> None:
    visitors = {role: signed_in(console.ledger, role, name=f"a {role}") for role in list(Role)[1:]}
    asked = 0
    for door in doors(console.app):
        if (needed := door.role) is None:
            assert door.path in OPEN, door.path
            continue
        path = re.sub(r"\{[^}]*\}", "1", door.path)
        for method in door.methods:
            for role in Role:
                visitor = visitors.get(role)
                headers = {"cookie": visitor.cookie} if visitor else {}
                answer = console.web.ask(method, path, headers)
                refused = answer.status in (401, 403) or answer.headers.get("location", "").startswith("/sign-in")
                if not role.may(needed):
                    assert refused, (method, path, role, answer.status)
                elif method in ("GET", "HEAD"):
                    assert not refused, (method, path, role, answer.status)
                elif visitor:
                    assert answer.status == 403, (method, path, role, "without the form's secret")
                asked += 1
    assert asked > 60


def test_every_route_answers_the_scopes_of_tokens_as_it_does_roles(console: Console) -> None:
    """Of an admin's tokens; what a token may do it would do, so only what it may look at is asked for.

    One of scope read may look and never change, not even what is its owner's own; the account is closed to all.
    """
    signed_in(console.ledger, Role.ADMIN, name="programs")
    make = console.ledger.sessions.make_token
    tokens = {role: make("programs", label=scope, scopes=[scope], days=1) for scope, role in SCOPES.items()}
    for door in doors(console.app):
        if (needed := door.role) is None:
            continue
        path = re.sub(r"\{[^}]*\}", "1", door.path)
        for method, (role, token) in product(door.methods, tokens.items()):
            reads = method in ("GET", "HEAD")
            may = role.may(needed) and door.tokens and (reads or role is not Role.READER)
            if may and not reads:
                continue
            answer = console.web.ask(method, path, {"authorization": f"Bearer {token}"})
            refused = answer.status in (401, 403)
            assert refused is not may, (method, path, role, answer.status)
    closed = {door.path for door in doors(console.app) if not door.tokens and not door.path.startswith("/account")}
    assert closed == {
        "/users/invite",
        "/users/invitations/{handle}/withdraw",
        "/users/unlock",
        "/users/{name}/{what}",
    }
    assert all(not door.tokens for door in doors(console.app) if door.path.startswith("/account"))


def test_no_token_makes_its_owners_account_its_own(console: Console) -> None:
    """A link for a new password, or for one more admin, would outlive the token."""
    token = console.ledger.sessions.make_token("keeper", label="nightly", scopes=["admin"], days=1)
    for path, form in {
        "/users/keeper/reset": {},
        "/users/invite": {"role": "admin"},
        "/users/li/role": {"role": "admin"},
        "/users/li/bar": {},
        "/users/li/remove": {},
    }.items():
        answer = console.web.post(path, form, authorization=f"Bearer {token}")
        assert (answer.status, "/welcome/" in answer.text) == (403, False), path
    li = console.ledger.people.get("li")
    assert li
    assert (li.role, li.barred) == (Role.READER, False)
    assert console.web.get("/users", authorization=f"Bearer {token}").status == 200


def test_what_another_site_sends_is_not_carried_out(console: Console) -> None:
    admin = signed_in(console.ledger, Role.ADMIN, name="keeper")
    form = {"role": "admin", "csrf": admin.csrf}
    assert console.web.post("/users/invite", form, cookie=admin.cookie, origin="http://evil.example").status == 403
    assert console.web.post("/users/invite", {"role": "admin"}, cookie=admin.cookie).status == 403
    assert console.web.post("/users/invite", {**form, "csrf": "x"}, cookie=admin.cookie).status == 403
    assert "/welcome/" in console.web.post("/users/invite", form, cookie=admin.cookie).text


def test_behind_a_proxy_that_gives_another_host_forms_and_links_are_of_the_public_address(
    console: Console, tmp_path: Path
) -> None:
    public = "https://difang.example"
    with console_in(tmp_path, ledger=console.ledger, address=f"{public}/") as behind:
        web = behind.web
        admin = signed_in(console.ledger, Role.ADMIN, name="keeper")
        form = {"role": "reader", "csrf": admin.csrf}
        made = web.post("/users/invite", form, cookie=admin.cookie, origin=public)
        assert f"{public}/welcome/" in made.text
        for other in ("https://evil.example", "https://difang.example.evil.example", "null"):
            assert web.post("/users/invite", form, cookie=admin.cookie, origin=other).status == 403
        own = f"http://127.0.0.1:{web.port}"
        assert web.post("/users/invite", form, cookie=admin.cookie, origin=own).status == 200


def test_pages_of_who_is_signed_in_are_kept_in_no_cache(console: Console) -> None:
    reader = signed_in(console.ledger, Role.READER, name="li")
    assert console.web.get("/account", cookie=reader.cookie).headers["cache-control"] == "no-store"
    form = {"label": "x", "scope": "read", "csrf": reader.csrf}
    made = console.web.post("/account/tokens", form, cookie=reader.cookie)
    assert "difang_" in made.text
    assert made.headers["cache-control"] == "no-store"
    assert "cache-control" not in console.web.get("/").headers


def test_a_token_may_no_more_than_its_scope_and_its_user(console: Console) -> None:
    signed_in(console.ledger, Role.OPERATOR, name="op")
    sessions = console.ledger.sessions
    read = sessions.make_token("op", label="reading", scopes=["read"], days=1)
    operate = sessions.make_token("op", label="operating", scopes=["operate"], days=1)
    admin = sessions.make_token("li", label="too much", scopes=["admin"], days=1)
    statuses = {
        name: console.web.get("/runs", authorization=f"Bearer {token}").status
        for name, token in {"read": read, "operate": operate, "admin": admin, "wrong": "difang_x"}.items()
    }
    assert statuses == {"read": 403, "operate": 200, "admin": 403, "wrong": 401}
    console.ledger.people.bar("op", barred=True)
    assert console.web.get("/runs", authorization=f"Bearer {operate}").status == 401


def test_a_token_that_has_ended_looks_so(console: Console) -> None:
    who = signed_in(console.ledger, Role.READER, name="wu")
    for label, days in (("over", -1), ("in force", 1)):
        console.ledger.sessions.make_token("wu", label=label, scopes=["read"], days=days)
    page = console.web.get("/account", cookie=who.cookie).text
    rows = {label: row for row in page.split("<tr>") for label in ("over", "in force") if f">{label}</th>" in row}
    assert {label: "已到期" in row for label, row in rows.items()} == {"over": True, "in force": False}


@pytest.mark.parametrize("end", ["bar", "demote", "sign out"])
def test_a_board_that_is_open_gets_no_more_when_its_user_may_no_more(
    console: Console, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    monkeypatch.setattr(live, "ASKED_AGAIN_SECONDS", 0.1)
    user = signed_in(console.ledger, Role.OPERATOR, name="watching")
    with stream(console.web, "/board/events", cookie=user.cookie) as board:
        board.next()
        match end:
            case "bar":
                console.ledger.people.bar("watching", barred=True)
            case "demote":
                console.ledger.people.change_role("watching", Role.READER)
            case _:
                console.ledger.people.end_sessions("watching")
        with pytest.raises(StopIteration):
            while True:
                board.next()


def test_a_board_left_open_is_no_use_of_the_session(console: Console) -> None:
    secret = console.ledger.sessions.begin("li", agent="test")
    long_ago = datetime.now(UTC) - timedelta(hours=11)
    with writing(console.ledger.sessions._engine) as connection:
        connection.execute(update(sessions).where(sessions.c.secret == digest(secret)).values(seen_at=long_ago))
    cookie = f"{COOKIE}={secret}"
    console.web.get("/account", cookie=cookie, accept="text/event-stream")
    still = console.ledger.sessions.of(secret, used=False)
    assert still
    assert still.seen_at == long_ago
    console.web.get("/account", cookie=cookie)
    after = console.ledger.sessions.of(secret, used=False)
    assert after
    assert after.seen_at > long_ago


def test_a_changed_password_ends_every_session(console: Console) -> None:
    answer = console.sign_in("li", PASSWORD)
    here, elsewhere = cookie_of(answer), signed_in(console.ledger, Role.READER, name="li")
    form = {"old": PASSWORD, "new": "quite other words now", "csrf": elsewhere.csrf}
    assert console.web.post("/account/password", form, cookie=elsewhere.cookie).status == 303
    assert console.web.get("/account", cookie=here).status == 303
    assert console.sign_in("li", "quite other words now").status == 303


@pytest.mark.parametrize("way", ["changed", "by link"])
def test_a_new_password_ends_the_tokens_of_who_knew_the_old_one(console: Console, way: str) -> None:
    token = console.ledger.sessions.make_token("li", label="found", scopes=["read"], days=1)
    others = console.ledger.sessions.make_token("keeper", label="other", scopes=["read"], days=1)
    assert console.ledger.sessions.token(token)
    if way == "changed":
        reader = signed_in(console.ledger, Role.READER, name="li")
        form = {"old": PASSWORD, "new": "quite other words now", "csrf": reader.csrf}
        assert console.web.post("/account/password", form, cookie=reader.cookie).status == 303
    else:
        secret = console.ledger.people.invite(Role.READER, by="keeper", user="li")
        assert console.web.post(f"/welcome/{secret}", {"password": "quite other words now"}).status == 303
    assert console.ledger.sessions.token(token) is None
    assert console.ledger.sessions.token(others)


def test_the_last_admin_stays(console: Console) -> None:
    people = console.ledger.people
    if people.get("last"):
        people.remove("last")
    with pytest.raises(UsageError, match="only admin"):
        people.remove("keeper")
    with pytest.raises(UsageError, match="only admin"):
        people.change_role("keeper", Role.READER)
    with pytest.raises(UsageError, match="only admin"):
        people.bar("keeper", barred=True)


def test_what_admins_do_is_written_down(console: Console) -> None:
    admin = signed_in(console.ledger, Role.ADMIN, name="keeper")
    console.web.post("/users/li/role", {"role": "operator", "csrf": admin.csrf}, cookie=admin.cookie)
    deed = console.ledger.deeds.newest(1)[0]
    assert (deed.who, deed.deed, deed.about, deed.details) == ("keeper", "user.role", "li", {"role": "operator"})
    assert "user.role" in console.web.get("/deeds", cookie=admin.cookie).text


def test_what_a_token_does_is_told_from_what_its_owner_does(console: Console) -> None:
    user = signed_in(console.ledger, Role.READER, name="li")
    token = console.ledger.sessions.make_token("li", label="nightly", scopes=["operate"], days=1)
    console.ledger.people.change_role("li", Role.OPERATOR)
    for headers, who in (
        ({"authorization": f"Bearer {token}"}, "li (token nightly)"),
        ({"cookie": user.cookie}, "li"),
    ):
        form = {"csrf": user.csrf} if "cookie" in headers else {}
        about: dict[str, Any] = {"kind": "silent", "channel": "sd", "key": who}
        console.ledger.issues.see(**about, sentence="So it is.", examples=[], figures={})
        number = console.ledger.issues.unresolved()[0].id
        assert console.web.post(f"/issues/{number}/resolve", form, **headers).status == 303
        assert console.ledger.deeds.newest(1)[0].who == who


def test_search_can_be_for_readers_only(open_console: Console, tmp_path: Path) -> None:
    with console_in(tmp_path, ledger=open_console.ledger, readers=READER) as closed:
        reader = signed_in(closed.ledger, Role.READER, name="reading")
        assert closed.web.get("/").headers["location"] == "/sign-in?next=%2F"
        assert closed.web.get("/api/v1/search").status == 401
        assert closed.web.get("/", cookie=reader.cookie).status == 200
        assert closed.web.get("/sign-in").status == 200


@pytest.mark.parametrize("form", ["atom", "rss"])
def test_a_feed_for_readers_only_is_opened_by_a_token_as_password(
    open_console: Console, tmp_path: Path, form: str
) -> None:
    """What feed readers can send; nowhere else, since browsers would send it along by themselves."""
    with console_in(tmp_path, ledger=open_console.ledger, readers=READER) as closed:
        signed_in(closed.ledger, Role.READER, name="reading")
        token = closed.ledger.sessions.make_token("reading", label="feeds", scopes=["read"], days=1)
        refused = closed.web.get(f"/feed/{form}", accept_language="en")
        assert refused.status == 401
        assert refused.headers["www-authenticate"].startswith("Basic ")
        assert "as the password" in refused.text
        assert "当作密码" in closed.web.get(f"/feed/{form}").text

        def basic(password: str) -> str:
            return f"Basic {b64encode(f'any:{password}'.encode()).decode()}"

        assert closed.web.get(f"/feed/{form}", authorization=basic(token)).status == 200
        assert closed.web.get(f"/feed/{form}", authorization=f"Bearer {token}").status == 200
        for wrong in (basic("difang_x"), basic(""), "Basic", "Basic !", "Basic /w=="):
            assert closed.web.get(f"/feed/{form}", authorization=wrong).status == 401
        assert closed.web.get("/api/v1/search", authorization=basic(token)).status == 401


def test_pages_come_in_the_language_asked_for(console: Console) -> None:
    assert "Search the regional channels" in console.web.get("/", accept_language="de,en-GB;q=0.8").text
    assert "地方频道检索" in console.web.get("/", accept_language="zh-TW,en;q=0.5").text
    chosen = console.web.get("/language/en?next=/sign-in")
    assert chosen.headers["location"] == "/sign-in"
    assert "User name" in console.web.get("/sign-in", cookie=chosen.headers["set-cookie"].split(";")[0]).text
