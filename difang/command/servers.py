"""Servers of others: from the settings to what speaks with Elasticsearch, mail and who signs people in.

Their passwords are read here alone, and no sentence of an error holds one.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from difang.command.settings import Settings
from difang.ingest.errors import UsageError

if TYPE_CHECKING:
    from elasticsearch import Elasticsearch

    from difang.console.alerts.notifier import Notifier
    from difang.console.people.openid import OpenIdProvider

_CONNECTIONS = 40  # one for each thread that may read the index at once: no timeout counts the wait for a free one


def elasticsearch_client(settings: Settings) -> Elasticsearch:
    """The client for DIFANG_INDEX; a request is sent once, because the queue is what tries again."""
    from elastic_transport.client_utils import DEFAULT
    from elasticsearch import Elasticsearch

    password = _password(settings)
    if not (settings.index_user + password).isascii():
        raise UsageError(
            "User name and password at Elasticsearch (index_user, index_password) must be letters, digits and signs of"
            " ASCII: no others can be sent; give this user another password."
        )
    if settings.index_ca:
        try:
            Path(settings.index_ca).stat()
        except OSError as error:
            raise UsageError(f"The certificate file {settings.index_ca} cannot be read: {error}.") from error
    try:
        return Elasticsearch(
            settings.index,
            basic_auth=(settings.index_user, password) if settings.index_user else None,
            ca_certs=settings.index_ca or DEFAULT,
            request_timeout=settings.timeout,
            max_retries=0,
            connections_per_node=_CONNECTIONS,
        )
    except (ValueError, OSError) as error:
        said = str(error).replace(settings.index, "this address")  # which may hold a password
        raise UsageError(f"The setting index (DIFANG_INDEX) or index_ca cannot be used: {said}.") from error


def notifier(settings: Settings) -> Notifier:
    """What sends alerts; raises UsageError where the mail server is named wrongly."""
    from difang.console.alerts.notifier import Notifier

    mail = _held_by(settings.mail_file, "mail") if settings.mail_file else ""
    if mail and not mail.startswith(("mailto://", "mailtos://")):
        raise UsageError(f"The file {settings.mail_file} must hold an address such as mailtos://user:password@host.")
    return Notifier(mail=mail, private=settings.alerts_to_private == "yes")


def team_notifier(settings: Settings) -> Notifier:
    """What tells the team of issues; an admin, who makes the rules, may name hosts of the internal network."""
    from difang.console.alerts.notifier import Notifier

    return Notifier(mail=notifier(settings).mail, private=True)


def identity_provider(settings: Settings) -> OpenIdProvider | None:
    """Where people may sign in besides the console; None where nothing is configured."""
    if not settings.openid_issuer:
        return None
    if not settings.openid_client:
        raise UsageError("The setting openid_issuer needs openid_client, the id the provider knows difang by.")
    from difang.console.people.openid import OpenIdProvider

    file = settings.openid_secret_file
    secret = _held_by(file, "OpenID secret") if file else settings.openid_secret
    if not (settings.openid_client + secret).isascii():
        raise UsageError("The OpenID client and its secret must be of ASCII alone: copy both from the provider anew.")
    return OpenIdProvider(issuer=settings.openid_issuer, client=settings.openid_client, secret=secret)


def _password(settings: Settings) -> str:
    return (
        _held_by(settings.index_password_file, "password") if settings.index_password_file else settings.index_password
    )


def _held_by(file: str, what: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The {what} file {file} cannot be read: {error}.") from error
