"""Passwords: hashed with argon2id, long enough, compared in the same time whether or not the user exists."""

from __future__ import annotations

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from difang.ingest.errors import UsageError

SHORTEST = 12
"""Characters."""
LONGEST = 200
_HASHER = PasswordHasher()


def hashed(password: str, *, name: str) -> str:
    """The hash to keep; raises UsageError where the password is too short, too long, or holds the user's name."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise UsageError(f"A password has {SHORTEST} to {LONGEST} characters; three or four words do well.")
    if name.lower() in password.lower():
        raise UsageError("The password holds the user's name; choose another.")
    if len(set(password)) < 5:
        raise UsageError("The password repeats a few characters; choose another.")
    return _HASHER.hash(password.encode("utf-8", "surrogatepass"))


def is_right(hash_: str | None, password: str) -> bool:
    """Whether this is the password; without a hash as slow as with one, and False."""
    try:
        _HASHER.verify(hash_ or _nobodys(), password[:LONGEST].encode("utf-8", "surrogatepass"))
    except (VerificationError, InvalidHashError):
        return False
    return hash_ is not None


@cache
def _nobodys() -> str:
    return _HASHER.hash("a password nobody has")
