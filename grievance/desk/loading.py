"""The one loader of the desk: the case this person may see, opened with what they hold, or 404."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import abort, current_app, request

from grievance.accounts import staff
from grievance.accounts.absences import away
from grievance.accounts.staff import Member
from grievance.cases import queries
from grievance.cases.act import Act
from grievance.cases.actors import Actor, of_member
from grievance.cases.afterwards import (
    clean_elsewhere_afterwards,
    index_afterwards,
    plan_afterwards,
)
from grievance.cases.models import Case, CaseFile
from grievance.cases.opening import OpenCase, Shut
from grievance.cases.operations.filing import ALPHABET
from grievance.cases.operations.unfolding import opened_today
from grievance.cases.recleaning import Reader
from grievance.cases.site import Site
from grievance.clock import now
from grievance.deadlines.queries import operator_hours
from grievance.extensions import db
from grievance.referrals import queries as referrals
from grievance.referrals.models import Referral


@dataclass(frozen=True)
class Desk:
    """An opened case, and who opened it; `folded` where they have not said yet why they want to
    see who it is about. Then a page has no key to that; a verb has, and shows nothing of it."""

    opened: OpenCase
    member: Member
    actor: Actor
    folded: bool = False

    @property
    def case(self) -> Case:
        """The row."""
        return self.opened.case

    @property
    def shown(self) -> Desk:
        """The same for a page that answers a verb."""
        return replace(self, opened=self.opened.without("identity")) if self.folded else self

    def unfold(self) -> None:
        """`Shut` while it is folded, for a verb whose form or answer shows who it is about."""
        if self.folded:
            raise Shut("identity")

    def act(self, seen: int) -> Act:
        """What this person does now, having seen this version of the case."""
        return Act(db.session(), site(), self.opened, self.actor, now(), seen)


def site() -> Site:
    """What verbs need of this process."""
    found: Site = current_app.config["SITE"]
    return found


def open_case(reference: str, *, change: bool = False) -> Desk:
    """The case of a reference: 404 when there is none, 403 when the member holds no key to it.

    With `change` its row is held until the end of the transaction, for a verb.
    """
    member, session = staff.current_member(), db.session()
    if not set(reference) <= set(ALPHABET):
        abort(404)
    find = queries.for_change if change else queries.for_reading
    case = find(session, reference, member.person_id)
    if case is None:
        abort(404)
    opened = reader_of(member).open(session, case.id)
    if opened is None:
        abort(403)
    desk = Desk(opened, member, actor_of(member), _folded(member, case))
    return desk if change else desk.shown


def _folded(member: Member, case: Case) -> bool:
    """Whether who it is about is folded for this person, who has not opened it today."""
    if member.operator is None or not member.operator.folds:
        return False
    session = db.session()
    zone = operator_hours(session).zone
    return not opened_today(session, case.id, member.actor, now(), zone)


def reader_of(member: Member) -> Reader:
    """The member as somebody who opens cases."""
    own = member.organisation_id
    return Reader(member.person_id, own, member.keys_of(own))


def clean_elsewhere(member: Member) -> None:
    """Once the page is out, let one file be cleaned that waits in any case."""
    clean_elsewhere_afterwards(site(), reader_of(member), actor_of(member).name)


def index_elsewhere(member: Member) -> None:
    """Once the page is out, let cases be read that the index does not know as they are now, and
    calls be planned where nobody has."""
    index_afterwards(site(), reader_of(member), actor_of(member).name)
    plan_afterwards(site(), reader_of(member), actor_of(member).name)


def actor_of(member: Member) -> Actor:
    """The member as somebody who does a verb."""
    allowed = frozenset(str(one) for one in member.permissions)
    return of_member(member.person_id, allowed, away(db.session(), now()))


def named(part: str) -> Any:
    """What the address of this request names beside the case; None where it does not."""
    return (request.view_args or {}).get(part)


def open_file(desk: Desk, file_id: UUID) -> CaseFile:
    """A file of this case, or 404."""
    row = db.session.get(CaseFile, file_id)
    if row is None or row.case_id != desk.case.id:
        abort(404)
    return row


def referral_of(desk: Desk, referral_id: UUID) -> Referral:
    """A referral of this case, or 404."""
    found = referrals.get(db.session(), desk.case.id, referral_id)
    if found is None:
        abort(404)
    return found
