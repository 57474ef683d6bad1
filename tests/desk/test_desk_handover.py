"""Handing a case over through HTTP: asked first, delivered only after a yes, answers recorded."""

from __future__ import annotations

import io
from datetime import date, timedelta
from uuid import uuid4

import pytest
from PIL import Image
from sqlalchemy import select

from grievance import clock
from grievance.accounts.models import Event
from grievance.accounts.roles import Role
from grievance.cases import files
from grievance.cases.actors import of_receipt
from grievance.cases.operations import belonging, handling, receipts, replying
from grievance.deadlines import operations as clocks
from grievance.directory import facts
from grievance.directory import operations as directory
from grievance.notifications.models import Outbox
from grievance.referrals.models import Consent, Packet, PacketGrant, Referral
from grievance.referrals.operations import handing
from tests.cast import NOW, new_keys
from tests.desk.test_desk_flow import form_of, opened, send, verbs_of
from tests.directory.loaded import words
from tests.pages import read_page

CONCILIATION = "jp-labour-bureau-conciliation"
LATER = date(2030, 12, 31).isoformat()
SAID = {
    "answer": "yes", "read_back": "yes", "words": "Read all of it; she said yes.",
}  # fmt: skip


@pytest.fixture(autouse=True)
def bodies(session):
    """The shipped directory."""
    directory.load(session, facts.shipped(), NOW, "cli:directory load", words=words())
    session.commit()


def taken(house, handler, **answers):
    filed = house.case(**answers)
    handling.take(house.session, filed.case, handler.actor, NOW, filed.case.version)
    house.session.commit()
    return filed


def packet_page(client, case, body=CONCILIATION):
    return read_page(client.get(f"/staff/cases/{case.reference}/refer/{body}"))


def ask(house, client, case, body=CONCILIATION, **typed):
    """The handler asks the worker about a hand-over; its path."""
    page = packet_page(client, case, body)
    sent = {**page.fields(form_of(page, "refer")), "purpose": "mediation", "ends_on": LATER,
            "parts": ["story", "issue", "wish"], **typed}  # fmt: skip
    answer = client.post(f"/staff/cases/{case.reference}/refer/{body}", data=sent)
    assert answer.status_code == 303, read_page(answer).main
    return answer.headers["Location"]


def do(client, path, verb, **typed):
    page = read_page(client.get(path))
    sent = {**page.fields(form_of(page, verb)), **typed}
    return client.post(f"{path}/{verb}", data=sent)


def delivered(house, client, case, body=CONCILIATION, **typed):
    path = ask(house, client, case, body, **typed)
    assert do(client, path, "record_consent", **SAID, immigration="yes").status_code == 303
    assert do(client, path, "deliver", channel="post").status_code == 303
    return path


@pytest.mark.parametrize(
    ("body", "answers"),
    [
        (CONCILIATION, {}),
        ("jp-ncp", {"issue": "unfair-dismissal", "problem": "fired"}),
        ("buyer-grievance-template", {}),
    ],
)
def test_from_a_suggestion_to_a_recorded_answer(house, body, answers):
    handler = house.hire()
    filed = taken(house, handler)
    client, case = house.browser(handler), filed.case
    path = ask(house, client, case, body)
    page = read_page(client.get(path))
    assert page.one("body").get("data-state") == "asked"
    assert "Two months without pay." in page.main
    assert not [b for b in page.all("button") if b.get("data-verb") == "deliver"]
    assert do(client, path, "record_consent", **SAID, immigration="yes").status_code == 303
    given = house.session.scalars(select(Consent)).one()
    assert (given.answer, given.given_by) == ("yes", "staff_recorded")
    assert given.recorder_id == handler.id
    assert "she said yes" in read_page(client.get(path)).main
    assert do(client, path, "deliver", channel="post", tracking="RR1").status_code == 303
    assert house.again(case).state == "with_mechanism"
    assert case.handed_over_at is not None
    chase = next(c for c in clocks.running(house.session, case.id) if c.kind == "chase")
    row = house.session.scalars(select(Referral)).one()
    assert chase.due_at == clock.end_of_day(row.next_chase, "Asia/Tokyo")
    told = {"kind": "acknowledged", "number": "A-17", "told": "We have it."}
    assert do(client, path, "referral_news", **told).status_code == 303
    page = read_page(client.get(path))
    assert "A-17" in page.main
    assert "We have it." in page.main
    assert house.again(case).state == "with_mechanism"
    assert do(client, path, "referral_news", kind="outcome", told="Paid").status_code == 303
    assert house.again(case).state == "accepted"
    assert {c.kind for c in clocks.running(house.session, case.id)} >= {"next_step"}
    assert verbs_of(house, case) == [
        "filed", "take", "refer", "record_consent", "deliver", "referral_news", "referral_news",
    ]  # fmt: skip


