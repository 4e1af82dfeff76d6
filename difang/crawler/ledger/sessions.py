"""Who is signed in: sessions of browsers, tokens of programs, and the guesses that lock a door for a while."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Engine, delete, insert, select, update

from difang.crawler.ledger import upsert
from difang.crawler.ledger.people import Role, digest
from difang.crawler.ledger.people_tables import api_tokens, guesses, sessions, users
from difang.crawler.ledger.transactions import reading, writing
from difang.ingest.errors import UsageError

IDLE = timedelta(hours=12)
"""A session that was not used for so long has ended."""
LONGEST = timedelta(days=14)
"""No session lasts longer."""
TOKEN_PREFIX = "difang_"  # noqa: S105 the beginning of every token, so that one left lying about is known for what it is
_SEEN_EVERY = timedelta(minutes=1)
_FREE_GUESSES = 5
LONGEST_LOCK = timedelta(minutes=15)
"""No door is locked for longer after one wrong password."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    """A browser somebody signed in with; `csrf` is what its forms must send along."""

    user: str
    role: Role
    csrf: str
    begun_at: datetime
    seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    """A program's right to ask in a user's name, within scopes, until it ends."""

    id: int
    user: str
    role: Role
    label: str
    scopes: tuple[str, ...]
    made_at: datetime
    ends_at: datetime
    seen_at: datetime | None


class Sessions:
    """The rows of sessions, tokens and guesses."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def begin(self, user: str, *, agent: str) -> str:
        """A new session's secret, for the cookie; the session of before, if any, is not carried on."""
        secret, now = secrets.token_urlsafe(32), datetime.now(UTC)
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where((sessions.c.seen_at < now - IDLE) | (_too_old(now))))
            connection.execute(
                insert(sessions).values(
                    secret=digest(secret),
                    user=user,
                    csrf=secrets.token_urlsafe(24),
                    agent=agent[:200],
                    begun_at=now,
                    seen_at=now,
                )
            )
            connection.execute(update(users).where(users.c.name == user).values(seen_at=now))
        return secret

    def of(self, secret: str, *, used: bool = True) -> Session | None:
        """The session a cookie belongs to, with the role the user has now; None where it has ended.

        With `used` it lives on from now.
        """
        now = datetime.now(UTC)
        query = select(sessions, users.c.role).join(users, users.c.name == sessions.c.user)
        query = query.where(sessions.c.secret == digest(secret), users.c.barred.is_(False))
        with reading(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        if row is None or now - row["seen_at"] > IDLE or now - row["begun_at"] > LONGEST:
            return None
        if used and now - row["seen_at"] > _SEEN_EVERY:
            with writing(self._engine) as connection:
                connection.execute(update(sessions).where(sessions.c.secret == digest(secret)).values(seen_at=now))
        told = {name: row[name] for name in ("user", "csrf", "begun_at", "seen_at")}
        return Session(**told, role=Role(row["role"]))

    def end(self, secret: str) -> None:
        """Sign out."""
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.secret == digest(secret)))

    def make_token(self, user: str, *, label: str, scopes: Sequence[str], days: int) -> str:
        """A new token, shown once."""
        token, now = TOKEN_PREFIX + secrets.token_urlsafe(32), datetime.now(UTC)
        row = {"user": user, "label": label, "scopes": " ".join(scopes), "made_at": now}
        with writing(self._engine) as connection:
            connection.execute(
                insert(api_tokens).values(**row, secret=digest(token), ends_at=now + timedelta(days=days))
            )
        return token

    def token(self, secret: str) -> Token | None:
        """What a token may; None where it has ended."""
        now = datetime.now(UTC)
        found = self._tokens(api_tokens.c.secret == digest(secret), api_tokens.c.ends_at > now)
        if not found:
            return None
        if found[0].seen_at is None or now - found[0].seen_at > _SEEN_EVERY:
            with writing(self._engine) as connection:
                connection.execute(update(api_tokens).where(api_tokens.c.id == found[0].id).values(seen_at=now))
        return found[0]

    def tokens(self, user: str) -> list[Token]:
        """A user's tokens."""
        return self._tokens(api_tokens.c.user == user)

    def end_token(self, id_: int, *, user: str) -> None:
        """Take a token back; raises UsageError where the user has none of this id."""
        with writing(self._engine) as connection:
            if not connection.execute(
                delete(api_tokens).where(api_tokens.c.id == id_, api_tokens.c.user == user)
            ).rowcount:
                raise UsageError(f"There is no token {id_} of {user}.")

    def count_guess(self, about: Sequence[str]) -> list[str] | None:
        """Count a password for this name and this address, before it is looked at; None where one of them is locked.

        Else those which it locks if it is wrong. Many that come at the same time would otherwise all find the door
        open; one that turns out to be right is taken back or forgiven.
        """
        now = datetime.now(UTC)
        with writing(self._engine) as connection:
            connection.execute(delete(guesses).where(guesses.c.last_at < now - timedelta(days=1)))
            for each in sorted(about):  # makes the row, or waits for whoever counts in it
                connection.execute(
                    upsert.insert(connection, guesses)
                    .values(about=each, failures=0, last_at=now)
                    .on_conflict_do_update(index_elements=["about"], set_={"failures": guesses.c.failures})
                )
            these = guesses.c.about.in_(about)
            rows = connection.execute(select(guesses).where(these)).mappings().all()
            if any(now - row["last_at"] < _lock(row["failures"]) for row in rows):
                return None
            connection.execute(update(guesses).where(these).values(failures=guesses.c.failures + 1, last_at=now))
        return [row["about"] for row in rows if _lock(row["failures"] + 1)]

    def take_back(self, about: Sequence[str]) -> None:
        """The password that was counted was right."""
        counted = guesses.c.about.in_(about) & (guesses.c.failures > 0)
        with writing(self._engine) as connection:
            connection.execute(update(guesses).where(counted).values(failures=guesses.c.failures - 1))

    def locked(self) -> dict[str, timedelta]:
        """Each name and address that is locked, and for how long."""
        now = datetime.now(UTC)
        with reading(self._engine) as connection:
            rows = connection.execute(select(guesses)).mappings().all()
        left = {row["about"]: _lock(row["failures"]) - (now - row["last_at"]) for row in rows}
        return {about: span for about, span in left.items() if span > timedelta()}

    def forgive(self, about: Sequence[str]) -> None:
        """Forget the guesses after a right password, or because an admin says so."""
        with writing(self._engine) as connection:
            connection.execute(delete(guesses).where(guesses.c.about.in_(about)))

    def _tokens(self, *conditions: Any) -> list[Token]:
        query = select(api_tokens, users.c.role).join(users, users.c.name == api_tokens.c.user)
        query = query.where(*conditions, users.c.barred.is_(False)).order_by(api_tokens.c.id)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        names = ("id", "user", "label", "made_at", "ends_at", "seen_at")
        return [
            Token(**{name: row[name] for name in names}, role=Role(row["role"]), scopes=tuple(row["scopes"].split()))
            for row in rows
        ]


def _too_old(now: datetime) -> Any:
    return sessions.c.begun_at < now - LONGEST


def _lock(failures: int) -> timedelta:
    if failures < _FREE_GUESSES:
        return timedelta()
    return min(LONGEST_LOCK, timedelta(seconds=30 * 2 ** min(failures - _FREE_GUESSES, 10)))
