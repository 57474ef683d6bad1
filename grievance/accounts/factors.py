"""The second step at the door: what a member has for it, and who stands between two steps.

A secret and the marks of recovery codes lie under the member's own key, so they are compared right
after the password has opened it. Until then no session exists: who has typed the right password
stands in `staff_entry`, which opens nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    UniqueConstraint,
    exists,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, Session, mapped_column

from grievance.accounts.models import CODE, Person
from grievance.model import Base, code, digest, identifier, sealed, staff_text
from grievance.vault.sessions import secret_hash

ENTRY_LASTS = timedelta(minutes=10)
WRONG_MOST = 10  # wrong codes of one lane in `WRONG_WITHIN`; then it waits
WRONG_WITHIN = timedelta(hours=1)
APP = "app"


class SecondFactor(Base):
    """What a member proves beside the password. It counts once a code was typed back; an app that
    is to take its place waits beside it until then. `last_step` is the newest code that was used:
    none works twice."""

    __tablename__ = "second_factor"

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = code(16)
    secret: Mapped[bytes] = sealed("second-factor.secret/1")
    last_step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint(f"kind in ('{APP}')", name="kind"),
        *(
            Index(
                f"uq_second_factor_{name}",
                "person_id",
                unique=True,
                postgresql_where=text(f"confirmed_at is {where}"),
            )
            for name, where in (("counts", "not null"), ("offered", "null"))
        ),
    )


class Passkey(Base):
    """A passkey of a member: what it is known by, sealed under their key, and how they call it.
    `sign_count` is the newest that it told; one that goes back was perhaps copied."""

    __tablename__ = "passkey"

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    kept: Mapped[bytes] = sealed("passkey.kept/1")
    name: Mapped[str] = staff_text()
    transports: Mapped[list[str]] = mapped_column(JSONB, info=CODE, default=list)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class FactorRule(Base):
    """The roles, of the operator and of partners, that must have a second step; no row: none."""

    __tablename__ = "factor_rule"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    roles: Mapped[list[str]] = mapped_column(JSONB, info=CODE, default=list)
    changed_at: Mapped[datetime]


class RecoveryCode(Base):
    """One code on paper that works once: its keyed hash. Using it deletes the row."""

    __tablename__ = "recovery_code"

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    mark: Mapped[bytes] = digest()
    created_at: Mapped[datetime]

    __table_args__ = (UniqueConstraint("person_id", "mark"),)


class FactorTry(Base):
    """A wrong code. `lane` is the known device it was typed on, empty for all others together."""

    __tablename__ = "factor_try"

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    lane: Mapped[str] = code(36)
    at: Mapped[datetime]


class StaffEntry(Base):
    """The password was right, the code is still to come. The member's key lies here under the
    secret of a cookie of its own, for minutes; no page opens with it but the one that asks."""

    __tablename__ = "staff_entry"

    id: Mapped[UUID] = identifier()
    token_hash: Mapped[bytes] = digest(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    member_key: Mapped[bytes] = sealed("staff.entry/1")
    created_at: Mapped[datetime]
    challenge: Mapped[bytes | None] = digest()  # what a passkey is to sign, once
    challenged_at: Mapped[datetime | None]


def has_one(person_id: Any) -> ColumnElement[bool]:
    """Whether somebody has a second step that counts: an app, or a passkey."""
    app = (SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None))
    return or_(exists().where(*app), exists().where(Passkey.person_id == person_id))


def guards(session: Session, person_id: UUID) -> bool:
    """Whether a member's sign-in asks for more than the password."""
    return bool(session.scalar(select(has_one(person_id))))


def passkeys_of(session: Session, person_id: UUID) -> list[Passkey]:
    """A member's passkeys, read anew, the oldest first."""
    mine = select(Passkey).where(Passkey.person_id == person_id)
    anew = mine.order_by(Passkey.made_at, Passkey.id).execution_options(populate_existing=True)
    return list(session.scalars(anew))


def counting(session: Session, person_id: UUID) -> SecondFactor | None:
    """The app whose codes a member's sign-in takes, read anew; None where there is none."""
    return session.scalars(
        select(SecondFactor)
        .where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None))
        .execution_options(populate_existing=True)
    ).first()


def guarded(session: Session) -> set[UUID]:
    """Everybody who has a second step that counts."""
    return set(session.scalars(select(Person.id).where(has_one(Person.id))))


def required(session: Session) -> list[str]:
    """The roles that must have one."""
    return [role for roles in session.scalars(select(FactorRule.roles)) for role in roles]


def offered(session: Session, person_id: UUID) -> SecondFactor | None:
    """The app that is being set up and does not count yet."""
    return session.scalars(
        select(SecondFactor)
        .where(SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_(None))
        .execution_options(populate_existing=True)
    ).first()


def codes_left(session: Session, person_id: UUID) -> int:
    """How many recovery codes a member has not used."""
    mine = select(func.count()).select_from(RecoveryCode)
    return session.scalar(mine.where(RecoveryCode.person_id == person_id)) or 0


def entry(session: Session, secret: str, now: datetime) -> StaffEntry | None:
    """The half-way sign-in that a cookie names: not older than ten minutes, of an active person."""
    return session.scalars(
        select(StaffEntry)
        .join(Person, Person.id == StaffEntry.person_id)
        .where(
            StaffEntry.token_hash == secret_hash(secret),
            StaffEntry.created_at > now - ENTRY_LASTS,
            Person.state == "active",
        )
        .execution_options(populate_existing=True)
    ).first()
