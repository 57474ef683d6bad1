"""Of a company nobody reads but who was named to the worker: not a colleague, not another company,
not who left, not who came later, and nobody any more once it was taken back."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text, update

from grievance.accounts.companies import RESPONDENT, Respondent
from grievance.accounts.models import Person
from grievance.accounts.operations import companies, invitations, partners
from grievance.cases import jobs
from grievance.cases.opening import open_packet
from grievance.cases.operations import bodies, consenting, laying, linking, referring, shredding
from grievance.cases.operations.referring import About
from grievance.clock import now
from grievance.notifications.models import Outbox
from grievance.referrals.links import BodyWrote
from grievance.referrals.models import Consent, Packet, PacketGrant, Referral, ReferralAnswer
from grievance.referrals.operations import readers, recalling, sealing
from grievance.referrals.operations.sealing import number_of
from grievance.refusals import Refused
from grievance.vault.errors import VaultError
from grievance.vault.framing import frame
from grievance.vault.labels import Label
from grievance.vault.recovery import fingerprint
from tests.cases.conftest import World
from tests.cast import Staff, add_company, cheap_password
from tests.partner_desk.conftest import Theirs

STORY = "二か月、給料がありません。"
HERE = "company-hotline-template"
pytestmark = pytest.mark.usefixtures("loaded")
NAMED, BESIDE = 0, 2  # of three people the first two are named


@pytest.fixture
def firm(app: Flask, world: World) -> Theirs:
    """A case of which something lies on the desk of a company, for two of its three people."""
    company = world.add_company()
    world.bring_to("accepted")
    world.on_desk(HERE, [one.id for one in company.people[:2]])
    world.session.commit()
    return Theirs(app, world)


def grants(theirs: Theirs) -> set[object]:
    """To whom of a company the packet is sealed."""
    mine = (
        PacketGrant.packet_id == theirs.world.referral.packet_id,
        PacketGrant.holder_kind == RESPONDENT,
    )
    return set(theirs.world.session.scalars(select(PacketGrant.holder_id).where(*mine)))


def written(theirs: Theirs) -> int:
    """How many answers there are."""
    return theirs.world.session.scalar(select(func.count()).select_from(ReferralAnswer)) or 0


def person(theirs: Theirs, number: int) -> Staff:
    """One of the company's people."""
    return theirs.world.partner.people[number]


def test_the_yes_seals_it_to_those_who_were_named_and_to_nobody_else(
    app: Flask, world: World
) -> None:
    first, second, third = world.add_company().people
    world.bring_to("accepted")
    row = world.hand_over("asked", HERE, [first.id, second.id])
    theirs = Theirs(app, world)
    assert grants(theirs) == set()
    consenting.say(world.own(), About(row, world.said("yes")))
    assert grants(theirs) == {first.id, second.id}
    kinds = select(PacketGrant.holder_kind).where(PacketGrant.packet_id == row.packet_id)
    assert set(world.session.scalars(kinds)) == {"organisation", "receipt", RESPONDENT}
    assert third.id not in world.session.get_one(Packet, row.packet_id).readers


def test_nobody_is_named_by_default_and_then_nobody_reads(app: Flask, world: World) -> None:
    world.add_company()
    world.bring_to("accepted")
    row = world.hand_over("asked", HERE)
    packet = world.session.get_one(Packet, row.packet_id)
    assert packet.readers == []
    assert laying.office_of(world.session, world.site, packet) is None
    consenting.say(world.own(), About(row, world.said("yes")))
    assert grants(Theirs(app, world)) == set()
    opened = open_packet(world.session, world.desk(), packet)
    with pytest.raises(Refused, match="no_desk"):
        laying.lay(world.act(), row, opened)


def test_the_named_read_it_and_each_sees_what_the_other_answered(firm: Theirs) -> None:
    assert STORY in firm.get().main
    assert firm.send(kind="disagree", words="We look into it.").status_code == 303
    other = firm.get(number=1)
    assert STORY in other.main
    assert "We look into it." in other.main
    (wrote,) = firm.world.session.scalars(select(BodyWrote))
    assert (wrote.organisation_id, wrote.person_id) == (
        firm.world.partner.id,
        person(firm, NAMED).id,
    )


