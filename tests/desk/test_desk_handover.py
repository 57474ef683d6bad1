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
from grievance.cases.act import Act
from grievance.cases.actors import of_receipt
from grievance.cases.models import CaseFile
from grievance.cases.operations import (
    addressing,
    attaching,
    conflicts,
    diary,
    handling,
    receipts,
    referring,
    replying,
)
from grievance.cases.operations.diary import Kept
from grievance.cases.operations.referring import About
from grievance.cases.operations.replying import Sent
from grievance.cases.wages import Month
from grievance.deadlines import operations as clocks
from grievance.desk import referral_words
from grievance.directory import facts
from grievance.notifications import proof
from grievance.notifications.models import Outbox
from grievance.referrals.answered import Answered
from grievance.referrals.document import Document
from grievance.referrals.models import Consent, Packet, PacketGrant, Referral, ReferralAnswer
from grievance.referrals.operations import sealing, steps
from grievance.referrals.templates import book, template_for
from grievance.refusals import Refused
from grievance.storage import FolderBlobs
from grievance.web.uploads import UploadLimits
from tests.cast import IN_DANGER, NOW, browser, new_keys
from tests.desk.test_desk_flow import form_of, opened, send, verbs_of
from tests.pages import read_page

CONCILIATION = "jp-labour-bureau-conciliation"
LATER = date(2030, 12, 31).isoformat()
SAID = {
    "answer": "yes", "read_back": "yes", "words": "Read all of it; she said yes.",
}  # fmt: skip


pytestmark = pytest.mark.usefixtures("loaded")


def taken(house, handler, **answers):
    """A case the handler took, told in Japanese, as bodies read it, unless said otherwise."""
    filed = house.case(**{"language": "ja", **answers})
    handling.take(handler.act(house.session, house.app.config["SITE"], filed.case))
    house.session.commit()
    return filed


def packet_page(client, case, body=CONCILIATION):
    return read_page(client.get(f"/staff/cases/{case.reference}/refer/{body}"))


def ask(house, client, case, body=CONCILIATION, **typed):
    """The handler asks the worker about a hand-over; its path. Without a name the worker's
    language is ticked."""
    page = packet_page(client, case, body)
    sent = {
        **page.fields(form_of(page, "refer")),
        "purpose": "mediation",
        "ends_on": LATER,
        "parts": ["story", "issue", "wish"],
        **typed,
    }
    if sent["form"] != "named":
        sent["parts"] = [*sent["parts"], "language"]
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
        "filed",
        "take",
        "refer",
        "record_consent",
        "deliver",
        "referral_news",
        "referral_news",
    ]


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
    harm = {"status", "nationality", "home", "personal", "whereabouts", "language"}
    assert not harm & set(ticked)
    sent = {
        **page.fields(form_of(page, "refer")),
        "purpose": "advice",
        "form": "no_identity",
        "parts": ["name", "story"],
        "preview": "yes",
    }
    where = f"/staff/cases/{filed.case.reference}/refer/{CONCILIATION}"
    shown = read_page(client.post(where, data=sent))
    assert "Nguyen Thi Lan" not in shown.one("article").itertext()
    assert shown.one("section", data_missing="")
    path = ask(house, client, filed.case, form="no_identity", parts=["name", "story"])
    assert house.session.scalars(select(Packet)).one().parts == ["story", "language"]
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
    assert {clock.kind for clock in clocks.running(house.session, case.id)} == {"chase"}
    said = handling.Written("March", "en", uuid4())
    replying.say(filed.act(house.session, site), Sent(said))
    assert case.state == "with_mechanism"
    assert {c.kind for c in clocks.running(house.session, case.id)} == {"answer", "chase"}


