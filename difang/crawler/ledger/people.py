"""The people: users with their roles, and the links that invite them; secrets are kept as hashes only."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from difang.crawler.ledger.people_tables import api_tokens, identities, invitations, sessions, users
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.ingest.errors import UsageError

INVITATION = timedelta(days=3)
"""How long an invitation holds."""

RESERVED = frozenset(("all", "command line", "first start"))
"""No user's names: the audit log says so of what was done to all, and by whom without a user's name."""

_LOOKS = "аa вb сc ԁd еe һh нh іi јj кk ӏl мm оo рp ԛq ѕs тt уy ԝw хx αa βb εe ηn ιi κk νv οo ρp τt υu χx γy"
_LATIN_LOOKS = {ord(pair[0]): pair[1] for pair in _LOOKS.split()}
"""Cyrillic and Greek small letters that look like Latin ones, small or as capitals."""

_HANDLE = 16  # hex digits of the hash, which leads back to no secret


class Role(StrEnum):
    """What somebody may do; each role may do what those before it may."""

    ANYONE = "anyone"  # nobody has signed in
    READER = "reader"  # searches, saves searches, takes results away
    OPERATOR = "operator"  # watches and repairs crawls, ingest and index
    ADMIN = "admin"  # invites people and sees who did what

    def may(self, needed: Role) -> bool:
        """Whether this role is enough where `needed` is asked for."""
        order = list(Role)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """One person; `password` is its argon2 hash, None where only another service signs the person in."""

    name: str
    role: Role
    password: str | None
    mail: str | None
    barred: bool
    made_at: datetime
    seen_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Invitation:
    """A link for one person: to become a user of this role, or, with `user`, to choose a new password.

    `handle` names it and opens nothing; whoever an identity provider says has the address `mail` needs no link.
    """

    handle: str
    role: Role
    user: str | None
    mail: str | None
    made_by: str
    made_at: datetime
    ends_at: datetime


@patient
class People:
    """The rows of users and invitations."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def any(self) -> bool:
        """Whether there is a user at all."""
        with reading(self._engine) as connection:
            return bool(connection.execute(select(func.count()).select_from(users)).scalar())

    def awaits_admin(self) -> bool:
        """Whether a link that makes somebody admin can still be used."""
        query = select(func.count()).select_from(invitations).where(invitations.c.ends_at > datetime.now(UTC))
        query = query.where(invitations.c.role == Role.ADMIN.value, invitations.c.user.is_(None))
        with reading(self._engine) as connection:
            return bool(connection.execute(query).scalar())

    def all(self) -> list[User]:
        """Every user, by name."""
        return self._select(select(users).order_by(users.c.name))

    def get(self, name: str) -> User | None:
        """The user of this name."""
        found = self._select(select(users).where(users.c.name == name))
        return found[0] if found else None

    def change_role(self, name: str, role: Role) -> None:
        """Give another role; the links of who is admin no more end. Raises UsageError where it would leave no admin."""
        with writing(self._engine) as connection:
            if role is not Role.ADMIN:
                _keep_an_admin(connection, name)
                connection.execute(delete(invitations).where(invitations.c.made_by == name))
            _change(connection, name, role=role.value)

    def change_password(self, name: str, password: str) -> None:
        """Keep a new password's hash and end the user's sessions and tokens: who knew the old one may hold some."""
        with writing(self._engine) as connection:
            _change(connection, name, password=password)
            _shut_out(connection, name)

    def change_mail(self, name: str, mail: str) -> None:
        """Keep a user's e-mail address, by which an identity provider's word is matched once; empty forgets it.

        Raises UsageError where it is no address, or another user's.
        """
        mail = mail_address(mail)
        if mail and any(user.mail == mail and user.name != name for user in self.all()):
            raise UsageError(f"{mail} is another user's address; take it from there first.")
        with writing(self._engine) as connection:
            _change(connection, name, mail=mail or None)

    def bar(self, name: str, *, barred: bool) -> None:
        """Keep a user out, sessions and tokens too, or let the user in again; raises UsageError for the last admin.

        The links made by, and for, who is kept out end.
        """
        with writing(self._engine) as connection:
            if barred:
                _keep_an_admin(connection, name)
                connection.execute(delete(sessions).where(sessions.c.user == name))
                connection.execute(delete(invitations).where(_of(name)))
            _change(connection, name, barred=barred)

    def remove(self, name: str) -> None:
        """Forget a user, and the links made by or for that user; raises UsageError for the last admin."""
        with writing(self._engine) as connection:
            _keep_an_admin(connection, name)
            connection.execute(delete(invitations).where(_of(name)))
            for table in (sessions, api_tokens, identities):
                connection.execute(delete(table).where(table.c.user == name))
            connection.execute(delete(users).where(users.c.name == name))

    def end_sessions(self, name: str) -> None:
        """Sign the user out everywhere."""
        with writing(self._engine) as connection:
            connection.execute(delete(sessions).where(sessions.c.user == name))

    def invite(self, role: Role, *, by: str, user: str | None = None, mail: str = "", instead: bool = False) -> str:
        """A new invitation's secret, shown once; those that have ended are forgotten.

        Whoever an identity provider says has the address `mail` needs no link; raises UsageError where it is none.
        It replaces what `by` made before for the same `user`, and with `instead` what invites to this role.
        """
        mail = mail_address(mail)
        secret, now = secrets.token_urlsafe(32), datetime.now(UTC)
        with writing(self._engine) as connection:
            connection.execute(delete(invitations).where(invitations.c.ends_at < now))
            if user or instead:
                same = (invitations.c.user == user) if user else _for_anybody(role)
                connection.execute(delete(invitations).where(same, invitations.c.made_by == by))
            connection.execute(
                insert(invitations).values(
                    secret=digest(secret),
                    role=role.value,
                    user=user,
                    mail=mail or None,
                    made_by=by,
                    made_at=now,
                    ends_at=now + INVITATION,
                )
            )
        return secret

    def invitation(self, secret: str) -> Invitation | None:
        """What the link invites to; None where it has ended or been used."""
        query = select(invitations).where(
            invitations.c.secret == digest(secret), invitations.c.ends_at > datetime.now(UTC)
        )
        with reading(self._engine) as connection:
            row = connection.execute(query).mappings().first()
        return _invitation(row) if row else None

    def invitations(self) -> list[Invitation]:
        """The links that can still be used, the newest first."""
        query = select(invitations).where(invitations.c.ends_at > datetime.now(UTC))
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(invitations.c.made_at.desc())).mappings().all()
        return [_invitation(row) for row in rows]

    def withdraw(self, handle: str) -> Invitation:
        """End the link; raises UsageError where it has ended or been used, or never was."""
        found = next((one for one in self.invitations() if one.handle == handle), None)
        if found is None:
            raise UsageError("This link has been used or has ended; there is nothing to withdraw.")
        with writing(self._engine) as connection:
            named = func.substr(invitations.c.secret, 1, _HANDLE) == handle
            connection.execute(delete(invitations).where(named))
        return found

    def accept(self, secret: str, *, name: str, password: str) -> User:
        """Use the link, once: make the user, or set a known user's password; raises UsageError where it is no more."""
        invited = self.invitation(secret)
        try:
            with writing(self._engine) as connection:
                used = connection.execute(delete(invitations).where(invitations.c.secret == digest(secret)))
                if invited is None or not used.rowcount:
                    raise UsageError("This link has been used or has ended; ask an admin for a new one.")
                if invited.user:
                    name = invited.user
                    connection.execute(update(users).where(users.c.name == name).values(password=password))
                    _shut_out(connection, name)
                else:
                    _refuse_alike(connection, name)
                    row = {"name": name, "role": invited.role.value, "password": password, "barred": False}
                    connection.execute(insert(users).values(**row, made_at=datetime.now(UTC)))
        except IntegrityError as error:
            raise UsageError(f"The name {name} is taken; choose another.") from error
        user = self.get(name)
        if user is None:
            raise UsageError(f"There is no user {name} any more; ask an admin for a new link.")
        return user

    def _select(self, query: Any) -> list[User]:
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [User(**{**row, "role": Role(row["role"])}) for row in rows]


