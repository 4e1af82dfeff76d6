"""Sign-in and roles on a real server: every route for every role, forged requests, guessing, fixation, tokens."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from fastapi import FastAPI
from sqlalchemy import update

from difang.command.settings import Settings
from difang.command.users import command as users
from difang.console.act.workplace import Workplace
from difang.console.app import make_app
from difang.console.operating import live
from difang.console.people.gate import OPEN, READER, doors, own_address
from difang.console.people.passwords import hashed, is_right
from difang.console.people.visitor import COOKIE, SCOPES
from difang.crawler.archive import Archive
from difang.crawler.channel_table import load_channels
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import Role, digest
from difang.crawler.ledger.people_tables import sessions
from difang.crawler.ledger.transactions import writing
from difang.ingest.errors import UsageError
from difang.ingest.index.embedded import EmbeddedIndex
from difang.ingest.sqlite_queue import SqliteQueue
from difang.search.embedded import EmbeddedEngine
from difang.search.index import SearchIndex
from tests.services.events import stream
from tests.services.people import signed_in
from tests.services.web import Answer, Web, serving

PASSWORD = "four plain words together"  # noqa: S105


@dataclass(frozen=True, kw_only=True)
class Console:
    app: FastAPI
    web: Web
    ledger: Ledger
    ledger_url: str = ""

    def sign_in(self, name: str, password: str, **more: str) -> Answer:
        return self.web.post("/sign-in", {"name": name, "password": password, **more})


@pytest.fixture(scope="module")
def open_console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    folder = tmp_path_factory.mktemp("people")
    with ExitStack() as parts:
        articles = parts.enter_context(closing(EmbeddedIndex(folder / "index")))
        articles.write([])
        search = parts.enter_context(closing(SearchIndex(EmbeddedEngine(folder / "index"))))
        ledger = parts.enter_context(closing(Ledger(f"sqlite:///{folder / 'ledger.db'}")))
        queue = parts.enter_context(closing(SqliteQueue(folder / "queue.db")))
        place = Workplace(
            ledger=ledger,
            archive=Archive(folder / "archive", max_bytes=1_000_000),
            open_queue=partial(SqliteQueue, folder / "queue.db"),
            open_index=partial(EmbeddedIndex, folder / "index"),
            channels=load_channels(None),
            agent="difang",
        )
        app = make_app(search=search, articles=articles, ledger=ledger, queue=queue, workplace=place)
        web = parts.enter_context(serving(app))
        yield Console(app=app, web=web, ledger=ledger, ledger_url=f"sqlite:///{folder / 'ledger.db'}")


@pytest.fixture
def console(open_console: Console) -> Iterator[Console]:
    """The console with nobody but an admin and a reader who has a password."""
    people = open_console.ledger.people
    secret = people.invite(Role.ADMIN, by="test")
    people.accept(secret, name="keeper", password=hashed(PASSWORD, name="keeper"))
    people.accept(people.invite(Role.READER, by="test"), name="li", password=hashed(PASSWORD, name="li"))
    yield open_console
    signed_in(open_console.ledger, Role.ADMIN, name="last")
    for user in people.all():
        if user.name != "last":
            people.remove(user.name)
    open_console.ledger.sessions.forgive(["user li", "user keeper", "from 127.0.0.1"])


def cookie_of(answer: Answer) -> str:
    found = re.search(rf"{COOKIE}=([^;]+)", answer.headers.get("set-cookie", ""))
    assert found, answer.headers
    return f"{COOKIE}={found[1]}"


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


def test_signing_in_opens_what_the_role_may_and_signing_out_closes_it(console: Console) -> None:
    wanted = console.web.get("/account")
    assert (wanted.status, wanted.headers["location"]) == (303, "/sign-in?next=%2Faccount")
    answer = console.sign_in("li", PASSWORD, next="/account")
    assert (answer.status, answer.headers["location"]) == (303, "/account")
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "samesite=lax" in answer.headers["set-cookie"].lower()
    cookie = cookie_of(answer)
    page = console.web.get("/account", cookie=cookie)
    assert page.status == 200
    csrf = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert csrf
    assert console.web.post("/sign-out", {"csrf": csrf[1]}, cookie=cookie).status == 303
    assert console.web.get("/account", cookie=cookie).status == 303


def test_a_session_given_before_sign_in_is_not_carried_on(console: Console) -> None:
    planted = signed_in(console.ledger, Role.READER, name="mallory")
    answer = console.web.post(
        "/sign-in", {"name": "li", "password": PASSWORD, "csrf": planted.csrf}, cookie=planted.cookie
    )
    assert cookie_of(answer) != planted.cookie
    assert console.web.get("/account", cookie=planted.cookie).status == 303
    made_up = console.web.post("/sign-in", {"name": "li", "password": PASSWORD}, cookie=f"{COOKIE}=made-up")
    assert cookie_of(made_up) != f"{COOKIE}=made-up"


def test_guessing_locks_the_door_and_says_nothing_of_who_exists(console: Console) -> None:
    said = {console.sign_in(name, "wrong words entirely").text.count("用户名或密码不对") for name in ("li", "nobody")}
    assert said == {1}
    statuses = [console.sign_in("li", f"guess number {number}").status for number in range(6)]
    assert statuses[0] == 403
    assert statuses[-1] == 429
    assert console.sign_in("li", PASSWORD).status == 429


@pytest.mark.parametrize(
    ("proxies", "believed"),
    [("", "127.0.0.1"), ("10.1.0.0/16", "127.0.0.1"), ("10.1.0.0/16, 127.0.0.1", "203.0.113.7")],
)
def test_nobody_says_where_they_come_from_but_a_proxy_that_was_named(
    console: Console, tmp_path: Path, proxies: str, believed: str
) -> None:
    told = {"x_forwarded_for": "203.0.113.7", "x_real_ip": "203.0.113.8", "forwarded": "for=203.0.113.9"}
    with closing(EmbeddedIndex(tmp_path / "i")) as articles, closing(SqliteQueue(tmp_path / "q.db")) as queue:
        articles.write([])
        with closing(SearchIndex(EmbeddedEngine(tmp_path / "i"))) as search:
            app = make_app(search=search, articles=articles, ledger=console.ledger, queue=queue)
            with serving(app, proxies=proxies) as web:
                for number in range(5):
                    web.post("/sign-in", {"name": f"guess {number}", "password": "guess number"}, **told)
    locked = [about for about in console.ledger.sessions.locked() if about.startswith("from ")]
    console.ledger.sessions.forgive(locked)
    assert locked == [f"from {believed}"]


def test_guesses_that_come_together_find_no_more_doors_open(console: Console) -> None:
    with ThreadPoolExecutor(30) as pool:
        answers = list(pool.map(lambda number: console.sign_in("li", f"guess number {number}"), range(30)))
    assert Counter(answer.status for answer in answers) == {403: 5, 429: 25}
    lock = console.ledger.deeds.newest(1)[0]
    assert (lock.who, lock.deed, lock.about) == ("127.0.0.1", "sign_in.locked", "li")


def test_a_right_password_takes_back_what_was_counted(console: Console) -> None:
    assert [console.sign_in("li", PASSWORD).status for _ in range(8)] == [303] * 8


def test_an_admin_sees_who_is_locked_and_unlocks(console: Console) -> None:
    admin = signed_in(console.ledger, Role.ADMIN, name="keeper")
    assert "/users/li/unlock" not in console.web.get("/users", cookie=admin.cookie).text
    for number in range(5):
        assert console.sign_in("li", f"guess number {number}").status == 403
    console.ledger.sessions.forgive(["from 127.0.0.1"])
    assert console.sign_in("li", PASSWORD).status == 429
    assert "/users/li/unlock" in console.web.get("/users", cookie=admin.cookie).text
    assert console.web.post("/users/li/unlock", {"csrf": admin.csrf}, cookie=admin.cookie).status == 303
    assert console.sign_in("li", PASSWORD).status == 303


def test_who_is_unlocked_may_sign_in_from_where_the_guesses_came(console: Console) -> None:
    admin = signed_in(console.ledger, Role.ADMIN, name="keeper")
    for number in range(5):
        console.sign_in("li", f"guess number {number}")
    lock = console.ledger.deeds.newest(1)[0]
    assert lock.details == {"locked_name": ["li"], "locked_from": ["127.0.0.1"]}
    assert console.web.post("/users/li/unlock", {"csrf": admin.csrf}, cookie=admin.cookie).status == 303
    assert console.ledger.deeds.newest(1)[0].details == lock.details
    assert console.sign_in("li", PASSWORD).status == 303
    again = console.web.post("/users/li/unlock", {"csrf": admin.csrf}, cookie=admin.cookie)
    assert again.status == 422
    assert "li 没有被锁定" in again.text
    assert console.ledger.deeds.newest(2)[1].deed != "user.unlock"


def test_an_address_that_is_locked_alone_is_shown_and_unlocked(console: Console, tmp_path: Path) -> None:
    admin = signed_in(console.ledger, Role.ADMIN, name="keeper")
    settings = Settings(var=tmp_path, database=console.ledger_url)

    def lock() -> None:
        for number, name in enumerate(["nobody", "li", "li", "li", "li"]):
            console.sign_in(name, f"guess number {number}")

    lock()
    told = console.ledger.deeds.newest(1)[0]
    assert (told.about, told.details) == ("li", {"locked_from": ["127.0.0.1"]})
    page = console.web.get("/users", cookie=admin.cookie).text
    assert "暂时锁定的地址" in page
    assert "因密码屡错暂时锁定" not in page
    form = {"csrf": admin.csrf, "host": "127.0.0.1"}
    assert [console.web.post("/users/unlock", form, cookie=admin.cookie).status for _ in range(2)] == [303, 422]
    deed = console.ledger.deeds.newest(1)[0]
    assert (deed.who, deed.deed, deed.about) == ("keeper", "sign_in.unlock", "127.0.0.1")
    assert console.sign_in("li", PASSWORD).status == 303
    lock()
    listed = CliRunner().invoke(users, ["unlock"], obj=settings, catch_exceptions=False).output
    assert listed.startswith("from 127.0.0.1: locked")
    CliRunner().invoke(users, ["unlock", "--from", "127.0.0.1"], obj=settings, catch_exceptions=False)
    assert console.sign_in("li", PASSWORD).status == 303


def test_a_lock_is_told_in_the_log_without_what_was_typed(console: Console, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", logger="difang")
    for number in range(5):
        console.sign_in("correct horse typed as name", f"guess number {number}")
    events = [getattr(record, "event", "") for record in caplog.records]
    assert events.count("sign_in.wrong") == 5
    assert events.count("sign_in.locked") == 1
    assert "horse" not in caplog.text
    assert "guess number" not in caplog.text


def test_what_another_site_sends_is_not_carried_out(console: Console) -> None:
    admin = signed_in(console.ledger, Role.ADMIN, name="keeper")
    form = {"role": "admin", "csrf": admin.csrf}
    assert console.web.post("/users/invite", form, cookie=admin.cookie, origin="http://evil.example").status == 403
    assert console.web.post("/users/invite", {"role": "admin"}, cookie=admin.cookie).status == 403
    assert console.web.post("/users/invite", {**form, "csrf": "x"}, cookie=admin.cookie).status == 403
    assert "/welcome/" in console.web.post("/users/invite", form, cookie=admin.cookie).text


@pytest.mark.parametrize(
    "told",
    [
        {"origin": "null"},
        {"origin": ""},
        {"origin": "file://"},
        {"origin": "http://evil.example"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "null", "sec_fetch_site": "same-origin"},
    ],
)
def test_no_other_site_signs_a_visitor_in(console: Console, told: dict[str, str]) -> None:
    """Whoever is signed in under another's name leaves there what is searched for and saved."""
    form = {"name": "li", "password": PASSWORD}
    answer = console.web.post("/sign-in", form, **told)
    assert (answer.status, "set-cookie" in answer.headers) == (403, False)
    secret = console.ledger.people.invite(Role.READER, by="keeper")
    joined = console.web.post(f"/welcome/{secret}", {**form, "name": "wang"}, **told)
    assert (joined.status, "set-cookie" in joined.headers) == (403, False)
    own = {"origin": f"http://127.0.0.1:{console.web.port}", "sec_fetch_site": "same-origin"}
    assert console.web.post("/sign-in", form, **own).status == 303
    assert console.web.post("/sign-in", form, sec_fetch_site="same-origin").status == 303


