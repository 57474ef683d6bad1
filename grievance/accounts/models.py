"""People, organisations, their keys and sessions, the operator's profile, and the audit chain.

No hash of a password and no private key in clear exists here: a wrap opens with a password, a
membership key with its member's key, and deleting a row ends the access it gave.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    SmallInteger,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from grievance.accounts.roles import ORGANISATION_KINDS, Role
from grievance.i18n import STAFF_LANGUAGES
from grievance.model import Base, among, code, digest, identifier, sealed, staff_text
from grievance.vault.chain import START

CODE = {"holds": "code"}
PUBLIC = {"holds": "public"}
# How somebody made sure that an address is the body's own.
VETTED_BY = ("called", "website", "letter", "in_person")


class Person(Base):
    """A member of staff. Found by a keyed tag of the address; the address is sealed for sending."""

    __tablename__ = "person"

    id: Mapped[UUID] = identifier()
    name: Mapped[str] = staff_text()
    email_tag: Mapped[bytes] = digest(unique=True)
    address_box: Mapped[bytes] = sealed("staff.address/1")
    language: Mapped[str] = code(16, default="en")
    # where the operator is
    digest_hour: Mapped[int] = mapped_column(SmallInteger, default=8, server_default="8")
    digested_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = code(16, default="active")
    public: Mapped[bytes] = digest()
    public_mac: Mapped[bytes] = digest()
    key_generation: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[datetime]

    __table_args__ = (
        among("state", ("active", "left")),
        among("language", STAFF_LANGUAGES),
        CheckConstraint("digest_hour between 0 and 23", name="digest_hour"),
    )


class MemberKeyWrap(Base):
    """A member's private key under a password (or another way of proving who they are)."""

    __tablename__ = "member_key_wrap"

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = code(16, default="password")
    parameters: Mapped[dict[str, Any]] = mapped_column(JSONB, info=CODE)
    ciphertext: Mapped[bytes] = sealed("member.key/1")

    __table_args__ = (
        UniqueConstraint("person_id", "kind"),
        CheckConstraint("kind in ('password')", name="kind"),
    )


class Organisation(Base):
    """The operator, a partner or a company: a body of the directory whose people answer for it
    here. Its row is the head of its event chain."""

    __tablename__ = "organisation"

    id: Mapped[UUID] = identifier()
    kind: Mapped[str] = code(16)
    name: Mapped[str] = staff_text(default="")
    founded_at: Mapped[datetime | None]
    rotation_due: Mapped[bool] = mapped_column(default=False)
    resealing: Mapped[bool] = mapped_column(default=False)
    event_seq: Mapped[int] = mapped_column(default=0)
    event_head: Mapped[bytes] = digest(default=START)
    event_mac: Mapped[bytes | None] = digest()
    event_reach: Mapped[int] = mapped_column(default=0, server_default="1")
    mechanism: Mapped[str | None] = code(unique=True)
    vetted_by: Mapped[str | None] = code(16)
    added_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    added_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]

    stream_kind = "organisation"

    __table_args__ = (
        among("kind", ORGANISATION_KINDS),
        among("vetted_by", VETTED_BY),
        CheckConstraint("(kind <> 'operator') = (mechanism is not null)", name="mechanism"),
        CheckConstraint("kind <> 'operator' or closed_at is null", name="closed_at"),
        Index(
            "uq_organisation_operator",
            "kind",
            unique=True,
            postgresql_where=text("kind = 'operator'"),
        ),
    )


class OrganisationKey(Base):
    """One generation of an organisation's key; `previous_box` holds the private key before it, if
    anybody had that. Nothing is sealed to a partner's key that was not `confirmed`, by somebody who
    holds the operator's key and heard its six words from the partner."""

    __tablename__ = "organisation_key"

    id: Mapped[UUID] = identifier()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    generation: Mapped[int]
    public: Mapped[bytes] = digest()
    mac: Mapped[bytes] = digest()
    check: Mapped[bytes] = digest()
    previous_box: Mapped[bytes | None] = sealed("organisation.key/1")
    created_at: Mapped[datetime]
    confirmed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("organisation_id", "generation"),
        CheckConstraint("generation > 1 or previous_box is null", name="chain"),
        CheckConstraint("(confirmed_by is null) = (confirmed_at is null)", name="confirmed"),
    )


class Membership(Base):
    """What a person is in an organisation: one role at a time. A trigger refuses a role that its
    kind of organisation does not have (`roles.ROLES_OF`), here and in an invitation."""

    __tablename__ = "membership"

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str] = code(32)
    active: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (
        UniqueConstraint("person_id", "organisation_id"),
        among("role", Role),
        Index("ix_membership_organisation_id", "organisation_id"),
    )


