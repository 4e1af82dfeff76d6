"""The notifier: hands a message to the service at an address, through Apprise, and keeps secrets out of every word."""

from __future__ import annotations

import logging
import re
import threading
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from difang.console.alerts.target import NO_MAIL, is_mail, plugin_of, refuse_private
from difang.ingest.errors import DifangError, UsageError

_STATUS = re.compile(r"error=(\d{3})")


class NotSent(DifangError):
    """The receiver did not take the message; the sentence holds no secret."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """What is sent: a title, plain text, and for webhooks further fields of the JSON."""

    title: str
    text: str
    fields: dict[str, Any] = field(default_factory=dict)


class Notifier:
    """Sends by the operator's mail server, to webhooks and to chats."""

    def __init__(self, *, mail: str = "", private: bool = False) -> None:
        """`mail`: Apprise address of the mail server (mailto:// or mailtos://) without receiver; empty: no mail.

        `private`: hosts of the internal network may be sent to.
        """
        self.mail = mail
        self.private = private

    def mail_server(self) -> tuple[str, int]:
        """Host and port of the mail server; raises UsageError where the address of it cannot be read."""
        try:
            plugin: Any = plugin_of(self._by_mail("somebody@example.org"))
        except UsageError as error:
            raise UsageError("The mail server's address cannot be read; write mailtos://user:password@host.") from error
        return plugin.smtp_host, plugin.port

    def send(self, url: str, message: Message) -> None:
        """Send once; raises NotSent. Takes up to about 20 s."""
        with _Heard() as heard:
            try:
                taken = self._send(url, message)
            except NotSent:
                raise
            except UsageError as error:
                raise NotSent(str(error)) from error
            except Exception as error:  # a plugin may raise anything; its words may hold the address
                raise NotSent(f"The message could not be sent ({type(error).__name__}).") from None
        if not taken:
            said = f"HTTP {heard.status}" if heard.status else "no connection, or not taken"
            raise NotSent(f"The receiver did not take the message ({said}).")

    def _send(self, url: str, message: Message) -> bool:
        from apprise import NotifyFormat, NotifyType, OverflowMode
        from apprise.plugins.custom_json import NotifyJSON

        plugin = plugin_of(self._by_mail(url) if is_mail(url) else url)
        if not self.private and not is_mail(url):
            refuse_private(plugin)
        plugin.overflow_mode = OverflowMode.SPLIT
        if isinstance(plugin, NotifyJSON):
            plugin.payload_extras.update(message.fields)
        return bool(
            plugin.notify(
                title=message.title, body=message.text, notify_type=NotifyType.INFO, body_format=NotifyFormat.TEXT
            )
        )

    def _by_mail(self, address: str) -> str:
        if not self.mail:
            raise NotSent(NO_MAIL)
        return f"{self.mail}{'&' if '?' in self.mail else '?'}to={quote(address, safe='')}&format=text"


class _Heard(logging.Handler):
    """What Apprise logs while this thread sends: of that only an HTTP status is kept, because addresses are secrets."""

    def __init__(self) -> None:
        super().__init__()
        self._thread = threading.get_ident()
        self.status = ""

    def __enter__(self) -> _Heard:
        logging.getLogger("apprise").addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger("apprise").removeHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the status."""
        found = _STATUS.search(record.getMessage())
        if found and record.thread == self._thread:
            self.status = found[1]
