"""Deleting a report through the browser: the worker asks, two of staff do it, nothing is left."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from sqlalchemy import select, text

from grievance.accounts.models import OperatorProfile, StaffSession
from grievance.accounts.roles import Role
from grievance.cases import erasures, files
from grievance.cases.models import Case, CaseFile, Erasure
from grievance.cases.operations import conflicts, deciding, handling
from grievance.cases.operations.replying import Sent, say, withdraw
from grievance.clock import local_day, real_now
from grievance.i18n import date_text
from grievance.questions import jobs
from grievance.tables import METADATA
from grievance.vault.receipts import draw
from tests.cases.conftest import words
from tests.cast import IN_DANGER, NOW
from tests.desk.test_desk_flow import opened, send
from tests.pages import read_page

STORY, NAME = "Canary Mirabelle: they kept my pay.", "Nguyen Canary Zwetschge"
PAPER = b"Canary Quitte, pay slip of June"


@pytest.fixture
def filed(house):
    """Somebody filed, and sent a paper after it."""
    found = house.case(what_happened=STORY, name=NAME)
    site = house.app.config["SITE"]
    stored = files.keep(site.blobs, PAPER, "canary.txt")
    say(found.act(house.session, site), Sent(words("Canary Pflaume"), [stored]))
    house.session.commit()
    return found


def home(house, filed):
    """The worker's browser, come back with the number."""
    made = house.browser()
    page = read_page(made.get("/en/return"))
    answer = made.post("/en/return", data={**page.fields(), "code": filed.code})
    return made, answer


def press(client, path, verb):
    """Press the button of a page's form."""
    page = read_page(client.get(path))
    (form,) = [
        one
        for one in page.all("form")
        if any(b.get("data-verb") == verb for b in one.iter("button"))
    ]
    fields = {i.get("name"): i.get("value") for i in form.iter("input") if i.get("name")}
    return client.post(form.get("action") or path, data=fields)


def asked(house, filed):
    """The worker asks on their page."""
    worker, answer = home(house, filed)
    assert answer.status_code == 303
    assert 'href="/en/case/erase"' in worker.get("/en/case").text
    assert press(worker, "/en/case/erase", "ask_erasure").status_code == 303
    return worker


def propose(house, client, case, ground="worker"):
    page = opened(client, case)
    return send(client, page, "propose_erase", ground=ground, why="On her page")


def dumped(house, *tables) -> str:
    """Everything that the database, or these tables of it, hold, as a copy of it would."""
    return "\n".join(
        repr(tuple(row))
        for table in tables or METADATA.sorted_tables
        for row in house.session.execute(text(f'SELECT * FROM "{table.name}"'))
    )


def test_the_worker_asks_two_of_staff_delete_it_and_nothing_is_left(house, filed):
    one, two = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    handling.take(one.act(house.session, house.app.config["SITE"], filed.case))
    house.session.commit()
    reference, blobs = filed.case.reference, house.app.config["SITE"].blobs
    of_case = select(CaseFile.original_blob, CaseFile.clean_blob)
    named = {one.hex for row in house.session.execute(of_case) for one in row if one}
    before = set(blobs.ids())
    assert len(named) > 1
    assert named <= before
    worker = asked(house, filed)
    page = read_page(worker.get("/en/case"))
    assert "You asked us on" in page.main
    first, second = house.browser(one), house.browser(two)
    today = read_page(first.get("/staff/")).main
    assert reference in today.split("To be deleted")[1]
    assert "asked on their page" in opened(first, filed.case).main
    assert propose(house, first, filed.case).status_code == 303
    assert "A second person decides" in read_page(first.get(f"/staff/cases/{reference}/erase")).main
    assert not press_there(first, reference)
    read = read_page(second.get(f"/staff/cases/{reference}/erase"))
    assert "Mori Emi" in read.main
    answer = press(second, f"/staff/cases/{reference}/erase", "erase")
    assert answer.status_code == 200
    assert "The case is deleted" in answer.text
    jobs.sweep_left(house.session, blobs)
    house.session.expire_all()
    assert house.session.scalars(select(Case)).first() is None
    assert set(blobs.ids()) == before - named
    holding = {table.name for table in METADATA.sorted_tables if reference in dumped(house, table)}
    assert holding == {"event"}
    for word in ("Canary", "Zwetschge", filed.code, filed.code.replace(" ", "")):
        assert str(word) not in dumped(house)
    for path in (f"/staff/cases/{reference}", f"/staff/cases/{reference}/erase"):
        assert second.get(path).status_code == 404
    lists = ("/staff/", "/staff/cases", "/staff/cases?state=in_review", "/staff/referrals")
    for path in lists:
        assert reference not in second.get(path).text
    gone = worker.get("/en/case")
    assert (gone.status_code, gone.headers["Location"]) == (303, "/en/return?over=1")