class MembershipKey(Base):
    """The organisation's private key sealed to one member; deleting it ends access."""

    __tablename__ = "membership_key"

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    generation: Mapped[int]
    box: Mapped[bytes] = sealed("membership.key/1")

    __table_args__ = (
        UniqueConstraint("person_id", "organisation_id"),
        Index("ix_membership_key_organisation_id", "organisation_id"),
    )


class KeyRequest(Base):
    """A member waits for the organisation's key; who holds it decides."""

    __tablename__ = "key_request"

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    key_generation: Mapped[int]
    invited_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = code(16)
    state: Mapped[str] = code(16, default="waiting")
    created_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        among("state", ("waiting", "approved", "refused", "ended")),
        among("reason", ("invited", "reset", "role")),
        Index(
            "uq_key_request_waiting",
            "person_id",
            "organisation_id",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
        ),
    )


class Invitation(Base):
    """A link that lets one person in: to found, to join, to set a new password, or to come back
    with the recovery sheet (`recover`); or that proves a member's new address (`address`).

    `person_id` is the person it is for; that row exists already unless they found or join.
    """

    __tablename__ = "invitation"

    id: Mapped[UUID] = identifier()
    token_hash: Mapped[bytes] = digest(unique=True)
    kind: Mapped[str] = code(16)
    person_id: Mapped[UUID]
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    name: Mapped[str] = staff_text(default="")
    email_tag: Mapped[bytes | None] = digest()
    address_box: Mapped[bytes | None] = sealed("staff.address/1")
    role: Mapped[str] = code(32)
    invited_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    # From when a way back works: who held the key when it was made decides it, for good.
    opens_at: Mapped[datetime | None]

    __table_args__ = (
        among("kind", ("found", "join", "reset", "recover", "address")),
        CheckConstraint("(kind = 'recover') = (opens_at is not null)", name="opens_at"),
        CheckConstraint(
            "kind in ('found', 'recover') or invited_by is not null", name="invited_by"
        ),
        CheckConstraint(
            "kind not in ('join', 'address') or address_box is not null", name="address"
        ),
    )


class StaffSession(Base):
    """A signed-in browser. The member's key lies here under the cookie's secret."""

    __tablename__ = "staff_session"

    id: Mapped[UUID] = identifier()
    token_hash: Mapped[bytes] = digest(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    member_key: Mapped[bytes] = sealed("staff.session/1")
    created_at: Mapped[datetime]
    last_seen: Mapped[datetime]
    stepped_up_at: Mapped[datetime]
    challenge: Mapped[bytes | None] = digest()  # what a passkey is to sign, once
    challenged_at: Mapped[datetime | None]


class KnownDevice(Base):
    """A browser this person has signed in from: it keeps its own lane when others guess."""

    __tablename__ = "known_device"

    id: Mapped[UUID] = identifier()
    token_hash: Mapped[bytes] = digest(unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    last_seen: Mapped[datetime]


class Absence(Base):
    """A member is away on these days, both whole, where the operator is; who looks after their work
    meanwhile, or nobody by name. `ended_at` when it was taken back or replaced."""

    __tablename__ = "absence"

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    deputy_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    from_day: Mapped[date] = mapped_column(Date)
    until_day: Mapped[date] = mapped_column(Date)
    set_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    set_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("until_day >= from_day", name="days"),
        CheckConstraint("deputy_id <> person_id", name="deputy"),
        Index(
            "uq_absence_person_id",
            "person_id",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
    )


class RecoveryKey(Base):
    """The key on paper. `box` holds the organisation's newest private key, sealed to it;
    `sheet_box` the paper's own secret for the person who prints it, until it is typed back."""

    __tablename__ = "recovery_key"

    id: Mapped[UUID] = identifier()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"))
    generation: Mapped[int]
    public: Mapped[bytes] = digest()
    mac: Mapped[bytes] = digest()
    organisation_generation: Mapped[int]
    box: Mapped[bytes] = sealed("recovery.key/1")
    printed_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    sheet_box: Mapped[bytes | None] = sealed("recovery.key/1")
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("organisation_id"),
        CheckConstraint("(confirmed_at is null) = (sheet_box is not null)", name="sheet"),
    )


class OperatorProfile(Base):
    """What a worker reads first: who runs this, who reads, when, and for how long it is kept."""

    __tablename__ = "operator_profile"

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), primary_key=True)
    texts: Mapped[dict[str, Any]] = mapped_column(JSONB, info=PUBLIC, default=dict)
    hours: Mapped[dict[str, list[str]]] = mapped_column(JSONB, info=PUBLIC, default=dict)
    languages: Mapped[list[str]] = mapped_column(JSONB, info=CODE, default=list)
    time_zone: Mapped[str] = code(64, default="Asia/Tokyo")
    everyday_site: Mapped[str] = code(300, default="")
    contacts: Mapped[list[str]] = mapped_column(JSONB, info=PUBLIC, default=list)
    retention_days: Mapped[int | None]
    # whose public holidays are kept, and the closed days; none: nothing was said of it yet
    calendar: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True), info=CODE)
    version: Mapped[int] = mapped_column(default=1)
    changed_at: Mapped[datetime | None]