def test_a_colleague_who_was_not_named_finds_nothing_not_even_that_it_is_there(
    firm: Theirs,
) -> None:
    number = number_of(firm.world.referral.packet_id)
    page, before = firm.get(), written(firm)
    board = firm.board(number=BESIDE)
    assert number not in board.html
    assert "Nothing was handed over to you yet" in board.main
    assert 'data-figure="all"' not in board.html
    csv = firm.by(BESIDE).get("/partner/papers.csv")
    assert number not in csv.text
    for path in ("", "/paper.pdf", f"/copies/{uuid4()}"):
        answer = firm.by(BESIDE).get(f"{firm.path}{path}")
        assert answer.status_code == 404
        assert STORY not in answer.text
    for to in ("answer", "keep", "stopped"):
        form = page.fields(page.all("form")[0])
        own = firm.by(BESIDE)
        token = {"token": own_token(firm, BESIDE)}
        sent = own.post(f"{firm.path}/{to}", data={**form, **token, "kind": "accepted"})
        assert sent.status_code == 404
    assert written(firm) == before
    told = select(func.count()).select_from(Outbox).where(Outbox.kind == "partner_news")
    assert firm.world.session.scalar(told) == 2


def own_token(theirs: Theirs, number: int) -> str:
    """A form token of this browser."""
    page = theirs.board(number=number)
    return page.fields(page.all("form")[0])["token"]


def test_the_person_in_charge_is_chosen_among_the_named_alone(firm: Theirs) -> None:
    page = firm.get()
    offered = {one.get("value") for one in page.one("select", name="person").iter("option")}
    assert offered == {"", str(person(firm, 0).id), str(person(firm, 1).id)}
    assert firm.send("keep", person=str(person(firm, BESIDE).id)).status_code == 422


def test_somebody_of_another_company_finds_nothing_by_its_ids(app: Flask, firm: Theirs) -> None:
    world = firm.world
    other = add_company(
        world.session, world.operator, "buyer-grievance-template", number="4011001098993"
    )
    world.session.commit()
    theirs = Theirs(app, replace(world, partner=other))
    for path in ("", "/paper.pdf"):
        assert theirs.by().get(f"{firm.path}{path}").status_code == 404
    with pytest.raises(Refused, match="reader"):
        laying.chosen(world.session, HERE, [other.people[0].id])
    with pytest.raises(Refused, match="reader"):
        laying.chosen(world.session, "jp-lsio", [other.people[0].id])


def test_a_grant_that_is_moved_to_a_colleague_opens_nothing(firm: Theirs) -> None:
    """Somebody with the database gives the line and the box to who was not named."""
    session, packet = firm.world.session, firm.world.referral.packet_id
    beside = person(firm, BESIDE).id
    row = session.scalars(
        select(PacketGrant).where(
            PacketGrant.packet_id == packet, PacketGrant.holder_id == person(firm, NAMED).id
        )
    ).one()
    row.holder_id = beside
    session.commit()
    assert firm.by(BESIDE).get(firm.path).status_code == 404  # the packet does not name them
    act = firm.world.at_desk(number=BESIDE)
    with pytest.raises(VaultError):
        bodies.open_paper(act, firm.world.referral)


def test_a_name_that_is_added_to_a_frozen_packet_opens_nothing(firm: Theirs) -> None:
    session, beside = firm.world.session, person(firm, BESIDE).id
    packet = session.get_one(Packet, firm.world.referral.packet_id)
    opened = open_packet(session, firm.world.desk(), packet)
    with pytest.raises(Refused, match="frozen"):
        readers.write(session, opened, [readers.Reader(beside, "x", "y")])
    table = Packet.__table__
    session.connection().execute(
        update(table).where(table.c.id == packet.id).values(readers=[*packet.readers, beside])
    )
    session.commit()
    session.expire_all()
    answer = firm.by(BESIDE).get(firm.path)
    assert answer.status_code in (404, 500)
    assert STORY not in answer.text
    with pytest.raises(VaultError):  # not what the worker said yes to any more
        sealing.check_digest(session, session.get_one(Packet, packet.id))


