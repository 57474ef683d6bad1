"""Words of staff are corrected beside what was written; both sides read both."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from grievance.cases import corrections
from grievance.cases.corrections import Correction
from grievance.cases.models import Case
from grievance.cases.operations import correcting, handling, referring, replying
from grievance.cases.operations.correcting import Corrected, present
from grievance.cases.operations.handling import Translating
from grievance.cases.operations.referring import About
from grievance.cases.operations.replying import Sent
from grievance.cases.packets import Outgoing
from grievance.deadlines import operations as clocks
from grievance.directory import queries as directory
from grievance.referrals import queries
from grievance.referrals.answered import Answered
from grievance.refusals import Refused
from tests.cases.conftest import World, words
from tests.desk.test_desk_facts import visit
from tests.desk.test_desk_flow import opened, send, verbs_of
from tests.pages import read_page

pytestmark = pytest.mark.usefixtures("loaded")


@pytest.fixture
def world(house):
    lead = house.hire(name="Tanaka Ken")
    colleague = house.hire(name="Mori Emi")
    return World(
        house.session, house.app.config["SITE"], house.operator, lead, colleague, house.case()
    )


def fix(world: World, kind: str, target, text="It is May", why="The month"):
    found = Corrected(kind, target, words(text), why)
    correcting.correct(world.act(), found)
    world.session.flush()
    return found


def row(world: World):
    skip = ("version", "event_seq", "event_head", "event_mac")
    kept = {c.key: getattr(world.case, c.key) for c in Case.__table__.columns if c.key not in skip}
    return kept, [(one.kind, one.due_at) for one in clocks.running(world.session, world.case.id)]


def test_a_message_is_corrected_and_the_worker_reads_both(house, world):
    world.bring_to("in_review")
    handling.tell_worker(world.act(), words("We rang in March"))
    house.session.commit()
    client, case = house.browser(world.handler), world.case
    page = opened(client, case)
    (link,) = [a for a in page.all("a") if "/correct/message/" in (a.get("href") or "")]
    form = read_page(client.get(link.get("href")))
    assert form.fields()["message"] == "We rang in March"
    same = send(client, form, "correct", why="Nothing")
    assert (same.status_code, list(read_page(same).errors)) == (422, ["message"])
    typed = {"message": "We rang in May", "why": "The month"}
    for _twice in range(2):
        assert send(client, form, "correct", **typed).status_code == 303
    assert verbs_of(house, case).count("correct") == 1
    page = opened(client, case)
    assert [one.text for one in page.all("del")] == ["We rang in March"]
    assert "Tanaka Ken corrected what we wrote." in page.main
    worker = read_page(visit(house, world.filed).get("/en/case"))
    assert [one.text for one in worker.all("del")] == ["We rang in March"]
    assert all(one in worker.main for one in ("We rang in May", "The month", "Corrected on"))


def test_state_clocks_and_days_stay_as_they_are(world):
    world.bring_to("with_mechanism")
    answered = Answered("accepted", date(2026, 4, 22), "A-17", "They begin in March")
    referring.record_answer(world.act(), About(world.referral, answered))
    world.session.flush()
    (heard,) = _answers(world)
    before = row(world)
    fix(world, "reply", heard)
    fix(world, "delivery", world.referral.id, "Sent by letter")
    assert row(world) == before
    assert present(world.session, world.desk(), "reply", heard) == "It is May"


def _answers(world: World):
    return [one.id for one in queries.answers_of(world.session, world.referral.id)]


def test_a_note_is_corrected_among_staff_and_the_worker_holds_no_key_to_it(world):
    noted = handling.note(world.act(), words("The boss is kind"))
    fix(world, "note", noted.id, "The boss is not kind")
    assert list(corrections.of_words(world.session, world.desk())) == [noted.id]
    assert corrections.of_words(world.session, world.home()) == {}


def test_a_corrected_translation_goes_into_the_paper(world):
    said = Translating("what-happened", words("Two moons without pay", "ja"))
    made = handling.translate(world.act(), said)
    fix(world, "translation", made.id, "Two months without pay")
    entry = directory.book(world.session).entries["jp-lsio"]
    outgoing = Outgoing(world.session, world.desk(), entry)
    assert outgoing._translated("ja") == {"what-happened": "Two months without pay"}


def test_a_second_correction_stands_beside_the_first(world):
    noted = handling.note(world.act(), words("March"))
    fix(world, "note", noted.id, "April")
    fix(world, "note", noted.id, "May")
    listed = corrections.of_words(world.session, world.desk())[noted.id]
    assert [one.text for one in listed] == ["April", "May"]


def test_words_that_are_not_of_staff_and_nothing_new_are_refused(world, house):
    world.bring_to("in_review")
    own = replying.say(world.own(), Sent(words("Mine")))
    other = handling.note(
        world.handler.act(house.session, world.site, house.case().case), words("Elsewhere")
    )
    noted = handling.note(world.act(), words("March"))
    for kind, target, text, why, code in (
        ("message", own.id, "Not mine", "x", "target"),
        ("note", other.id, "Here", "x", "target"),
        ("message", noted.id, "Here", "x", "target"),
        ("remedy", uuid4(), "Here", "x", "target"),
        ("answers", noted.id, "Here", "x", "target"),
        ("note", noted.id, "March", "x", "corrected"),
        ("note", noted.id, " ", "x", "corrected"),
        ("note", noted.id, "May", " ", "why"),
    ):
        with pytest.raises(Refused) as refused:
            fix(world, kind, target, text, why)
        assert refused.value.code == code
    assert world.session.scalar(select(func.count()).select_from(Correction)) == 0
