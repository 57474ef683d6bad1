"""What each role sees at the desk, and what it may not see."""

from __future__ import annotations

import inspect
from uuid import uuid4

import pytest
from sqlalchemy import select

from grievance.accounts.models import MembershipKey, OperatorProfile, ReadLog
from grievance.accounts.roles import Role
from grievance.cases.act import Act
from grievance.cases.messages import Written
from grievance.cases.models import CaseVisit
from grievance.cases.operations import handling, replying
from grievance.cases.operations.replying import Sent
from grievance.cases.states import TABLE
from grievance.cases.verbs import Verb
from grievance.desk.forms import ActForm
from grievance.desk.verbs import DESK, form_of
from grievance.refusals import SENTENCES
from tests.cast import NOW
from tests.desk.looking import counted, references
from tests.pages import read_page
from tests.web.test_burmese import UNICODE, ZAWGYI

CASE_QUERIES = 65  # a case page with everything on it, conflicts, interpreters and news too


def menu(page) -> list[str]:
    side = page.one("nav", class_="side")
    return [" ".join("".join(link.itertext()).split()) for link in side.iter("a")]


@pytest.mark.parametrize("role", [Role.HANDLER, Role.LEAD, Role.DIRECTOR])
def test_who_works_on_cases_sees_today_the_queue_and_the_case(house, show, role):
    client = house.browser(house.hire(role))
    filed = house.case()
    today = show(client, "/staff/")
    assert today.name == "staff.today"
    assert filed.case.reference in references(today)
    queue = show(client, "/staff/cases")
    assert queue.name == "staff.queue"
    assert references(queue) == [filed.case.reference]
    case = show(client, f"/staff/cases/{filed.case.reference}")
    assert case.name == "staff.case"
    assert case.one("body").get("data-state") == "received"


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.DIRECTORY_EDITOR])
def test_who_works_on_no_case_sees_what_they_may_do_and_no_case(house, show, role):
    client = house.browser(house.hire(role))
    filed = house.case()
    page = show(client, "/staff/")
    assert page.name == "staff.today"
    assert filed.case.reference not in page.html
    assert "Queue" not in menu(page)
    for path in ("/staff/cases", f"/staff/cases/{filed.case.reference}"):
        refused = client.get(path)
        assert refused.status_code == 403
        assert filed.case.reference not in refused.get_data(as_text=True)


def test_nobody_gets_in_without_signing_in(house):
    filed = house.case()
    for path in ("/staff/", "/staff/cases", f"/staff/cases/{filed.case.reference}"):
        answer = house.browser().get(path)
        assert answer.status_code == 303
        assert "/staff/sign-in" in answer.headers["Location"]


def test_a_handler_who_was_not_given_the_key_is_told_how_to_get_it(house, show):
    handler = house.hire()
    filed = house.case()
    client = house.browser(handler)
    gone = select(MembershipKey).where(MembershipKey.person_id == handler.id)
    for row in house.session.scalars(gone):
        house.session.delete(row)
    house.session.commit()
    page = show(client, f"/staff/cases/{filed.case.reference}", 403)
    assert "Cases are sealed. You hold no key" in page.main
    assert "You cannot read cases yet." in show(client, "/staff/").main


def test_an_unknown_reference_is_404(house):
    client = house.browser(house.hire())
    house.case()
    assert client.get("/staff/cases/ZZZZZZZZZZ").status_code == 404
    assert client.get("/staff/cases/%00").status_code == 404


def test_the_case_page_tells_the_story_to_a_japanese_handler_in_japanese(house, show):
    client = house.browser(house.hire(language="ja"))
    filed = house.case(what_happened="Tôi không được trả lương.")
    page = show(client, f"/staff/cases/{filed.case.reference}")
    assert page.one("html").get("lang") == "ja"
    words_ = [p for p in page.all("p", class_="words") if p.get("lang") == "vi"]
    assert ["".join(p.itertext()) for p in words_] == ["Tôi không được trả lương."]


def test_identity_stands_under_its_own_heading_and_nowhere_else(house, show):
    client = house.browser(house.hire())
    filed = house.case(
        company="Yama Foods", reach_by="email", **{"contact-email": "linh@example.org"}
    )
    page = show(client, f"/staff/cases/{filed.case.reference}")
    section = page.one("section", aria_labelledby="identity")
    inside = "".join(section.itertext())
    assert "Yama Foods" in inside
    assert "linh@example.org" in inside
    assert page.html.count("linh@example.org") == 1
    queue = show(client, "/staff/cases")
    assert "Yama Foods" not in queue.html


def test_opening_a_case_is_noted_and_the_worker_can_see_it(house, show):
    handler = house.hire(name="Mori Emi")
    filed = house.case()
    client = house.browser(handler)
    show(client, "/staff/cases")
    assert house.session.scalars(select(ReadLog)).all() == []
    page = show(client, f"/staff/cases/{filed.case.reference}")
    house.session.expire_all()
    read = house.session.scalars(select(ReadLog)).one()
    assert (read.stream_id, read.actor, read.what) == (
        filed.case.id,
        f"member:{handler.id}",
        "case",
    )
    assert "Mori Emi" in "".join(page.one("section", aria_labelledby="timeline").itertext())


