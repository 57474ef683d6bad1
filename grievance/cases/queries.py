"""Finding cases: one case for one person, what happened in it, who proposed what. Nothing sealed is
read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from grievance.accounts.models import Event, ReadLog
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Case, CaseVisit, DuplicateLink, FourEyes, Recusal


def not_recused(person: UUID) -> ColumnElement[bool]:
    """Cases that are there for this person: none in which they have a conflict of interest."""
    mine = (Recusal.person_id == person, Recusal.state == "stands")
    return Case.id.not_in(select(Recusal.case_id).where(*mine))


def recused(session: Session, case_id: UUID) -> set[UUID]:
    """Who may neither open this case nor be told of it."""
    stands = (Recusal.case_id == case_id, Recusal.state == "stands")
    return set(session.scalars(select(Recusal.person_id).where(*stands)))


def shut_to(session: Session, people: Collection[UUID]) -> set[UUID]:
    """The open cases in which every one of these people has a conflict of interest."""
    mine = (Recusal.state == "stands", Recusal.person_id.in_(people), Case.state.in_(OPEN))
    chosen = (
        select(Recusal.case_id)
        .join(Case, Case.id == Recusal.case_id)
        .where(*mine)
        .group_by(Recusal.case_id)
        .having(func.count() == len(people))
    )
    return set(session.scalars(chosen))


def recusals(session: Session, person: UUID) -> set[UUID]:
    """The cases that are not there for this person."""
    stands = (Recusal.person_id == person, Recusal.state == "stands")
    return set(session.scalars(select(Recusal.case_id).where(*stands)))


def declared(session: Session, case_id: UUID) -> list[Recusal]:
    """The conflicts of interest that somebody declared of somebody else, oldest first."""
    mine = (Recusal.case_id == case_id, Recusal.by_id != Recusal.person_id)
    return list(session.scalars(select(Recusal).where(*mine).order_by(Recusal.at)))


def references(session: Session, case_ids: Sequence[UUID]) -> dict[UUID, str]:
    """What staff call these cases."""
    rows = session.execute(select(Case.id, Case.reference).where(Case.id.in_(case_ids)))
    return {row.id: row.reference for row in rows}


def openings(session: Session, case_id: UUID, referral_id: UUID) -> list[tuple[datetime, str]]:
    """When the body of a hand-over opened it, and as whom, oldest first: each time over its reply
    link, the first time of each of its people on its desk here."""
    of_case = (Event.stream_kind == Case.stream_kind, Event.stream_id == case_id)
    opened = (Event.verb == "body_opened", Event.codes["referral"].astext == str(referral_id))
    rows = select(Event.at, Event.actor).where(*of_case, *opened).order_by(Event.seq)
    return [(at, actor) for at, actor in session.execute(rows)]


def openers(session: Session, case_id: UUID, referrals: Collection[UUID]) -> set[UUID]:
    """Who opened one of these hand-overs on a desk here, whoever they are now: they may have copies
    and notes."""
    wanted = [str(one) for one in referrals]
    opened = (Event.verb == "body_opened", Event.codes["referral"].astext.in_(wanted))
    of_case = (Event.stream_kind == Case.stream_kind, Event.stream_id == case_id)
    found = session.scalars(select(Event.actor).distinct().where(*of_case, *opened))
    return {UUID(one.removeprefix("member:")) for one in found if one.startswith("member:")}


def for_reading(session: Session, reference: str, person: UUID) -> Case | None:
    """The case of a reference as a member of staff may see it: any of the operator's in which
    they have no conflict of interest."""
    mine = (Case.reference == reference, not_recused(person))
    return session.scalars(select(Case).where(*mine)).first()


def for_change(session: Session, reference: str, person: UUID) -> Case | None:
    """The same case, locked until the end of the transaction."""
    return session.scalars(
        select(Case)
        .where(Case.reference == reference, not_recused(person))
        .with_for_update()
        .execution_options(populate_existing=True)
    ).first()


def by_verb(session: Session, case_id: UUID, *verbs: str) -> list[Event]:
    """The events of a case that these verbs left, oldest first."""
    mine = (Event.stream_kind == "case", Event.stream_id == case_id, Event.verb.in_(verbs))
    return list(session.scalars(select(Event).where(*mine).order_by(Event.seq)))


def timeline(session: Session, case_id: UUID) -> list[Event]:
    """Every event of a case, oldest first."""
    return list(
        session.scalars(
            select(Event)
            .where(Event.stream_kind == "case", Event.stream_id == case_id)
            .order_by(Event.seq)
        )
    )


def readers(session: Session, case_id: UUID) -> list[tuple[str, datetime]]:
    """Who has opened the case and when first, by actor: a worker may see it."""
    rows = session.execute(
        select(ReadLog.actor, func.min(ReadLog.at))
        .where(ReadLog.stream_id == case_id)
        .group_by(ReadLog.actor)
        .order_by(func.min(ReadLog.at))
    )
    return [(actor, at) for actor, at in rows]


def visit(session: Session, case: Case, person: UUID, now: datetime) -> int:
    """The last event that this person had seen of the case, 0 at first; they look at it now."""
    mine = (CaseVisit.case_id == case.id, CaseVisit.person_id == person)
    before = session.scalar(select(CaseVisit.seq).where(*mine))
    looked = {"at": now, "seq": case.event_seq}
    session.execute(
        insert(CaseVisit)
        .values(case_id=case.id, person_id=person, **looked)
        .on_conflict_do_update(index_elements=["case_id", "person_id"], set_=looked)
    )
    return before or 0


def events_since(session: Session, case_id: UUID, seq: int) -> list[Event]:
    """What happened to a case after an event: for the page that says somebody was faster."""
    return [event for event in timeline(session, case_id) if event.seq > seq]


def proposal(session: Session, case_id: UUID) -> FourEyes | None:
    """The decision that somebody proposed and nobody took yet."""
    return session.scalars(
        select(FourEyes).where(FourEyes.case_id == case_id, FourEyes.state == "asked")
    ).first()


def proposers(session: Session, case_id: UUID) -> set[UUID]:
    """Who proposed a decision against the worker that was taken."""
    mine = (FourEyes.case_id == case_id, FourEyes.state == "approved")
    return set(session.scalars(select(FourEyes.asked_by).where(*mine)))


def deciders(session: Session, case_id: UUID) -> set[UUID]:
    """Who proposed or took a decision against the worker: somebody else reads their appeal."""
    rows = session.execute(
        select(FourEyes.asked_by, FourEyes.decided_by).where(
            FourEyes.case_id == case_id, FourEyes.state == "approved"
        )
    )
    return {person for row in rows for person in row if person}


def duplicates(session: Session, case_id: UUID, person: UUID) -> list[Case]:
    """The cases linked to this one as the same matter, as far as this person may know of them."""
    pairs = (
        select(DuplicateLink.other_id).where(DuplicateLink.case_id == case_id),
        select(DuplicateLink.case_id).where(DuplicateLink.other_id == case_id),
    )
    linked = Case.id.in_(pairs[0]) | Case.id.in_(pairs[1])
    return list(
        session.scalars(select(Case).where(linked, not_recused(person)).order_by(Case.reference))
    )


def caseload(session: Session, of: UUID, person: UUID) -> list[str]:
    """The references of everything open that somebody has, as far as `person` may know of it."""
    mine = (Case.assignee_id == of, Case.state.in_(OPEN), not_recused(person))
    return list(
        session.scalars(select(Case.reference).where(*mine).order_by(Case.next_due, Case.id))
    )
