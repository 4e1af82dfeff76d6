"""Links that invite or give a new password: whom they let in, when they end, and how they are withdrawn."""

from __future__ import annotations

import pytest

from difang.console.people.passwords import hashed
from difang.crawler.ledger.people import Role
from difang.ingest.errors import UsageError
from tests.integration.consoles import PASSWORD, Console, cookie_of
from tests.services.people import signed_in


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
