"""Signing in on a real server: sessions, guessing and locks, proxies, other sites, and passwords."""

from __future__ import annotations

import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner

from difang.command.settings import Settings
from difang.command.users import command as users
from difang.console.people.gate import own_address
from difang.console.people.passwords import hashed, is_right
from difang.console.people.visitor import COOKIE
from difang.crawler.ledger.people import Role
from difang.ingest.errors import UsageError
from tests.integration.consoles import PASSWORD, Console, console_in, cookie_of
from tests.services.people import signed_in


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
    with console_in(tmp_path, ledger=console.ledger, proxies=proxies) as behind:
        headers = behind.web.get("/healthz", x_forwarded_proto="https").headers
        for number in range(5):
            behind.web.post("/sign-in", {"name": f"guess {number}", "password": "guess number"}, **told)
    locked = [about for about in console.ledger.sessions.locked() if about.startswith("from ")]
    console.ledger.sessions.forgive(locked)
    assert locked == [f"from {believed}"]
    assert ("strict-transport-security" in headers) is (believed == "203.0.113.7"), "https, by whom is believed"


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


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "/\t/evil", ""]
)
def test_nobody_is_sent_to_another_site(console: Console, target: str) -> None:
    assert own_address(target) == "/"
    console.ledger.sessions.forgive(["from 127.0.0.1"])
    assert console.sign_in("li", PASSWORD, next=target).headers["location"] == "/"


def test_a_password_is_right_or_not() -> None:
    kept = hashed(PASSWORD, name="li")
    assert PASSWORD not in kept
    assert is_right(kept, PASSWORD)
    assert not is_right(kept, PASSWORD + "!")
    assert not is_right(None, "a password nobody has")


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