def test_what_happened_since_the_last_visit_is_marked(house, show):
    handler, other = house.hire(), house.hire(name="Mori Emi")
    filed = house.case()
    client, path = house.browser(handler), f"/staff/cases/{filed.case.reference}"
    session, case = house.session, filed.case
    handling.take(handler.act(session, house.app.config["SITE"], case))
    session.commit()
    assert case.reference in references(show(client, "/staff/"))
    show(client, path)
    session.expire_all()
    visit = session.get(CaseVisit, (case.id, handler.id))
    assert visit.seq == 2
    news = show(client, "/staff/").one("section", aria_labelledby="list-news")
    assert case.reference not in "".join(news.itertext())
    note = Written("Call the union first.", "en", uuid4())
    handling.note(other.act(session, house.app.config["SITE"], case), note)
    session.commit()
    news = show(client, "/staff/").one("section", aria_labelledby="list-news")
    assert case.reference in "".join(news.itertext())
    assert "New" in "".join(
        show(client, path).one("section", aria_labelledby="among-staff").itertext()
    )


def test_suggested_doors_have_names_reasons_and_cautions(loaded, house, show):
    filed = house.case()
    page = show(house.browser(house.hire()), f"/staff/cases/{filed.case.reference}")
    section = page.one("section", aria_labelledby="doors")
    text = "".join(section.itertext())
    assert "jp-" not in text
    assert "They have legal power over this problem" in text
    assert [p for p in section.iter("p") if p.get("class") == "caution"]


def test_a_case_page_asks_the_same_however_much_was_written(house, show):
    handler = house.hire(Role.LEAD)
    client, site = house.browser(handler), house.app.config["SITE"]
    filed = house.case()
    path = f"/staff/cases/{filed.case.reference}"

    def write(n: int) -> None:
        for _ in range(n):
            said = Written("Tôi đã nghỉ việc", "vi", uuid4())
            replying.say(filed.act(house.session, site), Sent(said))
            note = Written("Noted.", "en", uuid4())
            desk = handler.open(house.session, filed.case)
            handling.note(
                Act(house.session, house.app.config["SITE"], desk, handler.actor, NOW), note
            )
        house.session.commit()

    write(1)
    show(client, path)
    write(1)  # what is new to its reader is noted as seen, here as below
    with counted() as few:
        show(client, path)
    write(5)
    with counted() as many:
        show(client, path)
    assert len(few) == len(many) <= CASE_QUERIES


def test_a_form_without_its_token_does_nothing(house):
    client, filed = house.browser(house.hire()), house.case()
    path = f"/staff/cases/{filed.case.reference}/take"
    answer = client.post(path, data={"version": str(filed.case.version)})
    assert answer.status_code == 422
    assert house.again(filed.case).state == "received"


def test_what_must_be_set_right_first_is_said_on_the_first_page(house, show):
    director = house.operator.director
    session = house.session
    session.get(OperatorProfile, house.operator.id).contacts = []
    session.commit()
    assert "Nobody can file now." in show(house.browser(director), "/staff/").main
    assert "Nobody can file now." not in show(house.browser(house.hire()), "/staff/").main


def test_every_refusal_of_the_table_has_its_sentence():
    guards = {row.guard.__name__ for row in TABLE.values() if row.guard}
    assert guards | {"state", "actor"} <= set(SENTENCES)
    own_page = {Verb.REISSUE, Verb.OPEN_ORIGINAL, Verb.RECORD_REMEDY, Verb.REFER}
    assert {verb for verb, row in DESK.items() if row.do} | own_page == {
        verb for verb, row in TABLE.items() if row.who.startswith("case.")
    }


def test_zawgyi_stands_in_unicode_beside_the_original(house, show):
    reference = house.case(language="my", **{"what-happened": ZAWGYI}).case.reference
    page = show(house.browser(house.hire()), f"/staff/cases/{reference}")
    assert ZAWGYI in page.main
    assert UNICODE in page.main
    plain = house.case(language="my", **{"what-happened": UNICODE}).case.reference
    assert "Zawgyi" not in show(house.browser(house.hire(name="B")), f"/staff/cases/{plain}").main


def test_an_error_speaks_the_language_of_the_desk_whatever_workers_are_served(house, monkeypatch):
    monkeypatch.setitem(house.app.config, "LANGUAGES", ("en",))
    client = house.browser(house.hire(name="Mori Emi", language="ja"))
    for path, status in (("/staff/people", 403), ("/staff/cases/x", 404)):
        answer = client.get(path)
        page = read_page(answer)
        assert (answer.status_code, page.name) == (status, "error")
        assert page.one("html").get("lang") == "ja", page.main


@pytest.mark.parametrize("verb", [verb for verb, row in DESK.items() if row.do], ids=str)
def test_a_form_gives_the_value_that_its_verb_takes(verb: Verb) -> None:
    """A verb without a value gets none, and one with a value never goes without."""
    takes = len(inspect.signature(DESK[verb].do).parameters) > 1
    gives = form_of(verb).value is not ActForm.value
    assert takes == gives