def test_who_presses_twice_reads_that_it_is_deleted_and_nobody_else_does(house, filed):
    one, two = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    asked(house, filed)
    propose(house, house.browser(one), filed.case)
    second, reference = house.browser(two), filed.case.reference
    path = f"/staff/cases/{reference}/erase"
    read = read_page(second.get(path))
    (form,) = [f for f in read.all("form") if any(b.get("data-verb") for b in f.iter("button"))]
    fields = {i.get("name"): i.get("value") for i in form.iter("input") if i.get("name")}
    first, again = (second.post(path, data=fields) for _ in range(2))
    assert (again.status_code, read_page(again).main) == (200, read_page(first).main)
    assert house.browser(one).post(path, data=fields).status_code == 404
    other = path.replace(reference, "ABCDEFGHJK")
    assert second.post(other, data=fields).status_code == 404


def press_there(client, reference) -> bool:
    """Whether the page of deleting has its button."""
    page = read_page(client.get(f"/staff/cases/{reference}/erase"))
    return any(one.get("data-verb") == "erase" for one in page.all("button"))


def test_a_number_that_never_was_is_answered_in_the_same_words(house, filed):
    """No tag is kept that would tell whoever finds the paper that there was a report."""
    one, two = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    asked(house, filed)
    propose(house, house.browser(one), filed.case)
    press(house.browser(two), f"/staff/cases/{filed.case.reference}/erase", "erase")
    _browser, known = home(house, filed)
    _browser, never = home(house, SimpleNamespace(code=draw()))
    assert known.status_code == never.status_code == 200
    assert "We do not find this number" in read_page(known).main
    code, other = (read_page(one).one("input", name="code").get("value") for one in (known, never))
    assert read_page(known).main.replace(code, "") == read_page(never).main.replace(other, "")


def test_without_the_password_typed_again_nothing_is_deleted(house, filed):
    one, two = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    asked(house, filed)
    propose(house, house.browser(one), filed.case)
    second = house.browser(two)
    long_ago = real_now() - timedelta(hours=1)
    house.session.execute(StaffSession.__table__.update().values(stepped_up_at=long_ago))
    house.session.commit()
    answer = second.get(f"/staff/cases/{filed.case.reference}/erase")
    assert answer.status_code == 303
    assert "confirm" in answer.headers["Location"]


def test_the_worker_says_no_and_it_is_kept(house, filed):
    one = house.hire(name="Mori Emi")
    worker = asked(house, filed)
    propose(house, house.browser(one), filed.case)
    assert press(worker, "/en/case", "stop_erasure").status_code == 303
    assert "You asked us" not in read_page(worker.get("/en/case")).main
    assert not house.again(filed.case).awaits_second
    client = house.browser(one)
    assert client.get(f"/staff/cases/{filed.case.reference}/erase").status_code == 303


def test_what_staff_propose_stands_on_the_workers_page_thirty_days_before(house, filed):
    one, two = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    assert propose(house, house.browser(one), filed.case, "told").status_code == 303
    worker, _answer = home(house, filed)
    assert "If that was not you" in read_page(worker.get("/en/case")).main
    second = house.browser(two)
    page = read_page(second.get(f"/staff/cases/{filed.case.reference}/erase"))
    assert "30 days before" in page.main
    assert not press_there(second, filed.case.reference)


def test_what_was_told_and_is_sent_back_does_not_vanish_from_the_page_without_a_word(house, filed):
    one, two = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    propose(house, house.browser(one), filed.case, "told")
    worker, _answer = home(house, filed)
    act = two.act(house.session, house.app.config["SITE"], house.again(filed.case))
    deciding.send_back(act, words())
    house.session.commit()
    assert "so it is not deleted" in read_page(worker.get("/en/case")).main
    press(worker, "/en/case/erase", "ask_erasure")
    assert "so it is not deleted" not in read_page(worker.get("/en/case")).main


def test_what_was_told_stays_on_both_pages_when_who_wrote_it_down_steps_aside(house, filed):
    one, two = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    propose(house, house.browser(one), filed.case, "told")
    worker, _answer = home(house, filed)
    before = read_page(worker.get("/en/case")).main
    assert "we wrote down that you want" in before
    act = one.act(house.session, house.app.config["SITE"], house.again(filed.case))
    conflicts.recuse(act, "I know the boss")
    house.session.commit()
    assert "we wrote down that you want" in read_page(worker.get("/en/case")).main
    second = house.browser(two)
    assert filed.case.reference in read_page(second.get("/staff/")).main.split("To be deleted")[1]
    assert "told us that they want this case deleted" in opened(second, filed.case).main
    assert propose(house, second, filed.case, "told").status_code == 303


