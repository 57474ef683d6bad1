"""Partner organisations: whose key it is, who is let in, and what no role reaches."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from grievance.accounts import queries, verifying
from grievance.accounts.keys import RECIPIENT, open_organisation_keys, organisation_key
from grievance.accounts.models import Organisation, OrganisationKey, Person
from grievance.accounts.operations import invitations, members, partners
from grievance.accounts.operations.keys import approve
from grievance.accounts.operations.persons import end_membership, join
from grievance.accounts.partners import recipient_of
from grievance.accounts.roles import ASSIGNABLE, PERMISSIONS, Permission, Role
from grievance.refusals import Refused
from grievance.vault.grants import GrantInfo, open_grant, seal_grant
from grievance.vault.keyring import KeyRing
from grievance.vault.keys import StrangeKey, new_key, new_pair
from grievance.vault.recovery import fingerprint
from tests.cast import (
    NOW,
    Operator,
    Partner,
    Staff,
    add_partner,
    cheap_password,
    found_operator,
    member,
)

BODY, OTHER = "posse", "other-body"


@dataclass(frozen=True)
class Scene:
    """An operator and whoever is added to it."""

    session: Session
    ring: KeyRing
    operator: Operator

    def partner(self, mechanism: str = BODY, people: int = 1, *, confirmed: bool = True) -> Partner:
        return add_partner(self.session, self.operator, mechanism, people, confirmed=confirmed)

    def by(self, who: Staff, partner: Partner | None = None) -> Any:
        act = who.acting(self.session, self.ring)
        return replace(act, organisation_id=partner.id) if partner else act

    def opens(self, who: Staff) -> dict[Any, bytes]:
        return open_organisation_keys(self.session, who.id, who.private)

    def recipient(self, mechanism: str = BODY) -> Any:
        return recipient_of(self.session, self.ring, mechanism)

    def broken(self) -> list[dict[str, object]]:
        self.session.expire_all()
        return verifying.verify(self.session, event_key=self.ring.event_key).broken

    def new_password(self, by: Staff, partner: Partner, who: Staff) -> Staff:
        token = invitations.offer_reset(self.by(by, partner), who.id)
        newcomer = invitations.Newcomer(cheap_password(self.ring), "en")
        came = invitations.accept(self.session, token, newcomer, ring=self.ring, now=NOW)
        return replace(who, private=came.private)


@pytest.fixture
def scene(app: Flask, session: Session) -> Scene:
    ring: KeyRing = app.config["KEY_RING"]
    return Scene(session, ring, found_operator(session, ring))


def test_a_packet_is_sealed_to_the_partner_and_each_of_its_people_opens_it(scene: Scene) -> None:
    partner, other = scene.partner(people=2), scene.partner(OTHER)
    holder = scene.recipient()
    assert (holder.kind, holder.id, holder.generation) == (RECIPIENT, partner.id, 1)
    info = GrantInfo(
        case=partner.id,
        compartment_or_packet="packet",
        key_generation=1,
        holder_kind=holder.kind,
        holder_id=holder.id,
        holder_generation=holder.generation,
        purpose="packet",
    )
    key = new_key()
    box = seal_grant(holder.public, info, key)
    for person in partner.people:
        assert open_grant(scene.opens(person)[partner.id, 1], info, box) == key
    assert set(scene.opens(other.people[0])) == {(other.id, 1)}
    assert set(scene.opens(scene.operator.director)) == {(scene.operator.id, 1)}


def test_the_second_waits_until_a_colleague_has_heard_six_words(scene: Scene) -> None:
    partner = scene.partner()
    token = invitations.invite(
        scene.by(scene.operator.director, partner),
        invitations.Invitee("Two", "two@partner.example", Role.PARTNER_CASEWORKER),
    )
    came = invitations.accept(
        scene.session,
        token,
        invitations.Newcomer(cheap_password(scene.ring), "en"),
        ring=scene.ring,
        now=NOW,
    )
    assert open_organisation_keys(scene.session, came.person_id, came.private) == {}
    asked = queries.waiting_requests(scene.session, partner.id)[0]
    words = fingerprint(scene.session.get_one(Person, came.person_id).public)
    with pytest.raises(Refused, match="not_holder"):  # the operator's director holds none of it
        approve(scene.by(scene.operator.director), asked.id, words)
    approve(scene.by(partner.people[0]), asked.id, words)
    assert open_organisation_keys(scene.session, came.person_id, came.private)


def test_nothing_is_sealed_before_the_key_was_confirmed_by_who_holds_the_operators(
    scene: Scene,
) -> None:
    partner = scene.partner(confirmed=False)
    administrator = member(scene.session, scene.operator, Role.ADMINISTRATOR)
    handler = member(scene.session, scene.operator)
    assert scene.recipient() is None
    public = organisation_key(scene.session, partner.id).public
    with pytest.raises(Refused, match="not_holder"):
        partners.confirm_key(scene.by(administrator), partner.id, fingerprint(public))
    with pytest.raises(Refused, match="fingerprint"):
        partners.confirm_key(scene.by(handler), partner.id, "one two three four five six")
    assert scene.recipient() is None
    partners.confirm_key(scene.by(handler), partner.id, fingerprint(public).upper())
    assert scene.recipient().public == public
    with pytest.raises(Refused, match="key_confirmed"):
        partners.confirm_key(scene.by(handler), partner.id, fingerprint(public))


def test_an_administrator_who_resets_the_only_one_reads_nothing(scene: Scene) -> None:
    """The new key opens nothing of the old one, and gets nothing before it was confirmed."""
    partner = scene.partner()
    administrator = member(scene.session, scene.operator, Role.ADMINISTRATOR)
    before = scene.opens(partner.people[0])[partner.id, 1]
    thief = scene.new_password(administrator, partner, partner.people[0])
    opened = scene.opens(thief)
    assert set(opened) == {(partner.id, 2)}
    assert before not in opened.values()
    assert scene.recipient() is None


def test_who_is_reset_beside_a_colleague_waits_for_them(scene: Scene) -> None:
    partner = scene.partner(people=2)
    anew = scene.new_password(scene.operator.director, partner, partner.people[0])
    assert scene.opens(anew) == {}
    assert scene.recipient().generation == 1
    with pytest.raises(Refused, match="holders_left"):
        partners.begin_anew(scene.by(anew))
    (asked,) = queries.waiting_requests(scene.session, partner.id)
    words = fingerprint(scene.session.get_one(Person, anew.id).public)
    with pytest.raises(Refused, match="not_holder"):
        approve(scene.by(anew), asked.id, words)
    approve(scene.by(partner.people[1]), asked.id, words)  # at once: they did not ask for it
    assert set(scene.opens(anew)) == {(partner.id, 1)}


def test_who_waits_begins_anew_when_nobody_holds_the_key(scene: Scene) -> None:
    partner = scene.partner(people=2)
    anew = scene.new_password(scene.operator.director, partner, partner.people[0])
    end_membership(scene.session, partner.people[1].id, partner.id)
    partners.begin_anew(scene.by(anew))
    assert set(scene.opens(anew)) == {(partner.id, 2)}
    assert queries.waiting_requests(scene.session, partner.id) == []
    assert scene.recipient() is None


def test_a_swapped_key_is_refused(scene: Scene) -> None:
    partner = scene.partner(confirmed=False)
    scene.session.connection().execute(
        update(OrganisationKey)
        .where(OrganisationKey.organisation_id == partner.id)
        .values(public=new_pair().public)
    )
    scene.session.expire_all()
    key = organisation_key(scene.session, partner.id)
    with pytest.raises(StrangeKey):
        partners.confirm_key(scene.by(scene.operator.director), partner.id, fingerprint(key.public))
    key.confirmed_by, key.confirmed_at = scene.operator.director.id, NOW
    with pytest.raises(StrangeKey):
        scene.recipient()


def test_nobody_answers_for_a_body_without_members_or_account(scene: Scene) -> None:
    partner = scene.partner()
    assert scene.recipient("another") is None
    end_membership(scene.session, partner.people[0].id, partner.id)
    assert scene.recipient() is None


def test_roles_keep_to_their_kind_of_organisation(scene: Scene) -> None:
    partner = scene.partner()
    director, person = scene.operator.director, partner.people[0]
    house = scene.session.get_one(Organisation, scene.operator.id)
    there = scene.session.get_one(Organisation, partner.id)
    for role in Role:
        invitee = invitations.Invitee("X", "x@example.org", role)
        if role not in ASSIGNABLE["partner"]:
            with pytest.raises(Refused, match="role"):
                invitations.invite(scene.by(director, partner), invitee)
            with pytest.raises(Refused, match="role"):
                join(scene.session, person.id, there, role)
    invitee = invitations.Invitee("X", "x@example.org", Role.PARTNER_CASEWORKER)
    with pytest.raises(Refused, match="role"):
        invitations.invite(scene.by(director), invitee)
    handler = member(scene.session, scene.operator)
    with pytest.raises(Refused, match="role"):
        members.change_role(scene.by(director), handler.id, Role.PARTNER_CASEWORKER)
    with pytest.raises(Refused, match="elsewhere"):
        join(scene.session, person.id, house, Role.HANDLER)
    end_membership(scene.session, person.id, partner.id)
    gone = invitations.Invitee("X", person.address, Role.HANDLER)
    with pytest.raises(Refused, match="elsewhere"):
        invitations.invite(scene.by(director), gone)


def test_no_role_of_the_operator_answers_for_a_partner() -> None:
    carrying = {role for role, may in PERMISSIONS.items() if Permission.REFERRAL_ANSWER in may}
    assert carrying == {Role.PARTNER_CASEWORKER, Role.COMPANY_RESPONDENT}
    assert all(PERMISSIONS[role] == {Permission.REFERRAL_ANSWER} for role in carrying)


def test_a_body_is_a_partner_once(scene: Scene) -> None:
    scene.partner()
    with pytest.raises(Refused, match="body_taken"):
        scene.partner()


def test_partners_people_are_nobody_at_the_operator(scene: Scene) -> None:
    partner = scene.partner(people=2)
    theirs = {person.id for person in partner.people}
    for permission in Permission:
        told = {one.person_id for one in queries.staff_to_notify(scene.session, permission)}
        assert not told & theirs
    assert not theirs & {one.id for one in queries.people(scene.session, scene.operator.id)}
    assert {one.id for one in queries.people(scene.session, partner.id)} == theirs


def test_a_key_that_is_called_confirmed_in_the_database_is_found(scene: Scene) -> None:
    partner = scene.partner(confirmed=False)
    assert scene.broken() == []
    scene.session.connection().execute(
        update(OrganisationKey)
        .where(OrganisationKey.organisation_id == partner.id)
        .values(confirmed_by=scene.operator.director.id, confirmed_at=NOW)
    )
    assert scene.broken()


def test_all_of_it_is_vouched_for(scene: Scene) -> None:
    partner = scene.partner(people=2)
    assert scene.broken() == []
    scene.session.connection().execute(
        update(Organisation).where(Organisation.id == partner.id).values(mechanism="swapped")
    )
    assert scene.broken()
