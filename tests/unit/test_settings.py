"""Settings: read once, the environment wins, wrong ones are refused with their name."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from difang.command.main import COMMANDS
from difang.command.servers import elasticsearch_client, identity_provider
from difang.command.settings import Settings, read_settings
from difang.ingest.errors import UsageError

ROOT = Path(__file__).parents[2]


def test_without_anything_the_defaults_hold(tmp_path: Path) -> None:
    assert read_settings({}, tmp_path) == Settings()


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    (tmp_path / "difang.toml").write_text('delay = 5\nindex = "http://es:9200"\n', encoding="utf-8")
    settings = read_settings({"DIFANG_DELAY": "0.5"}, tmp_path)
    assert (settings.delay, settings.index) == (0.5, "http://es:9200")


@pytest.mark.parametrize(
    ("environment", "file", "said"),
    [
        ({"DIFANG_DELY": "1"}, "", "^Nothing was started, .* DIFANG_DELY, .* perhaps DIFANG_DELAY is meant"),
        ({"DIFANG_X": "1"}, "", "correct or unset it; docs/settings.md"),
        ({"DIFANG_DELAY": "soon"}, "", "delay must be of type float"),
        ({"DIFANG_WORKERS": "-1"}, "", "at least 1"),
        ({"DIFANG_DELAY": "nan"}, "", "delay"),
        ({"DIFANG_QUEUE": "redis://h:1"}, "", "queue names a file"),
        ({"DIFANG_CONTACT": "a\nb"}, "", "one line"),
        ({"DIFANG_PROXIES": "*"}, "", "proxies must be addresses or networks"),
        ({"DIFANG_PROXIES": "10.0.0.1/8"}, "", "proxies must be addresses or networks"),
        ({}, "workers = 1.5", "workers must be of type int"),
        ({}, "workers = true", "workers must be of type int"),
        ({}, "timeout = 0", "at least 1"),
        ({}, "dely = 1", "sets dely"),
        ({}, "delay = ", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(environment: dict[str, str], file: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "difang.toml").write_text(file, encoding="utf-8")
    with pytest.raises(UsageError, match=said):
        read_settings(environment, tmp_path)


@pytest.mark.parametrize("name", [f.name for f in fields(Settings) if f.type == "str"])
@pytest.mark.parametrize("value", ["Geheim\n", "re\tdis://u:Geheim@h:1", "redis://u:Geheim@h:1"])
def test_no_sentence_tells_what_may_be_a_password(name: str, value: str, tmp_path: Path) -> None:
    """A mounted secret often ends with a line break, and any address may have a password."""
    try:
        read_settings({f"DIFANG_{name.upper()}": value}, tmp_path)
    except UsageError as error:
        assert "Geheim" not in str(error) + str(error.__cause__)
        assert name in str(error)
    else:
        assert value.isprintable()


@pytest.mark.parametrize(("user", "password"), [("钱禾", "geheim"), ("elastic", "gehéim"), ("elastic", "密")])
def test_a_password_that_cannot_be_sent_is_told_as_such(user: str, password: str) -> None:
    """Not as an index that cannot be used."""
    settings = Settings(index="https://127.0.0.1:9", index_user=user, index_password=password)
    with pytest.raises(UsageError, match=r"index_user, index_password.* must be letters, digits and signs of ASCII"):
        elasticsearch_client(settings)


def test_a_secret_that_no_provider_gives_is_told_at_start() -> None:
    """Not when the first one signs in."""
    settings = Settings(openid_issuer="https://id.example", openid_client="difang", openid_secret="密")  # noqa: S106
    with pytest.raises(UsageError, match="must be of ASCII alone"):
        identity_provider(settings)


def test_a_certificate_file_that_is_not_there_is_told_as_such() -> None:
    with pytest.raises(UsageError, match=r"The certificate file /not/there cannot be read: .*No such file"):
        elasticsearch_client(Settings(index="https://127.0.0.1:9", index_ca="/not/there"))


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert [f.name for f in fields(Settings) if f"`DIFANG_{f.name.upper()}` | `{f.name}`" not in text] == []


def test_every_command_is_named_in_the_docs() -> None:
    text = "".join(file.read_text(encoding="utf-8") for file in [ROOT / "README.md", *ROOT.glob("docs/*.md")])
    assert [name for name in COMMANDS if f"difang {name}" not in text] == []
