"""A paper for a company from the handler's page over the worker's yes to who was named."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from grievance.accounts import verifying
from grievance.cases.operations import linking, referring
from grievance.cases.operations.linking import Shown
from grievance.cases.operations.referring import About
from grievance.clock import now
from grievance.referrals.links import ReplyLink
from grievance.referrals.models import ON_DESK, Packet, Referral, ReferralAnswer
from grievance.referrals.operations.linking import NewLink
from grievance.referrals.operations.steps import Delivery
from grievance.refusals import Refused
from grievance.vault.keys import new_pair
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
    sent = {
        **page.fields(),
        "purpose": "complaint",
        "ends_on": LATER,
        "parts": ["issue", "wish"],  # its reader reads them without a translation
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
    assert theirs.get().all("h2", id="duties")
    ring = app.config["KEY_RING"]
    assert verifying.verify(world.session, event_key=ring.event_key).broken == []
    assert theirs.by(1).get(theirs.path).status_code == 404


def test_what_only_named_people_may_read_goes_no_other_way(app: Flask, world: World) -> None:
    company = world.add_company(1)
    world.bring_to("accepted")
    row = world.hand_over("consented", HERE, [company.people[0].id])
    world.session.commit()
    for by, way in (("staff", "email"), ("worker_takes_it", "in_person")):
        with pytest.raises(Refused, match="named_only"):
            referring.deliver(world.act(), About(row, Delivery(by, way, world.act().today)))
    handler = browser(app, world.session, world.handler)
    path = f"/staff/cases/{world.case.reference}/referrals/{row.id}"
    page = read_page(handler.get(path))
    offered = {one.get("value") for one in page.one("select", name="channel").iter("option")}
    assert offered - {""} == {ON_DESK}
    assert [one.get("value") for one in page.all("input", name="by")] == ["staff"]
    referring.deliver(world.act(), About(row, Delivery("staff", ON_DESK, world.act().today)))
    world.session.commit()
    new = NewLink("token", new_pair(), 1, now())
    with pytest.raises(Refused, match="named_only"):
        linking.make_link(world.act(), About(row, new))
    with pytest.raises(Refused, match="named_only"):
        linking.renew_link(world.act(), About(row, now()))
    assert world.session.scalars(select(ReplyLink)).all() == []
    there = read_page(handler.get(path)).html
    assert "/recall_for_worker" in there
    assert "/make_link" not in there


def test_only_a_company_with_an_account_is_asked_who_reads(app: Flask, world: World) -> None:
    world.bring_to("accepted")
    world.add_partner("jp-lsio")
    world.session.commit()
    handler = browser(app, world.session, world.handler)
    for body in (HERE, "jp-lsio"):
        page = read_page(handler.get(f"/staff/cases/{world.case.reference}/refer/{body}"))
        assert page.all("input", name="readers") == []


@pytest.fixture
def firm(app: Flask, world: World) -> Theirs:
    """Something lies on the desk of one person of a company."""
    company = world.add_company(1)
    world.bring_to("accepted")
    world.on_desk(HERE, [company.people[0].id])
    world.session.commit()
    return Theirs(app, world)


def test_a_company_says_where_it_stands_what_it_proposes_and_by_when(firm: Theirs) -> None:
    offered = {one.get("value") for one in firm.get().all("input", name="kind")}
    assert offered == {"agree", "partly", "disagree", "time", "question"}
    missing = read_page(firm.send(kind="partly"))
    assert (missing.status, set(missing.errors)) == (422, {"words", "remedy", "by_day"})
    told = {
        "words": "Two months were not paid, one was.",
        "remedy": "We pay both months with interest.",
        "by_day": "2026-12-25",
    }
    assert firm.send(kind="partly", **told).status_code == 303
    assert firm.row.state == "accepted"
    page = firm.get()
    for shown in ("We agree in part", told["words"], told["remedy"]):
        assert shown in page.main
    world = firm.world
    handler = browser(firm.app, world.session, world.handler)
    desk = read_page(
        handler.get(f"/staff/cases/{world.case.reference}/referrals/{world.referral.id}")
    )
    for shown in ("They agree in part", told["words"], told["remedy"]):
        assert shown in desk.main
    worker, path = visiting(firm.app, world), f"/en/case/handover/{world.referral.id}"
    assert told["remedy"] not in read_page(worker.get(path)).main  # the desk reads it first
    linking.read_reply(world.act(), About(world.referral, Shown(words=True)))
    world.session.commit()
    read = read_page(worker.get(path)).main
    assert "They agree in part" in read
    assert told["remedy"] in read
    row = world.session.scalars(select(ReferralAnswer)).one()
    assert b"interest" not in row.content
    where = f"/staff/cases/{world.case.reference}/export"
    typed = {**read_page(handler.get(where)).fields(), "reason": "review", "shape": "page"}
    printed = read_page(handler.post(where, data={one: typed[one] for one in typed if typed[one]}))
    for shown in (
        "They agree in part",
        told["words"],
        told["remedy"],
        "By Friday, December 25, 2026",
    ):
        assert shown in printed.main


@pytest.mark.parametrize(
    ("position", "state", "typed"),
    [
        ("agree", "accepted", {"remedy": "We pay.", "by_day": "2026-12-25"}),
        ("disagree", "declined", {"words": "It was paid in May."}),
        ("time", "acknowledged", {"by_day": "2026-12-25"}),
        ("question", "delivered", {"words": "Which months?"}),
    ],
)
def test_a_position_counts_as_an_answer(
    firm: Theirs, position: str, state: str, typed: dict[str, str]
) -> None:
    assert read_page(firm.send(kind=position)).status == 422
    assert firm.send(kind=position, **typed).status_code == 303
    assert firm.row.state == state


def test_who_agreed_says_later_that_it_is_done(firm: Theirs) -> None:
    firm.send(kind="time", by_day="2026-12-20")
    assert firm.send(kind="time", by_day="2026-12-22").status_code == 303
    firm.send(kind="agree", remedy="We pay.", by_day="2026-12-25")
    assert firm.send(kind="done", words="Paid on Monday.").status_code == 303
    assert firm.row.state == "outcome"
    offered = {one.get("value") for one in firm.get().all("input", name="kind")}
    assert offered == {"question"}
