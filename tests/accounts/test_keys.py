"""Who can open the organisation's key: approved members, the chain, the recovery sheet; no one
else, whatever is swapped in the database."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update

from grievance.accounts import queries
from grievance.accounts.models import (
    KeyRequest,
    Membership,
    MembershipKey,
    Organisation,
    OrganisationKey,
    Person,
    RecoveryKey,
)
from grievance.accounts.operations import founding, invitations, keys, leaving, recovery
from grievance.accounts.roles import Role
from grievance.clock import real_now
from grievance.refusals import Refused
from grievance.vault.errors import Tampered
from grievance.vault.grants import GrantInfo, open_grant, seal_grant
from grievance.vault.keys import StrangeKey, new_key, new_pair, pair_from_seed
from tests.accounts.conftest import Office


def remove(office: Office, person: object, by: object) -> None:
    leaving.remove_member(office.act(by), person.person_id)
    office.session.commit()


def test_founder_opens_the_key_that_cases_are_sealed_to(office: Office) -> None:
    holder = queries.operator_public_key(office.session, office.ring)
    info = GrantInfo(
        case=uuid4(),
        compartment_or_packet="story",
        key_generation=1,
        holder_kind=holder.kind,
        holder_id=holder.id,
        holder_generation=holder.generation,
        purpose="case",
    )
    key = new_key()
    box = seal_grant(holder.public, info, key)
    assert open_grant(office.opens(office.founder)[office.id, 1], info, box) == key


def test_nobody_founds_twice_and_an_old_founding_link_is_void(session, ring, hashed) -> None:
    first = founding.set_up(session, real_now())
    second = founding.set_up(session, real_now())
    founder = founding.Founder("One", "a", "a@example.org", "en", hashed)
    with pytest.raises(Refused, match="used"):
        founding.found(session, first, founder, ring=ring, now=real_now())
    founding.found(session, second, founder, ring=ring, now=real_now())
    with pytest.raises(Refused, match="used"):
        founding.found(session, second, founder, ring=ring, now=real_now())
    with pytest.raises(Refused, match="founded"):
        founding.set_up(session, real_now())


def test_invited_member_opens_nothing_before_approval_and_the_key_after(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER, approved=False)
    assert office.opens(lan) == {}
    office.approve(lan)
    assert office.opens(lan) == office.opens(office.founder)


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DIRECTORY_EDITOR])
def test_roles_without_cases_never_wait_for_a_key(office: Office, role: Role) -> None:
    member = office.join("kai", role)
    assert queries.waiting_requests(office.session, office.id, member.person_id) == []
    (fact,) = queries.memberships_of(office.session, member.person_id)
    assert not any(permission.value.startswith("case.") for permission in fact.permissions)


def test_who_holds_no_key_invites_but_cannot_approve(office: Office) -> None:
    admin = office.join("admin", Role.ADMINISTRATOR)
    lan = office.accept(office.invite("lan", Role.HANDLER, by=admin))
    with pytest.raises(Refused, match="not_holder"):
        office.approve(lan, by=admin)
    assert office.opens(lan) == {}
    assert office.request(lan).invited_by == admin.person_id


def test_waiting_member_cannot_approve_themselves(office: Office) -> None:
    lan = office.join("lan", Role.LEAD, approved=False)
    with pytest.raises(Refused, match="not_holder"):
        office.approve(lan, by=lan)


def test_approval_needs_the_words_of_the_key_that_gets_it(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER, approved=False)
    minh = office.join("minh", Role.HANDLER, approved=False)
    office.older(lan)
    with pytest.raises(Refused, match="fingerprint"):
        keys.approve(office.act(), office.request(lan).id, office.words(minh))


def test_a_request_is_decided_once(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER, approved=False)
    request = office.request(lan)
    office.approve(lan)
    with pytest.raises(Refused, match="decided"):
        keys.refuse(office.act(), request.id)
    assert office.opens(lan)


def test_refused_member_is_out(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER, approved=False)
    request = office.request(lan)
    keys.refuse(office.act(), request.id)
    assert queries.memberships_of(office.session, lan.person_id) == ()
    assert queries.wrap_for(office.session, person_id=lan.person_id) is None


def test_swapped_member_public_key_is_not_sealed_to(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER, approved=False)
    thief = new_pair()
    office.session.get_one(Person, lan.person_id).public = thief.public
    office.session.flush()
    with pytest.raises(StrangeKey):
        office.approve(lan)


def test_public_key_and_mac_of_another_member_are_not_accepted(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER, approved=False)
    admin = office.session.get_one(Person, office.join("admin", Role.ADMINISTRATOR).person_id)
    victim = office.session.get_one(Person, lan.person_id)
    victim.public, victim.public_mac = admin.public, admin.public_mac
    office.session.flush()
    with pytest.raises(StrangeKey):
        office.approve(lan)


def test_swapped_operator_public_key_is_refused_before_sealing(office: Office) -> None:
    office.session.connection().execute(update(OrganisationKey).values(public=new_pair().public))
    with pytest.raises(StrangeKey):
        queries.operator_public_key(office.session, office.ring)


def test_swapped_recovery_key_stops_a_rotation(office: Office) -> None:
    office.session.connection().execute(update(RecoveryKey).values(public=new_pair().public))
    with pytest.raises(StrangeKey):
        keys.rotate(office.act())


def test_membership_box_of_a_colleague_does_not_open(office: Office) -> None:
    lan, minh = office.join("lan", Role.HANDLER), office.join("minh", Role.HANDLER)
    boxes = {row.person_id: row for row in office.session.scalars(select(MembershipKey))}
    boxes[lan.person_id].box = boxes[minh.person_id].box
    office.session.flush()
    with pytest.raises(Tampered):
        office.opens(lan)


def test_box_moved_to_another_organisation_does_not_open(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER)
    other = Organisation(id=uuid4(), kind="partner", mechanism="other", name="Other")
    office.session.add(other)
    office.session.flush()
    office.session.add(
        Membership(person_id=lan.person_id, organisation_id=other.id, role=Role.PARTNER_CASEWORKER)
    )
    office.session.connection().execute(
        update(MembershipKey)
        .where(MembershipKey.person_id == lan.person_id)
        .values(organisation_id=other.id)
    )
    with pytest.raises(Tampered):
        office.opens(lan)


def test_leaver_opens_nothing_and_the_rest_read_old_and_new(office: Office) -> None:
    lan, minh = office.join("lan", Role.HANDLER), office.join("minh", Role.HANDLER)
    before = office.opens(minh)
    remove(office, lan, office.founder)
    assert office.opens(lan) == {}
    after = office.opens(minh)
    assert after[office.id, 1] == before[office.id, 1]
    assert set(after) == {(office.id, 1), (office.id, 2)}
    assert after == office.opens(office.founder)
    holder = queries.operator_public_key(office.session, office.ring)
    assert holder.public == pair_from_seed(after[office.id, 2]).public


def test_membership_row_alone_gives_nothing_back_to_a_leaver(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER)
    kept = office.session.scalars(
        select(MembershipKey).where(MembershipKey.person_id == lan.person_id)
    ).one()
    box, generation = kept.box, kept.generation
    remove(office, lan, office.founder)
    office.session.add(
        MembershipKey(
            person_id=lan.person_id, organisation_id=office.id, generation=generation, box=box
        )
    )
    office.session.flush()
    assert office.opens(lan) == {}


def test_key_row_alone_decides_while_role_and_session_stay(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER)
    office.session.connection().execute(
        delete(MembershipKey).where(MembershipKey.person_id == lan.person_id)
    )
    assert office.opens(lan) == {}
    (fact,) = queries.memberships_of(office.session, lan.person_id)
    assert fact.permissions == frozenset()


def test_administrator_removes_a_holder_and_a_holder_changes_the_key(office: Office) -> None:
    admin, lan = office.join("admin", Role.ADMINISTRATOR), office.join("lan", Role.HANDLER)
    remove(office, lan, admin)
    organisation = office.session.get_one(Organisation, office.id)
    assert organisation.rotation_due
    assert set(office.opens(office.founder)) == {(office.id, 1)}
    keys.rotate(office.act())
    assert not organisation.rotation_due
    assert set(office.opens(office.founder)) == {(office.id, 1), (office.id, 2)}


def test_member_who_joins_after_two_rotations_reads_back_to_the_first(office: Office) -> None:
    for _ in range(2):
        keys.rotate(office.act())
    lan = office.join("lan", Role.HANDLER)
    assert set(office.opens(lan)) == {(office.id, n) for n in (1, 2, 3)}


def test_broken_link_in_the_chain_is_told(office: Office) -> None:
    for _ in range(2):
        keys.rotate(office.act())
    second, third = office.session.scalars(
        select(OrganisationKey)
        .where(OrganisationKey.generation > 1)
        .order_by(OrganisationKey.generation)
    )
    second.previous_box, third.previous_box = third.previous_box, second.previous_box
    office.session.flush()
    with pytest.raises(Tampered):
        office.opens(office.founder)


def test_resealers_run_until_nothing_is_left(office: Office) -> None:
    left, seen = [2, 1, 0], []

    def resealer(moving: keys.Moving) -> int:
        seen.append((moving.organisation, sorted(moving.keys), moving.newest.generation))
        return left.pop(0)

    keys.rotate(office.act())
    organisation = office.session.get_one(Organisation, office.id)
    keys.RESEALERS.append(resealer)
    try:
        while organisation.resealing:
            opened = office.opens(office.founder)
            keys.reseal_slice(office.session, office.id, opened, office.ring, real_now())
    finally:
        keys.RESEALERS.remove(resealer)
    assert seen == [(office.id, [(office.id, 1), (office.id, 2)], 2)] * 3


def test_last_holder_and_last_manager_stay(office: Office) -> None:
    admin = office.join("admin", Role.ADMINISTRATOR)
    with pytest.raises(Refused, match="last_holder"):
        remove(office, office.founder, admin)
    lan = office.join("lan", Role.HANDLER)
    remove(office, admin, office.founder)
    with pytest.raises(Refused, match="last_manager"):
        remove(office, office.founder, lan)


def test_member_of_another_organisation_is_not_removed_here(office: Office) -> None:
    office.join("lan", Role.HANDLER)
    other = Organisation(id=uuid4(), kind="partner", mechanism="other", name="Other")
    office.session.add(other)
    office.session.flush()
    with pytest.raises(Refused, match="not_member"):
        leaving.remove_member(
            replace(office.act(), organisation_id=other.id), office.founder.person_id
        )


def reset(office: Office, person: object, by: object) -> object:
    token = invitations.offer_reset(office.act(by), person.person_id)
    assert office.opens(person)  # nothing changed yet
    return office.accept(token)


def test_reset_member_has_a_new_key_and_waits_again(office: Office) -> None:
    admin, lan = office.join("admin", Role.ADMINISTRATOR), office.join("lan", Role.HANDLER)
    words = office.words(lan)
    anew = reset(office, lan, admin)
    assert anew.person_id == lan.person_id
    assert anew.private != lan.private
    assert office.opens(anew) == office.opens(lan) == {}
    assert office.words(anew) != words
    assert office.request(anew).reason == "reset"
    office.approve(anew)
    assert office.opens(anew) == office.opens(office.founder)


def test_sheet_gives_the_key_back_when_the_only_holder_was_reset(unconfirmed: Office) -> None:
    office, secret = unconfirmed, unconfirmed.sheet()
    recovery.confirm_sheet(office.act(), secret)
    key = office.opens(office.founder)
    anew = reset(office, office.founder, office.founder)
    request = office.request(anew)
    with pytest.raises(Refused, match="sheet"):
        _recover(office, request, new_key(), anew)
    _recover(office, request, secret, anew)
    assert office.opens(anew) == key
    assert "recovery_unconfirmed" in queries.filing_closed(office.session)
    with pytest.raises(Refused, match="sheet"):
        recovery.confirm_sheet(office.act(anew), secret)


def _recover(office: Office, request: KeyRequest, secret: bytes, by: object) -> None:
    recovery.recover(office.act(by), request.id, secret)


def test_sheet_does_not_pass_by_a_colleague_who_holds_the_key(unconfirmed: Office) -> None:
    office, secret = unconfirmed, unconfirmed.sheet()
    lan = office.join("lan", Role.HANDLER, approved=False)
    with pytest.raises(Refused, match="holders_left"):
        _recover(office, office.request(lan), secret, lan)


def test_sheet_still_opens_after_a_rotation(unconfirmed: Office) -> None:
    office, secret = unconfirmed, unconfirmed.sheet()
    keys.rotate(office.act())
    expected = office.opens(office.founder)
    anew = reset(office, office.founder, office.founder)
    _recover(office, office.request(anew), secret, anew)
    assert office.opens(anew) == expected


def test_sheet_is_shown_to_its_printer_only_and_only_until_typed_back(
    unconfirmed: Office,
) -> None:
    office = unconfirmed
    lan = office.join("lan", Role.DIRECTOR)
    assert recovery.sheet_secret(office.session, office.id, office.holder(lan)) is None
    secret = office.sheet()
    recovery.confirm_sheet(office.act(), secret)
    holder = office.holder(office.founder)
    assert recovery.sheet_secret(office.session, office.id, holder) is None


def test_taken_address_and_unassignable_role_are_refused(office: Office) -> None:
    office.join("lan", Role.HANDLER)
    with pytest.raises(Refused, match="address_taken"):
        office.invite("LAN", Role.HANDLER)
    with pytest.raises(Refused, match="role"):
        office.invite("stranger", Role.PARTNER_CASEWORKER)


def test_leaver_comes_back_with_a_new_invitation_and_a_new_key(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER)
    remove(office, lan, office.founder)
    again = office.join("lan", Role.LEAD)
    assert again.person_id == lan.person_id
    assert again.private != lan.private
    assert office.opens(lan.__class__(lan.person_id, again.private)) == office.opens(office.founder)


def test_who_is_told_about_cases_holds_the_key(office: Office) -> None:
    lan = office.join("lan", Role.HANDLER)
    office.join("minh", Role.HANDLER, approved=False)
    office.join("admin", Role.ADMINISTRATOR)
    told = queries.staff_to_notify(office.session, queries.Permission.CASE_READ)
    assert {who.person_id for who in told} == {office.founder.person_id, lan.person_id}
