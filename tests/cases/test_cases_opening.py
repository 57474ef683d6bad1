"""Who opens what: keys, grants, records, receipts; and what tampering looks like."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

import pytest
from sqlalchemy import select

from grievance.accounts.keys import open_organisation_keys
from grievance.accounts.operations.keys import reseal_slice, rotate
from grievance.cases import records
from grievance.cases.models import Case, CaseGrant, CaseKey, CaseRecord, Receipt, Suggestion
from grievance.cases.opening import (
    Shut,
    grant,
    open_for_organisation,
    open_for_receipt,
    open_packet,
)
from grievance.cases.operations.filing import NewReceipt, add_receipt
from grievance.referrals.models import Packet
from grievance.vault.errors import Tampered
from grievance.vault.keys import Holder, new_pair
from grievance.vault.labels import Label
from tests.cases.conftest import World
from tests.cast import NOW, Filed, new_keys


def receipt_of(world: World, role: str) -> tuple[Receipt, bytes]:
    """One more receipt of the case, of a role."""
    _code, keys = new_keys(world.site.ring)
    row = add_receipt(world.session, world.site, world.desk(), NewReceipt(keys, role), NOW)
    return row, keys.pair.private


def test_the_operator_holds_all_three_keys_the_worker_two_a_helper_one(world: World):
    assert set(world.desk().keys) == {"story", "identity", "internal"}
    assert set(world.home().keys) == {"story", "identity"}
    for role in ("helper", "member"):
        row, private = receipt_of(world, role)
        assert set(open_for_receipt(world.session, world.case, row, private).keys) == {"story"}


def test_a_helper_reads_the_story_and_nothing_of_the_person(world: World):
    row, private = receipt_of(world, "helper")
    helper = open_for_receipt(world.session, world.case, row, private)
    assert records.read(world.session, helper, "answers")["what-happened"]
    assert records.read(world.session, helper, "identity") == {}
    kept = world.session.scalars(select(CaseRecord).where(CaseRecord.part == "identity")).one()
    with pytest.raises(Shut):
        helper.open_json(Label.CASE_IDENTITY, kept.id, kept.content)
    with pytest.raises(Shut):
        grant(
            world.session, helper, Holder("receipt", uuid4(), 1, new_pair().public), ("identity",)
        )


def test_the_worker_reads_no_note_of_the_staff(world: World):
    with pytest.raises(Shut):
        world.home().seal_text(Label.STAFF_MESSAGE, uuid4(), "x")


def test_a_wrong_private_key_opens_nothing(world: World):
    wrong = new_pair().private
    with pytest.raises(Tampered):
        open_for_receipt(world.session, world.case, world.filed.receipt, wrong)
    with pytest.raises(Tampered):
        open_for_organisation(world.session, world.case, world.operator.id, {1: wrong})


def test_who_holds_no_generation_of_the_key_opens_nothing(world: World):
    assert open_for_organisation(world.session, world.case, world.operator.id, {}).keys == {}
    assert open_for_organisation(world.session, world.case, uuid4(), {1: b"x" * 32}).keys == {}


def test_one_workers_code_does_not_open_anothers_case(world: World, another: Callable[..., Filed]):
    other = another()
    opened = open_for_receipt(
        world.session, other.case, world.filed.receipt, world.filed.keys.pair.private
    )
    assert opened.keys == {}


def grants(world: World, case: Case) -> dict[str, CaseGrant]:
    rows = world.session.scalars(
        select(CaseGrant).where(
            CaseGrant.case_id == case.id, CaseGrant.holder_kind == "organisation"
        )
    )
    return {row.compartment: row for row in rows}


def test_a_grant_moved_from_another_case_is_refused(world: World, another: Callable[..., Filed]):
    other = another()
    mine, theirs = grants(world, world.case), grants(world, other.case)
    mine["story"].box = theirs["story"].box
    world.session.flush()
    with pytest.raises(Tampered):
        world.desk()


def test_a_grant_moved_to_another_compartment_is_refused(world: World):
    mine = grants(world, world.case)
    mine["identity"].box = mine["story"].box
    world.session.flush()
    with pytest.raises(Tampered):
        world.desk()


def test_a_key_that_is_not_the_cases_own_is_told_by_its_check(world: World):
    row = world.session.get(CaseKey, (world.case.id, "story", 1))
    row.check = bytes(32)
    world.session.flush()
    with pytest.raises(Tampered):
        world.desk()


def test_a_record_moved_to_another_row_or_case_does_not_open(
    world: World, another: Callable[..., Filed]
):
    other = another(what_happened="Somebody else's story")
    by_case = {
        row.case_id: row
        for row in world.session.scalars(select(CaseRecord).where(CaseRecord.part == "answers"))
    }
    by_case[world.case.id].content = by_case[other.case.id].content
    world.session.flush()
    with pytest.raises(Tampered):
        records.read(world.session, world.desk(), "answers")


def test_the_advice_is_kept_with_the_case_and_sealed_to_its_story(world: World):
    kept = records.suggestion(world.session, world.desk())
    assert [door["rank"] for door in kept["doors"]][:2] == [1, 2]
    assert kept["rules_version"] == world.session.scalars(select(Suggestion)).one().rules_version
    assert records.suggestion(world.session, replace(world.desk(), keys={})) == {}


def test_without_advice_there_is_none(world: World):
    world.session.delete(world.session.scalars(select(Suggestion)).one())
    world.session.flush()
    assert records.suggestion(world.session, world.desk()) == {}


def test_nothing_an_opened_case_holds_shows_in_its_repr(world: World):
    shown = repr(world.desk())
    assert "keys=" not in shown


def test_after_a_rotation_old_cases_open_and_are_moved_on_to_the_newest_key(world: World):
    session, director = world.session, world.operator.director
    rotate(director.acting(session, world.operator.ring))
    assert set(world.desk().keys) == {"story", "identity", "internal"}
    keys = open_organisation_keys(session, world.handler.id, world.handler.private)
    assert reseal_slice(session, world.operator.id, keys, world.operator.ring, NOW) == 3
    assert {row.holder_generation for row in grants(world, world.case).values()} == {2}
    newest = {g: key for (_owner, g), key in keys.items() if g == 2}
    opened = open_for_organisation(session, world.case, world.operator.id, newest)
    assert set(opened.keys) == {"story", "identity", "internal"}
    assert reseal_slice(session, world.operator.id, keys, world.operator.ring, NOW) == 0


def test_packets_move_on_to_the_newest_key_too(world: World):
    session, director = world.session, world.operator.director
    row = world.hand_over("asked")
    packet = session.get_one(Packet, row.packet_id)
    rotate(director.acting(session, world.operator.ring))
    keys = open_organisation_keys(session, world.handler.id, world.handler.private)
    assert reseal_slice(session, world.operator.id, keys, world.operator.ring, NOW) == 4
    newest = {g: key for (_owner, g), key in keys.items() if g == 2}
    opened = open_for_organisation(session, world.case, world.operator.id, newest)
    assert open_packet(session, opened, packet).document.parts == ("story",)
    assert open_packet(session, world.home(), packet).document.parts == ("story",)
    assert reseal_slice(session, world.operator.id, keys, world.operator.ring, NOW) == 0


def test_the_code_of_a_worker_opens_as_before_after_a_rotation(world: World):
    session, director = world.session, world.operator.director
    rotate(director.acting(session, world.operator.ring))
    keys = open_organisation_keys(session, world.handler.id, world.handler.private)
    reseal_slice(session, world.operator.id, keys, world.operator.ring, NOW)
    assert records.read(session, world.home(), "answers")["what-happened"]
