"""An interpreter in the browser: ten passages of three cases, one at a time, and nothing else."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from grievance.accounts.models import Event, ReadLog
from grievance.cases import assigned, notices, passages
from grievance.cases.late_passages import counted
from grievance.cases.models import Notice
from grievance.cases.operations import interpreting, replying
from grievance.cases.operations.interpreting import Giving
from grievance.cases.operations.replying import Sent
from grievance.cases.verbs import Verb
from grievance.clock import local_day, now
from grievance.notifications.models import Outbox
from tests.cases.conftest import words
from tests.cast import Browser, Staff, add_interpreter, browser, file_case
from tests.intake.remedy_kit import Way, read, visit, way
from tests.pages import Page, read_page

STORY, EMPLOYER = "Two months without pay.", "Mihon Foods"
LIST = "/staff/passages"


@pytest.fixture
def filed(app: Flask, session: Session) -> Way:
    """An accepted case, written in Vietnamese."""
    return way(app, session, language="vi", company=EMPLOYER)


@pytest.fixture
def thu(filed: Way) -> Staff:
    """Who interprets."""
    made = add_interpreter(filed.session, filed.operator)
    filed.session.commit()
    return made


@pytest.fixture
def worker(app: Flask, filed: Way) -> Browser:
    """The worker's browser."""
    return visit(app, filed.session, filed.filed.code)


@pytest.fixture
def handler(app: Flask, filed: Way) -> Browser:
    """The handler's browser."""
    return browser(app, filed.session, filed.handler)


@pytest.fixture
def interpreter(app: Flask, filed: Way, thu: Staff) -> Browser:
    """The interpreter's browser."""
    return browser(app, filed.session, thu)


def press(client: Browser, page: Page, action: str, **typed: str) -> int:
    """Send the form of this action with what was typed; the status."""
    (form,) = (one for one in page.all("form") if str(one.get("action")).endswith(action))
    place = str(form.get("action"))
    return client.post(place, data={**page.fields(form), **typed}).status_code


def give(handler: Browser, filed: Way, **typed: str):
    """Give the story to who interprets, on the page of the case."""
    there = f"/staff/cases/{filed.case.reference}/passages"
    page = read_page(handler.get(there))
    (form,) = (one for one in page.all("form") if not one.get("action"))
    sent = {**page.fields(form), "passages": "what-happened"}
    return handler.post(there, data={**sent, **typed})


def allow(worker: Browser) -> None:
    assert press(worker, read(worker), "/case/interpreter/yes") == 303


def passage(client: Browser) -> Page:
    """The page of the first passage of the list."""
    (way_in, *_more) = read_page(client.get(LIST)).all("a", **{"class": "tile"})
    return read_page(client.get(str(way_in.get("href"))))


def opened(client: Browser) -> Page:
    page = passage(client)
    assert press(client, page, "/open", nothing_to_do="y") == 303
    return passage(client)


def test_from_the_workers_yes_to_a_translation_that_holds(
    filed: Way, worker: Browser, handler: Browser, interpreter: Browser
) -> None:
    assert "May an interpreter read" in read(worker).main
    allow(worker)
    answer = give(handler, filed)
    assert answer.status_code == 303, read_page(answer).main
    shut = passage(interpreter)
    assert EMPLOYER in shut.main
    assert not shut.all("p", **{"data-original": ""})
    assert press(interpreter, shut, "/open") == 422
    page = opened(interpreter)
    assert page.one("p", **{"data-original": ""}).text
    assert press(interpreter, page, "/hand-in", text=STORY, unsure="The month") == 303
    assert not read_page(interpreter.get(LIST)).all("a", **{"class": "tile"})
    there = read_page(handler.get(f"/staff/cases/{filed.case.reference}/passages"))
    assert STORY in there.main
    assert "The month" in there.main
    assert press(handler, there, "/check_translation") == 303
    assert STORY in read_page(handler.get(f"/staff/cases/{filed.case.reference}")).main
    seen = read_page(worker.get("/en/case/seen")).main
    assert "an interpreter or translator" in seen
    assert "Le Thu" not in seen + read(worker).main


