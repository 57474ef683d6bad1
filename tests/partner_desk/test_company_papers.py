"""A paper for a company from the handler's page over the worker's yes to who was named."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from grievance.cases.operations import referring
from grievance.cases.operations.referring import About
from grievance.referrals.models import ON_DESK, Packet, Referral
from grievance.referrals.operations.steps import Delivery
from tests.cases.conftest import World
from tests.cast import browser
from tests.pages import read_page
from tests.partner_desk.conftest import Theirs, said
from tests.partner_desk.test_desk_papers import visiting

HERE = "company-hotline-template"
LATER = "2027-05-01"
pytestmark = pytest.mark.usefixtures("loaded")


def test_the_handler_picks_who_reads_and_the_worker_is_told_their_names(
    app: Flask, world: World
) -> None:
    company = world.add_company()
    world.bring_to("accepted")
    world.session.commit()
    handler = browser(app, world.session, world.handler)
    where = f"/staff/cases/{world.case.reference}/refer/{HERE}"
    page = read_page(handler.get(where))
    boxes = page.all("input", name="readers")
    assert {one.get("value") for one in boxes} == {str(one.id) for one in company.people}
    assert not any("checked" in one.attrib for one in boxes)
    assert "must never read: \u2068Plant 2\u2069" in page.main
    form = next(f for f in page.all("form") if (f.get("action") or "").endswith(HERE))
    sent = {
        **page.fields(form),
        "purpose": "complaint",
        "ends_on": LATER,
        "parts": ["story", "issue", "wish"],
        "readers": [str(company.people[0].id)],
    }
    strange = {**sent, "readers": [str(world.handler.id)]}
    assert handler.post(where, data=strange).status_code == 422
    answer = handler.post(where, data=sent)
    assert answer.status_code == 303, read_page(answer).main
    there = read_page(handler.get(answer.headers["Location"]))
    (named,) = there.all("div", data_readers="")
    assert "Respondent 1 · Task 1" in said(named)
    world.referral = world.session.scalars(select(Referral)).one()
    packet = world.session.get_one(Packet, world.referral.packet_id)
    assert packet.readers == [company.people[0].id]
    assert b"Respondent" not in packet.reader_names  # sealed with the rest
    worker, path = visiting(app, world), f"/en/case/handover/{world.referral.id}"
    shown = read_page(worker.get(path))
    (names,) = shown.all("ul", data_readers="")
    assert said(names) == "Respondent 1 · Task 1"
    assert "Respondent 2" not in shown.main
    typed = {**shown.fields(shown.one("form", id="say")), "answer": "yes"}
    assert worker.post(path, data=typed).status_code == 303
    world.session.expire_all()
    sent_out = Delivery("staff", ON_DESK, world.act().today)
    referring.deliver(world.act(), About(world.referral, sent_out))
    world.session.commit()
    theirs = Theirs(app, world)
    assert "二か月、給料がありません。" in theirs.get().main
    assert theirs.by(1).get(theirs.path).status_code == 404


def test_only_a_company_with_an_account_is_asked_who_reads(app: Flask, world: World) -> None:
    world.bring_to("accepted")
    world.add_partner("jp-lsio")
    world.session.commit()
    handler = browser(app, world.session, world.handler)
    for body in (HERE, "jp-lsio"):
        page = read_page(handler.get(f"/staff/cases/{world.case.reference}/refer/{body}"))
        assert page.all("input", name="readers") == []
