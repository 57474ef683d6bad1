"""Erasing a case: its keys go, and every row and file that they opened, in one transaction.

What stays is its chain of events (codes, days, digests: no words), who read it when, and what was
counted at filing. No key is needed, so that a restore can do it again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.audit import ERASED, Deed
from grievance.accounts.models import Event, EventDetail
from grievance.accounts.named import GONE, ROWS
from grievance.accounts.words import KeptWords
from grievance.cases import corrections, index, matters
from grievance.cases import models as cases
from grievance.cases.assigned import Assigned
from grievance.cases.calls import CallBack
from grievance.cases.matters import LinkedMatter
from grievance.cases.models import Case, DuplicateLink, Receipt
from grievance.cases.operations.moving import Acting
from grievance.cases.own_reminders import OwnReminder
from grievance.cases.planned_calls import PlannedCall
from grievance.cases.proofs import FilingNote
from grievance.cases.states import ERASING
from grievance.cases.translated import Translation
from grievance.deadlines.models import Deadline, LimitationDate
from grievance.model import Base
from grievance.notifications import outbox
from grievance.notifications.models import KeptAddress
from grievance.questions import drafts
from grievance.questions.models import Draft
from grievance.referrals import links
from grievance.referrals import models as referrals
from grievance.refusals import Refused

Which = Callable[[UUID], ColumnElement[bool]]

# By `case_id`; a guard compares this and `FURTHER` with the keys of all tables.
OF_A_CASE: tuple[type[Any], ...] = (
    cases.Attempt, cases.CaseFile, cases.CaseGrant, cases.CaseKey, cases.CaseRecord,
    cases.CaseVisit, cases.Erasure, cases.Feedback, cases.FourEyes, cases.Message, cases.Notice,
    cases.Outcome, cases.Receipt, cases.ReceiptSession, cases.Recusal, cases.Reissue,
    cases.RemedyItem, cases.SearchLine, cases.Suggestion, Translation,
    corrections.Correction, Assigned, CallBack, OwnReminder, PlannedCall, referrals.Consent,
    referrals.Packet, referrals.PacketGrant, referrals.Referral, referrals.ReferralAnswer,
    links.BodyWrote, links.DeskItem, links.ReplyLink, links.ReplySession, FilingNote, Deadline,
    LimitationDate,
)  # fmt: skip
FURTHER: Mapping[type[Any], Which] = {
    DuplicateLink: lambda case: or_(DuplicateLink.case_id == case, DuplicateLink.other_id == case),
    LinkedMatter: lambda case: or_(LinkedMatter.case_id == case, LinkedMatter.other_id == case),
    referrals.PacketFile: lambda case: referrals.PacketFile.packet_id.in_(
        select(referrals.Packet.id).where(referrals.Packet.case_id == case)
    ),
    EventDetail: lambda case: EventDetail.event_id.in_(
        select(Event.id).where(Event.stream_kind == Case.stream_kind, Event.stream_id == case)
    ),
    # the lines of others in it are read anew from their cases
    cases.SearchChunk: lambda case: cases.SearchChunk.id.in_(
        select(cases.SearchLine.chunk_id).where(cases.SearchLine.case_id == case)
    ),
    KeptWords: lambda case: KeptWords.holder_id.in_(
        select(Receipt.id).where(Receipt.case_id == case)
    ),
    Draft: lambda case: Draft.filing_id.in_(select(Case.filing_id).where(Case.id == case)),
}
BLOBS: tuple[tuple[type[Any], str], ...] = (
    (cases.CaseFile, "original_blob"),
    (cases.CaseFile, "clean_blob"),
    (referrals.PacketFile, "blob"),
)
Found = Mapping[type[Any], list[Any]]


def shred(act: Acting, boxes: Collection[str], tags: Collection[bytes] = (), **codes: Any) -> None:
    """Erase a case for good. Its blobs stand written down to be swept out of the store after the
    commit, by whoever does it first or by a job.

    `boxes` are the ids of addresses for letters that stood in it sealed, `tags` what letters to its
    worker are counted by: they name no case. The event that stays names everything that went, with
    these codes. Refuses `linked_busy` while a case that is linked
    to it is being changed.
    """
    session, case = act.session, act.case
    linked = _linked(session, case.id)
    index.lock(session)
    found = _found(session, case.id)
    blobs = [getattr(row, name) for model, name in BLOBS for row in found[model]]
    gone = {f"{EventDetail.__tablename__}/{row.event_id}": GONE for row in found[EventDetail]}
    drafts.leave(session, [blob for blob in blobs if blob])
    outbox.forget(session, case.id, act.now)
    outbox.forget_worker(session, tags, act.now)
    named = [UUID(box) for box in boxes]
    session.execute(delete(KeptAddress).where(KeptAddress.id.in_(named)))
    _delete(session, found)
    for other in linked:
        told = {ROWS: _unsaid(session, other, case.id), "all": False}
        audit.record(session, other, Deed(ERASED, act.actor.name, act.at, told))
    told = {"state": case.state, "boxes": list(boxes), **codes, ROWS: gone, "all": True}
    deed = Deed(ERASED, act.actor.name, act.at, told, knows=("state", *ERASING))
    audit.record(session, case, deed)
    session.delete(case)
    session.flush()


def _linked(session: Session, case_id: UUID) -> list[Case]:
    """The cases linked to it, locked: their chains tell that the link is gone."""
    ids = {
        one
        for model in (DuplicateLink, LinkedMatter)
        for pair in session.execute(
            select(model.case_id, model.other_id).where(FURTHER[model](case_id))
        )
        for one in pair
    } - {case_id}
    locked = select(Case).where(Case.id.in_(ids)).order_by(Case.id)
    anew = {"populate_existing": True}
    found = session.scalars(locked.with_for_update(skip_locked=True).execution_options(**anew))
    linked = list(found)
    if len(linked) < len(ids):
        raise Refused("linked_busy")
    return linked


def _unsaid(session: Session, other: Case, case_id: UUID) -> dict[str, str]:
    """Take away what was written in another case of this one beside it, as its event names it."""
    details = session.scalars(
        select(EventDetail)
        .join(Event, Event.id == EventDetail.event_id)
        .where(
            Event.stream_id == other.id,
            Event.verb.in_(matters.SAYING),
            Event.codes["other"].astext == str(case_id),
        )
    ).all()
    for one in details:
        session.delete(one)
    return {f"{EventDetail.__tablename__}/{one.event_id}": GONE for one in details}


def _found(session: Session, case_id: UUID) -> Found:
    """All its rows, before the first of them goes. The cleaner holds no lock of the case: its files
    are read under their own, so that no blob is missed that it names meanwhile."""
    files = select(cases.CaseFile).where(cases.CaseFile.case_id == case_id).with_for_update()
    session.scalars(files.execution_options(populate_existing=True)).all()
    hanging: dict[type[Any], Which] = {
        model: lambda case, model=model: model.case_id == case  # type: ignore[misc]
        for model in OF_A_CASE
    }
    return {
        model: list(session.scalars(select(model).where(which(case_id))))
        for model, which in {**hanging, **FURTHER}.items()
    }


def _delete(session: Session, found: Found) -> None:
    """What points at others first; row by row, so that an event names each."""
    by_table = {model.__tablename__: rows for model, rows in found.items()}
    for table in reversed(Base.metadata.sorted_tables):
        for row in by_table.get(table.name, ()):
            session.delete(row)
        session.flush()
