"""A real Elasticsearch with TLS and users of its file realm, who have the roles of deploy/elasticsearch/roles.yml."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.services.elasticsearch import ROOT, running_elasticsearch

ROLES = {
    "reader": "difang_reader",
    "writer": "difang_writer",
    "migrator": "difang_migrator",
    "backup": "difang_backup",
    "admin": "superuser",
}


@dataclass(frozen=True)
class Secured:
    """Where it is, the certificate of the authority that signed its own, and each user's password."""

    url: str
    authority: Path
    passwords: dict[str, str]


@contextlib.contextmanager
def running_secured() -> Iterator[Secured]:
    """Raises NotInstalled as running_elasticsearch does."""
    passwords = {user: f"pw-{user}-{secrets.token_hex(8)}" for user in ROLES}
    settings = {
        "xpack.security.enabled": "true",
        "xpack.security.http.ssl.enabled": "true",
        "xpack.security.http.ssl.certificate": "certs/node.crt",
        "xpack.security.http.ssl.key": "certs/node.key",
        "path.repo": "snapshots",
    }
    with tempfile.TemporaryDirectory(prefix="difang-config-") as folder:
        config = Path(folder)
        _sign(config / "certs")
        shutil.copy(ROOT / "deploy" / "elasticsearch" / "roles.yml", config / "roles.yml")
        (config / "users").write_text("".join(f"{user}:{_hash(word)}\n" for user, word in passwords.items()))
        (config / "users_roles").write_text("".join(f"{role}:{user}\n" for user, role in ROLES.items()))
        with running_elasticsearch(settings, config=config) as url:
            yield Secured(url, config / "certs" / "ca.crt", passwords)


def _hash(password: str) -> str:
    """As Elasticsearch's PBKDF2 hasher writes it."""
    salt = os.urandom(32)
    derived = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, 1000, dklen=32)
    return f"{{PBKDF2}}1000${base64.b64encode(salt).decode()}${base64.b64encode(derived).decode()}"


def _sign(folder: Path) -> None:
    """The commands of deploy/README.md."""
    folder.mkdir()
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost\n")
    for command in (
        "req -x509 -newkey rsa:2048 -nodes -days 30 -subj /CN=difang-ca -keyout ca.key -out ca.crt",
        "req -newkey rsa:2048 -nodes -subj /CN=elasticsearch -keyout node.key -out node.csr",
        "x509 -req -in node.csr -CA ca.crt -CAkey ca.key -days 30 -extfile san -out node.crt",
    ):
        subprocess.run(["openssl", *command.split()], cwd=folder, check=True, capture_output=True)
