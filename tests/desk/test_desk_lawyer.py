"""A copy for the lawyer whom a worker named: asked, agreed, handed over, taken back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pypdfium2
import pytest
from sqlalchemy import select

from grievance.accounts.models import Event, ReadLog
from grievance.cases import messages
from grievance.cases.messages import Line, Written
from grievance.cases.operations import handling, replying
from grievance.cases.operations.replying import Sent
from grievance.directory import queries as directory
from grievance.directory.book import OWN_LAWYER
from grievance.referrals.models import Consent, Packet, Referral
from tests.cast import NOW, Browser, Filed, Staff
from tests.desk.conftest import House
from tests.desk.test_desk_flow import form_of
from tests.desk.test_desk_handover import LATER, SAID, do, packet_page, taken, translate
from tests.pages import Page, parsed, read_page

pytestmark = pytest.mark.usefixtures("loaded")
LAWYER = {
    "to_person": "山田 花子",
    "to_registration": "54321",
    "to_email": "hanako@law.example",
    "to_language": "ja",
}
SAYS = (
    "山田 花子", "弁護士登録番号：54321", "会社が賃金を払いません。", "給与明細を持っています。",
    "Tôi còn giữ bảng lương.", "写しを取っておいてください。",
)  # fmt: skip
HEADINGS = {
    "asked": "We ask you first. They know nothing yet.",
    "agreed": "You said yes. We have not given it to them.",
    "given": "It was given to them. They know.",
    "ended": "You said no, or took your yes back.",
}


def write(house: House, handler: Staff, filed: Filed) -> str:
    """What stands in the thread: the worker's words, ours, and a helper's; the worker's message."""
    site, session = house.app.config["SITE"], house.session
    sent = Written("Tôi còn giữ bảng lương.", "vi", uuid4())
    theirs = replying.say(filed.act(session, site), Sent(sent))
    act = handler.act(session, site, house.again(filed.case))
    handling.tell_worker(act, Written("写しを取っておいてください。", "ja", uuid4()))
    helper = replace(filed.actor, role="helper")
    said = Written("ヘルパーの言葉", "ja", uuid4())
    messages.write(session, filed.open(session), said, Line("worker", "worker_writes", helper, NOW))
    session.commit()
    return str(theirs.id)


def asks(client: Browser, case: Any, **typed: Any) -> Any:
    """The handler asks for a yes to the whole of what can be handed over."""
    page = packet_page(client, case, OWN_LAWYER)
    parts = [one.get("value") for one in page.all("input", name="parts")]
    sent = {
        **page.fields(form_of(page, "refer")),
        "form": "named",
        "language": "ja",
        "purpose": "advice",
        "ends_on": LATER,
        "parts": parts,
        **typed,
    }
    return client.post(f"/staff/cases/{case.reference}/refer/{OWN_LAWYER}", data=sent)


def worker(house: House, filed: Filed) -> Browser:
    visitor = house.browser()
    form = read_page(visitor.get("/en/return")).fields()
    assert visitor.post("/en/return", data={**form, "code": filed.code}).status_code == 303
    return visitor


def stands(visitor: Browser) -> tuple[str, str]:
    """Under which heading of *Who else knows* the lawyer stands, and what is said there."""
    page = read_page(visitor.get("/en/case"))
    [row] = [one for one in page.all("li") if one.get("data-referral")]
    under = str(row.get("data-under"))
    assert HEADINGS[under] in page.main
    return under, " ".join("".join(row.itertext()).split())


