"""A handler's day through HTTP: each verb, what it writes, and what happens when it may not."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4
from xml.etree.ElementTree import Element

from sqlalchemy import func, select

from grievance.accounts.models import Event, EventDetail
from grievance.accounts.roles import Role
from grievance.cases import messages
from grievance.cases.messages import Written
from grievance.cases.models import Case, Message
from grievance.cases.operations import handling, receipts, replying
from grievance.cases.operations.replying import Sent
from grievance.cases.translated import Translation
from grievance.deadlines import operations as clocks
from grievance.vault.receipts import parse, receipt_keys, slow_root
from tests.desk.conftest import House
from tests.pages import Page, read_page


def form_of(page: Page, verb: str) -> Element:
    """The form whose button does the verb."""
    found = [
        form
        for form in page.all("form")
        if any(button.get("data-verb") == verb for button in form.iter("button"))
    ]
    assert found, f"no form for {verb}"
    return found[0]


def send(client, page: Page, verb: str, **typed):
    """Fill a form of the page and send it."""
    form = form_of(page, verb)
    sent: dict[str, object] = {**page.fields(form), **typed}
    return client.post(form.get("action"), data=sent)


def opened(client, case: Case) -> Page:
    return read_page(client.get(f"/staff/cases/{case.reference}"))


def verbs_of(house: House, case: Case) -> list[str]:
    rows = house.session.scalars(
        select(Event).where(Event.stream_id == case.id).order_by(Event.seq)
    )
    return [row.verb for row in rows]


def worker_messages(house: House, case: Case) -> int:
    asked = select(func.count()).select_from(Message).where(Message.case_id == case.id)
    return house.session.scalar(asked) or 0


def test_from_a_new_report_to_an_accepted_case(house):
    handler = house.hire()
    filed = house.case()
    client, case = house.browser(handler), filed.case
    assert send(client, opened(client, case), "take").status_code == 303
    page = opened(client, case)
    assert page.one("body").get("data-state") == "in_review"
    assert send(client, page, "acknowledge").status_code == 303
    asked = send(
        client,
        opened(client, case),
        "ask_worker",
        message="Which month?",
        language="en",
        reads="yes",
    )
    assert asked.status_code == 303
    assert house.again(case).state == "awaiting_worker"
    answer = Written("Tháng ba", "vi", uuid4())
    replying.say(filed.act(house.session, house.app.config["SITE"]), Sent(answer))
    house.session.commit()
    page = opened(client, case)
    assert "Tháng ba" in page.main
    assert send(client, page, "accept").status_code == 303
    house.again(case)
    assert (case.state, case.assignee_id) == ("accepted", handler.id)
    assert case.decided_at is not None
    assert verbs_of(house, case) == [
        "filed",
        "take",
        "acknowledge",
        "ask_worker",
        "worker_answers",
        "accept",
    ]


def test_the_acknowledgement_is_ready_to_send_in_a_language_the_worker_reads(house):
    handler, filed = house.hire(), house.case(language="ja")
    page = opened(house.browser(handler), filed.case)
    fields = page.fields(form_of(page, "acknowledge"))
    assert fields["message"]
    assert "%(" not in fields["message"]
    assert fields["language"] in ("ja", "en")
    assert "日本語" in page.main


def test_an_emptied_acknowledgement_is_asked_for_beside_its_field(house):
    handler, filed = house.hire(), house.case()
    client = house.browser(handler)
    answer = send(client, opened(client, filed.case), "acknowledge", message=" ")
    assert answer.status_code == 422
    assert read_page(answer).errors == {"message": "⚠ Write the message."}
    assert house.again(filed.case).acknowledged_at is None


def test_triage_sets_severity_issues_and_danger(house):
    handler, filed = house.hire(), house.case()
    client = house.browser(handler)
    answer = send(
        client,
        opened(client, filed.case),
        "triage",
        severity="critical",
        issue="violence",
        issues=["wages-unpaid", "violence"],
        danger="yes",
    )
    assert answer.status_code == 303
    case = house.again(filed.case)
    assert (case.severity, case.danger, case.main_issue) == ("critical", True, "violence")
    assert case.issues == ["violence", "wages-unpaid"]
    assert "danger" in {clock.kind for clock in clocks.running(house.session, case.id)}


def test_a_case_in_danger_cannot_be_of_low_severity_and_the_form_says_so(house):
    handler, filed = house.hire(), house.case()
    client = house.browser(handler)
    answer = send(
        client,
        opened(client, filed.case),
        "triage",
        severity="low",
        issue="housing",
        danger="yes",
    )
    page = read_page(answer)
    assert answer.status_code == 422
    assert "severity" in page.errors
    kept = page.fields(form_of(page, "triage"))
    assert (kept["severity"], kept["issue"], kept["danger"]) == ("low", "housing", "yes")
    assert house.again(filed.case).danger is False


def test_a_lead_gives_the_case_to_a_handler_and_a_handler_may_not(house):
    handler, lead = house.hire(), house.hire(Role.LEAD, "Suzuki Aya")
    filed = house.case()
    client = house.browser(lead)
    answer = send(client, opened(client, filed.case), "assign", person=str(handler.id))
    assert answer.status_code == 303
    assert house.again(filed.case).assignee_id == handler.id
    own = house.browser(handler)
    page = opened(own, filed.case)
    assert not [b for b in page.all("button") if b.get("data-verb") == "assign"]
    path = f"/staff/cases/{filed.case.reference}/assign"
    sent = {**page.fields(form_of(page, "triage")), "person": str(handler.id)}
    assert own.post(path, data=sent).status_code == 403


def test_a_case_cannot_be_given_to_who_does_not_work_on_cases(house):
    editor, lead = house.hire(Role.DIRECTORY_EDITOR), house.hire(Role.LEAD)
    filed = house.case()
    client = house.browser(lead)
    answer = send(client, opened(client, filed.case), "assign", person=str(editor.id))
    assert answer.status_code == 422
    assert "person" in read_page(answer).errors
    assert house.again(filed.case).assignee_id is None


def test_two_handlers_at_once_and_what_the_slower_typed_is_kept(house):
    first, second = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    filed = house.case()
    one, two = house.browser(first), house.browser(second)
    seen_by_two = opened(two, filed.case)
    send(one, opened(one, filed.case), "acknowledge")
    typed = "We read it and call you on Monday."
    answer = send(two, seen_by_two, "acknowledge", message=typed)
    page = read_page(answer)
    assert answer.status_code == 409
    assert "Mori Emi told the worker that the report was read." in page.main
    assert worker_messages(house, filed.case) == 1
    form = page.one("form", data_main="")
    assert page.fields(form)["message"] == typed
    assert form.get("action").endswith("/tell_worker")
    again = two.post(form.get("action"), data=page.fields(form))
    assert again.status_code == 303
    texts = [
        read.text for read in messages.thread(house.session, filed.open(house.session), "worker")
    ]
    assert texts[-1] == typed


def test_triage_of_a_page_that_is_old_can_be_sent_anyway(house):
    first, second = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    filed = house.case()
    one, two = house.browser(first), house.browser(second)
    old = opened(two, filed.case)
    send(one, opened(one, filed.case), "triage", severity="high")
    answer = send(two, old, "triage", severity="critical")
    page = read_page(answer)
    assert answer.status_code == 409
    assert house.again(filed.case).severity == "high"
    form = page.one("form", data_main="")
    assert two.post(form.get("action"), data=page.fields(form)).status_code == 303
    assert house.again(filed.case).severity == "critical"


def test_the_same_form_sent_twice_writes_once(house):
    handler, filed = house.hire(), house.case()
    client = house.browser(handler)
    page = opened(client, filed.case)
    for verb, typed in (
        ("acknowledge", {}),
        ("note", {"message": "Called the union."}),
        ("translate", {"message": "Two months, no pay.", "language": "en"}),
    ):
        assert send(client, page, verb, **typed).status_code == 303
        assert send(client, page, verb, **typed).status_code == 303
    assert worker_messages(house, filed.case) == 2
    assert house.session.scalar(select(func.count()).select_from(Translation)) == 1
    assert verbs_of(house, filed.case) == ["filed", "acknowledge", "note", "translate"]


def test_other_words_from_a_second_window_are_no_repeat(house):
    """They were lost without a word: all that had happened since was a message of the same hand."""
    handler, filed = house.hire(), house.case()
    client = house.browser(handler)
    assert send(client, opened(client, filed.case), "acknowledge").status_code == 303
    page = opened(client, filed.case)
    assert send(client, page, "tell_worker", message="We called them.").status_code == 303
    answer = send(client, page, "tell_worker", message="They did not answer.")
    assert answer.status_code == 409
    assert "They did not answer." in answer.get_data(as_text=True)
    assert worker_messages(house, filed.case) == 2


def test_the_id_of_a_form_sent_to_another_case_is_another_sending(house):
    """Two rows of one id were a failure of ours."""
    handler, one, other = house.hire(), house.case(), house.case()
    client = house.browser(handler)
    for filed in (one, other):
        page = opened(client, filed.case)
        for verb, typed in (("note", {}), ("translate", {"language": "en"})):
            answer = send(client, page, verb, message="The same.", form_id="x", **typed)
            assert answer.status_code == 303
        assert verbs_of(house, filed.case) == ["filed", "note", "translate"]


def test_taking_twice_is_not_a_conflict_with_oneself(house):
    handler, filed = house.hire(), house.case()
    client = house.browser(handler)
    page = opened(client, filed.case)
    assert [send(client, page, "take").status_code for _ in range(2)] == [303, 303]
    assert verbs_of(house, filed.case) == ["filed", "take"]


def test_a_verb_the_state_forbids_is_refused_in_words(house):
    handler, filed = house.hire(), house.case()
    client = house.browser(handler)
    page = opened(client, filed.case)
    note = page.fields(form_of(page, "note"))
    answer = client.post(
        f"/staff/cases/{filed.case.reference}/ask_worker",
        data={**note, "message": "Which month?", "language": "en", "reads": "yes"},
    )
    assert answer.status_code == 409
    page = read_page(answer)
    assert "The case has moved on" in page.main
    assert "Which month?" in page.html
    assert house.again(filed.case).state == "received"


def test_notes_stay_among_staff(house):
    handler, filed = house.hire(), house.case()
    client = house.browser(handler)
    send(client, opened(client, filed.case), "note", message="Employer is known to us.")
    assert "Employer is known to us." in opened(client, filed.case).main
    assert messages.thread(house.session, filed.open(house.session), "worker") == []


def test_a_translation_stands_under_the_workers_words(house):
    handler, filed = house.hire(), house.case(what_happened="Hai tháng không lương.")
    client = house.browser(handler)
    page = opened(client, filed.case)
    send(client, page, "translate", message="Two months without pay.", language="en")
    page = opened(client, filed.case)
    assert "Two months without pay." in page.main
    assert "Translated into English by Tanaka Ken" in page.main
    words = [p for p in page.all("p", class_="words") if p.get("lang") == "vi"]
    assert any("Hai tháng không lương." in "".join(p.itertext()) for p in words)


def test_only_the_story_can_be_translated(house):
    handler, filed = house.hire(), house.case(company="Yama Foods")
    client = house.browser(handler)
    page = opened(client, filed.case)
    answer = send(client, page, "translate", passage="company", message="x", language="en")
    assert answer.status_code == 409
    assert house.session.scalar(select(func.count()).select_from(Translation)) == 0


def test_a_lost_code_needs_two_people_and_is_shown_once(house):
    first, second = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    filed = house.case()
    one, two = house.browser(first), house.browser(second)
    send(one, opened(one, filed.case), "ask_reissue", check_made="Knew the foreman's nickname")
    path = f"/staff/cases/{filed.case.reference}/reissue"
    assert "you asked for it" in read_page(one.get(path)).main
    page = read_page(two.get(path))
    assert "Knew the foreman's nickname" in page.main
    sent = page.fields(page.one("form", data_main=""))
    refused = one.post(path, data={**sent, "token": opened(one, filed.case).fields()["token"]})
    assert refused.status_code == 409
    answer = two.post(path, data=sent)
    shown = read_page(answer)
    code = parse("".join(shown.one("output").itertext()))
    ring = house.app.config["KEY_RING"]
    keys = receipt_keys(slow_root(code, ring.receipt_salt), ring.pepper(1), 1)
    house.session.expire_all()
    found = receipts.find(house.session, ring, slow_root(code, ring.receipt_salt))
    assert found is not None
    assert (found[0].case_id, found[0].known_to) == (filed.case.id, "staff")
    assert found[1].tag == keys.tag
    assert filed.receipt.state == "retired"
    again = two.post(path, data=sent)
    assert again.status_code == 303
    assert verbs_of(house, filed.case)[-1] == "reissue"
    assert verbs_of(house, filed.case).count("reissue") == 1


def test_a_worker_who_forbade_it_keeps_the_only_code(house):
    handler, filed = house.hire(), house.case(reissue="no")
    client = house.browser(handler)
    page = opened(client, filed.case)
    assert not [b for b in page.all("button") if b.get("data-verb") == "ask_reissue"]
    note = page.fields(form_of(page, "note"))
    path = f"/staff/cases/{filed.case.reference}/ask_reissue"
    answer = client.post(path, data={**note, "check_made": "Voice"})
    assert answer.status_code == 409
    assert "never to replace a lost code" in read_page(answer).main


def test_an_old_password_is_asked_for_before_a_new_code(house, monkeypatch):
    first, second = house.hire(), house.hire()
    filed = house.case()
    one, two = house.browser(first), house.browser(second)
    send(one, opened(one, filed.case), "ask_reissue", check_made="Voice")
    monkeypatch.setattr("grievance.accounts.stepping.STEP_UP", timedelta(seconds=-1))
    answer = two.get(f"/staff/cases/{filed.case.reference}/reissue")
    assert answer.status_code == 303
    assert "/staff/confirm-password" in answer.headers["Location"]


def test_what_was_refused_wrote_nothing(house):
    handler, filed = house.hire(), house.case()
    client = house.browser(handler)
    before = house.again(filed.case).version
    page = opened(client, filed.case)
    send(client, page, "triage", severity="low", danger="yes")
    send(client, page, "note", message="")
    assert house.again(filed.case).version == before
    assert house.session.scalar(select(func.count()).select_from(EventDetail)) == 0


def test_workers_writing_meanwhile_is_shown_to_who_sends(house):
    handler, filed = house.hire(), house.case()
    client = house.browser(handler)
    case = filed.case
    handling.take(handler.act(house.session, house.app.config["SITE"], case))
    house.session.commit()
    page = opened(client, case)
    said = Written("Tôi đã nghỉ việc", "vi", uuid4())
    site = house.app.config["SITE"]
    replying.say(filed.act(house.session, site), Sent(said))
    house.session.commit()
    answer = send(
        client, page, "tell_worker", message="We call on Monday.", language="en", reads="yes"
    )
    shown = read_page(answer)
    assert answer.status_code == 409
    assert "The worker wrote to us." in shown.main
    assert shown.fields()["message"] == "We call on Monday."
