"""A body with an account: sealed by the yes, laid on its desk, read and answered there."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from grievance.accounts.keys import RECIPIENT
from grievance.accounts.models import ReadLog
from grievance.accounts.operations.keys import rotate
from grievance.cases.models import Notice
from grievance.cases.opening import Shut
from grievance.cases.operations import bodies, consenting, linking, referring
from grievance.cases.operations.linking import Shown
from grievance.cases.operations.referring import About
from grievance.deadlines import operations as clocks
from grievance.notifications.models import Outbox
from grievance.referrals.links import BodyWrote, DeskItem
from grievance.referrals.models import ON_DESK, PacketGrant, ReferralAnswer
from grievance.referrals.operations.sealing import number_of
from grievance.referrals.operations.steps import Delivery
from grievance.refusals import Refused
from grievance.vault.errors import Tampered
from grievance.vault.labels import Label
from tests.cases.conftest import TODAY, World
from tests.cast import NOW, browser
from tests.pages import read_page
from tests.partner_desk.conftest import BODY, Theirs, said

STORY = "二か月、給料がありません。"
pytestmark = pytest.mark.usefixtures("loaded")


def grants(world: World) -> list[PacketGrant]:
    wanted = select(PacketGrant).where(PacketGrant.holder_kind == RECIPIENT)
    return list(world.session.scalars(wanted))


def letters(world: World, kind: str) -> int:
    wanted = select(func.count()).select_from(Outbox).where(Outbox.kind == kind)
    return world.session.scalar(wanted) or 0


def test_the_yes_seals_it_to_the_body_in_the_same_act(world: World):
    partner = world.add_partner(BODY)
    world.bring_to("accepted")
    row = world.hand_over("asked", BODY)
    assert grants(world) == []
    consenting.say(world.own(), About(row, world.said("yes")))
    (grant,) = grants(world)
    assert (grant.packet_id, grant.holder_id) == (row.packet_id, partner.id)
    assert letters(world, "partner_news") == 0  # nobody of them hears of it before it goes out


def test_a_yes_that_staff_take_down_seals_it_too(world: World):
    world.bring_to("accepted")
    world.add_partner(BODY)
    row = world.hand_over("asked", BODY)
    told = {"given_by": "staff_recorded", "known_to": "staff", "words": "Read out; yes"}
    answer = world.said("yes", recorder_id=world.handler.id, **told)
    referring.record_consent(world.act(), About(row, answer))
    assert len(grants(world)) == 1


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"digest": b"x" * 32}, "digest"),
        ({"recipient": "jp-ncp"}, "recipient"),
        ({"purpose": "advice"}, "purpose"),
        ({"ends_on": TODAY}, "ends_on"),
        ({"office": UUID(int=7)}, "recipient"),
        ({"office": None}, "recipient"),
    ],
)
def test_another_yes_than_what_was_shown_seals_nothing(world: World, changed, code: str):
    world.bring_to("accepted")
    world.add_partner(BODY)
    row = world.hand_over("asked", BODY)
    with pytest.raises(Refused, match=code):
        consenting.say(world.own(), About(row, world.said("yes", **changed)))
    assert grants(world) == []


def test_an_account_that_came_while_the_worker_read_needs_another_look(world: World):
    world.bring_to("accepted")
    row = world.hand_over("asked", BODY)
    shown = world.said("yes")
    world.add_partner(BODY)
    with pytest.raises(Refused, match="recipient"):
        consenting.say(world.own(), About(row, shown))
    assert row.state == "asked"
    consenting.say(world.own(), About(row, world.said("yes")))
    assert len(grants(world)) == 1


def test_the_page_names_the_office_and_a_yes_to_another_one_counts_for_nothing(app, world: World):
    partner = world.add_partner(BODY)
    world.bring_to("accepted")
    row = world.hand_over("asked", BODY)
    world.session.commit()
    client, path = visiting(app, world), f"/en/case/handover/{row.id}"
    page = read_page(client.get(path))
    assert f"Body {BODY}" in page.main
    fields = page.fields(page.one("form", id="say"))
    assert fields["office"] == str(partner.id)
    for other in (str(uuid4()), "", "nobody"):
        answer = client.post(path, data={**fields, "office": other, "answer": "yes"})
        assert answer.status_code == 422
        assert "This changed while you were reading" in read_page(answer).main
        assert grants(world) == []
    assert client.post(path, data={**fields, "answer": "yes"}).status_code == 303
    assert len(grants(world)) == 1


def test_a_no_seals_nothing(world: World):
    world.bring_to("accepted")
    world.add_partner(BODY)
    row = world.hand_over("asked", BODY)
    consenting.say(world.own(), About(row, world.said("no")))
    assert grants(world) == []


def test_before_it_is_handed_over_it_is_not_there(app, world: World):
    world.add_partner(BODY)
    world.bring_to("accepted")
    row = world.hand_over("asked", BODY)
    consenting.say(world.own(), About(row, world.said("yes")))
    world.session.commit()
    theirs = Theirs(app, world)
    assert theirs.get().status == 404
    assert theirs.board().all("tr", data_row=number_of(row.packet_id)) == []


def test_it_goes_out_on_the_desk_only_to_who_has_one_and_today(world: World):
    world.bring_to("accepted")
    row = world.hand_over("consented", BODY)
    today = world.act().today
    with pytest.raises(Refused, match="no_desk"):
        referring.deliver(world.act(), About(row, Delivery("staff", ON_DESK, today)))
    world.session.rollback()


@pytest.mark.parametrize(
    ("by", "days", "code"), [("worker_takes_it", 0, "channel"), ("staff", 1, "date")]
)
def test_a_way_that_cannot_be_is_refused(world: World, by: str, days: int, code: str):
    world.add_partner(BODY)
    world.bring_to("accepted")
    row = world.hand_over("consented", BODY)
    sent = Delivery(by, ON_DESK, world.act().today - timedelta(days=days))
    with pytest.raises(Refused, match=code):
        referring.deliver(world.act(), About(row, sent))


def test_a_body_reads_what_was_agreed_and_nothing_else(body: Theirs):
    page = body.get()
    case, row = body.world.case, body.world.referral
    assert (page.status, page.name) == (200, "partner.referral")
    assert STORY in page.main
    assert case.reference not in page.html
    assert str(case.id) not in page.html
    assert "treated worse" in page.main
    assert "December 31, 2030" in page.main
    assert number_of(row.packet_id) not in said(page.one("title"))
    pdf = body.by().get(f"{body.path}/paper.pdf")
    assert pdf.data[:5] == b"%PDF-"
    assert case.reference not in pdf.headers["Content-Disposition"]


def test_the_list_holds_numbers_and_states_and_no_content(body: Theirs):
    page = body.board()
    number = number_of(body.world.referral.packet_id)
    (line,) = page.all("tr", data_row=number)
    assert "New, not answered" in said(line)
    for secret in (STORY, body.world.case.reference, str(body.world.case.id)):
        assert secret not in page.html


def test_its_people_get_a_letter_that_says_nothing(body: Theirs):
    assert letters(body.world, "partner_news") == 2


def test_the_first_opening_of_each_is_told_and_every_one_is_logged(body: Theirs):
    for _ in range(2):
        assert body.get().status == 200
    first, second = body.world.partner.people
    assert [one.actor for one in body.events("body_opened")] == [f"member:{first.id}"]
    body.get(number=1)
    told = body.events("body_opened")
    assert [one.actor for one in told] == [f"member:{first.id}", f"member:{second.id}"]
    assert {one.codes["organisation"] for one in told} == {str(body.world.partner.id)}
    reads = select(ReadLog).where(ReadLog.actor == f"member:{first.id}", ReadLog.what == "packet")
    assert len(body.world.session.scalars(reads).all()) == 2
    path = f"/staff/cases/{body.world.case.reference}/referrals/{body.world.referral.id}"
    desk = read_page(browser(body.app, body.world.session, body.world.handler).get(path))
    seen = [said(one) for one in desk.all("li", data_step="body_opened")]
    assert [name in line for name, line in zip(("Partner 1", "Partner 2"), seen, strict=True)] == [
        True,
        True,
    ]
    home = worker_page(body)
    assert home.all("p", data_read="")
    assert "Partner 1" not in home.html


def visiting(app, world: World):
    client = browser(app, world.session)
    page = read_page(client.get("/en/return"))
    client.post("/en/return", data={**page.fields(), "code": world.filed.code})
    return client


def worker_page(body: Theirs):
    client = visiting(body.app, body.world)
    return read_page(client.get(f"/en/case/handover/{body.world.referral.id}"))


@pytest.mark.parametrize("kind", ["acknowledged", "accepted", "declined", "outcome"])
def test_an_answer_counts_as_one_that_staff_wrote_down(body: Theirs, kind: str):
    assert body.send(kind=kind, words="山田が担当します。", reference="A-17").status_code == 303
    row = body.row
    assert row.state == kind
    assert getattr(row, f"{kind}_on") is not None
    (event,) = body.events("body_wrote")
    person, partner = body.world.partner.people[0], body.world.partner
    assert (event.actor, event.codes["kind"]) == (f"member:{person.id}", kind)
    wrote = body.world.session.scalars(select(BodyWrote)).one()
    assert (wrote.link_id, wrote.organisation_id, wrote.person_id) == (None, partner.id, person.id)
    running = {one.kind for one in clocks.running(body.world.session, body.world.case.id)}
    assert ("chase" in running) is (kind not in ("declined", "outcome"))
    told = select(func.count()).select_from(Notice).where(Notice.kind == "body_news")
    assert body.world.session.scalar(told) == 1


def test_what_it_wrote_is_read_by_its_people_the_desk_and_then_the_worker(body: Theirs):
    body.send(kind="accepted", words="We visit the firm on Monday.", reference="A-17")
    (told,) = body.get(number=1).all("div", data_told="")
    assert "Partner 1" in said(told)
    assert "We visit the firm on Monday." in said(told)
    world = body.world
    path = f"/staff/cases/{world.case.reference}/referrals/{world.referral.id}"
    desk = read_page(browser(body.app, world.session, world.handler).get(path))
    assert "written by Partner 1, on their desk here" in " ".join(desk.main.split())
    ways = [one.get("href", "") for one in desk.all("a")]
    assert not [way for way in ways if "/correct/reply/" in way]  # nobody's to correct
    assert "We visit the firm on Monday." not in worker_page(body).main
    linking.read_reply(world.act(), About(world.referral, Shown(words=True)))
    world.session.commit()
    home = worker_page(body)
    assert "We visit the firm on Monday." in home.main
    assert "Partner 1" not in home.main


def test_what_it_wrote_opens_with_the_packet_and_not_with_the_case(body: Theirs):
    body.send(kind="accepted", words="Yes")
    row = body.world.session.scalars(select(ReferralAnswer)).one()
    with pytest.raises(Tampered):
        body.world.desk().open_json(Label.REFERRAL_ANSWER, row.id, row.content)


def test_what_says_nothing_alone_needs_words(body: Theirs):
    answer = body.send(kind="declined")
    assert answer.status_code == 422
    assert "sentence or two" in read_page(answer).errors["words"]
    assert body.events("body_wrote") == []


def test_what_is_sent_twice_is_done_once(body: Theirs):
    page = body.get()
    for _ in range(3):
        assert body.send(page=page, kind="accepted", words="Yes").status_code == 303
    assert len(body.events("body_wrote")) == 1


def test_a_colleague_was_faster_and_the_words_are_kept(body: Theirs):
    page = body.get()
    body.send(number=1, kind="accepted", words="Yes")
    answer = body.send(page=page, kind="declined", words="No, not ours at all.")
    assert answer.status_code == 409
    shown = read_page(answer)
    assert "No, not ours at all." in shown.html
    assert len(body.events("body_wrote")) == 1
    assert body.send(page=shown, kind="declined", words="No, not ours at all.").status_code == 303


def test_who_has_it_and_a_note_are_kept_for_themselves(body: Theirs):
    first, second = body.world.partner.people
    sent = body.send("keep", person=str(second.id), due_on="2026-05-02", note="Ring at noon")
    assert sent.status_code == 303
    item = body.item
    assert (item.person_id, str(item.due_on)) == (second.id, "2026-05-02")
    assert b"Ring at noon" not in bytes(item.note)
    page = body.get(number=1)
    assert "Ring at noon" in page.html
    (line,) = body.board(number=1).all("tr", data_row=number_of(body.world.referral.packet_id))
    assert "Partner 2" in said(line)
    assert "Ring at noon" not in body.board(number=1).html
    world = body.world
    path = f"/staff/cases/{world.case.reference}/referrals/{world.referral.id}"
    assert "Ring at noon" not in browser(body.app, world.session, world.handler).get(path).text
    assert body.send("keep", person="", due_on="", note="").status_code == 303
    assert (body.item.person_id, body.item.due_on, body.item.note) == (None, None, None)
    assert first.id != second.id


def test_an_old_page_of_theirs_is_refused_and_keeps_the_words(body: Theirs):
    page = body.get()
    assert body.send("keep", page=page, note="One").status_code == 303
    assert body.send("keep", page=page, note="One").status_code == 303  # sent twice
    answer = body.send("keep", page=page, number=0, note="Two")
    assert answer.status_code == 409
    shown = read_page(answer)
    assert "Two" in shown.html
    assert body.send("keep", page=shown, note="Two").status_code == 303


def test_it_cannot_be_given_to_who_does_not_hold_the_key(body: Theirs):
    answer = body.send("keep", person=str(body.world.handler.id))
    assert answer.status_code == 422
    assert body.item.person_id is None


def test_a_body_that_gets_an_account_later_needs_no_other_yes(app, world: World):
    world.bring_to("accepted")
    row = world.hand_over("delivered", BODY)
    world.add_partner(BODY)
    world.session.commit()
    theirs = Theirs(app, world)
    assert theirs.get().status == 404
    linking.lay_on_desk(world.act(), About(row, None))
    world.session.commit()
    assert STORY in theirs.get().main
    with pytest.raises(Refused, match="not_now"):
        linking.lay_on_desk(world.act(), About(row, None))


def test_a_body_without_an_account_has_no_desk(world: World):
    world.bring_to("accepted")
    row = world.hand_over("delivered", BODY)
    with pytest.raises(Refused, match="no_desk"):
        linking.lay_on_desk(world.act(), About(row, None))


def test_what_the_worker_takes_there_is_not_laid_on_the_desk(world: World):
    world.bring_to("accepted")
    world.add_partner(BODY)
    row = world.hand_over("consented", BODY)
    sent = Delivery("worker_takes_it", "in_person", world.act().today)
    referring.deliver(world.act(), About(row, sent))
    with pytest.raises(Refused, match="not_now"):
        linking.lay_on_desk(world.act(), About(row, None))
    assert world.session.get(DeskItem, row.id) is None


def test_the_page_that_asks_the_worker_says_how_they_read_it(app, world: World):
    world.add_partner(BODY)
    world.bring_to("accepted")
    world.hand_over("asked", BODY)
    world.session.commit()
    assert worker_page(Theirs(app, world)).all("div", data_desk="")


def test_a_new_key_of_the_body_opens_what_lay_there_before(body: Theirs):
    world, first = body.world, body.world.partner.people[0]
    rotate(first.acting(world.session, world.site.ring))
    world.session.commit()
    assert STORY in body.get().main
    (grant,) = grants(world)
    world.session.refresh(grant)
    assert grant.holder_generation == 2
    assert STORY in body.get().main


def test_the_verb_itself_refuses_who_holds_no_key(body: Theirs):
    world = body.world
    opened = bodies.case_at(world.case, world.partner.id, {})
    act = world.at_desk()
    without = type(act)(act.session, act.site, opened, act.actor, NOW)
    with pytest.raises(Shut, match="packet"):
        bodies.come_in(without, world.referral)
