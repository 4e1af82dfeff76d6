"""A small OpenID provider on a free port: whoever comes is signed in at once as the person it is told of."""

from __future__ import annotations

import json
import secrets
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from authlib.oauth2.rfc7636 import create_s256_code_challenge
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

from tests.services.answering import answering

CLIENT, SECRET = "difang at work", "a secret: with/odd signs"
_KEYS = [RSAKey.generate_key(2048, {"kid": name}) for name in ("ours", "not ours")]


@dataclass(kw_only=True)
class OpenId:
    """What it says, which a test may change: claims of the token, claims of userinfo, the key and how it is used."""

    issuer: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    userinfo: dict[str, Any] = field(default_factory=dict)
    signing: str = "RS256"
    key: RSAKey | OctKey = field(default_factory=lambda: _KEYS[0])
    kid: str = "ours"
    asked: dict[str, dict[str, str]] = field(default_factory=dict)
    """Code → what the way there said."""

    def described(self) -> dict[str, Any]:
        places = ("authorization", "token", "userinfo")
        return {
            "issuer": self.issuer,
            "jwks_uri": f"{self.issuer}/keys",
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            **{f"{name}_endpoint": f"{self.issuer}/{name}" for name in places},
        }

    def sign_in(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to."""
        code = secrets.token_urlsafe(8)
        self.asked[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        """A token for a code, once, and only to who began and knows the client's secret."""
        asked = self.asked.pop(form.get("code", ""), None)
        client = b64decode(authorization.removeprefix("Basic ")).decode()
        right = asked and client == f"{CLIENT}:{SECRET}" and form["redirect_uri"] == asked["redirect_uri"]
        if not right or create_s256_code_challenge(form["code_verifier"]) != (asked or {})["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        said = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 60, "nonce": (asked or {})["nonce"]}
        claims = {name: value for name, value in {**said, **self.person}.items() if value is not None}
        token = jwt.encode({"alg": self.signing, "kid": self.kid}, claims, self.key, algorithms=["RS256", "HS256"])
        return 200, {"access_token": "the access token", "token_type": "Bearer", "id_token": token}


@contextmanager
def openid_provider() -> Iterator[OpenId]:
    """The provider until the end of the block."""
    said = OpenId()

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked = urlsplit(self.path)
            match asked.path:
                case "/.well-known/openid-configuration":
                    self.tell(200, said.described())
                case "/keys":
                    self.tell(200, {"keys": [_KEYS[0].as_dict(private=False)]})
                case "/userinfo" if self.headers["authorization"] == "Bearer the access token":
                    self.tell(200, said.userinfo)
                case "/authorization":
                    self.send_response(302)
                    self.send_header("location", said.sign_in(dict(parse_qsl(asked.query))))
                    self.end_headers()
                case _:
                    self.tell(404, {})

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["content-length"])).decode()
            self.tell(*said.token(dict(parse_qsl(form)), self.headers.get("authorization", "")))

        def tell(self, status: int, answer: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(answer).encode())

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    with answering(Answers) as said.issuer:
        yield said


def not_ours() -> RSAKey:
    """A key the provider does not know."""
    return _KEYS[1]


def known_to_all() -> OctKey:
    """The client's secret as a key: what it signs, every holder of the secret may have signed."""
    return OctKey.import_key(SECRET)
