"""Deleting a report that others hold a number for: all read of it, and no member of a group loses
it by the word of one."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest

from grievance import clock
from grievance.accounts.audit import Deed, record
from grievance.cases import erasures
from grievance.cases.ledger import REPLAYED
from grievance.cases.models import Erasure
from grievance.cases.operations.filing import Filing, NewReceipt, file
from grievance.cases.operations.replaying import RESTORE, stop_erasing
from grievance.clock import local_day, real_now
from grievance.deadlines.queries import operator_hours
from grievance.i18n import date_text
from grievance.questions.bank import shipped
from grievance.questions.complaint import complaint_of
from tests.cast import IN_DANGER, NOW, WAGES, new_keys
from tests.desk.test_desk_erasing import asked, home, press, propose
from tests.pages import read_page


@pytest.fixture
def shared(house):
    """A report with a number for its worker, for a second of the group and for a helper."""
    site, session = house.app.config["SITE"], house.session
    codes = {role: new_keys(site.ring) for role in ("worker", "member", "helper")}
    complaint = complaint_of(shipped(), {**WAGES, **IN_DANGER})
    receipts = [NewReceipt(keys, role, "self") for role, (_code, keys) in codes.items()]
    case = file(session, site, Filing(uuid4(), complaint, receipts, "1", {}), NOW)
    session.commit()
    holders = {role: SimpleNamespace(code=code) for role, (code, _keys) in codes.items()}
    return SimpleNamespace(case=case, code=codes["worker"][0], **holders)


def case_page(house, holder) -> tuple[object, str]:
    browser, _answer = home(house, holder)
    return browser, read_page(browser.get("/en/case")).main


def test_every_holder_of_a_number_reads_it_thirty_days_before(house, shared):
    asked(house, shared)
    for holder in (shared.member, shared.helper):
        _browser, page = case_page(house, holder)
        assert "This report is to be deleted for good" in page
    row = house.session.query(Erasure).one()
    assert row.from_at == row.asked_at + erasures.NOTICE
    _browser, page = case_page(house, shared)
    assert "Everybody in your group reads of it" in page
    assert "Somebody else has seen your number" not in page


def test_a_member_reads_beforehand_until_when_to_look_again(house, shared):
    """Nobody can write to them: who stayed away for thirty days would find nothing left."""
    browser, page = case_page(house, shared.member)
    assert "look here again before that day" in page
    zone = operator_hours(house.session).zone
    told = date_text(local_day(clock.now() + erasures.NOTICE, zone))
    assert f"on {told} at the earliest" in page
    for holder in (shared, shared.helper):
        assert "look here again" not in case_page(house, holder)[1]
    asked(house, shared)
    row = house.session.query(Erasure).one()
    assert local_day(row.from_at, zone) >= local_day(clock.now() + timedelta(days=29), zone)
    page = read_page(browser.get("/en/case")).main
    assert "look here again" not in page
    assert f"deleted for good from {date_text(local_day(row.from_at, zone))} on" in page


def test_one_member_keeps_it_for_all(house, shared):
    asked(house, shared)
    one, two = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    propose(house, house.browser(one), shared.case)
    member, page = case_page(house, shared.member)
    assert "if you want to keep it, say so here" in page
    assert press(member, "/en/case", "stop_erasure").status_code == 303
    assert erasures.wanted(house.session, shared.case.id) is None
    second = house.browser(two)
    assert second.get(f"/staff/cases/{shared.case.reference}/erase").status_code == 303
    assert (
        "A member of the group wants the case to be kept"
        in read_page(second.get(f"/staff/cases/{shared.case.reference}")).main
    )
    _browser, page = case_page(house, shared)
    assert "Somebody in your group wants to keep the report" in page
    _browser, page = case_page(house, shared.member)
    assert "Somebody in your group" not in page


def test_a_helper_reads_it_and_decides_nothing(house, shared):
    asked(house, shared)
    helper, page = case_page(house, shared.helper)
    assert "if you want to keep it" not in page
    token = {i.get("name"): i.get("value") for i in read_page(helper.get("/en/case")).all("input")}
    assert helper.post("/en/case/keep", data=token).status_code in (303, 403)
    assert erasures.wanted(house.session, shared.case.id)


def test_the_page_of_asking_says_that_it_is_all_of_theirs(house, shared):
    browser, _answer = home(house, shared)
    assert "It is the report of all in your group" in read_page(browser.get("/en/case/erase")).main
    alone = house.case()
    house.session.commit()
    browser, _answer = home(house, alone)
    assert "all in your group" not in read_page(browser.get("/en/case/erase")).main


def test_after_a_restore_the_page_says_that_it_has_to_be_asked_again(house):
    filed = house.case()
    house.session.commit()
    worker = asked(house, filed)
    with house.session.begin_nested():
        stop_erasing(house.session, real_now())
    house.session.commit()
    assert "ask for it again" in read_page(worker.get("/en/case")).main
    assert press(worker, "/en/case/erase", "ask_erasure").status_code == 303
    page = read_page(worker.get("/en/case")).main
    assert "ask for it again" not in page
    assert press(worker, "/en/case", "stop_erasure").status_code == 303
    assert "ask for it again" not in read_page(worker.get("/en/case")).main


def test_so_it_does_when_the_backup_was_from_before_the_wish(house):
    filed = house.case()
    codes = {"act": "ask_erasure", "of": "00"}
    made = Deed(REPLAYED, RESTORE.name, NOW + timedelta(days=1), codes, knows=("act", "of"))
    record(house.session, filed.case, made)
    house.session.commit()
    _worker, page = case_page(house, filed)
    assert "ask for it again" in page