def test_behind_a_proxy_that_gives_another_host_forms_and_links_are_of_the_public_address(
    console: Console, tmp_path: Path
) -> None:
    with closing(EmbeddedIndex(tmp_path / "i")) as articles, closing(SqliteQueue(tmp_path / "q.db")) as queue:
        articles.write([])
        with closing(SearchIndex(EmbeddedEngine(tmp_path / "i"))) as search:
            public = "https://difang.example"
            app = make_app(search=search, articles=articles, ledger=console.ledger, queue=queue, address=f"{public}/")
            with serving(app) as web:
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


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil", ""]
)
def test_nobody_is_sent_to_another_site(console: Console, target: str) -> None:
    assert own_address(target) == "/"
    console.ledger.sessions.forgive(["from 127.0.0.1"])
    assert console.sign_in("li", PASSWORD, next=target).headers["location"] == "/"


def test_an_invitation_works_once_and_gives_its_role(console: Console) -> None:
    secret = console.ledger.people.invite(Role.OPERATOR, by="keeper")
    form = {"name": "王 芳", "password": PASSWORD}
    answer = console.web.post(f"/welcome/{secret}", form)
    assert answer.status == 303
    assert console.web.get("/runs", cookie=cookie_of(answer)).status == 200
    assert console.web.get("/users", cookie=cookie_of(answer)).status == 403
    assert console.web.post(f"/welcome/{secret}", {**form, "name": "second"}).status == 404


