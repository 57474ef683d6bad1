"""Deciding in pairs, stepping aside and many cases at once, through HTTP."""

from __future__ import annotations

from uuid import uuid4

from grievance.accounts.operations import invitations
from grievance.accounts.operations.invitations import Invitee
from grievance.accounts.roles import Role
from grievance.cases import messages
from grievance.cases.messages import Written
from grievance.cases.operations import deciding, handling
from grievance.cases.replies import shipped
from tests.cast import IN_DANGER, NOW, cheap_password
from tests.desk.test_desk_flow import form_of, opened, send, verbs_of
from tests.pages import read_page


def taken(house, handler):
    filed = house.case()
    handling.take(handler.act(house.session, house.app.config["SITE"], filed.case))
    house.session.commit()
    return filed


def buttons(page):
    return [button.get("data-verb") for button in page.all("button")]


def propose(client, case, **typed):
    page = opened(client, case)
    door = next(
        option.get("value")
        for option in page.one("select", id="propose_decline-door").iter("option")
        if option.get("value")
    )
    told = {"reason": "better_door", "door": door, "message": "Hãy đến đó.", "language": "vi"}
    return send(client, page, "propose_decline", **{**told, **typed})


def test_one_proposes_and_another_declines_and_the_worker_sees_reason_and_door(house):
    one, two = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    filed = taken(house, one)
    first, second = house.browser(one), house.browser(two)
    assert propose(first, filed.case).status_code == 303
    page = opened(first, filed.case)
    assert "A second person decides" in page.main
    assert not [b for b in page.all("button") if b.get("data-verb") == "decline"]
    page = opened(second, filed.case)
    assert "Mori Emi proposes to decline" in page.main
    assert send(second, page, "decline").status_code == 303
    assert house.again(filed.case).state == "not_accepted"
    assert verbs_of(house, filed.case) == ["filed", "take", "propose_decline", "decline"]
    worker = house.browser()
    start = read_page(worker.get("/en/return"))
    assert worker.post("/en/return", data={**start.fields(), "code": filed.code}).status_code == 303
    page = read_page(worker.get("/en/case"))
    assert page.one("body").get("data-state") == "not_accepted"
    assert "Somebody else can do more for you" in page.main
    assert "Two people decided this together." in page.main
    assert "ask for a second look by" in page.main
    page = read_page(worker.get("/en/case/appeal"))
    assert send_worker(worker, page, "appeal", message="Please").status_code == 303
    page = read_page(worker.get("/en/case"))
    assert "second look" in page.main
    assert house.again(filed.case).state == "in_review"
    assert worker.get("/en/case/reopen").status_code == 403


def test_pressed_twice_it_is_decided_once_and_an_old_page_decides_nothing(house):
    one, two, lead = (house.hire(name=name) for name in ("Mori Emi", "Ito Jun", "Abe Rei"))
    filed = taken(house, one)
    assert propose(house.browser(one), filed.case).status_code == 303
    second, third = house.browser(two), house.browser(lead)
    page, old = opened(second, filed.case), opened(third, filed.case)
    assert [send(second, page, "decline").status_code for _ in range(2)] == [303, 303]
    late = send(third, old, "decline")
    assert late.status_code == 409
    assert "Ito Jun declined the case" in read_page(late).main
    assert verbs_of(house, filed.case) == ["filed", "take", "propose_decline", "decline"]


def send_worker(client, page, verb, **typed):
    form = form_of(page, verb)
    path = form.get("action") or f"/en/case/{verb.replace('worker_reopens', 'reopen')}"
    return client.post(path, data={**page.fields(form), **typed})


def test_the_proposer_cannot_decline_by_a_direct_post(house):
    one, _two = house.hire(), house.hire()
    filed = taken(house, one)
    client = house.browser(one)
    propose(client, filed.case)
    page = opened(client, filed.case)
    sent = page.fields(form_of(page, "send_back"))
    answer = client.post(f"/staff/cases/{filed.case.reference}/decline", data=sent)
    assert answer.status_code == 409
    assert "A second person has to decide it" in read_page(answer).main
    assert send(client, page, "send_back", message="Wait").status_code == 303
    assert house.again(filed.case).awaits_second is False