class Event(Base):
    """One link of a chain. The database role may insert and read events, nothing else."""

    __tablename__ = "event"

    id: Mapped[UUID] = identifier()
    stream_kind: Mapped[str] = code(16)
    stream_id: Mapped[UUID]
    seq: Mapped[int]
    at: Mapped[datetime]
    verb: Mapped[str] = code(48)
    actor: Mapped[str] = code(80)
    codes: Mapped[dict[str, Any]] = mapped_column(JSONB, info=CODE)
    detail_hash: Mapped[bytes | None] = digest()
    hash: Mapped[bytes] = digest()
    mac: Mapped[bytes | None] = digest()  # none: from before there was a key for it

    __table_args__ = (
        UniqueConstraint("stream_id", "seq"),
        among("stream_kind", ("organisation", "case", "reads", "directory")),
        CheckConstraint("seq > 0", name="seq"),
        Index("ix_event_before", "id", postgresql_where=text("mac is null")),
        Index("ix_event_erase", "at", postgresql_where=text("verb = 'erase'")),
        Index(
            "ix_event_showing",
            "at",
            "id",
            postgresql_where=text("verb in ('open_original', 'export', 'open_identity')"),
        ),
    )


class EventDetail(Base):
    """Free words about an event, sealed. Erasure deletes this row; the chain still holds."""

    __tablename__ = "event_detail"

    event_id: Mapped[UUID] = mapped_column(ForeignKey("event.id"), primary_key=True)
    ciphertext: Mapped[bytes] = sealed("event.detail/1")


class Chain(Base):
    """The head of a chain that is of no case and no organisation: reads, the directory."""

    __tablename__ = "chain"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = code(16)
    event_seq: Mapped[int] = mapped_column(default=0)
    event_head: Mapped[bytes] = digest(default=START)
    event_mac: Mapped[bytes | None] = digest()

    __table_args__ = (among("kind", ("reads", "directory")),)

    @property
    def stream_kind(self) -> str:
        """As its events say it."""
        return self.kind


class UnanchoredStream(Base):
    """Chains whose head has moved since the last anchor."""

    __tablename__ = "unanchored_stream"

    stream_id: Mapped[UUID] = mapped_column(primary_key=True)
    seq: Mapped[int]
    head: Mapped[bytes] = digest()


class Anchor(Base):
    """A signed root over the heads that changed, chained to the anchor before."""

    __tablename__ = "anchor"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    prev: Mapped[bytes] = digest()
    root: Mapped[bytes] = digest()
    heads: Mapped[dict[str, Any]] = mapped_column(JSONB, info=CODE)
    cases: Mapped[int]
    before: Mapped[int | None]  # events that nobody vouches for; none: not counted then
    at: Mapped[datetime]
    signature: Mapped[bytes] = digest()


class ReadLog(Base):
    """Who of the staff opened what, when. The worker chains what is open here in batches; the web
    role may add lines and read them, nothing else."""

    __tablename__ = "read_log"

    id: Mapped[UUID] = identifier()
    stream_id: Mapped[UUID]
    actor: Mapped[str] = code(80)
    what: Mapped[str] = code(48)
    at: Mapped[datetime]
    chained_by: Mapped[UUID | None] = mapped_column(ForeignKey("event.id"))
    mac: Mapped[bytes | None] = digest()  # none: from before there was a key for it

    __table_args__ = (
        Index("ix_read_log_open", "stream_id", postgresql_where=text("chained_by is null")),
        Index("ix_read_log_chained_by", "chained_by"),
        Index("ix_read_log_stream_id", "stream_id", "at"),
        Index("ix_read_log_at", "at", "id"),
    )