@pytest.mark.parametrize("password", ["short", "x" * 201, "aaaaaaaaaaaaaaaa", "the user li is me"])
def test_a_weak_password_is_refused_with_a_sentence(password: str) -> None:
    with pytest.raises(UsageError, match="password"):
        hashed(password, name="li")


def test_a_password_is_right_or_not() -> None:
    kept = hashed(PASSWORD, name="li")
    assert PASSWORD not in kept
    assert is_right(kept, PASSWORD)
    assert not is_right(kept, PASSWORD + "!")
    assert not is_right(None, "a password nobody has")


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


@pytest.mark.parametrize("end", ["remove", "bar", "demote"])
def test_links_end_with_the_right_of_who_made_them(console: Console, end: str) -> None:
    people = console.ledger.people
    people.accept(people.invite(Role.ADMIN, by="test"), name="leaving", password=hashed(PASSWORD, name="leaving"))
    back = people.invite(Role.ADMIN, by="leaving")
    mailed = people.invite(Role.OPERATOR, by="leaving", mail="leaving@example.org")
    anothers_account = people.invite(Role.ADMIN, by="leaving", user="keeper")
    kept = people.invite(Role.READER, by="keeper")
    people.change_role("leaving", Role.ADMIN)
    assert people.invitation(back)
    match end:
        case "remove":
            people.remove("leaving")
        case "bar":
            people.bar("leaving", barred=True)
        case _:
            people.change_role("leaving", Role.OPERATOR)
    for secret in (back, mailed, anothers_account):
        assert console.web.post(f"/welcome/{secret}", {"name": "leaving2", "password": PASSWORD}).status == 404
    assert people.get("leaving2") is None
    assert console.ledger.identities.join("https://id.example", "1", mail="leaving@example.org", names=["back"]) is None
    assert people.invitation(kept)