def test_whoever_proposed_is_not_named_for_the_appeal_and_is_told_why(house):
    one, two, lead = house.hire(name="Mori"), house.hire(name="Ito"), house.hire(Role.LEAD, "Abe")
    filed = taken(house, one)
    first, second, third = (house.browser(who) for who in (one, two, lead))
    propose(first, filed.case)
    send(second, opened(second, filed.case), "decline")
    case, session, site = house.again(filed.case), house.session, house.app.config["SITE"]
    said = Written("Look again", "vi", uuid4())
    deciding.appeal(filed.act(session, site, case.decided_at), said)
    session.commit()
    listed = opened(third, case).one("select", id="assign-person")
    names = [option.text for option in listed.iter("option")]
    assert {"Abe", "Ito"} <= set(names)
    assert "Mori" not in names
    assert "propose_decline" not in buttons(opened(first, case))
    propose(third, case)
    page = opened(first, case)
    assert "decline" not in buttons(page)
    assert "Somebody else has to see to it" in page.main


def test_nobody_is_chosen_for_an_appeal_that_who_looks_may_not_hear(house):
    one, lead = house.hire(name="Mori"), house.hire(Role.LEAD, "Abe")
    filed = taken(house, lead)
    first, third = house.browser(one), house.browser(lead)
    propose(third, filed.case)
    send(first, opened(first, filed.case), "decline")
    case, session, site = house.again(filed.case), house.session, house.app.config["SITE"]
    said = Written("Look again", "vi", uuid4())
    deciding.appeal(filed.act(session, site, case.decided_at), said)
    case.assignee_id = None
    session.commit()
    page = opened(third, case)
    chosen, *names = page.one("select", id="assign-person").iter("option")
    assert chosen.get("value") == ""
    assert "Mori" in {option.text for option in names}
    assert send(third, page, "assign").status_code == 422


def test_words_in_a_language_the_worker_does_not_read_are_asked_about_first(house):
    handler = house.hire()
    filed = taken(house, handler)
    client = house.browser(handler)
    typed = {"message": "We call on Monday.", "language": "en"}
    answer = send(client, opened(client, filed.case), "tell_worker", **typed)
    assert answer.status_code == 422
    assert "Tiếng Việt" in read_page(answer).errors["reads"]
    assert "We call on Monday." in read_page(answer).html
    sent = send(client, opened(client, filed.case), "tell_worker", **typed, reads="yes")
    assert sent.status_code == 303


def test_a_ready_text_stands_in_the_form_and_is_sent_without_asking(house):
    handler = house.hire()
    filed = taken(house, handler)
    client = house.browser(handler)
    for reply in shipped().values():
        if reply.verb == "ask_worker":
            path = f"/staff/cases/{filed.case.reference}?reply={reply.id}"
            page = read_page(client.get(path))
            assert page.fields(form_of(page, "ask_worker"))["message"]
    assert send(client, page, "ask_worker").status_code == 303
    said = messages.thread(house.session, filed.open(house.session), "worker")
    assert len(said) == 1
    assert "%(" not in said[0].text


def test_who_steps_aside_finds_the_case_nowhere(house, show):
    one, _two = house.hire(), house.hire()
    filed = taken(house, one)
    client = house.browser(one)
    answer = send(client, opened(client, filed.case), "recuse", reason="A cousin works there")
    assert answer.headers["Location"].endswith("/staff/cases")
    for path in ("/staff/cases", "/staff/"):
        assert filed.case.reference not in show(client, path).html
    assert client.get(f"/staff/cases/{filed.case.reference}").status_code == 404
    assert house.again(filed.case).assignee_id is None


def test_a_lead_says_it_of_a_colleague_and_it_waits_for_a_second_person(house, show):
    lead, one, two = house.hire(Role.LEAD, "Mori Emi"), house.hire(name="Ito"), house.hire()
    filed = taken(house, one)
    first, meant, second = (house.browser(who) for who in (lead, one, two))
    page = opened(first, filed.case)
    said = {"person": str(one.id), "reason": "Her brother works there"}
    assert send(first, page, "declare_conflict", **said).status_code == 303
    assert "agree_conflict" not in [
        b.get("data-verb") for b in opened(first, filed.case).all("button")
    ]
    for client in (meant, second):
        assert filed.case.reference in show(client, "/staff/").html
        page = opened(client, filed.case)
        assert "Mori Emi says that Ito has a conflict of interest" in page.main
        assert "Her brother works there" in page.main
    assert house.again(filed.case).assignee_id == one.id
    answer = send(meant, opened(meant, filed.case), "agree_conflict", person=str(one.id))
    assert answer.headers["Location"].endswith("/staff/cases")
    assert meant.get(f"/staff/cases/{filed.case.reference}").status_code == 404
    assert house.again(filed.case).assignee_id is None
    director = house.browser(house.operator.director)
    answer = send(director, opened(director, filed.case), "lift_conflict", person=str(one.id))
    assert answer.status_code == 303
    assert meant.get(f"/staff/cases/{filed.case.reference}").status_code == 200