ENDS = {
    "the worker recalls it": lambda w: consenting.recall(w.own(), HERE),
    "staff recall it": lambda w: referring.recall_for_worker(
        w.act(), About(w.referral, "By telephone")
    ),
    "the consent ends": lambda w: [
        w.session.execute(update(model.__table__).values(ends_on=now().date() - timedelta(days=2)))
        for model in (Consent, Referral)
    ],
    "the case is erased": lambda w: shredding.shred(
        w.act(), (), ground="duplicate", gone_by="staff"
    ),
    "they leave": lambda w: partners.remove_person(
        replace(w.operator.director.acting(w.session, w.site.ring), organisation_id=w.partner.id),
        w.partner.people[0].id,
    ),
    "the company is closed": lambda w: partners.close(
        replace(w.operator.director.acting(w.session, w.site.ring), organisation_id=w.partner.id)
    ),
    "their key is dropped": lambda w: recalling.drop_reader(w.session, w.partner.people[0].id),
}


@pytest.mark.parametrize("how", ENDS)
def test_an_open_page_reads_and_says_nothing_from_that_moment(firm: Theirs, how: str) -> None:
    page = firm.get()
    assert STORY in page.main
    ENDS[how](firm.world)
    firm.world.session.commit()
    before = written(firm)
    for path in ("", "/paper.pdf"):
        answer = firm.by().get(f"{firm.path}{path}")
        assert answer.status_code in (303, 403, 404)
        assert STORY not in answer.text
    for to in ("answer", "keep"):
        answer = firm.send(to, page=page, kind="accepted", words="Yes")
        assert answer.status_code in (200, 303, 403, 404)  # 200: what was typed, to be copied
        assert STORY not in answer.text
    assert written(firm) == before


def test_a_recall_shows_stop_to_the_named_alone(firm: Theirs) -> None:
    consenting.recall(firm.world.own(), HERE)
    firm.world.session.commit()
    number = number_of(firm.world.referral.packet_id)
    assert firm.board().all("div", data_stop=number)
    assert number not in firm.board(number=BESIDE).html
    assert grants(firm) == set()
    stop = select(func.count()).select_from(Outbox).where(Outbox.kind == "partner_stop")
    assert firm.world.session.scalar(stop) == 2


@pytest.mark.parametrize("how", ["the worker recalls it", "the consent ends"])
def test_stop_reaches_who_has_it_or_opened_it_and_nobody_else(
    app: Flask, world: World, how: str
) -> None:
    company, session = world.add_company(), world.session
    opened, came_back, there = company.people
    world.bring_to("accepted")
    world.on_desk(HERE, [one.id for one in company.people])
    session.commit()
    assert STORY in Theirs(app, world).get().main  # the first of them
    act = world.operator.director.acting(session, world.site.ring, now())
    for one in (opened, came_back):
        partners.remove_person(replace(act, organisation_id=company.id), one.id)
        recalling.drop_reader(session, one.id)
    assert joined(world, came_back.name, came_back.address).id == came_back.id
    before = set(session.scalars(select(Outbox.id)))
    ENDS[how](world)
    session.commit()
    if how == "the consent ends":
        assert jobs.stop(session, world.site, now())["done"] == 1
    told = session.execute(select(Outbox.kind, Outbox.recipient).where(Outbox.id.not_in(before)))
    counted = [sha256(frame(Label.STAFF_ADDRESS, one.id)).digest() for one in company.people]
    assert {kind: counted.index(to) for kind, to in told} == {"former_stop": 0, "partner_stop": 2}


def test_the_job_that_says_stop_may_read_who_has_it(world: World) -> None:
    may = text("SELECT has_column_privilege('grievance_worker', :of, :column, 'SELECT')")
    read = {
        "packet": ("id", "readers", "frozen_at"),
        "respondent": ("person_id", "organisation_id", "asked_at"),
        "event": ("actor", "codes", "verb", "stream_id", "stream_kind"),
    }
    every = [{"of": table, "column": one} for table, columns in read.items() for one in columns]
    assert all(world.session.scalar(may, one) for one in every)


def test_the_same_form_twice_is_one_answer(firm: Theirs) -> None:
    page = firm.get()
    for _ in range(2):
        sent = firm.send(page=page, kind="disagree", words="Once.")
        assert sent.status_code == 303
    assert written(firm) == 1


