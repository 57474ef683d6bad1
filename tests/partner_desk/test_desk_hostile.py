"""Whoever has no right to a paper, or no right any more, finds nothing of it on any desk."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from grievance.accounts.keys import RECIPIENT
from grievance.accounts.models import ReadLog
from grievance.accounts.operations.persons import end_membership, take_key
from grievance.cases import jobs
from grievance.cases.models import Case
from grievance.cases.operations import bodies, consenting, referring, replying, shredding
from grievance.cases.operations.referring import About
from grievance.clock import now
from grievance.notifications.models import Outbox
from grievance.referrals.links import BodyWrote, DeskItem
from grievance.referrals.models import Consent, PacketGrant, Referral, ReferralAnswer
from grievance.referrals.operations.sealing import number_of
from grievance.refusals import Refused
from tests.cases.conftest import World
from tests.cast import add_partner, browser, file_case
from tests.pages import read_page
from tests.partner_desk.conftest import BODY, Theirs, said

STORY = "二か月、給料がありません。"
OTHER = "jp-ncp"
pytestmark = pytest.mark.usefixtures("loaded")


def _ends(world: World) -> None:
    for model in (Consent, Referral):
        past = now().date() - timedelta(days=2)
        world.session.execute(update(model.__table__).values(ends_on=past))


ENDS = {
    "the worker recalls it": lambda w: consenting.recall(w.own(), BODY),
    "the worker withdraws": lambda w: replying.withdraw(w.own()),
    "staff recall it": lambda w: referring.recall_for_worker(
        w.act(), About(w.referral, "By telephone")
    ),
    "the consent ends": _ends,
    "the case is erased": lambda w: shredding.shred(
        w.act(), (), ground="duplicate", gone_by="staff"
    ),
    "they leave": lambda w: end_membership(w.session, w.partner.people[0].id, w.partner.id),
    "their key is taken": lambda w: take_key(w.session, w.partner.people[0].id, w.partner.id),
}


@pytest.mark.parametrize("how", ENDS)
def test_two_tabs_read_and_say_nothing_from_that_moment(body: Theirs, how: str):
    page = body.get()
    assert STORY in page.main
    ENDS[how](body.world)
    body.world.session.commit()
    before = body.world.session.scalar(select(func.count()).select_from(ReferralAnswer))
    for path in ("", "/paper.pdf", f"/copies/{uuid4()}"):
        answer = body.by().get(f"{body.path}{path}")
        assert answer.status_code in (303, 403, 404)
        assert STORY not in answer.text
    for to in ("answer", "keep"):
        answer = body.send(to, page=page, kind="accepted", words="Yes")
        assert answer.status_code in (200, 303, 403, 404)  # 200: what was typed, to be copied
        assert STORY not in answer.text
    assert body.world.session.scalar(select(func.count()).select_from(ReferralAnswer)) == before


def test_what_was_taken_back_stands_in_the_list_as_stop_and_without_content(body: Theirs):
    number = number_of(body.world.referral.packet_id)
    consenting.recall(body.world.own(), BODY)
    body.world.session.commit()
    page = body.board()
    assert page.all("div", data_stop=number)
    (line,) = page.all("tr", data_row=number)
    assert "Taken back: stop" in said(line)
    assert not list(line.iter("a"))
    stop = select(func.count()).select_from(Outbox).where(Outbox.kind == "partner_stop")
    assert body.world.session.scalar(stop) == 2
    form = next(f for f in page.all("form") if (f.get("action") or "").endswith("/stopped"))
    for _ in range(2):
        answer = body.by().post(f"{body.path}/stopped", data=page.fields(form))
        assert answer.status_code == 303
    assert body.row.told_on is not None
    assert len(body.events("body_stopped")) == 1
    assert body.board().all("div", data_stop=number) == []


def test_nobody_can_say_that_they_stopped_before_it_was_taken_back(body: Theirs):
    page = body.get()
    token = page.fields(page.all("form")[0])
    body.by().post(f"{body.path}/stopped", data=token)
    assert body.row.told_on is None
    assert body.events("body_stopped") == []


def test_an_ended_consent_stands_as_over(body: Theirs):
    _ends(body.world)
    body.world.session.commit()
    (line,) = body.board().all("tr", data_row=number_of(body.world.referral.packet_id))
    assert "Its time is over: stop" in said(line)
    assert not list(line.iter("a"))


@pytest.fixture
def two(app: Flask, body: Theirs) -> tuple[Theirs, Theirs]:
    """Two bodies that were given something of the same case; and another case of the second."""
    world = body.world
    partner = add_partner(world.session, world.operator, OTHER, 2)
    theirs = Theirs(app, replace(world, partner=partner))
    theirs.world.on_desk(OTHER)
    world.session.commit()
    return body, theirs


def test_one_body_finds_nothing_of_another_by_its_ids(two: tuple[Theirs, Theirs]):
    mine, theirs = two
    page = mine.get()
    other = theirs.world.referral.id
    number = number_of(theirs.world.referral.packet_id)
    assert number not in mine.board().html
    before = mine.world.session.scalar(select(func.count()).select_from(ReadLog))
    for path in ("", "/paper.pdf", f"/copies/{uuid4()}"):
        answer = mine.by().get(f"/partner/referrals/{other}{path}")
        assert answer.status_code == 404
        assert STORY not in answer.text
    for to in ("answer", "keep", "stopped"):
        form = page.fields(page.all("form")[0])
        sent = {**form, "kind": "accepted", "words": "x", "referral_id": str(other)}
        assert mine.by().post(f"/partner/referrals/{other}/{to}", data=sent).status_code == 404
    assert mine.world.session.scalar(select(func.count()).select_from(ReadLog)) == before
    assert theirs.row.state == "delivered"
    assert mine.world.session.scalars(select(BodyWrote)).all() == []


def test_a_form_of_one_paper_says_nothing_about_another(two: tuple[Theirs, Theirs]):
    """The id in the address decides; a field with another id is nothing."""
    mine, theirs = two
    sent = mine.send(kind="accepted", words="Yes", referral_id=str(theirs.world.referral.id))
    assert sent.status_code == 303
    assert (mine.row.state, theirs.row.state) == ("accepted", "delivered")


def test_a_guessed_id_and_another_case_are_not_there(body: Theirs):
    filed = file_case(body.world.session, body.world.site)
    body.world.session.commit()
    for guess in (uuid4(), body.world.case.id, filed.case.id, body.world.referral.packet_id):
        assert body.by().get(f"/partner/referrals/{guess}").status_code == 404
    assert body.by().get(f"/staff/cases/{body.world.case.reference}").status_code == 403
    assert body.by().get("/partner/referrals/1").status_code == 404


def test_staff_and_strangers_do_not_open_a_desk_of_a_body(body: Theirs):
    world = body.world
    for person, status in ((world.handler, 403), (None, 303)):
        client = (
            browser(body.app, world.session, person) if person else browser(body.app, world.session)
        )
        for path in ("", "/paper.pdf"):
            answer = client.get(f"{body.path}{path}")
            assert answer.status_code == status
            assert STORY not in answer.text


def test_the_loader_alone_holds_when_a_key_lies_there(two: tuple[Theirs, Theirs]):
    """Somebody sealed the packet of one to the other: without its line on the desk it is not
    there."""
    mine, theirs = two
    world = theirs.world
    (grant,) = world.session.scalars(
        select(PacketGrant).where(
            PacketGrant.packet_id == world.referral.packet_id, PacketGrant.holder_kind == RECIPIENT
        )
    )
    grant.holder_id = mine.world.partner.id
    world.session.commit()
    assert mine.by().get(theirs.path).status_code == 404


def test_the_key_alone_holds_when_the_line_is_moved(two: tuple[Theirs, Theirs]):
    """Somebody with the database moves a line to another body: its key opens nothing of it."""
    mine, theirs = two
    item = theirs.item
    item.organisation_id = mine.world.partner.id
    theirs.world.session.commit()
    assert mine.by().get(theirs.path).status_code == 404


def test_a_grant_that_is_moved_opens_nothing(two: tuple[Theirs, Theirs]):
    """A grant is bound to its packet and its holder."""
    mine, theirs = two
    world, session = theirs.world, theirs.world.session
    item = theirs.item
    item.organisation_id = mine.world.partner.id
    (grant,) = session.scalars(
        select(PacketGrant).where(
            PacketGrant.packet_id == world.referral.packet_id, PacketGrant.holder_kind == RECIPIENT
        )
    )
    grant.holder_id = mine.world.partner.id
    session.commit()
    answer = mine.by().get(theirs.path)
    assert answer.status_code in (404, 500)
    assert STORY not in answer.text


def test_the_verb_refuses_another_bodys_line(two: tuple[Theirs, Theirs]):
    mine, theirs = two
    consenting.recall(theirs.world.own(), OTHER)
    with pytest.raises(Refused, match="other_case"):
        bodies.stopped(mine.world.at_desk(), theirs.world.referral)


def test_nothing_of_the_words_lies_in_the_database_in_clear(body: Theirs):
    body.send(kind="accepted", words="Canary-5133", reference="Canary-5134")
    body.send("keep", note="Canary-5135")
    session = body.world.session
    for model in (BodyWrote, DeskItem, ReferralAnswer, PacketGrant):
        for row in session.scalars(select(model)):
            told = [getattr(row, column.key) for column in model.__mapper__.column_attrs]
            raw = b"|".join(one if isinstance(one, bytes) else str(one).encode() for one in told)
            assert b"Canary" not in raw


def test_no_letter_to_a_body_names_anything(body: Theirs):
    letters = body.world.session.scalars(select(Outbox).where(Outbox.kind == "partner_news")).all()
    assert letters
    assert all(
        body.world.case.reference.encode() not in bytes(one.sealed or b"") for one in letters
    )


def test_an_erased_case_leaves_nothing_on_the_desk(body: Theirs):
    case = body.world.case.id
    shredding.shred(body.world.act(), (), ground="duplicate", gone_by="staff")
    body.world.session.commit()
    assert body.world.session.scalars(select(DeskItem)).all() == []
    assert body.world.session.get(Case, case) is None
    assert not re.search(r"data-row", body.board().html)


def test_a_list_is_narrowed_and_paged(app: Flask, world: World, monkeypatch):
    world.add_partner(BODY)
    rows = []
    for _ in range(3):
        world.filed = file_case(world.session, world.site)
        world.bring_to("accepted")
        rows.append(world.on_desk(BODY))
    world.session.commit()
    theirs = Theirs(app, world)
    monkeypatch.setattr("grievance.partner_desk.board.PAGE", 2)
    first = theirs.board()
    shown = re.findall(r'data-row="([^"]+)"', first.html)
    following = next(a.get("href") for a in first.all("a", rel="next"))
    second = read_page(theirs.by().get(following))
    shown += re.findall(r'data-row="([^"]+)"', second.html)
    assert sorted(shown) == sorted(number_of(row.packet_id) for row in rows)
    assert theirs.by().get(following[:-3] + "xyz").status_code == 404
    monkeypatch.undo()
    theirs.send("keep", person=str(world.partner.people[0].id))
    mine = re.findall(r'data-row="([^"]+)"', theirs.board("?mine=yes").html)
    assert mine == [number_of(world.referral.packet_id)]
    theirs.send(kind="accepted", words="Yes")
    state = re.findall(r'data-row="([^"]+)"', theirs.board("?state=accepted").html)
    assert state == mine
    assert "Take one away" in theirs.board("?state=outcome").main
    assert re.findall("data-row", theirs.board("?state=nonsense").html)


def test_what_is_exported_holds_no_content(body: Theirs):
    answer = body.by().get("/partner/papers.csv")
    assert answer.status_code == 200
    told = answer.text
    assert number_of(body.world.referral.packet_id) in told
    for secret in (STORY, body.world.case.reference, str(body.world.case.id)):
        assert secret not in told


def test_the_figures_are_those_of_ones_own(two: tuple[Theirs, Theirs]):
    mine, theirs = two
    mine.send(kind="acknowledged")
    told = {one.get("data-figure"): said(one) for one in mine.board().all("dd")}
    assert (told["under_way"], told["all"], told["answered"]) == ("1", "1", "1")
    told = {one.get("data-figure"): said(one) for one in theirs.board().all("dd")}
    assert (told["all"], told["answered"], told["median"]) == ("1", "0", "–")


def test_an_empty_desk_says_what_will_come(app: Flask, world: World):
    world.add_partner(BODY)
    world.session.commit()
    page = Theirs(app, world).board()
    assert "Nothing was handed over to you yet" in page.main


def test_the_people_are_told_once_when_the_time_is_over(body: Theirs):
    world = body.world
    _ends(world)
    world.session.commit()
    at = now()
    assert jobs.stop(world.session, world.site, at)["done"] == 1
    assert jobs.stop(world.session, world.site, at)["due"] == 0
    stop = select(func.count()).select_from(Outbox).where(Outbox.kind == "partner_stop")
    assert world.session.scalar(stop) == 2
