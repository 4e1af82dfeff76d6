"""`difang doctor`: what it says of settings and parts, by exit code, and what it never says."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.services.command import Difang

SECRET = "tiger-in-the-lake"  # noqa: S105 - made up


def doctor(tmp_path: Path, **settings: str) -> Difang:
    return Difang(var=tmp_path / "var", proxy=None, settings=settings)


def test_all_is_well_in_an_empty_folder(tmp_path: Path) -> None:
    done = doctor(tmp_path).run("doctor")
    assert "WRONG" not in done.stdout
    assert "DIFANG_INDEX " in done.stdout
    assert done.stderr == ""


def test_json_gives_settings_and_parts(tmp_path: Path) -> None:
    told = json.loads(doctor(tmp_path).run("doctor", "--json").stdout)
    assert told["settings"]["workers"] == "1"
    assert {part["part"] for part in told["parts"]} >= {"channels", "folder", "archive", "queue", "ledger", "index"}
    assert all(part["good"] for part in told["parts"])


@pytest.mark.parametrize(
    ("part", "settings"),
    [
        ("index", {"index": "http://127.0.0.1:1"}),
        ("ledger", {"database": "sqlite:////proc/none/ledger.db"}),
        ("queue", {"queue": "/proc/none/queue.db"}),
        ("channels", {"channels": "/none/channels.toml"}),
        ("files", {"index": "http://127.0.0.1:1", "index_password_file": "/none/password"}),
        ("files", {"mail_file": "/none/mail"}),
        ("folder", {"var": __file__}),
        ("index", {"var": __file__}),
        ("archive", {"archive": __file__}),
        ("archive", {"archive": "/proc/none/archive"}),
        ("synonyms", {"synonyms": "/none/synonyms.txt"}),
        ("console", {"rate_limit": "often"}),
        ("console", {"address": "difang.example"}),
        ("console", {"address": "https://difang.example"}),
        ("openid", {"openid_issuer": "https://127.0.0.1:1"}),
        ("openid", {"openid_issuer": "https://127.0.0.1:1", "openid_client": "difang"}),
    ],
)
def test_a_part_that_does_not_work_is_one_sentence_and_exit_code_1(
    part: str, settings: dict[str, str], tmp_path: Path
) -> None:
    done = doctor(tmp_path, **settings).run("doctor", "--part", part, code=1)
    wrong = [line for line in done.stdout.splitlines() if line.startswith("WRONG")]
    assert len(wrong) == 1
    assert wrong[0].split()[1] == part
    assert wrong[0].endswith(".")
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(("address", "said"), [("mailto://127.0.0.1:1", "127.0.0.1:1"), ("https://mail", "mailtos://")])
def test_a_mail_server_that_is_away_or_none_is_told(address: str, said: str, tmp_path: Path) -> None:
    file = tmp_path / "mail"
    file.write_text(f"{address}?from={SECRET}@example.org")
    done = doctor(tmp_path, mail_file=str(file)).run("doctor", "--part", "mail", code=1)
    assert done.stdout.startswith("WRONG mail")
    assert said in done.stdout
    assert SECRET not in done.stdout


@pytest.mark.parametrize(
    "settings",
    [{"address": "https://difang.example", "proxies": "127.0.0.1"}, {"address": "http://difang.example"}],
)
def test_a_named_proxy_is_well_and_so_is_none_without_https(settings: dict[str, str], tmp_path: Path) -> None:
    doctor(tmp_path, **settings).run("doctor", "--part", "console", code=0)


def test_an_unknown_part_is_wrong_usage(tmp_path: Path) -> None:
    done = doctor(tmp_path).run("doctor", "--part", "liver", code=2)
    assert "There is no part liver" in done.stderr


def test_passwords_are_never_shown(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(SECRET)
    settings = {
        "index": f"http://reader:{SECRET}@127.0.0.1:1",
        "index_user": "reader",
        "index_password_file": str(file),
        "database": f"postgresql+psycopg://me:{SECRET}@127.0.0.1:1/difang",
    }
    for form in ((), ("--json",), ("--part", "index"), ("--part", "ledger")):
        done = doctor(tmp_path, **settings).run("doctor", *form, code=1)
        assert SECRET not in done.stdout + done.stderr


def test_an_address_that_cannot_be_read_is_not_repeated_with_its_password(tmp_path: Path) -> None:
    done = doctor(tmp_path, index=f"http://reader:{SECRET}@127.0.0.1:port").run("doctor", "--part", "index", code=1)
    assert "DIFANG_INDEX" in done.stdout
    assert SECRET not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "address",
    [f"http://127.0.0.1:1/?password={SECRET}", f"sqlite:///x.db?password={SECRET}", f"postgresql://a:b@{SECRET}@h/d"],
)
def test_passwords_in_odd_places_of_an_address_are_not_shown_either(address: str, tmp_path: Path) -> None:
    setting = "index" if address.startswith("http") else "database"
    difang = doctor(tmp_path, **{setting: address})
    told = json.loads(difang.run("doctor", "--part", "folder", "--json").stdout)
    assert SECRET not in json.dumps(told)