def pick(page, *cases):
    form = page.one("form", id="bulk")
    wanted = {case.reference for case in cases}
    boxes = [box.get("value") for box in page.all("input", name="pick")]
    return {**page.fields(form), "pick": [b for b in boxes if b.split(".")[0] in wanted]}


def test_many_are_acknowledged_at_once_and_those_refused_are_listed(house, show):
    handler = house.hire()
    cases = [house.case().case, house.case(language="ja").case, house.case().case]
    client = house.browser(handler)
    queue = show(client, "/staff/cases")
    old = cases[0]
    send(client, opened(client, old), "triage", severity="high")
    sent = pick(queue, *cases)
    page = read_page(client.post("/staff/cases/bulk/acknowledge", data=sent))
    assert "Done: 2 cases" in page.main
    assert f"{old.reference}: Somebody changed it" in page.main
    for case in cases[1:]:
        assert house.again(case).acknowledged_at is not None
        assert verbs_of(house, case) == ["filed", "acknowledge"]
    again = read_page(client.post("/staff/cases/bulk/acknowledge", data=sent))
    assert "Done: 2 cases" in again.main
    assert verbs_of(house, cases[1]) == ["filed", "acknowledge"]


def test_a_ready_text_goes_to_many_once_each_in_their_own_language(house, show):
    handler = house.hire()
    ours = [taken(house, handler) for _ in range(2)]
    danger, unread = house.case(**IN_DANGER), house.case()
    client, path = house.browser(handler), "/staff/cases/bulk/tell_worker"
    cases = [one.case for one in (*ours, danger, unread)]
    sent = pick(show(client, "/staff/cases"), *cases)
    answer = client.post(path, data={**sent, "reply": ""})
    assert (answer.status_code, "Choose a ready text." in read_page(answer).main) == (422, True)
    assert client.post(path, data={**sent, "reply": "acknowledgement"}).status_code == 422
    for _again in range(2):
        page = read_page(client.post(path, data={**sent, "reply": "still-working"}))
        assert "Done: 2 cases" in page.main
        assert f"{danger.case.reference}: Somebody is in danger" in page.main
        assert f"{unread.case.reference}: The case has moved on" in page.main
    for one in ours:
        thread = messages.thread(house.session, one.open(house.session), "worker")
        assert [read.row.language for read in thread] == ["vi"]


def test_a_lead_gives_many_away_and_hands_a_caseload_over(house, show):
    lead, one, two = house.hire(Role.LEAD), house.hire(), house.hire()
    cases = [house.case().case, house.case().case]
    client = house.browser(lead)
    sent = pick(show(client, "/staff/cases"), *cases)
    assert client.post("/staff/cases/bulk/assign", data=sent).status_code == 422
    path = "/staff/cases/bulk/assign"
    assert client.post(path, data={**sent, "person": str(one.id)}).status_code == 200
    assert {house.again(case).assignee_id for case in cases} == {one.id}
    own = house.browser(one)
    assert own.post(path, data=sent).status_code == own.get("/staff/caseload").status_code == 403
    for to, expected in ((str(two.id), two.id), ("", None)):
        page = show(client, "/staff/caseload")
        of = str(one.id) if to else str(two.id)
        answer = client.post("/staff/caseload", data={**page.fields(), "of": of, "to": to})
        assert "Done: 2 cases" in read_page(answer).main
        assert {house.again(case).assignee_id for case in cases} == {expected}


def test_who_may_give_a_key_is_led_to_it_and_who_asked_for_it_is_not(house, show):
    handler, session = house.hire(), house.session
    newcomer = Invitee("Abe", "abe@example.org", Role.HANDLER)
    ring, director = house.operator.ring, house.operator.director
    token = invitations.invite(director.acting(session, ring), newcomer)
    invitations.accept(
        session, token, invitations.Newcomer(cheap_password(ring), "en"), ring=ring, now=NOW
    )
    session.commit()
    for who, led in ((handler, True), (director, False)):
        page = show(house.browser(who), "/staff/")
        assert bool(page.all("a", href="/staff/keys")) is led