def test_an_open_case_is_not_deleted_for_another_reason_than_its_workers_wish(house, filed):
    one = house.hire(name="Mori Emi")
    answer = propose(house, house.browser(one), filed.case, "mistake")
    assert answer.status_code == 422
    assert "only when the worker asks for it" in read_page(answer).main
    assert "On her page" in answer.text


def test_the_worker_reads_by_when_it_is_done_and_when_that_day_has_passed(house, filed):
    worker = asked(house, filed)
    assert "We do that by" in read_page(worker.get("/en/case")).main
    wish = house.session.query(Erasure).one()
    wish.asked_at, wish.from_at = (real_now() - timedelta(days=20),) * 2
    house.session.commit()
    page = read_page(worker.get("/en/case")).main
    assert "it was our task, not yours" in page
    assert "We do that by" not in page


def test_who_asks_reads_by_which_day_the_last_backup_of_it_goes(house, filed, monkeypatch):
    """Of two backup times: the day follows the setting that prunes them."""
    said = []
    for days in (92, 30):
        kept = replace(house.app.config["SITE"], backup_days=days)
        monkeypatch.setitem(house.app.config, "SITE", kept)
        worker, _answer = home(house, filed)
        by = local_day(real_now(), "Asia/Tokyo") + timedelta(days=14)
        page = read_page(worker.get("/en/case/erase")).main
        assert f"delete it by {date_text(by)} at the latest" in page
        last = date_text(by + timedelta(days=days + 1))
        assert f"the last of them by {last}" in page
        said.append(last)
    assert len(set(said)) == 2
    assert press(worker, "/en/case/erase", "ask_erasure").status_code == 303
    assert f"is deleted by {said[-1]}" in read_page(worker.get("/en/case")).main


def test_staff_can_say_that_day_until_then_and_no_longer(house, filed):
    one, two = house.hire(name="Mori Emi"), house.hire(Role.LEAD, name="Ito Jun")
    asked(house, filed)
    propose(house, house.browser(one), filed.case)
    lead, reference = house.browser(two), filed.case.reference
    answer = press(lead, f"/staff/cases/{reference}/erase", "erase")
    today = local_day(real_now(), "Asia/Tokyo")
    last = today + timedelta(days=93)
    assert date_text(last) in read_page(answer).main
    shown = read_page(lead.get("/staff/kept")).main
    assert reference in shown
    assert date_text(last) in shown
    assert [one.gone_by for one in erasures.in_backups(house.session, last)] == [last]
    assert erasures.in_backups(house.session, last + timedelta(days=1)) == []


def test_a_helper_cannot_ask_for_it(house):
    found = house.case(**IN_DANGER)
    found.receipt.role = "helper"
    house.session.commit()
    helper, _answer = home(house, found)
    assert helper.get("/en/case/erase").status_code == 403
    assert "Delete my report" not in helper.get("/en/case").text


def test_leads_see_what_was_kept_long_enough_and_handlers_do_not(house, filed):
    lead, handler = house.hire(Role.LEAD, "Mori Emi"), house.hire(name="Ito Jun")
    site = house.app.config["SITE"]
    withdraw(filed.act(house.session, site, NOW - timedelta(days=500)))
    house.session.commit()
    shown = house.browser(lead)
    assert "No closed case is past that time." in read_page(shown.get("/staff/kept")).main
    house.session.query(OperatorProfile).one().retention_days = 367
    house.session.commit()
    page = read_page(shown.get("/staff/kept"))
    assert f"/staff/cases/{filed.case.reference}" in [a.get("href") for a in page.all("a")]
    assert "1 case is past that time." in page.main
    assert house.browser(handler).get("/staff/kept").status_code == 403
    assert propose(house, shown, filed.case, "retention").status_code == 303
    assert "waits for a second person" in read_page(shown.get("/staff/kept")).main


def test_where_no_time_was_said_the_list_says_so_and_not_that_nothing_is_past_it(house):
    profile = house.session.query(OperatorProfile).one()
    profile.retention_days = None
    house.session.commit()
    page = read_page(house.browser(house.hire(Role.LEAD)).get("/staff/kept"))
    assert "You have not said yet how long a closed case is kept." in page.main
    assert "past that time" not in page.main
