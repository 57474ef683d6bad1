"""Passages of a case that were given to an interpreter, one row each, and whether the worker lets
anybody interpret.

Each has a key of its own: sealed to the interpreter as long as they translate, and to the story for
who reads the case. The interpreter holds nothing else of the case.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, LargeBinary, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from grievance.accounts.interpreters import INTERPRETER
from grievance.accounts.models import Event
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case
from grievance.cases.opening import OpenCase
from grievance.model import Base, among, code, identifier, sealed
from grievance.vault import values
from grievance.vault.grants import GrantInfo, open_grant, seal_grant
from grievance.vault.keys import Holder
from grievance.vault.labels import Label

LIVE = ("given", "opened")  # its interpreter can read it
ENDED = ("handed_in", "checked", "returned", "conflict", "taken_back")
ALLOW, REFUSE = "allow_interpreter", "refuse_interpreter"  # what the worker says
HEARD = "record_interpreter"  # what staff heard them say
PURPOSE = "passage"
_GENERATION = 1  # a passage that is given again has another key


class Assigned(Base):
    """One passage in the hands of one interpreter: until when, how far, and sealed what it says and
    what they made of it."""

    __tablename__ = "assigned_passage"
    __table_args__ = (
        among("state", (*LIVE, *ENDED)),
        CheckConstraint("(box IS NOT NULL) = (state IN ('given', 'opened'))", name="box"),
        CheckConstraint("(said IS NOT NULL) = (state IN ('handed_in', 'checked'))", name="said"),
    )

    id: Mapped[UUID] = identifier()
    case_id: Mapped[UUID] = mapped_column(ForeignKey("grievance_case.id"), index=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("person.id"), index=True)
    passage: Mapped[str] = code(64)  # message id, or question id of an answer
    language: Mapped[str] = code(10)  # into which it is to be translated
    due_on: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = code(12, default="given")
    given_by: Mapped[UUID] = mapped_column(ForeignKey("person.id"))
    given_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    holder_generation: Mapped[int]
    box: Mapped[bytes | None] = mapped_column(LargeBinary, info={"holds": "sealed(assigned.key/1)"})
    key_generation: Mapped[int]
    own_key: Mapped[bytes] = sealed("assigned.key/1")
    content: Mapped[bytes] = sealed("assigned.content/1")
    said: Mapped[bytes | None] = sealed("assigned.said/1")


@dataclass(frozen=True)
class Content:
    """What an interpreter gets: the passage, its language, the question it answers (empty for a
    message), and whom the case is against, as who gave it wrote that down."""

    text: str = field(repr=False)
    language: str
    about: str
    other_side: str = field(repr=False)


@dataclass(frozen=True)
class Said:
    """What an interpreter made of a passage, and where they are not sure of it."""

    text: str = field(repr=False)
    unsure: str = field(repr=False)


def _place(label: Label, row: Assigned) -> values.Place:
    return values.Place(label, row.case_id, row.id, _GENERATION)


def _info(row: Assigned) -> GrantInfo:
    return GrantInfo(
        case=row.case_id,
        compartment_or_packet=row.id,
        key_generation=_GENERATION,
        holder_kind=INTERPRETER,
        holder_id=row.person_id,
        holder_generation=row.holder_generation,
        purpose=PURPOSE,
    )


def seal(opened: OpenCase, row: Assigned, key: bytes, to: Holder, content: Content) -> None:
    """Put the passage and its key into the row, for its interpreter and for who reads the case."""
    row.holder_generation = to.generation
    row.box = seal_grant(to.public, _info(row), key)
    row.own_key = opened.seal_json(Label.ASSIGNED_KEY, row.id, key.hex())
    row.content = values.seal_json(key, _place(Label.ASSIGNED_CONTENT, row), asdict(content))


def key_of(row: Assigned, private: bytes) -> bytes:
    """Its key, for its interpreter, while they have it; Tampered for anybody else."""
    return open_grant(private, _info(row), row.box or b"")


def key_at(opened: OpenCase, row: Assigned) -> bytes:
    """Its key, for who reads the case."""
    return bytes.fromhex(opened.open_json(Label.ASSIGNED_KEY, row.id, row.own_key))


def content_of(row: Assigned, key: bytes) -> Content:
    """What was given."""
    told: Any = values.open_json(key, _place(Label.ASSIGNED_CONTENT, row), row.content)
    return Content(**told)


def put_down(row: Assigned, key: bytes, said: Said) -> None:
    """Keep what the interpreter made of it."""
    row.said = values.seal_json(key, _place(Label.ASSIGNED_SAID, row), asdict(said))


def said_of(row: Assigned, key: bytes) -> Said | None:
    """What they made of it; None before it was handed in."""
    if row.said is None:
        return None
    told: Any = values.open_json(key, _place(Label.ASSIGNED_SAID, row), row.said)
    return Said(**told)


def wish(session: Session, case_id: UUID) -> str:
    """What the worker said last, on their page or by telephone: `ALLOW`, `REFUSE`, or nothing
    yet."""
    mine = (Event.stream_kind == Case.stream_kind, Event.stream_id == case_id)
    said = select(Event.verb, Event.codes["answer"].astext)
    asked = said.where(*mine, Event.verb.in_((ALLOW, REFUSE, HEARD)))
    verb, answer = session.execute(asked.order_by(Event.seq.desc()).limit(1)).first() or ("", "")
    return {"yes": ALLOW, "no": REFUSE}[answer] if verb == HEARD else verb


def of_case(session: Session, case_id: UUID) -> list[Assigned]:
    """All that was given of a case, the newest first."""
    wanted = select(Assigned).where(Assigned.case_id == case_id)
    return list(session.scalars(wanted.order_by(Assigned.given_at.desc(), Assigned.id)))


def live(session: Session, case_id: UUID) -> list[Assigned]:
    """Those of a case that somebody can read now."""
    return [one for one in of_case(session, case_id) if one.state in LIVE]


def mine(session: Session, person_id: UUID, generation: int) -> list[Assigned]:
    """What an interpreter can read now, with the key of this generation, by language and day."""
    wanted = (
        select(Assigned)
        .join(Case, Case.id == Assigned.case_id)
        .where(
            Assigned.person_id == person_id,
            Assigned.state.in_(LIVE),
            Assigned.holder_generation == generation,
            Case.state.in_(OPEN),
        )
    )
    return list(session.scalars(wanted.order_by(Assigned.language, Assigned.due_on, Assigned.id)))


def declared(session: Session, case_id: UUID, person_id: UUID) -> bool:
    """Whether an interpreter has said of this case that they have nothing to do with those in
    it."""
    theirs = (Assigned.case_id == case_id, Assigned.person_id == person_id)
    wanted = select(Assigned.id).where(*theirs, Assigned.opened_at.is_not(None)).limit(1)
    return session.scalar(wanted) is not None and not in_conflict(session, case_id, person_id)


def in_conflict(session: Session, case_id: UUID, person_id: UUID) -> bool:
    """Whether they said that they have something to do with them."""
    theirs = (Assigned.case_id == case_id, Assigned.person_id == person_id)
    wanted = select(Assigned.id).where(*theirs, Assigned.state == "conflict").limit(1)
    return session.scalar(wanted) is not None
