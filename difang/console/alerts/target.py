"""Where an alert may go: a mail address, a webhook or a chat, as a reader writes it; all else is refused."""

from __future__ import annotations

import logging
import re
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from difang.console.languages import N_
from difang.ingest.errors import UsageError

if TYPE_CHECKING:
    from apprise.plugins.base import NotifyBase

LONGEST = 1_000
"""Characters of an address."""

_HOSTED = frozenset(
    ("json", "jsons", "ntfy", "ntfys", "gotify", "gotifys", "mmost", "mmosts", "rocket", "rockets", "bark", "barks")
)
_SERVICES = frozenset(
    ("slack", "discord", "tgram", "dingtalk", "wecombot", "feishu", "lark", "schan", "pushplus", "webex", "gchat")
)
_OPTIONS = frozenset(
    ("to", "method", "user", "pass", "priority", "lang", "channel", "mode", "region", "token", "secret", "topic")
)
"""Options without which these services cannot be named. Others are refused, because some, such as template=, read
files of this machine or turn off the check of certificates."""

_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")
_PREFIXES = ("+", "-", ":")  # headers, parameters and further fields of a webhook

NOT_UNDERSTOOD = N_("这个地址无法使用：请写邮箱、https:// 网络钩子，或文档所列聊天服务的地址。")
NO_MAIL = N_("此处没有设置发信服务器，请改用网络钩子或聊天服务，或请管理员设置。")
PRIVATE = N_("这个地址属于内部网络，不能使用。")
UNKNOWN_HOST = N_("找不到这台主机，请检查地址。")


@dataclass(frozen=True, kw_only=True, slots=True)
class Address:
    """A checked address: `url` for Apprise or a bare mail address, secrets and all; `shown` without any."""

    url: str
    shown: str


def read_address(text: str, *, mail: bool, private: bool) -> Address:
    """The address somebody wrote; raises UsageError where it may not be used.

    `mail`: mail can be sent; `private`: hosts of the internal network may be named.
    """
    text = text.strip()
    if not 0 < len(text) <= LONGEST or not text.isprintable():
        raise UsageError(NOT_UNDERSTOOD)
    if _MAIL.fullmatch(text):
        if not mail:
            raise UsageError(NO_MAIL)
        return Address(url=text, shown=text)
    url, plugin = _plugin(text)
    if not private:
        refuse_private(plugin)
    host = f" · {plugin.host}" if _is_hosted(plugin) else ""
    return Address(url=url, shown=f"{plugin.service_name}{host}"[:120])


def is_mail(url: str) -> bool:
    """Whether a checked address is one of mail."""
    return "://" not in url


def plugin_of(url: str) -> NotifyBase:
    """What sends to an Apprise address; never follows to where its host sends it on."""
    from apprise import Apprise, AppriseAsset, PersistentStoreMode

    _hush()
    asset = AppriseAsset(app_id="difang", storage_mode=PersistentStoreMode.MEMORY, http_redirects=False)
    plugin = Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
    if plugin is None:
        raise UsageError(NOT_UNDERSTOOD)
    return plugin


def _hush() -> None:
    """Apprise names hosts and parts of addresses in its log; ours tells what went wrong in its own words."""
    apprise = logging.getLogger("apprise")
    apprise.propagate = False
    if not apprise.handlers:
        apprise.addHandler(logging.NullHandler())


def refuse_private(plugin: NotifyBase) -> None:
    """Raises UsageError where the host it sends to is none of the public internet, or unknown.

    Asked again before each sending, because a name may lead elsewhere by then.
    """
    if not _is_hosted(plugin):
        return
    try:
        found = socket.getaddrinfo(plugin.host.strip("[]"), None, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UsageError(UNKNOWN_HOST) from error
    if not all(_is_public(str(place[0])) for *_, place in found):
        raise UsageError(PRIVATE)


def _is_public(text: str) -> bool:
    address = ip_address(text.partition("%")[0])
    inner = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None) or address
    return bool(inner.is_global and not inner.is_multicast)


def _plugin(text: str) -> tuple[str, NotifyBase]:
    try:
        parts = urlsplit(text)
        options = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError as error:
        raise UsageError(NOT_UNDERSTOOD) from error
    if parts.scheme.lower() in ("http", "https"):
        try:
            plugin = plugin_of(text)  # the address a service gives out for its own webhooks
        except UsageError:
            text = _webhook(text)
            plugin = plugin_of(text)
    elif any(not name.startswith(_PREFIXES) and name.lower() not in _OPTIONS for name, _ in options):
        raise UsageError(NOT_UNDERSTOOD)
    else:
        plugin = plugin_of(text)
    if not _schemes(plugin) & (_HOSTED | _SERVICES) or getattr(plugin, "template", None):
        raise UsageError(NOT_UNDERSTOOD)
    return text, plugin


def _webhook(text: str) -> str:
    """A plain web address as Apprise names one that JSON is sent to; its query stays the address's own."""
    parts = urlsplit(text)
    own = parse_qsl(parts.query, keep_blank_values=True)
    kept = urlencode({f"-{name}": value for name, value in own}, quote_via=quote)
    scheme = "jsons" if parts.scheme.lower() == "https" else "json"
    return parts._replace(scheme=scheme, query=kept, fragment="").geturl()


def _schemes(plugin: NotifyBase) -> frozenset[str]:
    named: list[str] = []
    for schemes in (plugin.protocol, plugin.secure_protocol):
        named += [schemes] if isinstance(schemes, str) else (schemes or ())
    return frozenset(named)


def _is_hosted(plugin: NotifyBase) -> bool:
    return bool(_schemes(plugin) & _HOSTED) and getattr(plugin, "mode", None) != "cloud"
