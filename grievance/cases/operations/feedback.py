"""What a worker says of a remedy or of closing, kept, and what it sets going."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases.act import Act
from grievance.cases.guards import asked_for
from grievance.cases.messages import Written
from grievance.cases.models import SEVERITIES, Case, Feedback, Receipt
from grievance.cases.operations.moving import lapse
from grievance.referrals.operations.steps import given_by_of
from grievance.vault.labels import Label


def waits(act: Act, *, grave: bool = False) -> None:
    """The worker said something that a person must answer; `grave` when they were punished."""
    case = act.case
    case.worker_acted_at, case.worker_waits = act.at, True
    if grave and SEVERITIES.index(case.severity) < SEVERITIES.index("high"):
        case.severity = "high"
    act.start("answer")


def keep_feedback(act: Act, kind: str, written: Written) -> Feedback:
    """Keep what a worker said of the remedy, sealed; with a code that others have seen it counts
    as recorded by staff, and so does what staff take down."""
    case, actor = act.case, act.actor
    receipt = act.session.get(Receipt, actor.receipt) if actor.receipt else None
    given = Feedback(
        id=written.form_id,
        case_id=case.id,
        kind=kind,
        state="given",
        given_by=given_by_of(receipt.known_to) if receipt else "staff_recorded",
        recorder_id=actor.person,
        language=written.language,
        key_generation=case.key_generation,
        words=act.opened.seal_text(Label.FEEDBACK_WORDS, written.form_id, written.text),
        at=act.at,
    )
    act.session.add(given)
    act.session.flush()
    return given


def lapse_sign_offs(session: Session, case: Case) -> None:
    """What the worker said about closing is void, because the case goes on."""
    mine = (Feedback.case_id == case.id, Feedback.kind == "sign_off")
    for given in session.scalars(select(Feedback).where(*mine)):
        given.state = "lapsed"


def unsay(act: Act) -> None:
    """The worker said something after they had agreed to close, or is asked something: the yes is
    void, and so is what a colleague proposed because of it; what came is watched again."""
    lapse_sign_offs(act.session, act.case)
    if act.case.state == "remedy_monitored":
        act.start("follow_up")
    if asked_for(act.case) == "close":
        lapse(act)
