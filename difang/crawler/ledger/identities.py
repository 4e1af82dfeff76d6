"""Identities: which user a person is whom an identity provider signs in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select
from sqlalchemy.exc import IntegrityError

from difang.crawler.ledger.people import RESERVED, folded, is_of_one_alphabet
from difang.crawler.ledger.people_tables import identities, invitations, users
from difang.crawler.ledger.transactions import patient, reading, writing
from difang.ingest.errors import UsageError


@patient
class Identities:
    """The rows of identities; a person is known by issuer and subject, the first time by a confirmed e-mail address."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def user(self, issuer: str, subject: str) -> str | None:
        """The name of the user who signs in as this subject; None for a stranger, and for one who is barred."""
        query = select(users.c.name).join(identities, identities.c.user == users.c.name)
        query = query.where(identities.c.issuer == issuer, identities.c.subject == subject, users.c.barred.is_(False))
        with reading(self._engine) as connection:
            return connection.execute(query).scalar()

    def join(self, issuer: str, subject: str, *, mail: str, names: Sequence[str]) -> str | None:
        """Keep the subject as the user with this confirmed address, else as a new one invited by it; the user's name.

        A new user gets the first of `names` nobody has. None where nobody waits for the address: a user who signs
        in as another subject of the issuer already is not given away with an address that has a new owner.
        """
        mail = mail.lower()
        try:
            with writing(self._engine) as connection:
                name = self._with_mail(connection, mail) or self._invited(connection, mail, names)
                if name is None:
                    return None
                row = {"issuer": issuer, "subject": subject, "user": name, "made_at": datetime.now(UTC)}
                connection.execute(insert(identities).values(**row))
                return name
        except IntegrityError:
            return None

    def _with_mail(self, connection: Connection, mail: str) -> str | None:
        query = select(users.c.name).where(users.c.mail == mail, users.c.barred.is_(False))
        found = connection.execute(query).scalars().all()
        return found[0] if len(found) == 1 else None

    def _invited(self, connection: Connection, mail: str, names: Sequence[str]) -> str | None:
        now = datetime.now(UTC)
        if connection.execute(select(users.c.name).where(users.c.mail == mail)).first():
            return None
        valid: Any = (invitations.c.mail == mail) & invitations.c.user.is_(None) & (invitations.c.ends_at > now)
        query = select(invitations.c.role).where(valid).order_by(invitations.c.made_at.desc())
        role = connection.execute(query).scalar()
        if role is None or not connection.execute(delete(invitations).where(valid)).rowcount:
            return None
        taken = RESERVED.union(map(folded, connection.execute(select(users.c.name)).scalars()))
        free = (name for name in names if folded(name) not in taken and is_of_one_alphabet(name))
        name = next(free, None)
        if name is None:
            raise UsageError(
                "Your names are taken here or cannot be used; open the link of your invitation and choose one."
            )
        row = {"name": name, "role": role, "mail": mail, "barred": False, "made_at": now}
        connection.execute(insert(users).values(**row))
        return name
