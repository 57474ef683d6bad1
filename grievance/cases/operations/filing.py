"""Filing: a complaint becomes a case, once, whatever the network did."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grievance.accounts import audit
from grievance.accounts.audit import Deed
from grievance.accounts.queries import operator_public_key
from grievance.cases import files, proofs, records, tallies
from grievance.cases.models import COMPARTMENTS, Case, Receipt
from grievance.cases.opening import RECEIPT_HOLDS, OpenCase, grant, receipt_holder
from grievance.cases.opening import new_case_keys as draw_keys
from grievance.cases.operations import addressing, reminding, telling
from grievance.cases.site import Site
from grievance.clock import local_day, to_the_hour
from grievance.deadlines import keeping
from grievance.deadlines import operations as clocks
from grievance.deadlines.asked import Grounds
from grievance.deadlines.hours import Hours
from grievance.deadlines.models import Deadline
from grievance.deadlines.queries import operator_hours
from grievance.extensions import acting
from grievance.questions.complaint import Complaint
from grievance.vault.keys import key_check, public_key_mac
from grievance.vault.receipts import ReceiptKeys

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: no I, L, O, U
REFERENCE_LENGTH = 10
FILED = ("language", "channel", "issues", "severity", "danger", "keys", "receipts")
BURST = 30  # filings within an hour from which on a person is asked to look


class FilingClosed(Exception):
    """Nobody could read a case now: no organisation key, recovery sheet or operator profile."""


@dataclass(frozen=True)
class NewReceipt:
    """A receipt that was drawn before sending; its slow hash is already done."""

    keys: ReceiptKeys = field(repr=False)
    role: str = "worker"
    known_to: str = "self"


@dataclass(frozen=True)
class Filing:
    """All that one sending carries. `filing_id` is the draft's: a repeat gives the same case.

    `suggestion` is routing's result as plain data, `rules_version` the rule set it was made by.
    """

    filing_id: UUID
    complaint: Complaint
    receipts: Sequence[NewReceipt]
    rules_version: str
    suggestion: object
    actor: str = ""  # staff who file for a caller; empty for a worker or helper


def filed_before(session: Session, filing_id: UUID) -> Case | None:
    """The case that this draft became, if it was sent already."""
    return session.scalars(select(Case).where(Case.filing_id == filing_id)).first()


def file(session: Session, site: Site, filing: Filing, now: datetime) -> Case:
    """Take a complaint: draw the case's keys, seal everything, start its clocks, tell the staff.

    Idempotent on `filing_id`. Refuses with `FilingClosed` while nobody could read it. The caller
    commits; two requests at once meet in the unique constraint `uq_grievance_case_filing_id`.
    """
    before = filed_before(session, filing.filing_id)
    if before:
        return before
    operator = operator_public_key(session, site.ring)
    if operator is None:
        raise FilingClosed
    at = to_the_hour(now)
    hours = operator_hours(session)
    dues = _dues(filing.complaint, at, hours)
    case = _row(session, filing, min(dues.values()), at)
    opened = draw_keys(session, case)
    grant(session, opened, operator, COMPARTMENTS)
    for receipt in filing.receipts:
        add_receipt(session, site, opened, receipt, at)
    _seal(session, opened, filing, at)
    for kind, due in dues.items():
        session.add(Deadline(case_id=case.id, kind=kind, started_at=at, due_at=due))
    told = filing.complaint
    keeping.count(session, case.id, Grounds(told.issues, {**told.identity, **told.story}), now)
    _note(session, opened, filing, at)
    _count(session, filing.complaint, local_day(at, hours.zone))
    telling.staff_of_new_case(session, site, case, now)
    if filing.complaint.contact:
        reminding.plan(session, site, opened, now)
        addressing.ask(session, site, case, asdict(filing.complaint.contact), now)
    return case


def _dues(told: Complaint, at: datetime, hours: Hours) -> dict[str, datetime]:
    """The clocks a case begins with, and when they are due."""
    kinds = ("acknowledge", "danger") if told.danger else ("acknowledge",)
    return {kind: clocks.due(kind, at, hours) for kind in kinds}


def _row(session: Session, filing: Filing, due: datetime, at: datetime) -> Case:
    told = filing.complaint
    same_hour = select(Case.id).where(Case.filed_at == at).limit(BURST).subquery()
    with acting("job:counting", session):
        recent = session.scalar(select(func.count()).select_from(same_hour)) or 0
    case = Case(
        id=uuid4(),
        reference="".join(secrets.choice(ALPHABET) for _ in range(REFERENCE_LENGTH)),
        filing_id=filing.filing_id,
        state="received",
        state_since=at,
        language=told.language,
        channel=told.channel,
        filed_for=told.filed_for,
        main_issue=told.main_issue,
        issues=list(told.issues),
        severity=told.severity,
        danger=told.danger,
        country=told.country,
        region=told.region,
        amount_band=told.amount_band,
        reissue_allowed=told.reissue_allowed,
        burst=recent >= BURST,
        one_way=not filing.receipts,
        needs_translation=told.language not in ("en", "ja"),
        next_due=due,
        filed_at=at,
        worker_acted_at=at,
    )
    session.add(case)
    session.flush()
    return case


def add_receipt(
    session: Session, site: Site, opened: OpenCase, new: NewReceipt, at: datetime
) -> Receipt:
    """Add a receipt to a case and seal to it what its role may read."""
    receipt = Receipt(
        id=uuid4(),
        case_id=opened.case.id,
        tag=new.keys.tag,
        public_key=new.keys.pair.public,
        pepper_version=new.keys.pepper_version,
        role=new.role,
        known_to=new.known_to,
        state="active",
        made_at=at,
    )
    holder = receipt_holder(receipt)
    receipt.public_mac = public_key_mac(site.ring.public_key_mac, holder)
    session.add(receipt)
    grant(session, opened, holder, RECEIPT_HOLDS[new.role])
    return receipt


def _seal(session: Session, opened: OpenCase, filing: Filing, at: datetime) -> None:
    told = filing.complaint
    contact = asdict(told.contact) if told.contact else {}
    story, identity = dict(told.story), {**told.identity, "contact": contact}
    records.write(session, opened, "answers", story, at)
    records.write(session, opened, "identity", identity, at)
    if not opened.case.one_way:
        proofs.keep(session, opened, proofs.told(story, identity))
    records.write(session, opened, "profile", dict(told.profile), at)
    records.keep_suggestion(session, opened, filing.rules_version, filing.suggestion, at)
    brought = files.Brought("worker" if told.filed_for == "own" else "helper", at)
    for stored in told.files:
        files.attach(session, opened, stored, brought)


def _note(session: Session, opened: OpenCase, filing: Filing, at: datetime) -> None:
    case = opened.case
    audit.record(
        session,
        case,
        Deed(
            "filed",
            filing.actor or f"receipt:{case.id}",
            at,
            {
                "language": case.language,
                "channel": case.channel,
                "issues": list(case.issues),
                "severity": case.severity,
                "danger": case.danger,
                "keys": {name: key_check(key).hex() for name, key in sorted(opened.keys.items())},
                "receipts": [receipt.role for receipt in filing.receipts],
            },
            knows=FILED,
        ),
    )


def _count(session: Session, told: Complaint, day: date) -> None:
    """Add the sealed facts to the month's tallies; irregular or asylum status is never counted."""
    said = {name: told.profile.get(name) for name in ("nationality", "sector")}
    counted = {(name, str(value)): 1 for name, value in said.items() if value}
    tallies.add(session, day, counted)
