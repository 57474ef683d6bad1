"""Tables of a case. In the clear stands that something happened; who and what is sealed."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Numeric,
    String,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from grievance.cases.lifecycle import DECIDED, SAFE, STATES, STAYED, VOICES
from grievance.cases.state_words import ERASURE_GROUNDS, OUTCOMES
from grievance.directory.entries import LEVELS
from grievance.model import Base, among, code, digest, identifier, sealed
from grievance.referrals.models import GIVEN_BY, KNOWN_TO
from grievance.vault.chain import START

SEVERITIES = LEVELS
FILED_BY = ("web", "phone", "in_person", "post")
AUTHORS = ("worker", "helper", "member", "staff", "system")
CLOSED_ON = ("signed", "recorded", "attempts")
RECEIPT_ROLES = ("worker", "helper", "member")
COMPARTMENTS = ("story", "identity", "internal")
UNFOLD_WHY = ("contact", "hand_over", "advice", "check", "correct")  # why staff open an identity
# Forms of remedy: UNGP 25, commentary; what workers ask for most is named apart.
REMEDY_KINDS = (
    "money", "fees", "documents", "apology", "job", "transfer", "safety", "treatment", "rules",
    "guarantee", "other",
)  # fmt: skip
REMEDY_STATES = ("claimed", "offered", "agreed", "part", "arrived", "not_kept", "dropped")
AWAITED = ("agreed", "part")  # promised, and not all there
RECORDED = "case.answers/1 case.identity/1 case.profile/1 case.decision/1 case.wages/1"
NOTICES = (
    "danger", "new_case", "freed", "assigned", "worker_answered", "came_back", "escalated",
    "limit_near", "second_asked", "body_news", "passage_given", "passage_back", "passage_gone",
)  # fmt: skip
REACHED_BY = ("phone", "email", "chat", "post", "visit", "helper", "page")


def _by(column: str) -> Index:
    """What the queue filters by, in the order it shows cases: a rare value is found at once."""
    return Index(f"ix_grievance_case_{column}", column, "next_due", "id")


def _few(name: str, condition: str) -> Index:
    """The few rows that the desk looks for among very many, in the order it shows them."""
    return Index(f"ix_grievance_case_{name}", "next_due", "id", postgresql_where=text(condition))


def _case_key() -> Mapped[UUID]:
    return mapped_column(ForeignKey("grievance_case.id"), index=True)


class Case(Base):
    """A grievance. Acts of the worker are stamped to the hour."""

    __tablename__ = "grievance_case"
    __table_args__ = (
        among("state", STATES),
        among("severity", SEVERITIES),
        among("channel", FILED_BY),
        among("filed_for", ("own", "other")),
        CheckConstraint("(state = 'awaiting_worker') = (resumes_to IS NOT NULL)", name="resumes"),
        CheckConstraint(
            f"state NOT IN ({', '.join(repr(one) for one in DECIDED)}) OR decided_at IS NOT NULL",
            name="accepted_decided",
        ),
        CheckConstraint(
            "state <> 'remedy_monitored' OR remedy_kept_at IS NOT NULL", name="monitored_kept"
        ),
        CheckConstraint("state <> 'closed' OR closed_at IS NOT NULL", name="closed_dated"),
        Index("ix_grievance_case_queue", "next_due", "id"),
        Index("ix_grievance_case_assignee_queue", "assignee_id", "next_due", "id"),
        Index("ix_grievance_case_issues", "issues", postgresql_using="gin"),
        Index("ix_grievance_case_filed_at", "filed_at"),  # every filing counts those of its hour
        _by("state"),
        _by("severity"),
        _by("language"),
        _by("region"),
        _few("danger", "danger"),
        _few("waits", "worker_waits"),
        _few("escalated", "escalation_waits"),
        _few("unassigned", "assignee_id IS NULL"),
        _few("second", "awaits_second"),
        _few("translation", "needs_translation"),
    )

    stream_kind = "case"

    id: Mapped[UUID] = identifier()
    reference: Mapped[str] = code(10, unique=True)
    filing_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    version: Mapped[int] = mapped_column(Integer, default=1)
    state: Mapped[str] = code(20, default="received")
    resumes_to: Mapped[str | None] = code(20)
    state_since: Mapped[datetime]
    language: Mapped[str] = code(10)
    channel: Mapped[str] = code(12)
    filed_for: Mapped[str] = code(8)
    main_issue: Mapped[str] = code(40)
    issues: Mapped[list[str]] = mapped_column(ARRAY(String(40)), info={"holds": "code"})
    severity: Mapped[str] = code(10)
    danger: Mapped[bool]
    country: Mapped[str] = code(2)
    region: Mapped[str] = code(12)
    amount_band: Mapped[str] = code(12)
    level: Mapped[int] = mapped_column(Integer, default=0)
    escalation_waits: Mapped[bool] = mapped_column(default=False)
    assignee_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    reissue_allowed: Mapped[bool]
    burst: Mapped[bool] = mapped_column(default=False)
    one_way: Mapped[bool] = mapped_column(default=False)  # a tip: nobody holds a number
    needs_translation: Mapped[bool] = mapped_column(default=False)
    worker_waits: Mapped[bool] = mapped_column(default=False)
    awaits_second: Mapped[bool] = mapped_column(default=False)
    next_due: Mapped[datetime]
    filed_at: Mapped[datetime]
    worker_acted_at: Mapped[datetime]
    acknowledged_at: Mapped[datetime | None]
    first_answer_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    appealed_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    remedy_kept_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    key_generation: Mapped[int] = mapped_column(Integer, default=1)
    event_seq: Mapped[int] = mapped_column(Integer, default=0)
    event_head: Mapped[bytes] = digest(default=START)
    event_mac: Mapped[bytes | None] = digest()
    event_reach: Mapped[int] = mapped_column(Integer, default=0, server_default="1")

    __mapper_args__ = {"version_id_col": version}


class CaseKey(Base):
    """The check of a compartment's key: it tells a wrong key from a broken value."""

    __tablename__ = "case_key"
    __table_args__ = (among("compartment", COMPARTMENTS),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"), primary_key=True)
    compartment: Mapped[str] = code(10, primary_key=True)
    generation: Mapped[int] = mapped_column(Integer, primary_key=True)
    check: Mapped[bytes] = digest()


class CaseGrant(Base):
    """One compartment's key, sealed to one holder."""

    __tablename__ = "case_grant"
    __table_args__ = (
        among("compartment", COMPARTMENTS),
        among("holder_kind", ("organisation", "receipt")),
        UniqueConstraint(
            "case_id",
            "compartment",
            "key_generation",
            "holder_kind",
            "holder_id",
            "holder_generation",
            name="uq_case_grant_holder",
        ),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    compartment: Mapped[str] = code(10)
    key_generation: Mapped[int]
    holder_kind: Mapped[str] = code(16)
    holder_id: Mapped[UUID] = mapped_column(Uuid, index=True)
    holder_generation: Mapped[int]
    purpose: Mapped[str] = code(20)
    box: Mapped[bytes] = sealed("case.key/1")


class Receipt(Base):
    """A code somebody holds on paper; only its tag and public key are here."""

    __tablename__ = "receipt"
    __table_args__ = (
        among("role", RECEIPT_ROLES),
        among("known_to", KNOWN_TO),
        among("state", ("active", "retired")),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    tag: Mapped[bytes] = digest(unique=True)
    public_key: Mapped[bytes] = digest()
    public_mac: Mapped[bytes] = digest()
    pepper_version: Mapped[int]
    role: Mapped[str] = code(8)
    known_to: Mapped[str] = code(8)
    state: Mapped[str] = code(8, default="active")
    made_at: Mapped[datetime]


class ReceiptSession(Base):
    """A visit with a code: the receipt's private key under a key of the visitor's cookie."""

    __tablename__ = "receipt_session"

    id: Mapped[UUID] = identifier()
    token_hash: Mapped[bytes] = digest(unique=True)
    case_id: Mapped[UUID] = _case_key()
    receipt_id: Mapped[UUID] = mapped_column(ForeignKey("receipt.id"), index=True)
    private_box: Mapped[bytes] = sealed("receipt.session/1")
    pending_box: Mapped[bytes | None] = sealed("draft.receipt/1")
    began_at: Mapped[datetime]
    seen_at: Mapped[datetime]


class CaseRecord(Base):
    """A sealed part of a case, as filed and as changed; also a decision, and months of pay."""

    __tablename__ = "case_record"
    __table_args__ = (
        among("part", ("answers", "identity", "profile", "decision", "wages")),
        among("compartment", COMPARTMENTS),
        Index("ix_case_record_latest", "case_id", "part", "at"),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    part: Mapped[str] = code(10)
    compartment: Mapped[str] = code(10)
    key_generation: Mapped[int]
    revision: Mapped[int] = mapped_column(Integer, Identity())
    content: Mapped[bytes] = sealed(RECORDED)
    at: Mapped[datetime]


class Suggestion(Base):
    """What routing advised and why, frozen with the rule set it was made by."""

    __tablename__ = "suggestion"

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    rules_version: Mapped[str] = code(40)
    key_generation: Mapped[int]
    result: Mapped[bytes] = sealed("case.suggestion/1")
    at: Mapped[datetime]


class Message(Base):
    """One message of the thread with the worker (story) or of the staff (internal)."""

    __tablename__ = "message"
    __table_args__ = (
        among("thread", ("worker", "staff")),
        among("author", AUTHORS),
        CheckConstraint("(author = 'staff') = (person_id IS NOT NULL)", name="staff_named"),
        Index("ix_message_thread", "case_id", "thread", "seq"),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    seq: Mapped[int]
    thread: Mapped[str] = code(8)
    author: Mapped[str] = code(8)
    person_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    verb: Mapped[str] = code(20)
    form_id: Mapped[UUID] = mapped_column(Uuid, unique=True)
    language: Mapped[str] = code(10)
    key_generation: Mapped[int]
    body: Mapped[bytes] = sealed("message.body/1 staff.message/1")
    at: Mapped[datetime]


class CaseFile(Base):
    """A file: where its sealed blobs lie, and sealed what it is and under which key."""

    __tablename__ = "case_file"
    __table_args__ = (
        among("state", ("cleaned", "download_only", "not_cleaned")),
        among("author", ("worker", "helper", "member", "staff")),
        Index(
            "ix_case_file_not_cleaned",
            "case_id",
            postgresql_where=text("state = 'not_cleaned'"),
        ),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey("message.id"), index=True)
    author: Mapped[str] = code(8)
    state: Mapped[str] = code(16)
    original_blob: Mapped[UUID] = mapped_column(Uuid, unique=True)
    clean_blob: Mapped[UUID | None] = mapped_column(Uuid, unique=True)
    key_generation: Mapped[int]
    meta: Mapped[bytes] = sealed("file.meta/1")
    at: Mapped[datetime]


class Reissue(Base):
    """A lost code: one of staff asks after the agreed check, another issues."""

    __tablename__ = "reissue"
    __table_args__ = (
        among("state", ("asked", "issued", "refused")),
        CheckConstraint("decided_by IS DISTINCT FROM asked_by", name="two_people"),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    state: Mapped[str] = code(8, default="asked")
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    key_generation: Mapped[int]
    check_made: Mapped[bytes] = sealed("case.note/1")


class FourEyes(Base):
    """A decision that one of staff proposes and another takes, with its reasons sealed.

    Who works alone may take it too, after waiting: `alone` says so, to the worker as well.
    """

    __tablename__ = "four_eyes"
    __table_args__ = (
        among("verb", ("decline", "close", "erase", "extend")),
        # left: it lapsed, but what it says that the worker told us stands
        among("state", ("asked", "approved", "sent_back", "lapsed", "left")),
        CheckConstraint(
            "state <> 'approved' OR alone OR decided_by IS DISTINCT FROM asked_by",
            name="two_people",
        ),
        Index(
            "uq_four_eyes_asked", "case_id", unique=True, postgresql_where=text("state = 'asked'")
        ),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    verb: Mapped[str] = code(20)
    state: Mapped[str] = code(10, default="asked")
    asked_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    decided_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    decided_at: Mapped[datetime | None]
    alone: Mapped[bool] = mapped_column(default=False)
    key_generation: Mapped[int]
    content: Mapped[bytes] = sealed("case.note/1")


class Erasure(Base):
    """That a case is to be erased: as the worker asked on their page, or as one of staff proposes;
    on what ground, and from when it may be done. `ended_at` when the worker took it back."""

    __tablename__ = "erasure"
    __table_args__ = (
        among("ground", tuple(ERASURE_GROUNDS)),
        CheckConstraint("ground = 'worker' OR proposal_id IS NOT NULL", name="proposed"),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    ground: Mapped[str] = code(10)
    proposal_id: Mapped[UUID | None] = mapped_column(ForeignKey("four_eyes.id"), unique=True)
    asked_at: Mapped[datetime]
    from_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class RemedyItem(Base):
    """One thing that would make it good again: in clear its kind, how far it is and the days;
    sealed what exactly, how much and from whom."""

    __tablename__ = "remedy_item"
    __table_args__ = (
        among("kind", REMEDY_KINDS),
        among("state", REMEDY_STATES),
        CheckConstraint("state <> 'agreed' OR due_on IS NOT NULL", name="agreed_by"),
        CheckConstraint("(state = 'arrived') = (arrived_on IS NOT NULL)", name="arrived_dated"),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    kind: Mapped[str] = code(16)
    state: Mapped[str] = code(10)
    due_on: Mapped[date | None] = mapped_column(Date)
    arrived_on: Mapped[date | None] = mapped_column(Date)
    file_id: Mapped[UUID | None] = mapped_column(ForeignKey("case_file.id"))  # the proof
    key_generation: Mapped[int]
    facts: Mapped[bytes] = sealed("remedy.facts/1")
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class Feedback(Base):
    """What the worker said: whether the remedy arrived, of closing, or how they are after it.

    One taken by staff, or with a code others saw, says so. A sign-off lapses as the case goes on.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        among("kind", VOICES),
        among("state", ("given", "lapsed")),
        among("given_by", GIVEN_BY),
        among("safe", SAFE),
        among("stayed", STAYED),
        CheckConstraint("rating BETWEEN 1 AND 5", name="rating"),
        CheckConstraint("recorder_id IS NULL OR given_by = 'staff_recorded'", name="recorder"),
    )

    id: Mapped[UUID] = identifier()  # of the form, so that a repeated POST says it once
    case_id: Mapped[UUID] = _case_key()
    kind: Mapped[str] = code(10)
    state: Mapped[str] = code(8, default="given")
    given_by: Mapped[str] = code(16)
    recorder_id: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    rating: Mapped[int | None]
    reprisal: Mapped[bool | None]
    safe: Mapped[str | None] = code(8)
    stayed: Mapped[str | None] = code(8)
    language: Mapped[str] = code(10)
    key_generation: Mapped[int]
    words: Mapped[bytes] = sealed("feedback.words/1")
    at: Mapped[datetime]


class Attempt(Base):
    """One try to reach a worker who does not answer: the way and the day; sealed what was done."""

    __tablename__ = "attempt"
    __table_args__ = (among("way", REACHED_BY),)

    id: Mapped[UUID] = identifier()  # of the form, so that a repeated POST counts once
    case_id: Mapped[UUID] = _case_key()
    way: Mapped[str] = code(12)
    on: Mapped[date] = mapped_column("tried_on", Date)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    key_generation: Mapped[int]
    note: Mapped[bytes] = sealed("attempt.note/1")
    at: Mapped[datetime]


class Outcome(Base):
    """How a case was closed, once for each closing: what came of it, and on what ground."""

    __tablename__ = "outcome"
    __table_args__ = (
        among("result", tuple(OUTCOMES)),
        among("by", CLOSED_ON),
        CheckConstraint("(by = 'attempts') = (feedback_id IS NULL)", name="signed_by"),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = _case_key()
    proposal_id: Mapped[UUID] = mapped_column(ForeignKey("four_eyes.id"), unique=True)
    feedback_id: Mapped[UUID | None] = mapped_column(ForeignKey("feedback.id"))
    result: Mapped[str] = code(12)
    by: Mapped[str] = code(8)
    key_generation: Mapped[int]
    words: Mapped[bytes] = sealed("outcome.words/1")
    at: Mapped[datetime]


class Recusal(Base):
    """A person with a conflict of interest: once it stands, the case is not there for them.

    What another declared of them only stands when they, or a second person, agreed.
    """

    __tablename__ = "recusal"
    __table_args__ = (
        among("state", ("asked", "stands")),
        CheckConstraint("agreed_by IS DISTINCT FROM by_id", name="two_people"),
        Index("ix_recusal_asked", "case_id", postgresql_where=text("state = 'asked'")),
    )

    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    by_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = code(8, default="stands")
    agreed_by: Mapped[UUID | None] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class DuplicateLink(Base):
    """Two cases about the same matter. Each keeps its keys, its worker and its thread."""

    __tablename__ = "duplicate_link"
    __table_args__ = (CheckConstraint("case_id <> other_id", name="two_cases"),)

    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"), primary_key=True)
    other_id: Mapped[UUID] = mapped_column(
        ForeignKey("grievance_case.id"), primary_key=True, index=True
    )
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime]


class CaseVisit(Base):
    """When a member of staff last looked at a case, and the last event there was then: what is
    new since is shown to them."""

    __tablename__ = "case_visit"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"), primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), primary_key=True)
    at: Mapped[datetime]
    seq: Mapped[int]


class Notice(Base):
    """Something of a case that a member of staff is told: its kind, and no word. `told_at` is when
    it went into a letter, `read_at` when they looked at the case or it needs them no more."""

    __tablename__ = "notice"
    __table_args__ = (
        among("kind", NOTICES),
        Index(
            "uq_notice_open",
            "person_id",
            "kind",
            "case_id",
            unique=True,
            postgresql_where=text("read_at IS NULL"),
        ),
        Index("ix_notice_person_at", "person_id", "at"),
    )

    id: Mapped[UUID] = identifier()
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"), index=True)
    kind: Mapped[str] = code(16)
    at: Mapped[datetime]
    told_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]


class Tally(Base):
    """How many cases of a month had a fact that no case row tells; no case id, ever."""

    __tablename__ = "tally"

    month: Mapped[date] = mapped_column(Date, primary_key=True)
    dimension: Mapped[str] = code(20, primary_key=True)
    value: Mapped[str] = code(40, primary_key=True)
    count: Mapped[int] = mapped_column(BigInteger)


class Published(Base):
    """A number of a half-year as everybody may read it, written once and never changed: rare codes
    stand together, and no case is in it. That of `filed` says that the half-year is published."""

    __tablename__ = "published"

    half: Mapped[date] = mapped_column(Date, primary_key=True)  # its first day
    figure: Mapped[str] = code(20, primary_key=True)
    value: Mapped[str] = code(60, primary_key=True)
    number: Mapped[Decimal] = mapped_column(Numeric(12, 1))


class SearchChunk(Base):
    """Some lines of the index over what is sealed, under a key of their own that is sealed to the
    operator's key of a generation. What it holds can always be read anew from the cases."""

    __tablename__ = "search_chunk"

    id: Mapped[UUID] = identifier()
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisation.id"), index=True)
    generation: Mapped[int]
    box: Mapped[bytes] = sealed("search.key/1")
    content: Mapped[bytes] = sealed("search.chunk/1")


class SearchLine(Base):
    """In which chunk a case's line lies, and up to which of its events the case was read for it."""

    __tablename__ = "search_line"

    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"), primary_key=True)
    chunk_id: Mapped[UUID] = mapped_column(
        ForeignKey("search_chunk.id", ondelete="CASCADE"), index=True
    )
    seq: Mapped[int]