def test_who_comes_later_reads_nothing_until_a_new_yes(app: Flask, firm: Theirs) -> None:
    world = firm.world
    newcomer = joined(world, "Newcomer")
    firm.browsers.clear()
    theirs = Theirs(app, replace(world, partner=replace(world.partner, people=(newcomer,))))
    assert theirs.by().get(firm.path).status_code == 404
    with pytest.raises(Refused, match="not_now"):  # it lies there for all who were named
        linking.lay_on_desk(world.act(), About(world.referral, None))


def joined(world: World, name: str, address: str = "later@company.example") -> Staff:
    """Somebody who is invited to the company now, and whose words are heard."""
    ring, session = world.site.ring, world.session
    act = world.operator.director.acting(session, ring, now())
    there = replace(act, organisation_id=world.partner.id)
    role = world.partner.people[0].role
    seat = invitations.Seat("Plant manager", "Nothing known")
    token = invitations.invite(there, invitations.Invitee(name, address, role, seat))
    new = invitations.Newcomer(cheap_password(ring), "en")
    came = invitations.accept(session, token, new, ring=ring, now=now())
    companies.hear(act, came.person_id, fingerprint(session.get_one(Person, came.person_id).public))
    session.commit()
    return Staff(came.person_id, name, address, role, world.partner.id, came.private)


def test_who_left_and_came_back_to_something_else_is_not_who_was_named(
    app: Flask, firm: Theirs
) -> None:
    world = firm.world
    first = person(firm, NAMED)
    ENDS["they leave"](world)
    recalling.drop_reader(world.session, first.id)
    again = joined(world, first.name, first.address)
    assert again.id == first.id
    packet = world.session.get_one(Packet, world.referral.packet_id)
    (held,) = laying._recipients(world.session, world.site, packet).holders
    assert held.id == person(firm, 1).id
    offered = {one.get("value") for one in firm.get(number=1).all("option")}
    assert str(first.id) not in offered
    back = replace(world, partner=replace(world.partner, people=(again,)))
    theirs, number = Theirs(app, back), number_of(packet.id)
    board = theirs.board()
    assert "Nothing was handed over to you yet" in board.main
    assert 'data-figure="all"' not in board.html
    assert number not in theirs.by().get("/partner/papers.csv").text
    for path in ("", "/paper.pdf"):
        assert theirs.by().get(f"{theirs.path}{path}").status_code == 404
    consenting.recall(world.own(), HERE)
    world.session.commit()
    assert number not in theirs.board().html


def test_a_new_password_reads_again_once_its_words_were_heard_and_it_was_laid_anew(
    app: Flask, firm: Theirs
) -> None:
    world = firm.world
    ring, session, first = world.site.ring, world.session, person(firm, NAMED)
    act = world.operator.director.acting(session, ring, now())
    token = invitations.offer_reset(replace(act, organisation_id=world.partner.id), first.id)
    new = invitations.Newcomer(cheap_password(ring), "en")
    came = invitations.accept(session, token, new, ring=ring, now=now())
    session.commit()
    back = replace(first, private=came.private)
    theirs = Theirs(app, replace(world, partner=replace(world.partner, people=(back,))))
    assert theirs.by().get(firm.path).status_code == 403
    companies.hear(act, first.id, fingerprint(session.get_one(Person, first.id).public))
    session.commit()
    assert theirs.by().get(firm.path).status_code == 404
    linking.lay_on_desk(world.act(), About(world.referral, None))
    session.commit()
    assert STORY in theirs.get().main


def test_a_yes_to_a_company_that_nobody_reads_for_now_is_asked_again(world: World) -> None:
    (one,) = world.add_company(1).people
    world.bring_to("accepted")
    row = world.hand_over("asked", HERE, [one.id])
    said = world.said("yes")
    ENDS["they leave"](world)
    with pytest.raises(Refused, match="recipient"):
        consenting.say(world.own(), About(row, said))
    assert world.session.scalars(select(Respondent)).all()


def test_times_are_days_and_nobody_is_named_in_the_list(firm: Theirs) -> None:
    firm.send(kind="time", by_day="2026-12-25")
    board, page = firm.board(), firm.get()
    number = number_of(firm.world.referral.packet_id)
    assert f"Person {number[:4]}" in board.main
    for shown in (board.main, page.main):
        assert not has_time(shown)


def has_time(text: str) -> bool:
    """Whether a time of day stands in it."""
    return bool(re.search(r"\b\d{1,2}:\d{2}\b", text))
