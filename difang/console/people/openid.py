"""OpenID Connect: the code flow with PKCE, with every check of the identity token."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore
from typing import Any

from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from requests import RequestException

from difang.console.people.identity import Keys, NotConfirmed, Person, ProviderAway

_SCOPE = "openid email profile"
_SECONDS = (3.05, 6.0)  # to connect, to read
_KEPT_SECONDS = 3600.0
_AGAIN_SECONDS = 5.0
_AT_ONCE = 4
_LEEWAY_SECONDS = 60
_SIGNED_BY = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures only the provider can make: neither `none` nor one made with the client's secret."""
_LONGEST_SUBJECT = 255
"""Characters: OpenID Connect Core 1.0, section 2."""
_NEEDED = ("issuer", "authorization_endpoint", "token_endpoint", "jwks_uri")


class OpenIdProvider:
    """An OpenID provider known by its issuer; its description is read when it is first needed and kept an hour."""

    def __init__(self, *, issuer: str, client: str, secret: str) -> None:
        self._issuer, self._client, self._secret = issuer.rstrip("/"), client, secret
        self._said: dict[str, Any] = {}
        self._until = 0.0
        self._talks = BoundedSemaphore(_AT_ONCE)  # a provider that is slow may not take every thread of the console

    def look(self) -> None:
        """Ask the provider to describe itself; raises ProviderAway."""
        with self._talking("") as session:
            self._described(session)

    def way_there(self, keys: Keys, *, back: str) -> str:
        """The address to send somebody to, who then comes `back`; raises ProviderAway."""
        with self._talking(back) as session:
            there, _ = session.create_authorization_url(
                self._described(session)["authorization_endpoint"],
                state=keys.state,
                nonce=keys.nonce,
                code_verifier=keys.verifier,
            )
        return str(there)

    def person(self, keys: Keys, *, back: str, code: str) -> Person:
        """Who came back with this code; raises ProviderAway, NotConfirmed."""
        with self._talking(back) as session:
            said = self._described(session)
            token = session.fetch_token(
                said["token_endpoint"], code=code, code_verifier=keys.verifier, grant_type="authorization_code"
            )
            claims = self._claims(session, said, token, keys.nonce)
            if not claims.get("email") and said.get("userinfo_endpoint"):
                more = _json(session.get(said["userinfo_endpoint"]))
                claims = {**more, **claims} if more.get("sub") == claims["sub"] else claims
        return _person(claims)

    @contextmanager
    def _talking(self, back: str) -> Iterator[OAuth2Session]:
        if not self._talks.acquire(blocking=False):
            raise ProviderAway("The identity provider is slow, and others wait for it already; try again.")
        try:
            with OAuth2Session(
                self._client,
                self._secret,
                scope=_SCOPE,
                redirect_uri=back,
                code_challenge_method="S256",
                token_endpoint_auth_method=self._way_to_say_the_secret(),
                default_timeout=_SECONDS,
            ) as session:
                yield session
        except (RequestException, ValueError, KeyError, TypeError) as error:
            raise ProviderAway(f"The identity provider cannot be asked: {type(error).__name__}: {error}.") from error
        except (OAuthError, JoseError) as error:
            raise NotConfirmed(f"The identity provider's word does not hold: {error}.") from error
        finally:
            self._talks.release()

    def _way_to_say_the_secret(self) -> str:
        ways = self._said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return "client_secret_basic" if "client_secret_basic" in ways else "client_secret_post"

    def _described(self, session: OAuth2Session) -> dict[str, Any]:
        """The provider's own description of itself, which must be of this issuer and no less safe than its address."""
        if time.monotonic() < self._until:
            if not self._said:
                raise ProviderAway("The identity provider did not answer a moment ago; try again.")
            return self._said
        self._said, self._until = {}, time.monotonic() + _AGAIN_SECONDS
        said = _json(session.get(f"{self._issuer}/.well-known/openid-configuration", withhold_token=True))
        if str(said["issuer"]).rstrip("/") != self._issuer:
            raise ProviderAway(f"The identity provider calls itself {said['issuer']}, not {self._issuer}.")
        kind = self._issuer.partition("://")[0]
        if not all(str(said[name]).startswith(("https://", f"{kind}://")) for name in _NEEDED):
            raise ProviderAway("The identity provider names an address that is not https.")
        session.token_endpoint_auth_method = self._way_to_say_the_secret()
        self._said, self._until = said, time.monotonic() + _KEPT_SECONDS
        return said

    def _claims(self, session: OAuth2Session, said: dict[str, Any], token: Any, nonce: str) -> dict[str, Any]:
        held: Any = _json(session.get(said["jwks_uri"], withhold_token=True))
        offered = said.get("id_token_signing_alg_values_supported") or ["RS256"]
        signed = jwt.decode(
            token["id_token"], KeySet.import_key_set(held), algorithms=[name for name in _SIGNED_BY if name in offered]
        )
        options = {"iss": {"value": said["issuer"]}, "aud": {"value": self._client}}
        known = {"nonce": nonce, "client_id": self._client, "access_token": token.get("access_token", "")}
        claims = CodeIDToken(signed.claims, signed.header, options, known)
        claims.validate(leeway=_LEEWAY_SECONDS)
        return dict(claims)


def _json(answer: Any) -> dict[str, Any]:
    answer.raise_for_status()
    said = answer.json()
    if not isinstance(said, dict):
        raise TypeError("an answer that is no object")
    return said


def _person(claims: dict[str, Any]) -> Person:
    """Raises NotConfirmed where the provider does not say by which name it knows the person: all would be one."""
    subject = str(claims["sub"])
    if not subject.strip() or len(subject) > _LONGEST_SUBJECT:
        raise NotConfirmed("The identity provider's word does not hold: its name of the person is empty or too long.")
    mail = str(claims.get("email") or "") if claims.get("email_verified") is True else ""
    wishes = (claims.get("preferred_username"), claims.get("name"), mail)
    return Person(
        issuer=str(claims["iss"]).rstrip("/"),
        subject=subject,
        mail=mail,
        names=tuple(wish.strip() for wish in wishes if isinstance(wish, str) and wish.strip()),
    )
