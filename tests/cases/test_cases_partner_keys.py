"""What a partner was given, when its key changes, is born anew, or goes with the account."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grievance.accounts.keys import RECIPIENT, open_organisation_keys, organisation_key
from grievance.accounts.models import Organisation
from grievance.accounts.operations import invitations, partners
from grievance.accounts.operations.keys import change_due_key, reseal_slice
from grievance.accounts.partners import recipient_of
from grievance.cases.opening import open_packet
from grievance.cases.operations import resealing
from grievance.referrals.models import Consent, Packet, PacketGrant, Referral
from grievance.referrals.operations import recalling, sealing
from grievance.refusals import Refused
from grievance.vault.recovery import fingerprint
from tests.cases.conftest import World, world
from tests.cast import NOW, Partner, Staff, add_partner, cheap_password, file_case

__all__ = ["world"]
pytestmark = pytest.mark.usefixtures("loaded")
BODY = "jp-lsio"


def given(world: World, partner: Partner) -> Packet:
    """A packet that was agreed to for a partner, sealed to its key."""
    session, ring = world.session, world.operator.ring
    row = world.hand_over("consented", partner.mechanism)
    packet = session.get_one(Packet, row.packet_id)
    opened = open_packet(session, world.home(), packet)
    holder = recipient_of(session, ring, partner.mechanism)
    assert holder is not None
    sealing.give(session, packet, opened.key, holder)
    session.flush()
    return packet


def reads(session: Session, packet: Packet, partner: Partner, who: Staff) -> bool:
    """Whether this person of a partner opens the packet now."""
    held = open_organisation_keys(session, who.id, who.private)
    privates = {made: key for (owner, made), key in held.items() if owner == partner.id}
    try:
        sealing.open_packet(session, packet, RECIPIENT, partner.id, privates)
    except Refused:
        return False
    return True


def reset(world: World, partner: Partner, who: Staff) -> Staff:
    """A new password by a link of the director's."""
    ring = world.operator.ring
    act = world.operator.director.acting(world.session, ring)
    token = invitations.offer_reset(replace(act, organisation_id=partner.id), who.id)
    newcomer = invitations.Newcomer(cheap_password(ring), "en")
    came = invitations.accept(world.session, token, newcomer, ring=ring, now=NOW)
    return replace(who, private=came.private)


def confirm(world: World, partner: Partner) -> None:
    key = organisation_key(world.session, partner.id)
    assert key is not None
    act = world.handler.acting(world.session, world.operator.ring)
    partners.confirm_key(act, partner.id, fingerprint(key.public))


def as_if_at_the_desk(world: World) -> int:
    """A slice of what a handler's request moves on."""
    session = world.session
    keys = open_organisation_keys(session, world.handler.id, world.handler.private)
    return reseal_slice(session, world.operator.id, keys, world.operator.ring, NOW)


def test_somebody_left_and_the_rest_read_on_with_a_new_key(world: World) -> None:
    session, ring = world.session, world.operator.ring
    partner = add_partner(session, world.operator, BODY, 2)
    packet = given(world, partner)
    left, stays = partner.people
    director = world.operator.director.acting(session, ring)
    partners.remove_person(replace(director, organisation_id=partner.id), left.id)
    assert not reads(session, packet, partner, left)
    assert session.get_one(Organisation, partner.id).rotation_due
    change_due_key(stays.acting(session, ring))
    change_due_key(stays.acting(session, ring))  # another tab, a moment later
    assert organisation_key(session, partner.id).generation == 2
    assert recipient_of(session, ring, BODY).generation == 2  # confirmed with the one before
    assert reads(session, packet, partner, stays)
    keys = open_organisation_keys(session, stays.id, stays.private)
    assert reseal_slice(session, partner.id, keys, ring, NOW) == 1
    newest = {(partner.id, 2): keys[partner.id, 2]}
    assert sealing.open_packet(
        session, packet, RECIPIENT, partner.id, {2: newest[partner.id, 2]}
    ).document.parts == ("story",)
    assert reseal_slice(session, partner.id, keys, ring, NOW) == 0


