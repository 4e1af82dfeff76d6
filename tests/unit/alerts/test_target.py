"""Where alerts may go: what is refused, and that nothing shown holds a secret."""

from __future__ import annotations

import pytest

from difang.console.alerts.target import read_address
from difang.ingest.errors import UsageError


@pytest.mark.parametrize(
    "text",
    [
        "file:///etc/passwd",
        "syslog://",
        "dbus://",
        "mailto://user:pass@smtp.example.org",  # mail goes through the operator's server only
        "slack://TokenA/TokenB/TokenC?template=/etc/passwd",
        "slack://TokenA/TokenB/TokenC?%74emplate=/etc/passwd",
        "jsons://127.0.0.1/hook?verify=no",
        "ftp://example.org/",
        "javascript:alert(1)",
        "json://[::1",
        "nonsense",
        "",
        "https://",
        "a" * 2_000,
        "https://127.0.0.1/\nhook",
    ],
)
def test_what_is_no_mail_webhook_or_chat_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        read_address(text, mail=True, private=True)


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "localhost", "10.1.2.3", "192.168.0.1", "169.254.169.254", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"],  # noqa: S104
)
@pytest.mark.parametrize("scheme", ["http", "https", "json", "gotify"])
def test_the_internal_network_is_refused_unless_it_is_allowed(scheme: str, host: str) -> None:
    address = f"{scheme}://{host}:8080/token1234567890"
    with pytest.raises(UsageError):
        read_address(address, mail=True, private=False)
    if "::" not in host:
        assert read_address(address, mail=True, private=True).url


def test_mail_needs_a_mail_server() -> None:
    assert read_address(" li@example.org ", mail=True, private=False).url == "li@example.org"
    with pytest.raises(UsageError):
        read_address("li@example.org", mail=False, private=False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("http://127.0.0.1/hook/s3cret?key=s3cret", "JSON · 127.0.0.1"),
        ("http://user:s3cret@127.0.0.1/hook", "JSON · 127.0.0.1"),
        ("tgram://123456789:s3cretabcdefg_hijklmnop/12315544/", "Telegram"),
        ("https://discord.com/api/webhooks/123456789012345678/" + "s3cret" * 12, "Discord"),
    ],
)
def test_what_is_shown_holds_no_secret(text: str, shown: str) -> None:
    assert read_address(text, mail=False, private=True).shown == shown
