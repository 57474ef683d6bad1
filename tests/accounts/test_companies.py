"""Companies: what is confirmed first, who may have which role where, whose words are heard."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grievance.accounts import queries, verifying
from grievance.accounts.companies import Company, Respondent, corporate_number, respondents, unheard
from grievance.accounts.keys import open_organisation_keys, organisation_key
from grievance.accounts.models import (
    Event,
    Invitation,
    KeyRequest,
    Membership,
    Organisation,
    Person,
)
from grievance.accounts.operations import companies, invitations, partners
from grievance.accounts.operations.persons import end_membership
from grievance.accounts.partners import partners as listed
from grievance.accounts.partners import recipient_of
from grievance.accounts.roles import ORGANISATION_KINDS, ROLES_OF, Role
from grievance.refusals import Refused
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import StrangeKey, new_pair
from grievance.vault.recovery import fingerprint
from tests.cast import (
    COMPANY_NUMBER,
    NOW,
    Firm,
    Operator,
    Staff,
    add_company,
    add_partner,
    cheap_password,
    found_operator,
    member,
)

BODY = "company-one"


@dataclass(frozen=True)
class Scene:
    """An operator and its companies."""

    session: Session
    ring: KeyRing
    operator: Operator

    def by(self, who: Staff, firm: Firm | None = None) -> Any:
        act = who.acting(self.session, self.ring)
        return replace(act, organisation_id=firm.id) if firm else act

    def firm(self, people: int = 1, **how: Any) -> Firm:
        return add_company(self.session, self.operator, BODY, people, **how)

    def words(self, who: Staff) -> str:
        return fingerprint(self.session.get_one(Person, who.id).public)

    def reads(self, who: Staff) -> bool:
        return queries.memberships_of(self.session, who.id)[0].holds_key


@pytest.fixture
def scene(app: Flask, session: Session) -> Scene:
    ring: KeyRing = app.config["KEY_RING"]
    return Scene(session, ring, found_operator(session, ring))


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("7000012050002", "7000012050002"),  # the National Tax Agency itself
        ("7-1234-5678-9012", "7123456789012"),  # the example it works out
        ("７０００ ０１２０ ５０００２", "7000012050002"),
        ("6000012050002", ""),
        ("7000012050020", ""),
        ("700001205000", ""),
        ("70000120500020", ""),
        ("0000000000000", ""),
        ("", ""),
    ],
)
def test_a_corporate_number_checks_itself(typed: str, number: str) -> None:
    assert corporate_number(typed) == number


def test_a_company_has_its_number_and_contact_before_anybody_is_invited(scene: Scene) -> None:
    act = scene.by(scene.operator.director)
    new = companies.NewCompany(BODY, "Aozora", "1234567890123", "published", "Mr Sato", "called")
    with pytest.raises(Refused, match="corporate_number"):
        companies.add(act, new)
    added = companies.add(act, replace(new, number=COMPANY_NUMBER))
    row = scene.session.get_one(Company, added)
    assert (row.number, row.spoken_with) == (COMPANY_NUMBER, "Mr Sato")
    assert (row.checked_by, row.checked_at) == (scene.operator.director.id, NOW)
    told = select(Event.verb).where(Event.stream_id == added).order_by(Event.seq)
    assert list(scene.session.scalars(told)) == ["partner_added", "company_checked"]
    with pytest.raises(Refused, match="body_taken"):
        companies.add(act, replace(new, mechanism="company-two", number=COMPANY_NUMBER))


def test_nobody_is_invited_to_a_company_that_was_not_checked(scene: Scene) -> None:
    act = scene.by(scene.operator.director)
    bare = partners.add(act, partners.NewPartner(BODY, "Aozora", "called", True, "company"))
    seat = invitations.Seat("HR", "Nothing known")
    invitee = invitations.Invitee("Two", "two@company.example", Role.COMPANY_RESPONDENT, seat)
    with pytest.raises(Refused, match="unchecked"):
        invitations.invite(replace(act, organisation_id=bare), invitee)


def test_what_they_must_not_read_is_asked_at_the_invitation(scene: Scene) -> None:
    firm = scene.firm()
    act = scene.by(scene.operator.director, firm)
    bare = invitations.Invitee("Two", "two@company.example", Role.COMPANY_RESPONDENT)
    with pytest.raises(Refused, match="seat"):
        invitations.invite(act, bare)
    (one,) = respondents(scene.session, firm.id)
    assert (one.task, one.never, one.heard) == ("Task 1", "Plant 2", True)


def test_the_database_refuses_a_role_of_another_kind(scene: Scene) -> None:
    """Whatever the code does: each pair is tried on the tables themselves, new and changed."""
    session, connection = scene.session, scene.session.connection()
    houses = {
        "operator": scene.operator.id,
        "partner": add_partner(session, scene.operator, "posse").id,
        "company": scene.firm().id,
    }
    person = member(session, scene.operator).id
    mine = update(Membership.__table__).where(Membership.person_id == person)
    links = update(Invitation.__table__)
    new = insert(Membership.__table__)
    wrong = set()
    for kind, role in product(ORGANISATION_KINDS, Role):
        there = {"organisation_id": houses[kind], "role": role}
        row = {**there, "id": uuid4(), "person_id": scene.operator.director.id, "active": False}
        tries = [mine.values(there), links.values(there)]
        tries += [] if kind == "operator" else [new.values(row)]
        for statement in tries:
            inner = connection.begin_nested()
            try:
                connection.execute(statement)
                refused = False
            except IntegrityError:
                refused = True
            inner.rollback()
            if refused == (role in ROLES_OF[kind]):
                wrong.add((kind, role))
    assert wrong == set()


def test_an_organisation_stays_what_it_is(scene: Scene) -> None:
    firm = scene.firm()
    change = update(Organisation).where(Organisation.id == firm.id).values(kind="partner")
    with pytest.raises(IntegrityError), scene.session.begin_nested():
        scene.session.connection().execute(change)


def test_a_company_has_no_key_that_all_of_it_holds(scene: Scene) -> None:
    firm = scene.firm(2)
    assert organisation_key(scene.session, firm.id) is None
    assert recipient_of(scene.session, scene.ring, BODY) is None
    for one in firm.people:
        assert open_organisation_keys(scene.session, one.id, one.private) == {}
        assert scene.reads(one)


def test_nobody_reads_before_who_holds_the_operators_key_heard_their_words(scene: Scene) -> None:
    firm = scene.firm(2, heard=False)
    first, second = firm.people
    administrator = member(scene.session, scene.operator, Role.ADMINISTRATOR)
    assert {one.id for one in unheard(scene.session)} == {first.id, second.id}
    assert not scene.reads(first)
    for nobody in (administrator, second):
        with pytest.raises(Refused, match="not_holder"):
            companies.hear(scene.by(nobody), first.id, scene.words(first))
    handler = scene.by(member(scene.session, scene.operator))
    with pytest.raises(Refused, match="fingerprint"):
        companies.hear(handler, first.id, scene.words(second))
    with pytest.raises(Refused, match="not_member"):
        companies.hear(handler, administrator.id, scene.words(administrator))
    companies.hear(handler, first.id, scene.words(first).upper())
    assert (scene.reads(first), scene.reads(second)) == (True, False)
    with pytest.raises(Refused, match="key_confirmed"):
        companies.hear(handler, first.id, scene.words(first))
    waits = select(KeyRequest.person_id).where(KeyRequest.state == "waiting")
    assert set(scene.session.scalars(waits)) == {second.id}
    (line,) = listed(scene.session)
    assert (line.state, line.people) == ("ready", 2)


def test_a_new_password_is_a_new_key_that_nobody_has_heard(scene: Scene) -> None:
    firm = scene.firm()
    (one,) = firm.people
    token = invitations.offer_reset(scene.by(scene.operator.director, firm), one.id)
    newcomer = invitations.Newcomer(cheap_password(scene.ring), "en")
    invitations.accept(scene.session, token, newcomer, ring=scene.ring, now=NOW)
    assert not scene.reads(one)
    companies.hear(scene.by(scene.operator.director), one.id, scene.words(one))
    assert scene.reads(one)


def test_who_left_is_nobody_and_no_key_was_heard_when_they_come_back(scene: Scene) -> None:
    firm = scene.firm()
    (one,) = firm.people
    partners.remove_person(scene.by(scene.operator.director, firm), one.id)
    assert queries.memberships_of(scene.session, one.id) == ()
    assert respondents(scene.session, firm.id) == []
    seat = invitations.Seat("Legal", "Nothing known")
    invitee = invitations.Invitee("Again", one.address, Role.COMPANY_RESPONDENT, seat)
    token = invitations.invite(scene.by(scene.operator.director, firm), invitee)
    newcomer = invitations.Newcomer(cheap_password(scene.ring), "en")
    invitations.accept(scene.session, token, newcomer, ring=scene.ring, now=NOW)
    assert not scene.reads(one)
    assert respondents(scene.session, firm.id)[0].task == "Legal"


def test_a_swapped_key_is_heard_by_nobody(scene: Scene) -> None:
    (one,) = scene.firm(heard=False).people
    swapped = new_pair().public
    scene.session.connection().execute(
        update(Person).where(Person.id == one.id).values(public=swapped)
    )
    scene.session.expire_all()
    with pytest.raises(StrangeKey):
        companies.hear(scene.by(scene.operator.director), one.id, fingerprint(swapped))


@pytest.mark.parametrize(
    "change",
    [
        update(Company).values(number="4011001098993"),
        update(Company).values(spoken_with="Somebody else"),
        update(Respondent).values(never=""),
        update(Respondent).values(heard_generation=7),
    ],
    ids=["number", "contact", "never", "heard"],
)
def test_all_of_it_is_vouched_for(scene: Scene, change: Any) -> None:
    scene.firm(2)

    def broken() -> list[dict[str, object]]:
        scene.session.expire_all()
        return verifying.verify(scene.session, event_key=scene.ring.event_key).broken

    assert broken() == []
    scene.session.connection().execute(change)
    assert broken()


def test_a_closed_company_lets_nobody_in_and_is_checked_anew(scene: Scene) -> None:
    firm = scene.firm()
    gone = partners.close(scene.by(scene.operator.director, firm))
    assert gone == [firm.people[0].id]
    assert unheard(scene.session) == []
    again = companies.NewCompany(BODY, "Aozora", COMPANY_NUMBER, "register", "Ms Ito", "letter")
    assert companies.add(scene.by(scene.operator.director), again) == firm.id
    assert scene.session.get_one(Company, firm.id).spoken_with == "Ms Ito"


def test_ending_a_membership_takes_no_key_of_others(scene: Scene) -> None:
    first, second = scene.firm(2).people
    assert end_membership(scene.session, first.id, first.organisation) is False
    assert scene.reads(second)
