"""What a short way did not ask: a card at a time on the worker's page, sealed as it comes."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from grievance.accounts.models import Event
from grievance.cases import records
from grievance.cases.models import CaseRecord, Tally
from grievance.cases.operations import adding
from grievance.questions import cards
from grievance.questions.bank import shipped
from tests.cast import browser, file_case, found_operator
from tests.noticed import noticed
from tests.pages import read_page

FIRST = {"route": "short", "problem": "", "issue": "", "goal": "", "hurt": "no", "free": "yes",
         "taken": "no"}  # fmt: skip


@pytest.fixture
def operator(app, session, loaded):
    return found_operator(session, app.config["KEY_RING"])


@pytest.fixture
def filed(app, session, operator):
    assert operator.id
    return file_case(session, app.config["SITE"], **FIRST)


@pytest.fixture
def visitor(app, session, filed):
    return visit(app, session, filed)


def visit(app, session, filed):
    made = browser(app, session)
    page = read_page(made.get("/en/return"))
    made.post("/en/return", data={**page.fields(), "code": filed.code})
    return made


def answer(visitor, path, **said):
    page = read_page(visitor.get(path))
    assert page.name == "case.more"
    form = page.one("form", data_main="")
    sent = visitor.post(path, data={**page.fields(form), **said}, follow_redirects=True)
    return read_page(sent)


def verbs(session, case):
    asked = select(Event.verb).where(Event.stream_id == case.id).order_by(Event.seq)
    return list(session.scalars(asked))


def letters(session):
    return len(noticed(session, "worker_answered"))


def test_every_page_of_the_full_way_is_a_card_with_a_reason():
    bank = shipped()
    first = {name for page in bank.journeys["short"] for name in bank.pages[page].asks}
    for page in bank.journeys["file"]:
        asked = {question.id for question in bank.on_page(page)} - first
        left = asked - {"phone", "contact-when", "contact-never", "group", "files"}
        if left and page not in ("start", "helper"):
            assert page in bank.journeys["later"], page
            assert bank.pages[page].why, page


def test_the_page_offers_one_card_and_says_why(visitor):
    page = read_page(visitor.get("/en/case"))
    assert [one.get("data-card") for one in page.all("div") if one.get("data-card")] == ["problem"]
    assert "name the right office first" in page.main


def test_an_answer_is_sealed_told_and_advised_on_again(session, visitor, filed, operator):
    filed.case.assignee_id = operator.director.id
    session.commit()
    page = answer(visitor, "/en/case/more/problem", problem="money")
    assert page.one("body").get("data-question") == "issue"
    answer(visitor, "/en/case/more/issue", issue="wages-unpaid")
    session.expire_all()
    assert (filed.case.main_issue, filed.case.issues) == ("wages-unpaid", ["wages-unpaid"])
    assert verbs(session, filed.case) == ["filed", "worker_adds", "worker_adds"]
    assert letters(session) == 1
    stored = select(func.count()).select_from(CaseRecord).where(CaseRecord.part == "answers")
    assert session.scalar(stored) == 3
    assert session.scalar(select(func.count()).select_from(Tally)) == 0


def test_the_same_answer_twice_and_an_empty_one_change_nothing(visitor, session, filed):
    answer(visitor, "/en/case/more/problem")
    assert verbs(session, filed.case) == ["filed"]
    path = "/en/case/more/company"
    fields = read_page(visitor.get(path)).fields()
    for _ in range(2):
        assert visitor.post(path, data={**fields, "company": "Mihon"}).status_code == 303
    assert verbs(session, filed.case) == ["filed", "worker_adds"]


def test_a_card_that_is_left_leads_to_the_next_and_the_last_to_the_case(visitor):
    seen, page = [], read_page(visitor.get("/en/case/more", follow_redirects=True))
    while page.name == "case.more":
        seen.append(page.one("body").get("data-question"))
        assert len(seen) < 20
        link = next(a for a in page.all("a") if "after=" in (a.get("href") or ""))
        page = read_page(visitor.get(link.get("href"), follow_redirects=True))
    assert page.name == "case"
    assert seen[0] == "problem"
    assert "issue" not in seen
    assert len(seen) == len(set(seen))


def test_what_is_wrong_on_a_card_stays_to_be_mended(visitor, session, filed):
    page = answer(visitor, "/en/case/more/when", since="soon")
    assert "since" in page.errors
    assert 'value="soon"' in page.html
    assert verbs(session, filed.case) == ["filed"]


def test_what_staff_found_stays_and_a_graver_problem_counts(session, visitor, filed):
    filed.case.issues, filed.case.main_issue = ["housing"], "housing"
    filed.case.severity = "low"
    session.commit()
    answer(visitor, "/en/case/more/problem", problem="treatment")
    answer(visitor, "/en/case/more/issue", issue="violence")
    session.expire_all()
    assert filed.case.issues == ["housing", "violence"]
    assert (filed.case.main_issue, filed.case.severity) == ("housing", "critical")


def test_nobody_but_the_worker_adds_and_a_full_filing_has_no_cards(app, session, operator):
    site = app.config["SITE"]
    member = file_case(session, site, role="member", known_to="helper", **FIRST)
    assert visit(app, session, member).get("/en/case/more/problem").status_code == 403
    full = visit(app, session, file_case(session, site))
    assert not [d for d in read_page(full.get("/en/case")).all("div") if d.get("data-card")]
    assert full.get("/en/case/more").location.endswith("/en/case")


def test_answers_that_came_later_are_told_from_those_filed(session, visitor, filed):
    answer(visitor, "/en/case/more/company", company="Mihon")
    opened = filed.open(session)
    assert set(records.later(session, opened, "identity")) == {"company"}
    assert records.later(session, opened, "answers") == {}
    assert "company" not in {one.page for one in cards.cards(shipped(), FIRST | {"company": "x"})}


def test_answers_that_fit_no_filing_are_said_beside_the_field(visitor, session, filed, monkeypatch):
    def unfit(*_arguments, **_options):
        raise ValueError

    monkeypatch.setattr(adding, "added_to", unfit)
    page = answer(visitor, "/en/case/more/when", since="2026-10-01")
    assert (page.status, page.name) == (422, "case.more")
    assert "do not fit" in page.errors["since"]
    assert 'value="2026-10-01"' in page.html
    assert verbs(session, filed.case) == ["filed"]