def test_a_lawyer_gets_a_copy_only_while_the_worker_wants_it(house: House) -> None:
    handler = house.hire()
    filed = taken(house, handler, language="vi", what_happened="Công ty không trả lương.")
    client, case = house.browser(handler), filed.case
    message = write(house, handler, filed)
    where = f"/staff/cases/{case.reference}"
    offered = read_page(client.get(where)).one("select", name="body").findall("option")
    assert offered[0].get("value") == OWN_LAWYER

    nobody: Page = parsed(422, asks(client, case).get_data(as_text=True))
    assert {"to_person", "to_office"} <= set(nobody.errors)
    refused = asks(client, case, **LAWYER)
    assert refused.status_code == 409, "words that the lawyer cannot read"
    translate(house, handler, filed, "what-happened", "会社が賃金を払いません。")
    assert asks(client, case, **LAWYER).status_code == 409, "the message, too"
    translate(house, handler, filed, message, "給与明細を持っています。")
    answer = asks(client, case, **LAWYER)
    assert answer.status_code == 303, read_page(answer).main
    path = answer.headers["Location"]

    paper = "".join(read_page(client.get(path)).one("article").itertext())
    for told in SAYS:
        assert told in paper, told
    assert "ヘルパーの言葉" not in paper, "a helper agreed to nothing"
    [row] = house.session.scalars(select(Packet))
    assert "山田".encode() not in bytes(row.content)
    assert row.immigration == "no"

    visitor = worker(house, filed)
    own = f"/en/case/handover/{path.rpartition('/')[2]}"
    assert stands(visitor)[0] == "asked"
    assert "Your lawyer, \u2068山田 花子\u2069" in stands(visitor)[1]
    page = read_page(visitor.get(own))
    assert f"/mechanism/{OWN_LAWYER}" not in page.html
    assert "What you and we wrote to each other" in page.main
    assert "Lawyers must keep what you tell them secret" in page.main
    said = {**page.fields(form_of(page, "consent_given")), "answer": "yes"}
    assert visitor.post(own, data=said).status_code == 303
    assert stands(visitor)[0] == "agreed"

    deliver = read_page(client.get(path))
    sending = {**deliver.fields(form_of(deliver, "deliver")), "channel": "post"}
    assert "Nothing has gone out yet" in read_page(visitor.get(own)).main
    taking = read_page(visitor.get(own))
    fields = taking.fields(form_of(taking, "recall"))
    assert visitor.post(f"{own}/recall", data=fields).status_code == 303
    assert stands(visitor)[0] == "ended"
    assert "They know nothing of it" in stands(visitor)[1]
    assert client.post(f"{path}/deliver", data=sending).status_code == 409
    for way in ("print", "packet.pdf"):
        assert client.get(f"{path}/{way}").status_code == 404, way
        assert f"{path}/{way}" not in client.get(path).text

    again = asks(client, case)
    assert again.status_code == 303, "who it was for stands there again"
    path = again.headers["Location"]
    assert do(client, path, "record_consent", **SAID).status_code == 303
    assert do(client, path, "deliver", channel="in_person").status_code == 303
    printed = pypdfium2.PdfDocument(client.get(f"{path}/packet.pdf").get_data())
    assert "54321" in "".join(one.get_textpage().get_text_range() for one in printed)
    reads = house.session.scalars(select(ReadLog.what).where(ReadLog.stream_id == case.id))
    assert "packet" in set(reads)
    visitor = worker(house, filed)
    own = f"/en/case/handover/{path.rpartition('/')[2]}"
    page = read_page(visitor.get("/en/case"))
    assert HEADINGS["given"] in page.main
    taking = read_page(visitor.get(own))
    assert "nobody can undo that" in taking.main
    fields = taking.fields(form_of(taking, "recall"))
    assert visitor.post(f"{own}/recall", data=fields).status_code == 303
    assert "What they have read they know" in read_page(visitor.get(own)).main

    given = house.session.scalars(select(Consent).order_by(Consent.at)).all()
    assert [one.given_by for one in given] == ["receipt", "staff_recorded"]
    assert all(one.recalled_at for one in given)
    told = repr([vars(one) for one in house.session.scalars(select(Event))])
    assert not any(name in told for name in ("山田", "54321", "hanako"))
    assert {one.mechanism for one in house.session.scalars(select(Referral))} == {OWN_LAWYER}


def test_a_body_of_the_directory_is_asked_for_no_registration(house: House) -> None:
    handler = house.hire()
    filed = taken(house, handler)
    fields = packet_page(house.browser(handler), filed.case, "jp-lsio").fields()
    assert "to_person" in fields
    assert "to_registration" not in fields
    assert OWN_LAWYER not in directory.book(house.session).entries, "no list names one"
