"""Codes: coming back, changing one, replacing a lost one, and moving to a newer pepper."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from grievance.cases import records
from grievance.cases.act import Act
from grievance.cases.actors import of_receipt
from grievance.cases.models import CaseGrant, Receipt, ReceiptSession, Reissue
from grievance.cases.opening import open_for_receipt
from grievance.cases.operations import receipts
from grievance.cases.operations.filing import NewReceipt, add_receipt
from grievance.refusals import Refused
from grievance.vault import keyring
from grievance.vault.errors import VaultError
from grievance.vault.receipts import slow_root
from tests.cases.conftest import World
from tests.cast import NOW, Filed, new_keys


def root_of(world: World, code: str) -> bytes:
    return slow_root(code, world.site.ring.receipt_salt)


def visit(world: World, receipt: Receipt, keys) -> str:
    return receipts.begin_visit(world.session, world.site.ring, receipt, keys, NOW)


def test_a_code_opens_its_case_and_a_wrong_one_nothing(world: World):
    ring = world.site.ring
    found = receipts.find(world.session, ring, root_of(world, world.filed.code))
    assert found is not None
    assert found[0].case_id == world.case.id
    other, _keys = new_keys(ring)
    assert receipts.find(world.session, ring, root_of(world, other)) is None


def test_a_visit_ends_after_twenty_idle_minutes_and_after_two_hours(world: World):
    secret = visit(world, world.filed.receipt, world.filed.keys)
    ring, session = world.site.ring, world.session
    session.flush()
    at = NOW
    for _ in range(6):
        at += timedelta(minutes=19)
        assert receipts.continue_visit(session, ring, secret, at) is not None
    assert receipts.continue_visit(session, ring, secret, NOW + timedelta(minutes=121)) is None
    again = visit(world, world.filed.receipt, world.filed.keys)
    session.flush()
    assert receipts.continue_visit(session, ring, again, NOW + timedelta(minutes=21)) is None


def test_a_stolen_visit_row_does_not_open_without_the_cookie(world: World):
    visit(world, world.filed.receipt, world.filed.keys)
    world.session.flush()
    assert receipts.continue_visit(world.session, world.site.ring, "guessed", NOW) is None


def test_a_receipt_whose_public_key_nobody_vouches_for_is_refused(world: World):
    _code, strange = new_keys(world.site.ring)
    world.filed.receipt.public_key = strange.pair.public
    with pytest.raises(VaultError):
        visit(world, world.filed.receipt, world.filed.keys)


def test_a_changed_code_opens_the_case_and_the_old_one_no_longer(world: World):
    ring, session = world.site.ring, world.session
    secret = visit(world, world.filed.receipt, world.filed.keys)
    code, keys = new_keys(ring)
    fresh = receipts.change(world.own(), keys)
    session.flush()
    assert receipts.find(session, ring, root_of(world, world.filed.code)) is None
    assert receipts.continue_visit(session, ring, secret, NOW) is None
    found = receipts.find(session, ring, root_of(world, code))
    assert found is not None
    opened = open_for_receipt(session, world.case, fresh, found[1].pair.private)
    assert set(opened.keys) == {"story", "identity"}
    assert (fresh.known_to, fresh.role) == ("self", "worker")
    left = (
        select(func.count())
        .select_from(CaseGrant)
        .where(CaseGrant.holder_id == world.filed.receipt.id)
    )
    assert session.scalar(left) == 0


def test_a_helper_changes_no_code_and_takes_nothing_back(world: World):
    session = world.session
    _code, keys = new_keys(world.site.ring)
    row = add_receipt(session, world.site, world.desk(), NewReceipt(keys, "helper"), NOW)
    helper = of_receipt(world.case.id, row.id, "helper", row.known_to)
    opened = open_for_receipt(session, world.case, row, keys.pair.private)
    _other, fresh = new_keys(world.site.ring)
    with pytest.raises(Refused) as refused:
        receipts.change(Act(session, world.site, opened, helper, NOW), fresh)
    assert refused.value.code == "actor"


def test_a_lost_code_is_replaced_by_a_second_person_and_the_new_one_is_provisional(world: World):
    session, ring = world.session, world.site.ring
    _code, helper_keys = new_keys(ring)
    helper = add_receipt(session, world.site, world.desk(), NewReceipt(helper_keys, "helper"), NOW)
    asked = receipts.ask_reissue(world.act(), "Voice")
    _other, keys = new_keys(ring)
    with pytest.raises(Refused) as refused:
        receipts.reissue(world.act(), keys)
    assert refused.value.code == "same_person"
    fresh = receipts.reissue(world.act(world.colleague.actor), keys)
    session.flush()
    assert (fresh.known_to, fresh.role, fresh.state) == ("staff", "worker", "active")
    assert world.filed.receipt.state == "retired"
    assert helper.state == "active"
    assert (asked.state, asked.decided_by) == ("issued", world.colleague.id)
    with pytest.raises(Refused) as refused:
        receipts.reissue(world.act(world.colleague.actor), keys)
    assert refused.value.code == "state"


def test_one_request_at_a_time_and_only_for_its_own_case(
    world: World, another: Callable[..., Filed]
):
    session = world.session
    first = receipts.ask_reissue(world.act(), "Voice")
    again = receipts.ask_reissue(world.act(world.colleague.actor), "Face")
    assert first.id == again.id
    assert session.scalar(select(func.count()).select_from(Reissue)) == 1
    other = world.handler.open(session, another().case)
    _code, keys = new_keys(world.site.ring)
    with pytest.raises(Refused) as refused:
        receipts.reissue(Act(session, world.site, other, world.colleague.actor, NOW), keys)
    assert refused.value.code == "state"


def test_a_returning_code_moves_to_the_newest_pepper_and_opens_the_same(
    world: World, ring_folder: Path, tmp_path: Path
):
    session, ring = world.session, world.site.ring
    folder = shutil.copytree(ring_folder, tmp_path / "ring")
    keyring.add_pepper(folder)
    newer = keyring.KeyRing.load(folder, "web")
    root = root_of(world, world.filed.code)
    assert newer.newest_pepper == 2
    found = receipts.find(session, newer, root)
    assert found is not None
    receipt, keys = found
    assert keys.pepper_version == 1
    before = receipt.tag
    fresh = receipts.renew(session, newer, receipt, keys, root)
    session.flush()
    assert (fresh.pepper_version, receipt.pepper_version) == (2, 2)
    assert receipt.tag != before
    opened = open_for_receipt(session, world.case, receipt, fresh.pair.private)
    assert records.read(session, opened, "answers")["what-happened"]
    session.expire_all()
    again = receipts.find(session, newer, root)
    assert again is not None
    assert again[1].pepper_version == 2
    assert receipts.renew(session, newer, *again, root) == again[1]
    assert receipts.find(session, ring, root) is None
    secret = receipts.begin_visit(session, newer, receipt, fresh, NOW)
    session.flush()
    assert receipts.continue_visit(session, newer, secret, NOW) is not None


def test_visits_that_are_over_are_purged(world: World):
    visit(world, world.filed.receipt, world.filed.keys)
    world.session.flush()
    assert receipts.purge_visits(world.session, NOW) == 0
    assert receipts.purge_visits(world.session, NOW + timedelta(hours=3)) == 1
    keys = select(ReceiptSession.private_box, ReceiptSession.pending_box)
    assert world.session.execute(keys).all() == [(b"", None)]
    assert receipts.purge_visits(world.session, NOW + timedelta(hours=3)) == 0
    assert receipts.purge_visits(world.session, NOW + timedelta(hours=7)) == 1
    assert world.session.scalar(select(func.count()).select_from(ReceiptSession)) == 0


def test_the_new_code_of_a_visit_is_the_same_until_it_is_taken(world: World):
    secret = visit(world, world.filed.receipt, world.filed.keys)
    world.session.flush()
    ring = world.site.ring
    first = receipts.pending_code(world.session, ring, secret)
    assert receipts.pending_code(world.session, ring, secret) == first