def test_each_is_told_what_the_other_did_and_nothing_of_it(
    filed: Way, thu: Staff, worker: Browser, handler: Browser, interpreter: Browser
) -> None:
    session, reference = filed.session, filed.case.reference

    def new(person: Staff) -> list[str]:
        session.expire_all()
        mine = select(Notice.kind).where(Notice.person_id == person.id, Notice.read_at.is_(None))
        return [one for one in session.scalars(mine) if one.startswith("passage")]

    def mailed() -> str:
        return " ".join(session.scalars(select(Outbox.kind).order_by(Outbox.kind)))

    allow(worker)
    give(handler, filed)
    assert new(thu) == ["passage_given"]
    assert "passage_waits" not in mailed()  # it is in the letter of the day
    assert notices.take_untold(session, [thu.id], now()) == {thu.id: {"passage_given": 1}}
    page = opened(interpreter)
    assert new(thu) == []  # the list was looked at
    assert press(interpreter, page, "/hand-in", text=STORY) == 303
    assert new(filed.handler) == ["passage_back"]
    inbox = read_page(handler.get("/staff/inbox"))
    assert "An interpreter handed a passage in" in inbox.main
    assert reference in inbox.main
    read_page(handler.get(f"/staff/cases/{reference}"))
    assert new(filed.handler) == []
    assert give(handler, filed).status_code == 303
    assert press(worker, read(worker), "/case/interpreter/no") == 303
    assert new(thu) == [], "nobody had told them of it"
    allow(worker)
    filed.case.danger = True  # at once, by letter
    session.commit()
    assert give(handler, filed).status_code == 303
    assert "passage_waits" in mailed()
    assert (
        press(
            handler,
            read_page(handler.get(f"/staff/cases/{reference}/passages")),
            "/take_back_passage",
        )
        == 303
    )
    assert sorted(new(thu)) == ["passage_given", "passage_gone"]  # the one went by letter
    assert notices.take_untold(session, [thu.id], now()) == {thu.id: {"passage_gone": 1}}
    seen = read_page(interpreter.get(LIST))
    assert "Since you were last here, passages of 1 report" in seen.main
    assert reference not in seen.html
    assert new(thu) == []
    assert not read_page(interpreter.get(LIST)).all("p", data_gone="1"), "told once"
    give(handler, filed)
    interpreter.get(LIST)
    page = read(worker, "/withdraw")
    assert worker.post("/en/case/withdraw", data=page.fields()).status_code == 303
    assert new(thu) == ["passage_gone"]
    assert notices.take_untold(session, [thu.id], now()) == {thu.id: {"passage_gone": 1}}


def test_who_has_the_case_is_told_of_a_passage_whose_day_is_over(
    app: Flask, filed: Way, thu: Staff, worker: Browser, handler: Browser
) -> None:
    session, reference = filed.session, filed.case.reference
    colleague, at = filed.colleague, now()
    assert colleague
    today = local_day(at, "Asia/Tokyo")
    everybody = {filed.handler.id, colleague.id, thu.id}

    def late(client: Browser) -> bool:
        (part,) = (
            one
            for one in read_page(client.get("/staff/")).all("section")
            if one.get("aria-labelledby") == "list-interpreted"
        )
        return reference in "".join(part.itertext())

    filed.case.assignee_id = filed.handler.id
    session.commit()
    allow(worker)
    assert give(handler, filed, due_on=today.isoformat()).status_code == 303
    assert not late(handler)
    assert counted(session, everybody, today, at) == {}
    moved = assigned.Assigned.__table__.update()  # past the session, as no verb may
    session.execute(moved.values(due_on=today - timedelta(days=1)))
    session.commit()
    assert late(handler)
    assert not late(browser(app, session, colleague)), "it is the handler's"
    assert counted(session, everybody, today, at) == {filed.handler.id: 1}
    may = "SELECT has_column_privilege('grievance_worker', 'assigned_passage', 'due_on', 'SELECT')"
    assert session.scalar(text(may)), "so may the job"
    row = assigned.of_case(session, filed.case.id)[0]
    interpreting.take_back_passage(filed.handler.act(session, filed.site, filed.case), row.id)
    session.commit()
    assert not late(handler)
    assert counted(session, everybody, today, at) == {}