def test_the_case_page_lists_hand_overs_and_offers_the_other_doors(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, case = house.browser(handler), filed.case

    def offered(page):
        return {
            (link.get("href") or "").rpartition("/")[2]
            for link in page.all("a")
            if link.get("data-verb") == "refer"
        }

    doors = offered(opened(client, case))
    assert len(doors) > 2
    body = sorted(doors)[0]
    path = ask(house, client, case, body)
    page = opened(client, case)
    assert offered(page) == doors - {body}
    assert page.one("li", data_referral="asked")
    assert path in {link.get("href") for link in page.all("a")}
    assert "Waiting for the worker" in page.main


def test_a_no_makes_the_hand_over_impossible_by_form_and_by_direct_post(house):
    handler = house.hire()
    client = house.browser(handler)
    for body in (CONCILIATION, "jp-ncp", "company-hotline-template"):
        filed = taken(house, handler)
        other = taken(house, handler)
        path = ask(house, client, filed.case, body)
        good = ask(house, client, other.case, body)
        do(client, good, "record_consent", **SAID, immigration="yes")
        typed = read_page(client.get(good))
        typed = typed.fields(form_of(typed, "deliver"))
        early = client.post(f"{path}/deliver", data={**typed, "channel": "post"})
        assert early.status_code == 409
        assert do(client, path, "record_consent", **{**SAID, "answer": "no"}).status_code == 303
        page = read_page(client.get(path))
        assert page.one("body").get("data-state") == "refused"
        assert not [b for b in page.all("button") if b.get("data-verb") == "deliver"]
        house.again(filed.case)
        typed |= {"version": str(filed.case.version), "seq": str(filed.case.event_seq)}
        answer = client.post(f"{path}/deliver", data={**typed, "channel": "post"})
        assert answer.status_code == 409
        assert "has not agreed" in read_page(answer).main
        row = house.session.scalars(select(Referral).where(Referral.case_id == filed.case.id)).one()
        assert (row.state, row.delivered_at) == ("refused", None)
        assert house.again(filed.case).state == "in_review"


def test_a_yes_recorded_without_reading_back_or_to_something_else_is_refused(house):
    handler = house.hire()
    filed = taken(house, handler)
    client = house.browser(handler)
    path = ask(house, client, filed.case)
    silent = do(client, path, "record_consent", answer="yes", words="Yes")
    assert silent.status_code == 422
    assert "read_back" in read_page(silent).errors
    other = do(client, path, "record_consent", **SAID, shown_parts="story identity")
    assert other.status_code == 409
    assert "ticked other parts" in read_page(other).main
    emptied = do(client, path, "record_consent", **SAID, digest="")
    assert emptied.status_code == 409
    assert house.session.scalars(select(Consent)).first() is None


def test_nothing_that_can_harm_is_ticked_first_and_the_name_stays_out_without_identity(house):
    handler = house.hire()
    filed = taken(house, handler, name="Nguyen Thi Lan", nationality="VN", know="all")
    client = house.browser(handler)
    page = packet_page(client, filed.case)
    ticked = [b.get("value") for b in page.all("input", name="parts") if "checked" in b.attrib]
    assert ticked
    assert not {"status", "nationality", "home", "personal", "whereabouts"} & set(ticked)
    sent = {**page.fields(form_of(page, "refer")), "purpose": "advice", "form": "no_identity",
            "parts": ["name", "story"], "preview": "yes"}  # fmt: skip
    where = f"/staff/cases/{filed.case.reference}/refer/{CONCILIATION}"
    shown = read_page(client.post(where, data=sent))
    assert "Nguyen Thi Lan" not in shown.one("article").itertext()
    assert shown.one("section", data_missing="")
    path = ask(house, client, filed.case, form="no_identity", parts=["name", "story"])
    assert house.session.scalars(select(Packet)).one().parts == ["story"]
    assert "Nguyen Thi Lan" not in read_page(client.get(path)).html


def test_what_can_harm_needs_the_warning_about_immigration_agreed_to(house):
    handler = house.hire()
    filed = taken(house, handler, nationality="VN")
    client = house.browser(handler)
    path = ask(house, client, filed.case, "jp-ncp", parts=["story", "nationality"])
    answer = do(client, path, "record_consent", **SAID)
    assert answer.status_code == 409
    assert "may tell immigration" in read_page(answer).main
    assert do(client, path, "record_consent", **SAID, immigration="yes").status_code == 303
    assert house.session.scalars(select(Consent)).one().immigration_warned


def test_two_bodies_and_the_last_that_declines_or_falls_silent_gives_the_case_back(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, case = house.browser(handler), filed.case
    one = delivered(house, client, case)
    two = delivered(house, client, case, "jp-ncp")
    assert do(client, one, "referral_news", kind="declined").status_code == 303
    assert house.again(case).state == "with_mechanism"
    page = read_page(client.get(one))
    assert page.one("p", data_next_door="")
    assert do(client, two, "referral_over").status_code == 303
    assert house.again(case).state == "accepted"
    assert do(client, two, "referral_news", kind="accepted").status_code == 303
    assert house.again(case).state == "with_mechanism"
    assert do(client, two, "recall_for_worker", reason="By telephone").status_code == 303
    assert house.again(case).state == "accepted"
    assert "Taken back" in read_page(client.get(two)).main


def test_a_question_to_the_worker_stops_the_clocks_and_the_answer_leads_back(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, case, site = house.browser(handler), filed.case, house.app.config["SITE"]
    path = delivered(house, client, case)
    send(client, opened(client, case), "ask_worker", message="When?", language="en", reads="yes")
    assert (house.again(case).state, case.resumes_to) == ("awaiting_worker", "with_mechanism")
    assert do(client, path, "referral_news", kind="acknowledged").status_code == 303
    assert house.again(case).state == "awaiting_worker"
    assert not clocks.running(house.session, case.id)
    said = handling.Written("March", "en", uuid4())
    replying.say(house.session, site, filed.open(house.session), said, [], filed.actor, NOW)
    assert case.state == "with_mechanism"
    assert {c.kind for c in clocks.running(house.session, case.id)} == {"answer", "chase"}


def test_taking_the_report_back_recalls_every_hand_over(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, case = house.browser(handler), filed.case
    delivered(house, client, case)
    ask(house, client, case, "jp-ncp")
    house.again(case)
    replying.withdraw(house.session, filed.open(house.session), filed.actor, NOW)
    house.session.commit()
    assert house.again(case).state == "withdrawn"
    assert {row.state for row in house.session.scalars(select(Referral))} == {"recalled"}
    assert not clocks.running(house.session, case.id)
    assert verbs_of(house, case)[-3:] == ["recall", "recall", "withdraw"]


def test_a_changed_code_still_opens_the_packet_and_the_old_one_does_not(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, case, site = house.browser(handler), filed.case, house.app.config["SITE"]
    ask(house, client, case)
    _code, keys = new_keys(site.ring)
    house.again(case)
    mine = filed.open(house.session)
    fresh = receipts.change(house.session, site, mine, keys, filed.actor, NOW)
    holders = {row.holder_id for row in house.session.scalars(select(PacketGrant))}
    assert holders == {house.operator.id, fresh.id}
    assert of_receipt(case.id, fresh.id, "worker").can


def test_the_second_of_two_handlers_is_told_and_sends_nothing(house):
    one, two = house.hire(), house.hire()
    filed = taken(house, one)
    first, second = house.browser(one), house.browser(two)
    path = ask(house, first, filed.case)
    do(first, path, "record_consent", **SAID)
    page = read_page(second.get(path))
    old = {**page.fields(form_of(page, "deliver")), "channel": "post", "tracking": "RR9"}
    assert do(first, path, "deliver", channel="in_person").status_code == 303
    answer = second.post(f"{path}/deliver", data=old)
    assert answer.status_code == 409
    assert "Somebody changed the case" in read_page(answer).main
    assert house.session.scalars(select(Referral)).one().channel == "in_person"


def test_a_repeated_sending_hands_over_once(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, case = house.browser(handler), filed.case
    page = packet_page(client, case)
    sent = {**page.fields(form_of(page, "refer")), "purpose": "advice", "parts": ["story"]}
    where = f"/staff/cases/{case.reference}/refer/{CONCILIATION}"
    assert [client.post(where, data=sent).status_code for _again in range(2)] == [303, 303]
    assert len(house.session.scalars(select(Referral)).all()) == 1
    again = packet_page(client, case)
    sent = {**again.fields(form_of(again, "refer")), "purpose": "advice", "parts": ["story"]}
    answer = client.post(where, data=sent)
    assert answer.status_code == 409
    assert "under way already" in read_page(answer).main


def test_a_hand_over_of_another_case_is_not_there(house):
    handler = house.hire()
    mine, other = taken(house, handler), taken(house, handler)
    client = house.browser(handler)
    path = ask(house, client, mine.case)
    swapped = path.replace(mine.case.reference, other.case.reference)
    for tail in ("", "/print", "/packet.pdf", f"/copies/{uuid4()}"):
        assert client.get(swapped + tail).status_code == 404, tail
    page = read_page(client.get(path))
    sent = page.fields(form_of(page, "record_consent"))
    assert client.post(f"{swapped}/record_consent", data={**sent, **SAID}).status_code == 404
    assert client.get(f"/staff/cases/{mine.case.reference}/refer/no-such").status_code == 404


def test_who_stepped_aside_sees_neither_the_hand_over_nor_its_row_on_the_board(house):
    one, two = house.hire(), house.hire()
    filed = taken(house, one)
    first, second = house.browser(one), house.browser(two)
    path = delivered(house, first, filed.case)
    assert filed.case.reference in second.get("/staff/referrals").text
    belonging.recuse(
        house.session, one.open(house.session, filed.case), two.id, "A cousin", two.actor, NOW,
        house.again(filed.case).version,
    )  # fmt: skip
    house.session.commit()
    board = read_page(second.get("/staff/referrals"))
    assert filed.case.reference not in board.html
    assert not [row for row in board.all("tr") if row.get("data-body")]
    assert second.get(path).status_code == 404


def test_the_board_counts_filters_and_writes_a_table_without_content(house):
    director = house.browser(house.operator.director)
    handler = house.hire(Role.LEAD)
    client = house.browser(handler)
    cases = [taken(house, handler).case for _one in range(2)]
    first = delivered(house, client, cases[0])
    delivered(house, client, cases[1])
    do(client, first, "referral_news", kind="acknowledged", number="SECRET-1")
    page = read_page(client.get("/staff/referrals"))
    assert len([row for row in page.all("tr") if "data-row" in row.attrib]) == 2
    figures = next(row for row in page.all("tr") if row.get("data-body") == CONCILIATION)
    assert [cell.text for cell in figures][1:] == ["2", "1", "0", "0", "0"]
    only = read_page(client.get("/staff/referrals?state=acknowledged"))
    assert len([row for row in only.all("tr") if "data-row" in row.attrib]) == 1
    assert "No hand-over fits" in read_page(client.get("/staff/referrals?chase=yes")).main
    row = house.session.scalars(select(Referral).where(Referral.case_id == cases[1].id)).one()
    handing.chase(house.session, row, clock.now().date() - timedelta(days=2), handler.id)
    house.session.commit()
    late = read_page(client.get("/staff/referrals?chase=yes&mine=yes"))
    assert cases[1].reference in late.html
    assert cases[0].reference not in late.html
    table = director.get("/staff/referrals.csv")
    assert table.status_code == 200
    assert len(table.text.splitlines()) == 3
    assert "SECRET" not in table.text
    assert "Two months" not in table.text


def test_the_print_page_holds_the_document_and_the_pdf_is_one(house):
    handler = house.hire()
    filed = taken(house, handler)
    client = house.browser(handler)
    path = ask(house, client, filed.case)
    shown = client.get(f"{path}/print")
    assert "Two months without pay." in shown.text
    made = client.get(f"{path}/packet.pdf")
    assert made.data.startswith(b"%PDF")
    assert "attachment" in made.headers["Content-Disposition"]


def test_a_clean_copy_goes_with_the_packet_under_a_number(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, case, blobs = house.browser(handler), filed.case, house.app.config["SITE"].blobs
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    stored = files.keep(blobs, picture.getvalue(), "lan-payslip.png")
    file = files.attach(
        house.session, filed.open(house.session), stored, author="worker", message_id=None, at=NOW
    )
    house.session.commit()
    assert file.state == "cleaned"
    path = ask(house, client, case, parts=["story", "files"], copies=[str(file.id)])
    page = read_page(client.get(path))
    assert "lan-payslip" not in page.one("article").itertext()
    link = next(a.get("href") for a in page.all("a") if "/copies/" in (a.get("href") or ""))
    copy = client.get(link)
    assert copy.status_code == 200
    assert copy.data.startswith(b"\x89PNG")
    assert "payslip" not in copy.headers["Content-Disposition"]


def test_the_worker_gets_neutral_news_when_asked_when_sent_and_when_answered(house):
    handler = house.hire()
    filed = taken(house, handler, reach_by="email", contact_email="lan@example.org")
    client, case = house.browser(handler), filed.case
    count = len(house.session.scalars(select(Outbox)).all())
    for step in ("refer", "deliver", "news"):
        if step == "refer":
            path = ask(house, client, case)
        elif step == "deliver":
            do(client, path, "record_consent", **SAID)
            do(client, path, "deliver", channel="post")
        else:
            do(client, path, "referral_news", kind="accepted")
        house.session.expire_all()
        found = len(house.session.scalars(select(Outbox)).all())
        assert found == count + 1, step
        count = found
    codes = [e.codes for e in house.session.scalars(select(Event)) if e.stream_id == case.id]
    assert "lan@example.org" not in str(codes)