@pytest.mark.parametrize("end", ["remove", "bar"])
def test_a_link_for_a_new_password_ends_with_its_user(console: Console, end: str) -> None:
    people = console.ledger.people
    secret = people.invite(Role.READER, by="keeper", user="li")
    if end == "remove":
        people.remove("li")
    else:
        people.bar("li", barred=True)
    assert console.web.post(f"/welcome/{secret}", {"password": PASSWORD}).status == 404


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


def test_links_that_can_still_be_used_are_listed_and_withdrawn(console: Console) -> None:
    admin = signed_in(console.ledger, Role.ADMIN, name="keeper")
    people = console.ledger.people
    invited = people.invite(Role.OPERATOR, by="another admin", mail="wang@example.org")
    people.invite(Role.READER, by="keeper", user="li")
    page = console.web.get("/users", cookie=admin.cookie).text
    for told in ("another admin", "wang@example.org", "li 重设密码", "邀请一位操作员"):
        assert told in page
    (handle,) = (one.handle for one in people.invitations() if one.made_by == "another admin")
    withdraw = f"/users/invitations/{handle}/withdraw"
    assert withdraw in page
    assert invited not in page
    assert console.web.get(f"/welcome/{handle}").status == 404  # a handle opens nothing
    assert console.web.post(withdraw, {"csrf": admin.csrf}, cookie=admin.cookie).status == 303
    assert people.invitation(invited) is None
    deed = console.ledger.deeds.newest(1)[0]
    assert (deed.who, deed.deed, deed.about) == ("keeper", "user.withdraw", "operator")
    assert deed.details == {"mail": "wang@example.org", "made_by": "another admin"}
    assert console.web.post(withdraw, {"csrf": admin.csrf}, cookie=admin.cookie).status == 409
    assert "li" in [one.user for one in people.invitations()]