def test_a_yes_by_telephone_counts_as_the_workers_own_and_so_does_a_no(
    app: Flask, session: Session
) -> None:
    one = way(app, session, language="en", company=EMPLOYER)  # their page does not ask
    thu = add_interpreter(session, one.operator)
    session.commit()
    worker, handler = visit(app, session, one.filed.code), browser(app, session, one.handler)
    interpreter = browser(app, session, thu)
    there = f"/staff/cases/{one.case.reference}/passages"

    def hear(**typed: str) -> int:
        return press(handler, read_page(handler.get(there)), "/record_interpreter", **typed)

    assert not read(worker).all("div", data_interpreter="")
    assert "their page does not ask" in read_page(handler.get(there)).main
    said = {"answer": "yes", "words": "Read out; she said: yes, please."}
    assert hear(**said) == 422  # nobody read it back
    assert assigned.wish(session, one.case.id) == ""
    assert hear(**said, read_back="y") == 303
    assert "an interpreter may read what you wrote" in read(worker).main
    assert give(handler, one).status_code == 303
    opened(interpreter)
    assert hear(answer="no", words="She changed her mind.", read_back="y") == 303
    assert not read_page(interpreter.get(LIST)).all("a", **{"class": "tile"})
    assert "no interpreter may read" in read(worker).main
    assert give_again(handler, there) == []
    (yes, no) = session.scalars(
        select(Event).where(Event.verb == Verb.RECORD_INTERPRETER).order_by(Event.seq)
    )
    assert (yes.codes["answer"], no.codes["answer"]) == ("yes", "no")
    assert len(no.codes["assigned"]) == 1


def give_again(handler: Browser, there: str) -> list[object]:
    """The buttons that give a passage."""
    return list(read_page(handler.get(there)).all("button", **{"data-verb": "give_passages"}))


@pytest.mark.usefixtures("thu")
def test_nothing_is_given_without_a_yes_or_with_words_missing(
    filed: Way, worker: Browser, handler: Browser
) -> None:
    there = f"/staff/cases/{filed.case.reference}/passages"
    page = read_page(handler.get(there))
    assert "has not said yet" in page.main
    assert not page.all("button", **{"data-verb": "give_passages"})
    allow(worker)
    assert give(handler, filed, other_side="").status_code == 422
    assert give(handler, filed, due_on="2020-01-01").status_code == 422
    assert assigned.of_case(filed.session, filed.case.id) == []


@pytest.mark.parametrize("who", ["handler", "worker"])
def test_what_is_taken_back_is_gone_at_the_next_request(
    filed: Way, worker: Browser, handler: Browser, interpreter: Browser, who: str
) -> None:
    allow(worker)
    give(handler, filed)
    page = opened(interpreter)
    if who == "worker":
        assert press(worker, read(worker), "/case/interpreter/no") == 303
        assert "no interpreter may read" in read(worker).main
    else:
        there = read_page(handler.get(f"/staff/cases/{filed.case.reference}/passages"))
        assert press(handler, there, "/take_back_passage") == 303
    row = assigned.of_case(filed.session, filed.case.id)[0]
    assert interpreter.get(f"{LIST}/{row.id}").status_code == 404
    assert press(interpreter, page, "/hand-in", text=STORY) == 404
    assert filed.session.scalar(select(assigned.Assigned.box)) is None


def test_a_conflict_is_one_press_and_gives_all_back(
    filed: Way, worker: Browser, handler: Browser, interpreter: Browser
) -> None:
    allow(worker)
    give(handler, filed)
    assert press(interpreter, passage(interpreter), "/return", why="conflict") == 303
    assert "Nothing waits" in read_page(interpreter.get(LIST)).main
    page = give(handler, filed)
    assert page.status_code == 422
    assert "Choose another one" in read_page(page).main


def test_opening_and_handing_in_are_lines_of_the_log(
    filed: Way, thu: Staff, worker: Browser, handler: Browser, interpreter: Browser
) -> None:
    allow(worker)
    give(handler, filed)
    page = opened(interpreter)
    press(interpreter, page, "/hand-in", text=STORY)
    actor = f"member:{thu.id}"
    reads = filed.session.scalars(select(ReadLog.what).where(ReadLog.actor == actor)).all()
    assert set(reads) == {"passage"}
    acts = select(Event.verb).where(Event.actor == actor, Event.stream_id == filed.case.id)
    done = filed.session.scalars(acts.order_by(Event.seq)).all()
    assert done == [Verb.OPEN_PASSAGE, Verb.HAND_IN]


