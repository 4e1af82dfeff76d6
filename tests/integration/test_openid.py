"""Signing in by OpenID Connect at a real provider: who is let in, who is not, and what does not count as its word."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from difang.console.people.identity import Keys
from difang.console.people.openid import OpenIdProvider
from difang.console.people.visitor import COOKIE
from difang.crawler.ledger.ledger import Ledger
from difang.crawler.ledger.people import Role
from difang.ingest.errors import UsageError
from tests.integration.consoles import console_in
from tests.services.openid import CLIENT, SECRET, OpenId, known_to_all, not_ours, openid_provider
from tests.services.people import SignedIn, signed_in
from tests.services.web import Answer, Web

WANG = {"sub": "248289", "email": "Wang@example.org", "email_verified": True, "preferred_username": "王 芳"}


def cookie(answer: Answer) -> str:
    return answer.headers["set-cookie"].split(";")[0]


@dataclass(frozen=True, kw_only=True)
class Console:
    web: Web
    ledger: Ledger
    openid: OpenId

    def there(self, next_: str = "/", **headers: str) -> tuple[str, str]:
        """Where the provider sends the browser back to, and the cookie the browser has by then."""
        answer = self.web.get(f"/sign-in/provider?next={next_}", **headers)
        assert answer.status == 303, answer.text
        parts = urlsplit(answer.headers["location"])
        sent_back = Web(port=parts.port or 0).get(f"{parts.path}?{parts.query}")
        return sent_back.headers["location"], cookie(answer)

    def back(self, address: str, cookie: str) -> Answer:
        return self.web.get(address.partition(f":{self.web.port}")[2], cookie=cookie, accept_language="en")

    def sign_in(self, **claims: object) -> Answer:
        self.openid.person = {**WANG, **claims}
        return self.back(*self.there())


@pytest.fixture(scope="module")
def open_console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Console]:
    with openid_provider() as openid:
        provider = OpenIdProvider(issuer=openid.issuer, client=CLIENT, secret=SECRET)
        with console_in(tmp_path_factory.mktemp("openid"), provider=provider) as served:
            yield Console(web=served.web, ledger=served.ledger, openid=openid)


@pytest.fixture
def console(open_console: Console) -> Iterator[Console]:
    """The console with an admin and nobody else, and a provider that tells the truth."""
    signed_in(open_console.ledger, Role.ADMIN, name="keeper")
    yield open_console
    for user in open_console.ledger.people.all():
        if user.name != "keeper":
            open_console.ledger.people.remove(user.name)
    fresh = OpenId(issuer=open_console.openid.issuer)
    vars(open_console.openid).update(vars(fresh))


@pytest.fixture
def keeper(console: Console) -> SignedIn:
    return signed_in(console.ledger, Role.ADMIN, name="keeper")


def who(console: Console, answer: Answer) -> tuple[str, Role] | None:
    """Whose session the answer began."""
    name, _, secret = cookie(answer).partition("=")
    session = console.ledger.sessions.of(secret) if name == COOKIE else None
    return (session.user, session.role) if session else None


def test_the_invited_one_joins_with_the_role_of_the_invitation_and_is_known_from_then_on(console: Console) -> None:
    console.ledger.people.invite(Role.OPERATOR, by="keeper", mail="wang@Example.org")
    console.openid.person = WANG
    answer = console.back(*console.there("/runs?state=failed"))
    assert (answer.status, answer.headers["location"]) == (303, "/runs?state=failed")
    assert who(console, answer) == ("王 芳", Role.OPERATOR)
    deed = console.ledger.deeds.newest(1)[0]
    assert (deed.who, deed.deed, deed.details["subject"]) == ("王 芳", "user.identity", "248289")
    again = console.sign_in(email="moved@example.org", preferred_username="other")
    assert who(console, again) == ("王 芳", Role.OPERATOR)
    assert len(console.ledger.people.all()) == 2


def test_a_known_user_is_found_by_the_address_an_admin_wrote_down(console: Console, keeper: SignedIn) -> None:
    signed_in(console.ledger, Role.READER, name="wang")
    form = {"mail": "WANG@example.org", "csrf": keeper.csrf}
    assert console.web.post("/users/wang/mail", form, cookie=keeper.cookie).status == 303
    assert who(console, console.sign_in()) == ("wang", Role.READER)
    with pytest.raises(UsageError, match="another user's"):
        console.ledger.people.change_mail("keeper", "wang@example.org")


def test_an_admin_invites_by_address_on_the_page(console: Console, keeper: SignedIn) -> None:
    form = {"role": "reader", "mail": "wang@example.org", "csrf": keeper.csrf}
    assert "/welcome/" in console.web.post("/users/invite", form, cookie=keeper.cookie).text
    assert console.web.post("/users/invite", {**form, "mail": "wang"}, cookie=keeper.cookie).status == 422
    assert who(console, console.sign_in()) == ("王 芳", Role.READER)


def test_the_address_may_stand_in_userinfo_alone(console: Console) -> None:
    console.ledger.people.invite(Role.READER, by="keeper", mail="wang@example.org")
    console.openid.userinfo = {"sub": "someone else", "email": "wang@example.org", "email_verified": True}
    assert console.sign_in(email=None, email_verified=None).status == 403
    console.openid.userinfo["sub"] = WANG["sub"]
    assert who(console, console.sign_in(email=None, email_verified=None)) == ("王 芳", Role.READER)


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({}, "not known here"),
        ({"email": "nobody@example.org"}, "not known here"),
        ({"email_verified": False}, "does not confirm your e-mail"),
        ({"email_verified": "true"}, "does not confirm your e-mail"),
        ({"email": None}, "does not confirm your e-mail"),
        ({"nonce": "of another sign-in"}, "did not confirm who you are"),
        ({"nonce": None}, "did not confirm who you are"),
        ({"aud": "another client"}, "did not confirm who you are"),
        ({"iss": "http://evil.example"}, "did not confirm who you are"),
        ({"sub": None}, "did not confirm who you are"),
        ({"sub": ""}, "did not confirm who you are"),
        ({"sub": " "}, "did not confirm who you are"),
        ({"sub": "x" * 256}, "did not confirm who you are"),
        ({"exp": int(time.time()) - 3600}, "did not confirm who you are"),
    ],
)
def test_nobody_else_is_let_in(console: Console, claims: dict[str, object], sentence: str) -> None:
    if claims:  # the address itself is invited
        console.ledger.people.invite(Role.READER, by="keeper", mail="wang@example.org")
    if "nobody" in str(claims.get("email")) or not claims:
        console.ledger.people.invite(Role.READER, by="keeper", mail="another@example.org")
    before = len(console.ledger.people.all())
    answer = console.sign_in(**(claims or {"email": "stranger@example.org"}))
    assert (answer.status, who(console, answer)) == (403, None)
    assert sentence in answer.text
    assert len(console.ledger.people.all()) == before


@pytest.mark.parametrize("forged", ["another key", "another key of our name", "the client's secret"])
def test_a_token_somebody_else_signed_is_refused(console: Console, forged: str) -> None:
    console.ledger.people.invite(Role.ADMIN, by="keeper", mail="wang@example.org")
    if forged == "the client's secret":
        console.openid.key, console.openid.signing = known_to_all(), "HS256"
    else:
        console.openid.key, console.openid.kid = not_ours(), "ours" if "name" in forged else "not ours"
    answer = console.sign_in()
    assert (answer.status, who(console, answer)) == (403, None)
    assert "did not confirm who you are" in answer.text


def test_a_sign_in_another_browser_began_is_refused(console: Console) -> None:
    console.ledger.people.invite(Role.READER, by="keeper", mail="wang@example.org")
    console.openid.person = WANG
    theirs, _ = console.there()
    ours, own = console.there()
    wrong = ours.partition("state=")[0] + "state=made-up"
    for address, kept in ((theirs, own), (wrong, own), (ours, ""), (ours, "difang_sign_in=."), (ours + "&code=", own)):
        answer = console.back(address, kept)
        assert (answer.status, who(console, answer)) == (403, None)
    assert who(console, console.back(ours, own)) == ("王 芳", Role.READER)
    assert console.back(ours, own).status == 403, "a code is good for once"


def test_the_way_there_carries_keys_that_tell_nothing_of_each_other(console: Console) -> None:
    there = console.web.get("/sign-in/provider")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(there.headers["location"]).query).items()}
    secret = cookie(there).partition("=")[2].partition(".")[0]
    keys = Keys.of(secret)
    assert (asked["state"], asked["nonce"], asked["code_challenge_method"]) == (keys.state, keys.nonce, "S256")
    assert len({keys.state, keys.nonce, keys.verifier, asked["code_challenge"], secret}) == 5
    assert keys.verifier not in there.headers["location"]
    assert {"HttpOnly", "SameSite=lax", "Path=/sign-in/provider"} <= set(there.headers["set-cookie"].split("; "))


def test_a_session_of_before_ends_and_nobody_is_sent_elsewhere(console: Console, keeper: SignedIn) -> None:
    console.ledger.people.invite(Role.READER, by="keeper", mail="wang@example.org")
    console.openid.person = WANG
    address, own = console.there("//evil.example")
    answer = console.back(address, f"{own}; {keeper.cookie}; {COOKIE}2=x")
    assert answer.headers["location"] == "/"
    assert keeper.cookie not in answer.headers["set-cookie"]
    assert who(console, answer) == ("王 芳", Role.READER)
    assert console.ledger.sessions.of(keeper.cookie.partition("=")[2]) is None


def test_one_who_is_barred_stays_out_and_an_address_with_a_new_owner_opens_nothing(console: Console) -> None:
    console.ledger.people.invite(Role.READER, by="keeper", mail="wang@example.org")
    console.sign_in()
    assert console.sign_in(sub="the next owner of the address").status == 403
    console.ledger.people.bar("王 芳", barred=True)
    console.ledger.people.invite(Role.ADMIN, by="keeper", mail="wang@example.org")
    assert console.sign_in().status == 403
    assert console.sign_in(sub="the next owner of the address").status == 403


def test_a_provider_that_is_away_leaves_the_password(open_console: Console, tmp_path: Path) -> None:
    with openid_provider() as gone:
        pass
    provider = OpenIdProvider(issuer=gone.issuer, client=CLIENT, secret=SECRET)
    with console_in(tmp_path, ledger=open_console.ledger, provider=provider) as console:
        for _ in range(2):
            answer = console.web.get("/sign-in/provider?next=/runs", accept_language="en")
            assert answer.status == 503
            assert "does not answer now" in answer.text
            assert 'name="next" value="/runs"' in answer.text


def test_without_a_provider_there_is_no_such_button(open_console: Console, tmp_path: Path) -> None:
    with console_in(tmp_path, ledger=open_console.ledger) as console:
        assert "/sign-in/provider" not in console.web.get("/sign-in").text
        assert console.web.get("/sign-in/provider").status == 404


def test_the_button_leads_through_the_provider_and_back(console: Console, chromium: Browser) -> None:
    console.ledger.people.invite(Role.READER, by="keeper", mail="wang@example.org")
    console.openid.person = WANG
    home, complaints = f"http://127.0.0.1:{console.web.port}", list[str]()
    for locale, label in (("zh-CN", "用统一身份登录"), ("en-GB", "Sign in with single sign-on")):
        with chromium.new_context(base_url=home, locale=locale) as context:
            page = context.new_page()
            page.on("console", lambda said: complaints.append(said.text))
            page.goto("/sign-in?next=/account")
            page.get_by_role("link", name=label).click()
            page.wait_for_url(f"{home}/account")
            expect(page.get_by_role("link", name="王 芳")).to_be_visible()
    assert complaints == []
