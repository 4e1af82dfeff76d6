"""The ledger's tables of people: users, identities, sessions, invitations, tokens, guesses at passwords, deeds."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from difang.crawler.ledger.schema import Moment, metadata

users = Table(
    "users",
    metadata,
    Column("name", Text, primary_key=True),
    Column("role", Text, nullable=False),
    Column("password", Text),  # argon2id; NULL where only another service signs this person in
    Column("mail", Text),  # in lower case
    Column("barred", Boolean, nullable=False, default=False),
    Column("made_at", Moment, nullable=False),
    Column("seen_at", Moment),
)

sessions = Table(
    "sessions",
    metadata,
    Column("secret", Text, primary_key=True),  # SHA-256 of what the cookie holds
    Column("user", Text, ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
    Column("csrf", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("begun_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Index("sessions_user", "user"),
)

invitations = Table(
    "invitations",
    metadata,
    Column("secret", Text, primary_key=True),  # SHA-256 of what the link holds
    Column("role", Text, nullable=False),
    Column("user", Text),  # set where the link lets a known user choose a new password
    Column("mail", Text),  # in lower case; whoever another service says has it needs no link
    Column("made_by", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
)

identities = Table(
    "identities",
    metadata,
    Column("issuer", Text, primary_key=True),
    Column("subject", Text, primary_key=True),  # the person's name at the issuer, which never changes
    Column("user", Text, ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
    Column("made_at", Moment, nullable=False),
    UniqueConstraint("issuer", "user"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("secret", Text, nullable=False, unique=True),  # SHA-256 of the token
    Column("user", Text, ForeignKey("users.name", ondelete="CASCADE"), nullable=False),
    Column("label", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # separated by spaces
    Column("made_at", Moment, nullable=False),
    Column("ends_at", Moment, nullable=False),
    Column("seen_at", Moment),
    Index("api_tokens_user", "user"),
)

guesses = Table(
    "guesses",
    metadata,
    Column("about", Text, primary_key=True),  # a user's name, or an address requests come from
    Column("failures", Integer, nullable=False),  # in a row
    Column("last_at", Moment, nullable=False),
)

deeds = Table(
    "deeds",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("who", Text, nullable=False),
    Column("deed", Text, nullable=False),  # such as run.cancel
    Column("about", Text, nullable=False),  # what it was done to
    Column("details", Text, nullable=False),  # JSON
    Index("deeds_at", "at"),
)