def test_they_can_open_nothing_else(
    filed: Way, worker: Browser, handler: Browser, interpreter: Browser
) -> None:
    allow(worker)
    give(handler, filed)
    opened(interpreter)
    case = f"/staff/cases/{filed.case.reference}"
    for place in (case, f"{case}/passages", "/staff/cases", "/staff/keys", "/staff/people"):
        assert interpreter.get(place).status_code == 403, place
    assert interpreter.get(f"{LIST}/{uuid4()}").status_code == 404
    today = read_page(interpreter.get("/staff/")).main
    assert "Passages" in today
    assert filed.case.reference not in today


def test_nobody_else_opens_their_pages(
    app: Flask, filed: Way, worker: Browser, handler: Browser, interpreter: Browser
) -> None:
    allow(worker)
    give(handler, filed)
    row = assigned.of_case(filed.session, filed.case.id)[0]
    other = browser(app, filed.session, add_interpreter(filed.session, filed.operator))
    assert other.get(f"{LIST}/{row.id}").status_code == 404
    assert "Nothing waits" in read_page(other.get(LIST)).main
    director = browser(app, filed.session, filed.operator.director)
    for client in (handler, director):
        assert client.get(LIST).status_code == 403
        assert client.get(f"{LIST}/{row.id}").status_code == 403
    assert worker.get(LIST).status_code in (303, 403)


def test_their_six_words_stand_on_their_page_until_somebody_heard_them(
    app: Flask, filed: Way
) -> None:
    new = add_interpreter(filed.session, filed.operator, heard=False)
    filed.session.commit()
    client = browser(app, filed.session, new)
    page = read_page(client.get("/staff/account"))
    said = page.one("strong", id="fingerprint").text
    director = browser(app, filed.session, filed.operator.director)
    waits = f"/staff/keys/interpreters/{new.id}"
    assert read_page(director.get("/staff/keys")).all("a", href=waits)
    form = read_page(director.get(waits))
    wrong = {**form.fields(), "words": "one two three four five six"}
    assert director.post(waits, data=wrong).status_code == 422
    assert director.post(waits, data={**form.fields(), "words": said}).status_code == 303
    assert not read_page(client.get("/staff/account")).all("strong", id="fingerprint")
    assert director.get(waits).status_code == 404


def test_ten_passages_of_three_cases_one_after_the_other(
    app: Flask, filed: Way, thu: Staff, interpreter: Browser
) -> None:
    session, site = filed.session, filed.site
    cases = [file_case(session, site, language="ne", company=f"Mihon {nth}") for nth in range(3)]
    for nth, one in enumerate(cases):
        mine = one.act(session, site)
        interpreting.allow_interpreter(mine)
        for line in range(3 if nth else 1):
            replying.say(one.act(session, site), Sent(words(f"Line {nth}.{line}")))
        act = filed.handler.act(session, site, one.case)
        texts = passages.texts(session, act.opened)
        giving = Giving(list(texts), thu.id, "en", date(2030, 1, 1), f"Mihon {nth}")
        interpreting.give_passages(act, giving)
    session.commit()
    told = 0
    while read_page(interpreter.get(LIST)).all("a", **{"class": "tile"}):
        page = passage(interpreter)
        declares = page.all("input", name="nothing_to_do")
        page = opened(interpreter) if declares else page
        if page.all("button", **{"data-verb": "open_passage"}):
            assert press(interpreter, page, "/open") == 303
            page = passage(interpreter)
        told += 1
        assert press(interpreter, page, "/hand-in", text=f"Translation {told}") == 303
    assert told == 10
    done = session.scalars(select(assigned.Assigned.state)).all()
    assert done == ["handed_in"] * 10
    opens = select(func.count()).select_from(ReadLog).where(ReadLog.actor == f"member:{thu.id}")
    assert session.scalar(opens.where(ReadLog.what != "passage")) == 0
