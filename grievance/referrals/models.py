"""Tables of hand-overs. In the clear stands which body has what kind of answer by when; what was
handed over, and every word about it, is sealed."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import (
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from grievance.directory.entries import CHANNEL_TYPES
from grievance.model import Base, among, code, identifier, listed, sealed
from grievance.model import digest as hashed
from grievance.referrals.states import ANSWERS, LIVE, SAID, SENT, STATES

FORMS = ("named", "pseudonym", "no_identity")
PURPOSES = ("advice", "complaint", "mediation", "inspection", "protection", "support")
GIVEN_BY = ("receipt", "staff_recorded")
DELIVERED_BY = ("staff", "worker_takes_it")
ON_DESK = "desk"  # it lies on the desk that the body has here
WAYS = (*CHANNEL_TYPES, ON_DESK)
KNOWN_TO = ("self", "staff", "helper")  # who has seen the number of a receipt
AGREED = ("consented", *SENT)


UNTOLD = "state = 'recalled' AND delivered_at IS NOT NULL AND told_on IS NULL"


def _case_key() -> Mapped[UUID]:
    return mapped_column(ForeignKey("grievance_case.id"), index=True)


class Packet(Base):
    """A copy of chosen parts of a case under a key of its own. Frozen, it is named by its digest
    and never changes again. `readers` are the people of a company who alone may read it there."""

    __tablename__ = "packet"
    __table_args__ = (
        among("form", FORMS),
        among("state", ("draft", "frozen", "superseded")),
        CheckConstraint("(state = 'draft') = (digest IS NULL)", name="frozen_has_digest"),
        CheckConstraint("(digest IS NULL) = (frozen_at IS NULL)", name="frozen_has_time"),
        CheckConstraint("(cardinality(readers) = 0) = (reader_names IS NULL)", name="readers"),
        UniqueConstraint("id", "case_id", "mechanism", name="uq_packet_recipient"),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    mechanism: Mapped[str] = code(60)
    immigration: Mapped[str] = code(16)  # what the directory said of this body then
    template: Mapped[str] = code(40)
    language: Mapped[str] = code(10)
    beside: Mapped[str] = code(10)
    form: Mapped[str] = code(12)
    parts: Mapped[list[str]] = mapped_column(ARRAY(String(20)), info={"holds": "code"})
    state: Mapped[str] = code(10, default="draft", index=True)
    key_check: Mapped[bytes] = hashed()
    content: Mapped[bytes] = sealed("packet.content/1")
    digest: Mapped[bytes | None] = hashed()
    readers: Mapped[list[UUID]] = mapped_column(
        ARRAY(Uuid), info={"holds": "code"}, default=list, server_default="{}"
    )
    reader_names: Mapped[bytes | None] = sealed("packet.readers/1")
    made_at: Mapped[datetime]
    frozen_at: Mapped[datetime | None]


class PacketGrant(Base):
    """The packet's key, sealed to one holder: the operator, the worker's receipt, a recipient, one
    of a company's people."""

    __tablename__ = "packet_grant"
    __table_args__ = (
        among("holder_kind", ("organisation", "receipt", "recipient", "link", "respondent")),
        UniqueConstraint(
            "packet_id",
            "holder_kind",
            "holder_id",
            "holder_generation",
            name="uq_packet_grant_holder",
        ),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    packet_id: Mapped[UUID] = mapped_column(ForeignKey("packet.id"), index=True)
    holder_kind: Mapped[str] = code(16)
    holder_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    holder_generation: Mapped[int]
    box: Mapped[bytes] = sealed("packet.key/1")
    opened_at: Mapped[datetime | None]


class PacketFile(Base):
    """A flat copy that goes with a packet, under a file key of its own; or what its body sent with
    an answer."""

    __tablename__ = "packet_file"

    id: Mapped[UUID] = identifier()
    packet_id: Mapped[UUID] = mapped_column(ForeignKey("packet.id"), index=True)
    answer_id: Mapped[UUID | None] = mapped_column(ForeignKey("referral_answer.id"), index=True)
    place: Mapped[int]
    blob: Mapped[UUID] = mapped_column(Uuid, unique=True)
    blob_digest: Mapped[bytes] = hashed()
    meta: Mapped[bytes] = sealed("packet.file/1")


class Consent(Base):
    """A yes or no to exactly one packet, recipient, purpose, form and end."""

    __tablename__ = "consent"
    __table_args__ = (
        among("purpose", PURPOSES),
        among("form", FORMS),
        among("answer", ("yes", "no")),
        among("given_by", GIVEN_BY),
        among("known_to", KNOWN_TO),
        CheckConstraint("given_by <> 'receipt' OR known_to = 'self'", name="signed"),
        CheckConstraint("recorder_id IS NULL OR given_by = 'staff_recorded'", name="recorder"),
        CheckConstraint("recalled_at IS NULL OR answer = 'yes'", name="recalled_yes"),
        ForeignKeyConstraint(
            ["packet_id", "case_id", "mechanism"],
            ["packet.id", "packet.case_id", "packet.mechanism"],
            name="fk_consent_recipient",
        ),
        UniqueConstraint("id", "packet_id", "answer", name="uq_consent_answer"),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    packet_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    digest: Mapped[bytes] = hashed()
    mechanism: Mapped[str] = code(60)
    purpose: Mapped[str] = code(16)
    form: Mapped[str] = code(12)
    ends_on: Mapped[date] = mapped_column(Date)
    parts: Mapped[list[str]] = mapped_column(ARRAY(String(20)), info={"holds": "code"})
    answer: Mapped[str] = code(3)
    given_by: Mapped[str] = code(16)
    known_to: Mapped[str] = code(8)
    recorder_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    immigration_warned: Mapped[bool]
    words: Mapped[bytes | None] = sealed("consent.words/1")
    at: Mapped[datetime]
    recalled_at: Mapped[datetime | None]


class Referral(Base):
    """One hand-over to one body, from proposal to result. The database refuses one that is past
    consent without a yes to its own packet."""

    __tablename__ = "referral"
    __table_args__ = (
        among("state", STATES),
        among("delivered_by", DELIVERED_BY),
        among("channel", WAYS),
        among("purpose", PURPOSES),
        CheckConstraint(
            f"state NOT IN ({listed(AGREED)}) OR (packet_id IS NOT NULL AND consent_id IS NOT NULL"
            " AND consent_answer IS NOT DISTINCT FROM 'yes')",
            name="agreed",
        ),
        CheckConstraint(
            "state <> 'refused' OR consent_answer IS NOT DISTINCT FROM 'no'", name="refused"
        ),
        CheckConstraint("(consent_id IS NULL) = (consent_answer IS NULL)", name="answered"),
        CheckConstraint(
            "state NOT IN ('proposed', 'asked') OR consent_id IS NULL", name="not_yet_agreed"
        ),
        CheckConstraint(
            "state <> 'asked' OR (packet_id IS NOT NULL AND purpose IS NOT NULL"
            " AND ends_on IS NOT NULL AND asked_at IS NOT NULL)",
            name="asked",
        ),
        CheckConstraint(f"state NOT IN ({listed(SENT)}) OR delivered_at IS NOT NULL", name="sent"),
        CheckConstraint(
            "delivered_at IS NULL OR (delivered_by IS NOT NULL AND channel IS NOT NULL"
            " AND consent_answer IS NOT DISTINCT FROM 'yes')",
            name="delivered",
        ),
        *(
            CheckConstraint(f"state <> '{kind}' OR {kind}_on IS NOT NULL", name=f"{kind}_dated")
            for kind in ANSWERS
        ),
        CheckConstraint("state <> 'silent' OR silence > 0", name="silence"),
        CheckConstraint("(state = 'recalled') = (recalled_at IS NOT NULL)", name="recalled"),
        CheckConstraint("told_on IS NULL OR state = 'recalled'", name="told"),
        ForeignKeyConstraint(
            ["packet_id", "case_id", "mechanism"],
            ["packet.id", "packet.case_id", "packet.mechanism"],
            name="fk_referral_recipient",
        ),
        ForeignKeyConstraint(
            ["consent_id", "packet_id", "consent_answer"],
            ["consent.id", "consent.packet_id", "consent.answer"],
            name="fk_referral_consent",
        ),
        Index(
            "uq_referral_live",
            "case_id",
            "mechanism",
            unique=True,
            postgresql_where=text(f"state IN ({listed(LIVE)})"),
        ),
        Index("ix_referral_board", "next_chase", "id"),
        Index(
            "ix_referral_untold",
            "case_id",
            postgresql_where=text(UNTOLD),
        ),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    version: Mapped[int] = mapped_column(Integer, default=1)
    mechanism: Mapped[str] = code(60, index=True)
    packet_id: Mapped[UUID | None] = mapped_column(Uuid)
    consent_id: Mapped[UUID | None] = mapped_column(Uuid)
    consent_answer: Mapped[str | None] = code(3)
    purpose: Mapped[str | None] = code(16)
    ends_on: Mapped[date | None] = mapped_column(Date)
    state: Mapped[str] = code(16, default="proposed", index=True)
    owner_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"), index=True)
    proposed_at: Mapped[datetime]
    asked_at: Mapped[datetime | None]
    delivered_by: Mapped[str | None] = code(16)
    channel: Mapped[str | None] = code(12)
    delivered_at: Mapped[datetime | None]
    delivered_on: Mapped[date | None] = mapped_column(Date)
    note: Mapped[bytes | None] = sealed("referral.note/1")
    acknowledged_on: Mapped[date | None] = mapped_column(Date)
    accepted_on: Mapped[date | None] = mapped_column(Date)
    declined_on: Mapped[date | None] = mapped_column(Date)
    outcome_on: Mapped[date | None] = mapped_column(Date)
    silence: Mapped[int] = mapped_column(Integer, default=0)
    recalled_at: Mapped[datetime | None]
    told_on: Mapped[date | None] = mapped_column(Date)  # the body knows that it was taken back
    next_chase: Mapped[date | None] = mapped_column(Date)
    last_news: Mapped[datetime]

    __mapper_args__ = {"version_id_col": version}


class ReferralAnswer(Base):
    """What the body said, once: the day in clear; reference number, words and file sealed. What it
    wrote itself over a reply link is sealed under the key of its packet, which it holds; what staff
    wrote down for it under that of the case."""

    __tablename__ = "referral_answer"
    __table_args__ = (among("kind", SAID),)

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    referral_id: Mapped[UUID] = mapped_column(ForeignKey("referral.id"), index=True)
    kind: Mapped[str] = code(16)
    on: Mapped[date] = mapped_column("answered_on", Date)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("case_file.id"))
    content: Mapped[bytes] = sealed("referral.answer/1")
    at: Mapped[datetime]