def _invitation(row: RowMapping) -> Invitation:
    told = {name: row[name] for name in ("user", "mail", "made_by", "made_at", "ends_at")}
    return Invitation(handle=row["secret"][:_HANDLE], role=Role(row["role"]), **told)


def digest(secret: str) -> str:
    """How a secret of full entropy (a cookie, a link, a token) is kept: its SHA-256."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def mail_address(text: str) -> str:
    """The e-mail address in lower case, empty for an empty one; raises UsageError where it is none."""
    mail = text.strip().lower()
    if mail and not re.fullmatch(r"[^@\s]{1,64}@[^@\s]{1,190}", mail):
        raise UsageError(f"{mail[:60]!r} is no e-mail address; write one such as li@example.org.")
    return mail


def folded(name: str) -> str:
    """What names that look the same share: width, case, spaces and alphabets do not tell one person from another."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().translate(_LATIN_LOOKS).split())


def is_of_one_alphabet(name: str) -> bool:
    """Whether its letters are not of several alphabets that look alike (a Cyrillic о in boss)."""
    scripts = {unicodedata.name(letter, "").partition(" ")[0] for letter in unicodedata.normalize("NFKC", name)}
    return len(scripts & {"LATIN", "CYRILLIC", "GREEK"}) < 2


def _change(connection: Connection, name: str, **values: Any) -> None:
    if not connection.execute(update(users).where(users.c.name == name).values(**values)).rowcount:
        raise UsageError(f"There is no user {name}; `difang users list` names them.")


def _keep_an_admin(connection: Connection, name: str) -> None:
    """Refuse to take the last admin away; two who take each other away wait for one another at these rows."""
    admins = select(users.c.name).where(users.c.role == Role.ADMIN.value, users.c.barred.is_(False))
    if list(connection.execute(admins.order_by(users.c.name).with_for_update()).scalars()) == [name]:
        raise UsageError(f"{name} is the only admin; make somebody else admin first.")


def _refuse_alike(connection: Connection, name: str) -> None:
    if not is_of_one_alphabet(name):
        raise UsageError(f"The name {name} mixes letters of different alphabets; choose another.")
    if folded(name) in RESERVED:
        raise UsageError(f"The name {name} stands for something else in the audit log; choose another.")
    if folded(name) in map(folded, connection.execute(select(users.c.name)).scalars()):
        raise UsageError(f"The name {name} is taken; choose another.")


def _shut_out(connection: Connection, name: str) -> None:
    for table in (sessions, api_tokens):
        connection.execute(delete(table).where(table.c.user == name))


def _of(name: str) -> Any:
    return (invitations.c.made_by == name) | (invitations.c.user == name)


def _for_anybody(role: Role) -> Any:
    open_to_all = invitations.c.user.is_(None) & invitations.c.mail.is_(None)
    return open_to_all & (invitations.c.role == role.value)
