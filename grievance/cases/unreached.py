"""Workers whom no letter reaches any more: their mail server refused one on two days.

No letter to a worker names a case, so nothing in the database says whose it was. Who holds the key
finds out while they look at their own cases, and only while such a letter is there.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance.cases import records
from grievance.cases.deputies import whose
from grievance.cases.lifecycle import OPEN
from grievance.cases.models import Attempt, Case
from grievance.cases.operations.addressing import address_of
from grievance.cases.queries import not_recused
from grievance.cases.recleaning import Reader
from grievance.cases.site import Site
from grievance.notifications.proof import recipient
from grievance.notifications.queries import refused

LOOKED_AT = 300


def unreached(session: Session, site: Site, reader: Reader, now: datetime) -> list[Case]:
    """This person's open cases and nobody's to whose worker no letter goes, the next due first;
    without those in which somebody tried another way since. Of more than 300 the next due are
    looked at."""
    since = refused(session)
    if not since:
        return []
    own = whose(session, reader.person, now)
    mine = (Case.state.in_(OPEN), not_recused(reader.person), own.theirs | own.nobodys)
    chosen = select(Case).where(*mine).order_by(Case.next_due, Case.id).limit(LOOKED_AT)
    found: list[Case] = []
    for case in session.scalars(chosen).all():
        at = since.get(_tag(session, site, reader, case.id))
        if at and not _tried(session, case.id, at):
            found.append(case)
    return found


def _tag(session: Session, site: Site, reader: Reader, case: UUID) -> bytes:
    """What letters to the worker of a case are counted by; empty without an address."""
    opened = reader.open(session, case)
    contact = records.read(session, opened, "identity").get("contact") if opened else None
    address = address_of(contact or {})
    return recipient(site.ring.address_hmac, address) if address else b""


def _tried(session: Session, case: UUID, since: datetime) -> bool:
    mine = (Attempt.case_id == case, Attempt.at > since, Attempt.way != "email")
    return session.scalars(select(Attempt.id).where(*mine).limit(1)).first() is not None
