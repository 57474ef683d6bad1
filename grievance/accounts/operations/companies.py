"""Companies: adding one whose number and contact were checked, and hearing the six words of each of
its people.

A company has no key that all of it holds. Whom a paper is for stands in the paper, and only with
their own key, of which somebody who holds the operator's key has heard the words from them, do they
open it. So who can invite, and reads no case, cannot read for a company either.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import select

from grievance.accounts.act import StaffAct
from grievance.accounts.companies import Company, Respondent, corporate_number
from grievance.accounts.models import KeyRequest, Organisation, Person
from grievance.accounts.operations import partners
from grievance.accounts.operations.invitations import active_membership
from grievance.accounts.operations.keymaking import member_of
from grievance.accounts.operations.keys import are_words_of, decide, newest_private
from grievance.accounts.operations.partners import NewPartner
from grievance.accounts.operations.persons import locked
from grievance.accounts.roles import COMPANY
from grievance.refusals import Refused


@dataclass(frozen=True)
class NewCompany:
    """A company's entry of the directory and what it calls itself; its number and where that was
    looked up (one of `NUMBER_BY`); with whom of it somebody has spoken, and how it was sure that
    they are of it (one of `VETTED_BY`)."""

    mechanism: str
    name: str
    number: str
    number_by: str
    spoken_with: str = field(repr=False)
    spoken_by: str


def add(act: StaffAct, company: NewCompany) -> UUID:
    """Make the organisation of a company, or open a closed one again; its id. Whoever adds it
    stands for both checks, with name and time.

    Refused (`corporate_number`) for what is none, (`body_taken`) while another one has it, and as
    `partners.add` refuses.
    """
    session, number = act.session, corporate_number(company.number)
    if not number:
        raise Refused("corporate_number")
    new = NewPartner(company.mechanism, company.name, company.spoken_by, True, COMPANY)
    added = partners.add(act, new)
    other = select(Company).where(Company.number == number, Company.organisation_id != added)
    if session.scalars(other).first() is not None:
        raise Refused("body_taken")
    row = session.get(Company, added) or Company(organisation_id=added)
    row.number, row.number_by = number, company.number_by
    row.spoken_with, row.spoken_by = company.spoken_with, company.spoken_by
    row.checked_by, row.checked_at = act.by.person_id, act.now
    session.add(row)
    session.flush()
    codes = {"number_by": company.number_by, "spoken_by": company.spoken_by}
    act.record(locked(session, Organisation, added), "company_checked", **codes)
    return added


def hear(act: StaffAct, person_id: UUID, words: str) -> None:
    """Say that this is the key of this very person: telephoned at a number that the operator has
    from elsewhere, they read out its six words. From now on a paper can be sealed to them.

    Refused (`fingerprint`) for other words, (`not_holder`) for who does not hold the operator's
    key, (`not_member`) for who is of no company, (`key_confirmed`) when nothing is to be heard.
    StrangeKey when the key was swapped in the database.
    """
    session, house = act.session, act.organisation()
    newest_private(session, house.id, act.by)
    seat = session.get(Respondent, person_id)
    if seat is None:
        raise Refused("not_member")
    company = locked(session, Organisation, seat.organisation_id)
    active_membership(session, company.id, person_id)
    session.refresh(seat)
    person = locked(session, Person, person_id)
    if seat.heard_generation == person.key_generation:
        raise Refused("key_confirmed")
    member = member_of(session, act.ring, person_id)
    if not are_words_of(words, member.public):
        raise Refused("fingerprint")
    seat.heard_generation, seat.heard_by, seat.heard_at = (
        member.generation,
        act.by.person_id,
        act.now,
    )
    company.founded_at = company.founded_at or act.now
    waits = (KeyRequest.person_id == person_id, KeyRequest.state == "waiting")
    for request in session.scalars(select(KeyRequest).where(*waits)):
        decide(act, request, "approved")
    act.record(company, "respondent_heard", person=person_id, generation=member.generation)
