"""What an identity provider is to the console: it is asked who somebody is, and answers or does not."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from hashlib import sha256
from typing import Protocol

from difang.ingest.errors import DifangError, RetryLater


class ProviderAway(RetryLater):
    """The identity provider does not answer, or with nonsense; signing in by password still works."""


class NotConfirmed(DifangError):
    """The identity provider, or what claims to be its word, does not confirm who somebody is."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Keys:
    """What one sign-in is known by: all three come from a secret only the browser that began it has."""

    state: str
    nonce: str
    verifier: str  # of PKCE

    @classmethod
    def of(cls, secret: str) -> Keys:
        """The same keys for the same secret; none tells another, or the secret."""
        return cls(**{use: _derived(use, secret) for use in ("state", "nonce", "verifier")})


def new_secret() -> str:
    """A secret for one sign-in."""
    return secrets.token_urlsafe(32)


def _derived(use: str, secret: str) -> str:
    return urlsafe_b64encode(sha256(f"{use} {secret}".encode()).digest()).decode().rstrip("=")


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Whom the provider confirms; `mail` is empty where it does not confirm the address, `names` are wishes."""

    issuer: str
    subject: str
    mail: str
    names: tuple[str, ...]


class IdentityProvider(Protocol):
    """Signs people in elsewhere."""

    def way_there(self, keys: Keys, *, back: str) -> str:
        """The address to send somebody to, who then comes `back`; raises ProviderAway."""

    def person(self, keys: Keys, *, back: str, code: str) -> Person:
        """Who came back with this code; raises ProviderAway, NotConfirmed."""