def test_what_the_only_one_had_comes_back_after_six_words_and_not_before(world: World) -> None:
    session, ring = world.session, world.operator.ring
    partner = add_partner(session, world.operator, BODY, 1)
    other = add_partner(session, world.operator, "jp-ncp", 1)
    packet = given(world, partner)
    anew = reset(world, partner, partner.people[0])
    assert as_if_at_the_desk(world) == 0
    assert not reads(session, packet, partner, anew)
    confirm(world, partner)
    assert session.get_one(Organisation, world.operator.id).resealing
    assert as_if_at_the_desk(world) == 1
    assert reads(session, packet, partner, anew)
    assert not reads(session, packet, other, other.people[0])
    assert as_if_at_the_desk(world) == 0
    assert not session.get_one(Organisation, world.operator.id).resealing
    assert recipient_of(session, ring, BODY).generation == 2


def test_what_was_taken_back_meanwhile_does_not_come_back(world: World) -> None:
    session = world.session
    partner = add_partner(session, world.operator, BODY, 1)
    packet = given(world, partner)
    anew = reset(world, partner, partner.people[0])
    recalling.recall(session, world.case.id, BODY, NOW)
    confirm(world, partner)
    assert as_if_at_the_desk(world) == 0
    assert not reads(session, packet, partner, anew)


def test_a_closed_partner_has_nothing_and_gets_nothing_when_it_is_opened_again(
    world: World,
) -> None:
    session, ring = world.session, world.operator.ring
    partner = add_partner(session, world.operator, BODY, 1)
    packet = given(world, partner)
    director = world.operator.director.acting(session, ring)
    partners.close(replace(director, organisation_id=partner.id))
    recalling.drop_all_of(session, partner.id)
    assert not reads(session, packet, partner, partner.people[0])
    theirs = select(PacketGrant).where(PacketGrant.holder_kind == RECIPIENT)
    assert session.scalars(theirs).all() == []
    again = partners.NewPartner(BODY, "Again", "letter", True)
    assert partners.add(director, again) == partner.id
    assert as_if_at_the_desk(world) == 0
    assert open_packet(session, world.home(), packet).document.parts == ("story",)


def test_a_change_of_the_key_that_is_due_is_not_forgotten_when_somebody_else_goes(
    world: World,
) -> None:
    session, ring = world.session, world.operator.ring
    partner = add_partner(session, world.operator, BODY, 2)
    left, stays = partner.people
    director = replace(world.operator.director.acting(session, ring), organisation_id=partner.id)
    token = invitations.invite(director, invitations.Invitee("Three", "3@body.example", left.role))
    newcomer = invitations.Newcomer(cheap_password(ring), "en")
    waits = invitations.accept(session, token, newcomer, ring=ring, now=NOW)
    partners.remove_person(director, left.id)
    partners.remove_person(director, waits.person_id)  # who never held it
    assert session.get_one(Organisation, partner.id).rotation_due
    change_due_key(stays.acting(session, ring))
    assert organisation_key(session, partner.id).generation == 2


@pytest.mark.parametrize("model", [Consent, Referral])
def test_what_is_not_agreed_any_more_is_not_given_again_and_is_lost_for_good(
    world: World, model: type[Consent | Referral]
) -> None:
    session = world.session
    partner = add_partner(session, world.operator, BODY, 1)
    packet = given(world, partner)
    anew = reset(world, partner, partner.people[0])
    confirm(world, partner)
    ended = update(model).where(model.packet_id == packet.id).values(ends_on=date(2020, 1, 1))
    session.connection().execute(ended)
    session.expire_all()
    assert as_if_at_the_desk(world) == 0
    assert not reads(session, packet, partner, anew)
    theirs = select(PacketGrant).where(PacketGrant.holder_kind == RECIPIENT)
    assert session.scalars(theirs).all() == []


def test_papers_that_do_not_open_hold_up_no_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = world.session
    monkeypatch.setattr(resealing, "SLICE", 1)
    partner = add_partner(session, world.operator, BODY, 1)
    papers = [given(world, partner)]
    papers.append(given(replace(world, filed=file_case(session, world.site)), partner))
    theirs = select(PacketGrant).where(PacketGrant.holder_kind == RECIPIENT)
    first = session.scalars(theirs.order_by(PacketGrant.id)).first()
    assert first is not None
    session.get_one(Packet, first.packet_id).key_check = b"0" * 32
    (good,) = [one for one in papers if one.id != first.packet_id]
    anew = reset(world, partner, partner.people[0])
    confirm(world, partner)
    assert as_if_at_the_desk(world) == 1
    assert reads(session, good, partner, anew)
    assert as_if_at_the_desk(world) == 0
    assert not session.get_one(Organisation, world.operator.id).resealing