def test_taking_the_report_back_recalls_every_hand_over(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, case = house.browser(handler), filed.case
    delivered(house, client, case)
    ask(house, client, case, "jp-ncp")
    house.again(case)
    replying.withdraw(filed.act(house.session, house.app.config["SITE"]))
    house.session.commit()
    assert house.again(case).state == "withdrawn"
    assert {row.state for row in house.session.scalars(select(Referral))} == {"recalled"}
    assert not clocks.running(house.session, case.id)
    assert verbs_of(house, case)[-3:] == ["recall", "recall", "withdraw"]


def test_a_case_is_found_by_the_number_of_its_paper_once_it_is_one(house):
    handler = house.hire()
    filed = taken(house, handler)
    client = house.browser(handler)
    delivered(house, client, filed.case)
    packet = house.session.scalars(select(Packet)).one()
    number = sealing.number_of(packet.id)
    for typed in (number, number.lower(), number.replace("-", " ")):
        fields = read_page(client.get("/staff/find")).fields()
        page = read_page(client.post("/staff/find", data={**fields, "words": typed}))
        assert filed.case.reference in page.main
        assert "A paper's number" in page.main
    for name in ("labour bureau", "あっせん"):
        body = read_page(client.post("/staff/find", data={**fields, "words": name}))
        assert CONCILIATION in "".join(link.get("href") for link in body.all("a"))


def test_a_changed_code_still_opens_the_packet_and_the_old_one_does_not(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, case, site = house.browser(handler), filed.case, house.app.config["SITE"]
    ask(house, client, case)
    _code, keys = new_keys(site.ring)
    house.again(case)
    fresh = receipts.change(filed.act(house.session, site), keys)
    holders = {row.holder_id for row in house.session.scalars(select(PacketGrant))}
    assert holders == {house.operator.id, fresh.id}
    assert of_receipt(case.id, fresh.id, "worker", fresh.known_to).can


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


def asks_anew(house, client, case, body=CONCILIATION, **typed):
    """The handler sends the page of a packet as it is pre-filled, with what they changed."""
    page = packet_page(client, case, body)
    sent = {
        **page.fields(form_of(page, "refer")),
        "parts": ticked(page, "parts"),
        "copies": ticked(page, "copies"),
        **typed,
    }
    return client.post(f"/staff/cases/{case.reference}/refer/{body}", data=sent)


def ticked(page, name):
    return [b.get("value") for b in page.all("input", name=name) if "checked" in b.attrib]


def change_link(page):
    return next((a.get("href") for a in page.all("a") if "data-change" in a.attrib), None)


def pictured(house, filed, name="lan-payslip.png"):
    """A file of the worker that can go with a packet."""
    stored = files.keep(house.app.config["SITE"].blobs, picture(), name)
    mine = filed.open(house.session)
    file = files.attach(house.session, mine, stored, files.Brought("worker", NOW))
    house.session.commit()
    return file


def picture():
    drawn = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(drawn, "PNG")
    return drawn.getvalue()


def test_a_packet_that_was_asked_about_is_changed_and_asked_anew(house):
    handler = house.hire()
    filed = taken(house, handler, reach_by="email", contact_email="lan@example.org")
    client, case = house.browser(handler), filed.case
    path = ask(house, client, case)
    old = house.session.scalars(select(Packet)).one()
    confirm(house, filed, "lan@example.org")
    letters = len(house.session.scalars(select(Outbox)).all())
    link = change_link(read_page(client.get(path)))
    page = read_page(client.get(link))
    assert "has not answered" in page.one("p", data_replaces="asked").text
    answer = asks_anew(house, client, case, parts=["story", "issue"])
    assert answer.headers["Location"] == path
    house.session.expire_all()
    row = house.session.scalars(select(Referral)).one()
    new = house.session.get(Packet, row.packet_id)
    assert (old.state, new.state, row.state) == ("superseded", "frozen", "asked")
    assert new.parts == ["issue", "story"] or new.parts == ["story", "issue"]
    assert new.digest != old.digest
    assert len(house.session.scalars(select(Outbox)).all()) == letters + 1
    told = select(Event).where(Event.stream_id == case.id).order_by(Event.seq.desc())
    event = house.session.scalars(told).first()
    assert (event.verb, event.codes["replaced"]) == ("refer", str(old.id))
    assert event.codes["packet"] == str(new.id)
    assert verbs_of(house, case) == ["filed", "take", "refer", "change_contact", "refer"]


def test_a_yes_to_the_packet_before_a_change_is_worth_nothing(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, case = house.browser(handler), filed.case
    path = ask(house, client, case)
    before = read_page(client.get(path))
    before = before.fields(form_of(before, "record_consent"))
    assert do(client, path, "record_consent", **SAID).status_code == 303
    ready = read_page(client.get(path))
    early = ready.fields(form_of(ready, "deliver"))
    page = read_page(client.get(change_link(ready)))
    assert "that yes ends" in page.one("p", data_replaces="consented").text
    assert asks_anew(house, client, case, ends_on="2031-01-31").status_code == 303
    house.session.expire_all()
    row, given = (
        house.session.scalars(select(Referral)).one(),
        house.session.scalars(select(Consent)).one(),
    )
    assert (row.state, row.consent_id, given.answer) == ("asked", None, "yes")
    assert given.recalled_at is not None
    page = read_page(client.get(path))
    assert "The worker has not answered." in page.main
    assert not [b for b in page.all("button") if b.get("data-verb") == "deliver"]
    now = {"version": str(house.again(case).version), "seq": str(case.event_seq)}
    sent = client.post(f"{path}/deliver", data={**early, **now, "channel": "post"})
    assert sent.status_code == 409
    assert "has not agreed" in read_page(sent).main
    old = client.post(f"{path}/record_consent", data={**before, **now, **SAID})
    assert old.status_code == 409
    assert "not what the person was shown" in read_page(old).main
    assert do(client, path, "record_consent", **SAID).status_code == 303
    assert do(client, path, "deliver", channel="post").status_code == 303


def test_a_yes_given_while_staff_wrote_is_not_ended_unseen(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, case = house.browser(handler), filed.case
    path = ask(house, client, case)
    page = packet_page(client, case)
    sent = {**page.fields(form_of(page, "refer")), "parts": ["story"]}
    assert do(client, path, "record_consent", **SAID).status_code == 303
    answer = client.post(f"/staff/cases/{case.reference}/refer/{CONCILIATION}", data=sent)
    assert answer.status_code == 409
    house.session.expire_all()
    assert house.session.scalars(select(Referral)).one().state == "consented"
    assert house.session.scalars(select(Consent)).one().recalled_at is None
    assert len(house.session.scalars(select(Packet)).all()) == 1


def test_what_has_gone_out_is_never_replaced(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, case = house.browser(handler), filed.case
    path = delivered(house, client, case)
    for step in (None, "acknowledged", "accepted", "silent"):
        if step == "silent":
            assert do(client, path, "referral_over").status_code == 303
        elif step:
            assert do(client, path, "referral_news", kind=step).status_code == 303
        assert change_link(read_page(client.get(path))) is None
        answer = asks_anew(house, client, case, purpose="advice", ends_on=LATER, parts=["story"])
        assert answer.status_code == 409, step
        assert "under way already" in read_page(answer).main
    assert len(house.session.scalars(select(Packet)).all()) == 1
    assert do(client, path, "referral_news", kind="declined").status_code == 303
    again = asks_anew(house, client, case, purpose="advice", ends_on=LATER, parts=["story"])
    assert again.headers["Location"] != path


def test_while_the_store_is_away_a_packet_with_copies_keeps_what_was_typed(house, monkeypatch):
    handler = house.hire()
    filed = taken(house, handler, name="Nguyen Thi Lan", language="en")
    client, case = house.browser(handler), filed.case
    chosen = pictured(house, filed)
    page = packet_page(client, case, "jp-ncp")
    typed = {
        **page.fields(form_of(page, "refer")),
        "purpose": "complaint",
        "ends_on": LATER,
        "parts": ["story", "files"],
        "copies": [str(chosen.id)],
        "field_chapters": "Chapter V",
        "field_interest": "She works there.",
    }

    def away(_store, _blob):
        raise OSError("away")

    with monkeypatch.context() as store:
        store.setattr(FolderBlobs, "open", away)
        refused = client.post(f"/staff/cases/{case.reference}/refer/jp-ncp", data=typed)
    assert refused.status_code == 503
    page = read_page(refused)
    assert "cannot be reached just now" in page.main
    shown = page.fields(form_of(page, "refer"))
    assert shown["field_chapters"] == "Chapter V"
    assert ticked(page, "copies") == [str(chosen.id)]
    assert not house.session.scalars(select(Packet)).all()


def test_the_page_that_changes_a_packet_holds_what_the_packet_holds(house):
    handler = house.hire()
    filed = taken(house, handler, name="Nguyen Thi Lan", language="en")
    client, case = house.browser(handler), filed.case
    chosen, _other = pictured(house, filed), pictured(house, filed, "other.png")
    ask(
        house,
        client,
        case,
        "jp-ncp",
        form="pseudonym",
        pseudonym="Ms. A",
        language="en",
        purpose="complaint",
        parts=["name", "story", "explanation", "files"],
        copies=[str(chosen.id)],
        field_chapters="Chapter V",
        field_interest="She works there.",
    )
    page = packet_page(client, case, "jp-ncp")
    shown = page.fields(form_of(page, "refer"))
    assert {
        name: shown[name] for name in ("form", "pseudonym", "language", "purpose", "ends_on")
    } == {
        "form": "pseudonym",
        "pseudonym": "Ms. A",
        "language": "en",
        "purpose": "complaint",
        "ends_on": LATER,
    }
    assert shown["field_chapters"] == "Chapter V"
    assert shown["field_interest"] == "She works there."
    packet = house.session.scalars(select(Packet)).one()
    assert sorted(ticked(page, "parts")) == sorted(packet.parts)
    assert ticked(page, "copies") == [str(chosen.id)]
    first = "".join(page.one("article").itertext())
    assert asks_anew(house, client, case, "jp-ncp").status_code == 303
    again = packet_page(client, case, "jp-ncp")
    assert "".join(again.one("article").itertext()) == first


def upload(client, path, data=b"", name="letter.png", **typed):
    """Record what the body said, with its letter."""
    return do(
        client, path, "referral_news", kind="acknowledged", file=(io.BytesIO(data), name), **typed
    )


def test_the_letter_of_a_body_is_kept_clean_and_both_sides_open_it(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, case = house.browser(handler), filed.case
    path = delivered(house, client, case)
    page = read_page(client.get(path))
    assert form_of(page, "referral_news").get("enctype") == "multipart/form-data"
    assert upload(client, path, picture() + b"HIDDEN", told="They wrote.").status_code == 303
    file = house.session.scalars(select(CaseFile)).one()
    assert (file.author, file.state, file.message_id) == ("staff", "cleaned", None)
    answer = house.session.scalars(select(ReferralAnswer)).one()
    assert answer.file_id == file.id
    page = read_page(client.get(path))
    assert "letter.png" in page.main
    link = next(a.get("href") for a in page.all("a") if str(file.id) in (a.get("href") or ""))
    got = client.get(link)
    assert got.data.startswith(b"\x89PNG")
    assert b"HIDDEN" not in got.data
    stored = files.read_meta(filed.open(house.session), file)
    assert files.content(house.app.config["SITE"].blobs, stored, original=False) == got.data


def test_an_answer_without_a_file_needs_none(house):
    handler = house.hire()
    filed = taken(house, handler)
    client = house.browser(handler)
    path = delivered(house, client, filed.case)
    assert upload(client, path, b"", "").status_code == 303
    assert house.session.scalars(select(ReferralAnswer)).one().file_id is None


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"MZ\x90\x00program", "another kind of file"),
        (b"\x89PNG\r\n\x1a\nbroken", "could not be read"),
        (bytes(1001), "larger than 10 MB"),
    ],
)
def test_a_bad_file_is_said_beside_its_field_and_the_words_are_kept(
    house, data, sentence, monkeypatch
):
    monkeypatch.setitem(house.app.config, "UPLOAD_LIMITS", UploadLimits(file=1000))
    handler = house.hire()
    filed = taken(house, handler)
    client = house.browser(handler)
    path = delivered(house, client, filed.case)
    before = stored_blobs(house)
    answer = upload(client, path, data, told="They have it since Monday.", number="R8-1")
    page = read_page(answer)
    assert answer.status_code == 422
    assert sentence in page.errors["file"]
    kept = page.fields(form_of(page, "referral_news"))
    assert (kept["told"], kept["number"]) == ("They have it since Monday.", "R8-1")
    assert house.session.scalars(select(ReferralAnswer)).first() is None
    assert house.session.scalars(select(CaseFile)).first() is None
    assert stored_blobs(house) == before
    assert upload(client, path, picture()).status_code == 303


def stored_blobs(house):
    folder = house.app.config["SITE"].blobs.root
    return sorted(one.name for one in folder.rglob("*") if one.is_file())


def test_a_file_with_an_answer_that_is_refused_is_not_kept(house):
    handler = house.hire()
    filed = taken(house, handler)
    client = house.browser(handler)
    path = delivered(house, client, filed.case)
    before = stored_blobs(house)
    late = (clock.now().date() + timedelta(days=9)).isoformat()
    refused = upload(client, path, picture(), on_day=late, told="Later")
    assert refused.status_code == 422
    assert "Choose it again" in read_page(refused).errors["file"]
    wrong = upload(client, path, picture(), on_day="", told="Never")
    assert wrong.status_code == 422
    assert "Choose it again" in read_page(wrong).errors["file"]
    assert stored_blobs(house) == before
    assert house.session.scalars(select(CaseFile)).first() is None


@pytest.mark.parametrize("kind", ["acknowledged", "declined"])
def test_a_letter_sent_twice_is_kept_once(house, kind):
    handler = house.hire()
    filed = taken(house, handler)
    client = house.browser(handler)
    path = delivered(house, client, filed.case)
    page = read_page(client.get(path))
    sent = {**page.fields(form_of(page, "referral_news")), "kind": kind}
    for _again in range(2):
        letter = (io.BytesIO(picture()), "letter.png")
        answer = client.post(f"{path}/referral_news", data={**sent, "file": letter})
        assert answer.status_code == 303
        assert answer.headers["Location"] == path
    letter = (io.BytesIO(picture()), "letter.png")
    other = {**sent, "kind": "outcome", "told": "Paid in full", "file": letter}
    answer = client.post(f"{path}/referral_news", data=other)
    assert answer.status_code in (409, 422)
    assert len(house.session.scalars(select(CaseFile)).all()) == 1
    assert len(house.session.scalars(select(ReferralAnswer)).all()) == 1


def test_an_answer_never_holds_a_file_of_another_case_and_only_staff_add_one(house):
    handler = house.hire()
    mine, other = taken(house, handler), taken(house, handler)
    client, session = house.browser(handler), house.session
    delivered(house, client, mine.case)
    theirs = pictured(house, other)
    row = session.scalars(select(Referral)).one()
    act = handler.act(session, house.app.config["SITE"], house.again(mine.case), clock.now())
    said = Answered("acknowledged", clock.now().date(), file_id=theirs.id)
    with pytest.raises(Refused, match="other_case"):
        referring.record_answer(act, About(row, said))
    stored = files.keep(house.app.config["SITE"].blobs, picture(), "x.png")
    with pytest.raises(Refused, match="actor"):
        attaching.attach(mine.act(session, house.app.config["SITE"]), stored)


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
    act = two.act(house.session, house.app.config["SITE"], house.again(filed.case))
    conflicts.recuse(act, "A cousin")
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
    steps.chase(house.session, row, clock.now().date() - timedelta(days=2), handler.id)
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
    sent = made.headers["Content-Disposition"]
    assert "attachment" in sent
    assert f"{number(house)}.pdf" in sent
    assert filed.case.reference not in sent


def number(house):
    """What the only paper is called between a body and us."""
    return sealing.number_of(house.session.scalars(select(Packet)).one().id)


def test_every_page_of_the_paper_says_where_to_answer_for_what_and_until_when(house):
    handler = house.hire()
    filed = taken(house, handler)
    client = house.browser(handler)
    preview = packet_page(client, filed.case)
    assert "回答先：desk@example.org" in "".join(preview.one("article").itertext())
    path = ask(house, client, filed.case, purpose="inspection")
    for page in (
        read_page(client.get(path)),
        read_page(client.get(f"{path}/print")),
        worker_page(house, filed, path),
        worker_page(house, filed, path, "/print"),
    ):
        said = [one.text for one in page.all("p", data_line="")]
        assert said == [
            "回答先：desk@example.org",
            f"文書番号（回答の際にお示しください）：{number(house)}",
            "目的：職場の調査・検査",
            "本人の同意の期限：2030年12月31日",
        ]
    mine = worker_page(house, filed, path).main
    assert "Please answer to: desk@example.org" in mine
    assert "Purpose: inspection of the workplace" in mine
    assert "The person agrees to this until December 31, 2030" in mine


def test_a_paper_has_words_for_every_purpose_that_can_be_chosen():
    assert set(book().purposes) == set(referral_words.PURPOSES)


def test_a_paper_from_before_says_less_and_still_opens_and_prints(house, monkeypatch):
    handler = house.hire()
    filed = taken(house, handler)
    client = house.browser(handler)
    path = ask(house, client, filed.case)
    now_, added = Document.from_plain, ("number", "purpose", "ends_on", "contacts", "day")
    before = {"reading", "reading_language"}

    def older(values):
        sections = [
            {
                **part,
                "paragraphs": [
                    {key: said for key, said in one.items() if key not in before}
                    for one in part["paragraphs"]
                ],
            }
            for part in values["sections"]
        ]
        kept = {key: said for key, said in values.items() if key not in added}
        return now_({**kept, "sections": sections})

    monkeypatch.setattr(Document, "from_plain", older)
    page = read_page(client.get(f"{path}/print"))
    assert "Two months without pay." in page.main
    assert not page.all("p", data_line="")
    made = client.get(f"{path}/packet.pdf")
    assert made.data.startswith(b"%PDF")
    assert "paper.pdf" in made.headers["Content-Disposition"]
    assert "Two months without pay." in worker_page(house, filed, path).main


def test_what_staff_wrote_stands_on_the_workers_page_in_their_language_or_says_that_it_does_not(
    house,
):
    handler = house.hire()
    filed = taken(house, handler, language="vi")
    translate(house, handler, filed, "what-happened", "二か月、給料がありません。")
    client = house.browser(handler)
    wish, why = "会社に給料の支払いを求めてください。", "Xin yêu cầu công ty trả lương."
    sent = {"field_request": wish, "parts": ["story", "explanation"]}
    path = ask(house, client, filed.case, **sent)
    mine = worker_page(house, filed, path)
    assert wish in mine.main
    assert "This is not translated." in mine.one("dd", data_untranslated="").text
    assert "Two months without pay." in mine.main
    assert len(mine.all("dd", data_untranslated="")) == 1
    ask(house, client, filed.case, **sent, reading_request=why)
    mine = worker_page(house, filed, path)
    assert not mine.all("dd", data_untranslated="")
    reading = mine.one("dd", data_reading="").find("span")
    assert (reading.text, reading.get("lang")) == (why, "vi")
    for shown in (client.get(path), client.get(f"{path}/print")):
        assert why not in shown.text
    page = packet_page(client, filed.case)
    assert page.fields(form_of(page, "refer"))["reading_request"] == why


def test_months_of_pay_go_out_only_as_a_part_that_was_ticked_and_never_with_the_sum_told_before(
    house,
):
    handler = house.hire()
    filed = taken(house, handler, language="vi", amount_band="100k-500k")
    translate(house, handler, filed, "what-happened", "二か月、給料がありません。")
    site = house.app.config["SITE"]
    kept = Kept(date(2026, 5, 1), Month(9600, 200_000, 50_000), "JPY", "25", "next")
    diary.keep_wages(filed.act(house.session, site), kept)
    house.session.commit()
    client = house.browser(handler)
    page = packet_page(client, filed.case, "jp-lsio")
    assert "pay" in [one.get("value") for one in page.all("input", name="parts")]
    assert "pay" not in ticked(page, "parts")
    path = ask(house, client, filed.case, "jp-lsio", purpose="inspection")
    assert "160:00" not in client.get(path).text
    sent = {"purpose": "inspection", "parts": ["story", "pay"]}
    path = ask(house, client, filed.case, "jp-lsio", **sent)
    shown = read_page(client.get(path)).main
    assert "2026年5月 | 160:00 | ￥200,000 | ￥50,000 | ￥150,000" in shown
    assert "不足額の合計：￥150,000" in shown
    assert "500,000" not in shown
    mine = worker_page(house, filed, path)
    assert "tháng 5 năm 2026 | 160:00" in "".join(mine.one("dd", data_reading="").itertext())
    assert client.get(f"{path}/packet.pdf").data.startswith(b"%PDF")


def test_the_document_starts_in_the_language_of_most_translations_that_the_body_takes(house):
    handler = house.hire()
    filed = taken(
        house, handler, language="vi", wants_words="Tiền lương.", what_happened="Không có lương."
    )
    client = house.browser(handler)

    def language(body):
        page = packet_page(client, filed.case, body)
        return page.fields(form_of(page, "refer"))["language"]

    one, other = "jp-ncp", "buyer-grievance-template"
    first = (language(one), language(other))
    assert first == tuple(
        template_for(facts.shipped().mechanisms[body]).languages[0] for body in (one, other)
    )
    translate(house, handler, filed, "what-happened", "No pay.", "en")
    assert (language(one), language(other)) == ("en", "en")
    translate(house, handler, filed, "what-happened", "給料がありません。")
    assert (language(one), language(other)) == first
    translate(house, handler, filed, "wants-words", "給料がほしいです。")
    assert (language(one), language(other)) == ("ja", "ja")
    assert language(CONCILIATION) == "ja"


def warned(page):
    return [one.get("data-warning") for one in page.all("p") if one.get("data-warning")]


def translate(house, handler, filed, passage, text, language="ja"):
    written = handling.Written(text, language, uuid4())
    opened_ = handler.open(house.session, house.again(filed.case))
    handling.translate(
        Act(house.session, house.app.config["SITE"], opened_, handler.actor, NOW),
        handling.Translating(passage, written),
    )
    house.session.commit()


@pytest.mark.parametrize("form", ["no_identity", "pseudonym"])
def test_words_that_nobody_translated_stop_the_question_and_are_named(house, form):
    handler = house.hire()
    filed = taken(house, handler, language="vi", what_happened="Công ty không trả lương.")
    client, case = house.browser(handler), filed.case
    where = f"/staff/cases/{case.reference}/refer/company-hotline-template"
    page = packet_page(client, case, "company-hotline-template")
    assert "untranslated" in warned(page)
    assert "These words of the worker are in Vietnamese" in page.main
    sent = {
        **page.fields(form_of(page, "refer")),
        "purpose": "complaint",
        "form": form,
        "pseudonym": "Ms. A",
        "parts": ["story", "issue"],
    }
    refused = client.post(where, data=sent)
    assert refused.status_code == 409
    assert "that its reader does not read" in read_page(refused).main
    assert "Translate: What happened" in read_page(refused).main
    named = [a.get("href") for a in read_page(refused).all("a") if a.text.startswith("Translate:")]
    assert named == [f"/staff/cases/{case.reference}#what-happened"]
    assert opened(client, case).one("h3", id="what-happened").text == "What happened?"
    assert house.session.scalars(select(Packet)).first() is None
    assert verbs_of(house, case) == ["filed", "take"]
    translate(house, handler, filed, "what-happened", "会社が給料を払いません。")
    page = packet_page(client, case, "company-hotline-template")
    assert "untranslated" not in warned(page)
    again = {
        **page.fields(form_of(page, "refer")),
        **{k: sent[k] for k in ("purpose", "form", "pseudonym", "parts")},
    }
    path = client.post(where, data=again).headers["Location"]
    shown = client.get(f"{path}/print").text
    assert "会社が給料を払いません。" in shown
    for told in ("Công ty", "ベトナム", 'lang="vi"', "Đơn khiếu nại"):
        assert told not in shown, told
    packet = house.session.scalars(select(Packet)).one()
    assert (packet.beside, packet.parts) == ("ja", ["issue", "story"])
    mine = worker_page(house, filed, path).all("span", lang="vi")
    assert [one.text for one in mine if one.text] == ["Công ty không trả lương."]


def test_a_language_that_the_handler_ticks_shows_beside_the_translation_only(house):
    handler = house.hire()
    filed = taken(house, handler, language="vi", what_happened="Công ty không trả lương.")
    client = house.browser(handler)
    where = f"/staff/cases/{filed.case.reference}/refer/company-hotline-template"
    page = packet_page(client, filed.case, "company-hotline-template")
    sent = {
        **page.fields(form_of(page, "refer")),
        "purpose": "complaint",
        "form": "no_identity",
        "parts": ["story", "language"],
    }
    assert client.post(where, data=sent).status_code == 409
    translate(house, handler, filed, "what-happened", "会社が給料を払いません。")
    path = ask(house, client, filed.case, "company-hotline-template", parts=["story"])
    assert "Công ty không trả lương." in client.get(f"{path}/print").text
    assert house.session.scalars(select(Packet)).one().parts == ["story", "language"]
    asked = worker_page(house, filed, path)
    assert "The language you speak" in asked.main
    assert "Công ty không trả lương." in asked.main


def worker_page(house, filed, path, more=""):
    """The page on which the worker reads what would go out."""
    visitor = browser(house.app, house.session)
    page = read_page(visitor.get("/en/return"))
    entered = visitor.post("/en/return", data={**page.fields(), "code": filed.code})
    assert entered.status_code == 303
    return read_page(visitor.get(f"/en/case/handover/{path.rpartition('/')[2]}{more}"))


def test_every_page_of_the_paper_shows_its_day_what_is_original_and_where_to_sign(house):
    handler = house.hire()
    filed = taken(
        house, handler, language="vi", name="Nguyen Thi Lan", what_happened="Không có lương."
    )
    client = house.browser(handler)
    translate(house, handler, filed, "what-happened", "給料がありません。")
    preview = packet_page(client, filed.case)
    path = ask(house, client, filed.case, parts=["name", "story", "wish"])
    today = referring.local_today(house.session, clock.now())
    day = f"作成日：{today.year}年{today.month}月{today.day}日"
    for page in (
        preview,
        read_page(client.get(path)),
        read_page(client.get(f"{path}/print")),
        worker_page(house, filed, path),
        worker_page(house, filed, path, "/print"),
    ):
        assert day in page.main
        assert "原文（ベトナム語）" in page.main
        assert page.main.index("給料がありません。") < page.main.index("Không có lương.")
        assert "日付 / Ngày" in page.one("p", data_sign="").text
        assert "署名 / Ký tên" in page.one("p", data_sign="").text


def test_a_paper_without_a_name_has_no_place_to_sign(house):
    handler = house.hire()
    filed = taken(house, handler)
    client = house.browser(handler)
    path = ask(house, client, filed.case, form="no_identity")
    page = read_page(client.get(f"{path}/print"))
    assert not page.all("p", data_sign="")
    assert "作成日" in page.one("p", data_made="").text


def test_a_clean_copy_goes_with_the_packet_under_a_number(house):
    handler = house.hire()
    filed = taken(house, handler)
    client, case, blobs = house.browser(handler), filed.case, house.app.config["SITE"].blobs
    picture = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(picture, "PNG")
    stored = files.keep(blobs, picture.getvalue(), "lan-payslip.png")
    file = files.attach(
        house.session, filed.open(house.session), stored, files.Brought("worker", NOW)
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
    assert f"{number(house)}-1.png" in copy.headers["Content-Disposition"]


def confirm(house, filed, address):
    """The worker types the code of our letter."""
    key, session = house.app.config["KEY_RING"].address_hmac, house.session
    session.expire_all()
    letter = session.scalars(select(Outbox).where(Outbox.kind == proof.KIND)).one()
    typed, site = proof.code_of(key, letter.id, address), house.app.config["SITE"]
    addressing.confirm(filed.act(session, site), typed)
    session.commit()


def test_the_worker_gets_neutral_news_when_asked_when_sent_and_when_answered(house):
    handler = house.hire()
    filed = taken(house, handler, reach_by="email", contact_email="lan@example.org")
    client, case = house.browser(handler), filed.case
    confirm(house, filed, "lan@example.org")
    news = select(Outbox).where(Outbox.kind == "worker_news", Outbox.state == "pending")
    for step in ("refer", "deliver", "news"):
        if step == "refer":
            path = ask(house, client, case)
        elif step == "deliver":
            do(client, path, "record_consent", **SAID)
            do(client, path, "deliver", channel="post")
        else:
            do(client, path, "referral_news", kind="accepted")
        house.session.expire_all()
        letter = house.session.scalars(news).one()
        letter.state, letter.sealed = "cancelled", None
        house.session.commit()
    codes = [e.codes for e in house.session.scalars(select(Event)) if e.stream_id == case.id]
    assert "lan@example.org" not in str(codes)


WISHES = {"reach_by": "email", "contact_email": "lan@example.org", "contact_when": "Sau 8 giờ tối",
          "contact_never": "Đừng viết tên công ty", "language": "vi"}  # fmt: skip
OPEN = {"parts": ["contact", "story", "wish"]}


def told(house, handler, **more):
    """A case with wishes for safety; the story is translated."""
    filed = taken(house, handler, **WISHES, **more)
    translate(house, handler, filed, "what-happened", "二か月、給料がありません。")
    return filed


def test_a_wish_for_safety_that_its_reader_cannot_read_stops_the_question(house):
    handler = house.hire()
    filed = told(house, handler)
    client, case = house.browser(handler), filed.case
    page = packet_page(client, case)
    assert "Đừng viết tên công ty" in page.main
    sent = {
        **page.fields(form_of(page, "refer")),
        "purpose": "mediation",
        "ends_on": LATER,
        "form": "named",
        **OPEN,
    }
    where = f"/staff/cases/{case.reference}/refer/{CONCILIATION}"
    half = {**sent, "wish_when": "夜8時以降"}
    for typed, links in (
        (sent, ["#refer-wish_when", "#refer-wish_never"]),
        (half, ["#refer-wish_never"]),
    ):
        refused = read_page(client.post(where, data=typed))
        assert refused.status == 409
        named = [a.get("href") for a in refused.all("a") if a.text.startswith("Translate:")]
        assert named == links
        for link in links:
            assert refused.one("textarea", id=link[1:]) is not None
    assert house.session.scalars(select(Packet)).first() is None
    more = {"wish_when": "夜8時以降", "wish_never": "会社名は書かないでください。"}
    path = ask(house, client, case, form="named", **OPEN, **more)
    assert "会社名は書かないでください。" in client.get(f"{path}/print").text
    assert "Đừng viết tên công ty" in worker_page(house, filed, path).main
    page = packet_page(client, case)
    assert page.fields(form_of(page, "refer"))["wish_when"] == "夜8時以降"
    plain = taken(house, handler)
    assert "wish_when" not in packet_page(client, plain.case).fields()


def test_a_packet_from_before_with_such_words_does_not_go_out_though_the_worker_said_yes(
    house, monkeypatch
):
    handler = house.hire()
    filed = told(house, handler)
    client, case = house.browser(handler), filed.case
    with monkeypatch.context() as earlier:
        for room in (referring, sealing):
            earlier.setattr(room, "check_read", lambda _document: None)
        path = ask(house, client, case, form="named", **OPEN)
        assert do(client, path, "record_consent", **SAID, immigration="yes").status_code == 303
    answer = do(client, path, "deliver", channel="post")
    assert answer.status_code == 409
    page = read_page(answer)
    assert "needs a new yes" in page.one("p", data_untranslated="").text
    named = [a.get("href") for a in page.all("a") if a.text.startswith("Translate:")]
    assert named == [
        f"/staff/cases/{case.reference}/refer/{CONCILIATION}#{name}"
        for name in ("refer-wish_when", "refer-wish_never")
    ]
    assert house.session.scalars(select(Referral)).one().delivered_at is None
    more = {"wish_when": "夜8時以降", "wish_never": "会社名は書かないでください。"}
    assert asks_anew(house, client, case, **more).headers["Location"] == path
    assert not read_page(client.get(path)).all("p", data_untranslated="")
    assert do(client, path, "record_consent", **SAID, immigration="yes").status_code == 303
    assert do(client, path, "deliver", channel="post").status_code == 303


@pytest.mark.parametrize(
    ("body", "offered", "ticked"),
    [("jp-civil-court", False, False), ("jp-lsio", True, False), ("union-individual", True, True)],
)
def test_danger_and_fear_are_not_offered_for_who_tells_the_employer(house, body, offered, ticked):
    handler = house.hire()
    filed = taken(house, handler, **IN_DANGER, fear="yes")
    client = house.browser(handler)
    page = packet_page(client, filed.case, body)
    boxes = {one.get("value"): "checked" in one.attrib for one in page.all("input", name="parts")}
    assert "story" in boxes
    for part in ("danger", "fear"):
        assert (part in boxes) is offered
        assert boxes.get(part, False) is ticked
    sent = {
        **page.fields(form_of(page, "refer")),
        "purpose": "advice",
        "ends_on": LATER,
        "parts": ["story", "danger"],
    }
    answer = client.post(f"/staff/cases/{filed.case.reference}/refer/{body}", data=sent)
    assert answer.status_code == (303 if offered else 422)
