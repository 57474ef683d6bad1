"""The ways back from a question: it is taken back, or its answer comes by telephone."""

from __future__ import annotations

import pytest

from grievance.cases.messages import Written
from grievance.cases.operations import asking, handling, replying
from grievance.cases.operations.replying import Sent
from grievance.deadlines import operations as clocks
from grievance.refusals import Refused
from tests.cases.conftest import words
from tests.desk.test_desk_facts import state, visit
from tests.desk.test_desk_flow import opened, send, verbs_of
from tests.pages import read_page


@pytest.fixture
def handler(house):
    return house.hire()


@pytest.fixture
def asked(house, handler):
    """A case whose worker wrote, and was then asked something."""
    filed, site = house.case(), house.app.config["SITE"]
    handling.take(handler.act(house.session, site, filed.case))
    replying.say(filed.act(house.session, site), Sent(words("Did you read it?")))
    handling.ask_worker(handler.act(house.session, site, filed.case), words("Which month?"))
    house.session.commit()
    return filed


def running(house, case):
    return {one.kind for one in clocks.running(house.session, case.id)}


def test_a_question_is_taken_back_and_both_sides_read_so(house, handler, asked):
    client, case = house.browser(handler), asked.case
    assert running(house, case) == set()
    page = opened(client, case)
    for _twice in range(2):
        assert send(client, page, "withdraw_question").status_code == 303
    house.again(case)
    assert (case.state, case.worker_waits) == ("in_review", True)
    assert running(house, case) == {"answer", "next_step"}
    assert verbs_of(house, case)[-1] == "withdraw_question"
    assert len([v for v in verbs_of(house, case) if v == "withdraw_question"]) == 1
    assert opened(client, case).one("p", **{"data-taken-back": ""}) is not None
    page = read_page(visit(house, asked).get("/en/case"))
    assert "You need not answer it." in page.main
    assert page.one("body").get("data-state") == "in_review"


def test_what_was_answered_since_waits_for_nothing(house, handler, asked):
    site = house.app.config["SITE"]
    handling.tell_worker(handler.act(house.session, site, asked.case), words("Yes, we read it."))
    asking.withdraw_question(handler.act(house.session, site, asked.case))
    assert asked.case.worker_waits is False
    assert "answer" not in running(house, asked.case)


def test_an_answer_by_telephone_is_read_back_and_stands_in_the_thread(house, handler, asked):
    client, case = house.browser(handler), asked.case
    page = opened(client, case)
    refused = send(client, page, "record_answer", message="March")
    assert refused.status_code == 422
    shown = read_page(refused)
    assert list(shown.errors) == ["read_back"]
    for _twice in range(2):
        done = send(client, page, "record_answer", message="March", read_back="yes")
        assert done.status_code == 303
    assert house.again(case).state == "in_review"
    assert running(house, case) == {"next_step"}
    assert verbs_of(house, case)[-1] == "record_answer"
    assert "The worker, written down by Tanaka Ken" in opened(client, case).main
    page = read_page(visit(house, asked).get("/en/case"))
    assert "Told to us, and we wrote it down" in page.main
    assert "March" in page.main


def test_an_open_second_look_goes_on_and_no_words_are_refused(house, handler, asked):
    site, case = house.app.config["SITE"], asked.case
    case.appealed_at = case.filed_at
    with pytest.raises(Refused) as refused:
        asking.record_answer(handler.act(house.session, site, case), Written(" ", "en", case.id))
    assert refused.value.code == "words"
    asking.record_answer(handler.act(house.session, site, case), words("March"))
    assert {"appeal", "next_step"} <= running(house, case)


def test_two_questions_taken_back_leave_the_worker_waiting(house, handler, asked):
    site, case = house.app.config["SITE"], asked.case
    asking.withdraw_question(handler.act(house.session, site, case))
    handling.ask_worker(handler.act(house.session, site, case), words("Which year?"))
    assert (case.worker_waits, running(house, case)) == (False, set())
    asking.withdraw_question(handler.act(house.session, site, case))
    assert case.worker_waits is True
    assert running(house, case) == {"answer", "next_step"}
    handling.tell_worker(handler.act(house.session, site, case), words("Yes, we read it."))
    handling.ask_worker(handler.act(house.session, site, case), words("Which day?"))
    asking.withdraw_question(handler.act(house.session, site, case))
    assert case.worker_waits is False


@pytest.mark.usefixtures("loaded")
def test_this_is_not_right_answers_no_question(house, handler, asked):
    client, case = house.browser(handler), asked.case
    assert state(client, case, "company", company="Mihon Foods").status_code == 303
    worker = visit(house, asked)
    page = read_page(worker.get("/en/case"))
    form = next(f for f in page.all("form") if "/case/changed/" in (f.get("action") or ""))
    for _twice in range(2):
        assert worker.post(form.get("action"), data=page.fields(form)).status_code == 303
    house.again(case)
    assert (case.state, case.worker_waits) == ("awaiting_worker", True)
    assert verbs_of(house, case)[-1] == "worker_writes"
    assert "answer" in running(house, case)
    page = read_page(worker.get("/en/case"))
    assert "Your answer" in page.main
    replying.say(asked.act(house.session, house.app.config["SITE"]), Sent(words("March.")))
    assert (case.state, case.worker_waits) == ("in_review", True)
