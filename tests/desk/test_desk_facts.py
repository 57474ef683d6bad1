"""Staff write down or correct what a case says, through HTTP; the worker reads it and says no."""

from __future__ import annotations

from io import BytesIO

import pytest
from sqlalchemy import func, select

from grievance.cases import messages, records
from grievance.cases.corrections import Correction
from grievance.cases.models import CaseFile
from grievance.cases.operations import handling, replying
from tests.desk.test_desk_flow import opened, send, verbs_of
from tests.pages import read_page

pytestmark = pytest.mark.usefixtures("loaded")
WHY = "She said so on the telephone"
SHORT = {
    "route": "short", "problem": "", "issue": "", "goal": "", "hurt": "no", "free": "yes",
    "taken": "no",
}  # fmt: skip


@pytest.fixture
def handler(house):
    return house.hire()


@pytest.fixture
def filed(house, handler):
    made = house.case(company="Mihon")
    handling.take(handler.act(house.session, house.app.config["SITE"], made.case))
    house.session.commit()
    return made


def section(client, case, page, status=200):
    answer = client.get(f"/staff/cases/{case.reference}/facts/{page}")
    assert answer.status_code == status
    return read_page(answer) if status == 200 else None


def state(client, case, page, **typed):
    return send(client, section(client, case, page), "state_facts", **{"why": WHY, **typed})


def identity(house, handler, case):
    return records.read(house.session, handler.open(house.session, case), "identity")


def visit(house, filed):
    made = house.browser()
    page = read_page(made.get("/en/return"))
    made.post("/en/return", data={**page.fields(), "code": filed.code})
    return made


def test_the_employer_is_corrected_and_the_worker_reads_it_and_says_no(house, handler, filed):
    client, case = house.browser(handler), filed.case
    link = [a for a in opened(client, case).all("a") if (a.get("href") or "").endswith("/facts")]
    assert link
    page = section(client, case, "company")
    assert page.fields()["company"] == "Mihon"
    assert state(client, case, "company", company="Mihon Foods").status_code == 303
    assert identity(house, handler, house.again(case))["company"] == "Mihon Foods"
    assert "wrote down or corrected answers" in opened(client, case).main
    listed = read_page(client.get(f"/staff/cases/{case.reference}/facts"))
    assert all(one in listed.main for one in ("Mihon Foods", WHY, "Tanaka Ken"))
    assert [one.text for one in listed.all("del")] == ["Mihon"]
    worker = visit(house, filed)
    page = read_page(worker.get("/en/case"))
    assert [one.text for one in page.all("del")] == ["Mihon"]
    assert WHY in page.main
    form = next(f for f in page.all("form") if "/case/changed/" in (f.get("action") or ""))
    for _twice in range(2):
        assert worker.post(form.get("action"), data=page.fields(form)).status_code == 303
    page = read_page(worker.get("/en/case"))
    assert "You told us that this is not right." in page.main
    assert verbs_of(house, case)[-1] == "worker_writes"
    thread = messages.thread(house.session, handler.open(house.session, case), "worker")
    assert [one.text.splitlines()[0] for one in thread] == ["This is not right:"]
    assert "Mihon Foods" in thread[0].text


def test_the_same_form_twice_writes_once(house, handler, filed):
    client, case = house.browser(handler), filed.case
    page = section(client, case, "company")
    for _twice in range(2):
        assert send(client, page, "state_facts", why=WHY, company="Other").status_code == 303
    assert verbs_of(house, case) == ["filed", "take", "state_facts"]


@pytest.mark.parametrize(
    ("page", "typed", "field"),
    [
        ("when", {"since": "soon"}, "since"),
        ("when", {"since": "2026-03-01", "until": "2026-02-01"}, "until"),
        ("place", {"location": "abroad", "country": ""}, "location"),
        ("place", {"location": "moon"}, "location"),
        ("reach", {"reach-by": "phone", "contact-phone": "12"}, "contact-phone"),
        ("reach", {"reach-by": "email"}, "reach-by"),
        ("company", {"company": "Other", "why": " "}, "why"),
        ("issue", {"issue": "nothing"}, "issue"),
        ("what-happened", {"what-happened": ""}, "what-happened"),
    ],
)
def test_what_cannot_be_an_answer_is_said_beside_its_field(
    house, handler, filed, page, typed, field
):
    client, case = house.browser(handler), filed.case
    answer = state(client, case, page, **typed)
    assert answer.status_code == 422
    shown = read_page(answer)
    assert list(shown.errors) == [field]
    assert verbs_of(house, case) == ["filed", "take"]
    if field != "why":
        assert shown.fields()["why"] == WHY


def test_nothing_new_is_refused_and_a_page_that_is_no_section_is_not_there(house, handler, filed):
    client, case = house.browser(handler), filed.case
    assert state(client, case, "company").status_code == 409
    for gone in ("lost-code", "start", "files", "nothing"):
        section(client, case, gone, status=404)


def test_a_new_telephone_number_and_the_issue_of_another_family(house, handler, filed):
    client, case = house.browser(handler), filed.case
    typed = {"reach-by": "phone", "contact-phone": "090-1234-5678"}
    assert state(client, case, "reach", **typed).status_code == 303
    contact = identity(house, handler, house.again(case))["contact"]
    assert (contact["way"], contact["value"]) == ("phone", "+819012345678")
    assert section(client, case, "reach").fields()["contact-phone"] == "+819012345678"
    assert state(client, case, "issue", issue="dismissal-nonrenewal").status_code == 303
    assert "dismissal-nonrenewal" in house.again(case).issues


def test_what_a_short_way_left_out_is_written_from_where_it_is_missing(house, handler):
    case = house.case(**SHORT).case
    client = house.browser(handler)
    ways = [a.get("href") for a in opened(client, case).all("a")]
    assert f"/staff/cases/{case.reference}/facts/company" in ways
    assert f"/staff/cases/{case.reference}/facts/issue" in ways
    assert state(client, case, "issue", issue="wages-unpaid").status_code == 303
    assert house.again(case).main_issue == "wages-unpaid"
    page = read_page(client.get(f"/staff/cases/{case.reference}/refer/jp-lsio"))
    missing = page.one("section", **{"data-missing": ""})
    assert any("/facts/" in (a.get("href") or "") for a in missing.iter("a"))


def test_a_file_by_staff_is_cleaned_kept_and_read_by_the_worker(house, handler, filed):
    client, case = house.browser(handler), filed.case
    page = opened(client, case)
    empty = send(client, page, "add_file")
    assert read_page(empty).errors == {"file": "⚠ Choose a file."}
    answer = send(client, page, "add_file", file=(BytesIO(b"Pay slip of May"), "slip.txt"))
    assert answer.status_code == 303
    (row,) = house.session.scalars(select(CaseFile).where(CaseFile.case_id == case.id))
    assert (row.author, row.state) == ("staff", "cleaned")
    assert "slip.txt" in opened(client, case).main
    assert verbs_of(house, case)[-1] == "add_file"
    worker = read_page(visit(house, filed).get("/en/case"))
    assert "slip.txt" in worker.main


def test_a_case_that_is_over_offers_none_of_it(house, handler, filed):
    client, case = house.browser(handler), filed.case
    page = section(client, case, "company")
    form = page.fields()
    replying.withdraw(filed.act(house.session, house.app.config["SITE"]))
    house.session.commit()
    path = f"/staff/cases/{case.reference}/facts/company"
    answer = client.post(path, data={**form, "company": "Late", "why": WHY})
    assert answer.status_code == 409
    assert "moved on" in read_page(answer).main
    assert house.session.scalar(select(func.count()).select_from(Correction)) == 0