def test_an_invitation_ends_no_other_but_that_of_the_first_start(console: Console) -> None:
    people = console.ledger.people
    kept = [
        people.invite(Role.READER, by="keeper"),
        people.invite(Role.ADMIN, by="keeper"),
        people.invite(Role.ADMIN, by="keeper", mail="zhao@example.org"),
        people.invite(Role.ADMIN, by="keeper"),
    ]
    assert all(people.invitation(secret) for secret in kept)
    first, second = (people.invite(Role.ADMIN, by="first start", instead=True) for _ in range(2))
    assert people.invitation(first) is None
    assert all(people.invitation(secret) for secret in [*kept, second])


def test_who_is_locked_out_is_let_in_again_from_the_shell(console: Console, tmp_path: Path) -> None:
    def unlocked() -> int:
        return [deed.deed for deed in console.ledger.deeds.newest(500)].count("user.unlock")

    before = unlocked()
    for number in range(5):
        console.sign_in("li", f"guess number {number}")
    console.ledger.sessions.forgive(["from 127.0.0.1"])
    settings = Settings(var=tmp_path, database=console.ledger_url)
    for said in ("li may sign in again.", "li is not locked out; there is nothing to do."):
        assert said in CliRunner().invoke(users, ["unlock", "li"], obj=settings, catch_exceptions=False).output
    assert console.sign_in("li", PASSWORD).status == 303
    assert unlocked() == before + 1
    with pytest.raises(UsageError, match="no user wang"):
        CliRunner().invoke(users, ["unlock", "wang"], obj=settings, catch_exceptions=False)


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


@pytest.mark.parametrize("name", ["Keeper", "ｋｅｅｐｅｒ", "kеeper", "KEEPER", "ѕеер", "ЅЕЕР", "All", "command line"])
def test_nobody_is_called_almost_as_somebody_else(console: Console, name: str) -> None:
    signed_in(console.ledger, name="seep")
    secret = console.ledger.people.invite(Role.READER, by="keeper")
    answer = console.web.post(f"/welcome/{secret}", {"name": name, "password": PASSWORD})
    assert answer.status == 422
    assert console.ledger.people.get(name) is None
    console.ledger.people.invite(Role.READER, by="keeper", mail="k@example.org")
    joined = console.ledger.identities.join("https://id.example", name, mail="k@example.org", names=[name, "Иван 2"])
    assert joined == "Иван 2"
    assert console.web.post(f"/welcome/{secret}", {"name": "王 keeper", "password": PASSWORD}).status == 303


def test_search_can_be_for_readers_only(open_console: Console, tmp_path: Path) -> None:
    parts = open_console.ledger
    with closing(EmbeddedIndex(tmp_path / "i")) as articles, closing(SqliteQueue(tmp_path / "q.db")) as queue:
        articles.write([])
        with closing(SearchIndex(EmbeddedEngine(tmp_path / "i"))) as search:
            app = make_app(search=search, articles=articles, ledger=parts, queue=queue, readers=READER)
            with serving(app) as web:
                reader = signed_in(parts, Role.READER, name="reading")
                assert web.get("/").headers["location"] == "/sign-in?next=%2F"
                assert web.get("/api/v1/search").status == 401
                assert web.get("/", cookie=reader.cookie).status == 200
                assert web.get("/sign-in").status == 200


def test_pages_come_in_the_language_asked_for(console: Console) -> None:
    assert "Search the regional channels" in console.web.get("/", accept_language="de,en-GB;q=0.8").text
    assert "地方频道检索" in console.web.get("/", accept_language="zh-TW,en;q=0.5").text
    chosen = console.web.get("/language/en?next=/sign-in")
    assert chosen.headers["location"] == "/sign-in"
    assert "User name" in console.web.get("/sign-in", cookie=chosen.headers["set-cookie"].split(";")[0]).text
