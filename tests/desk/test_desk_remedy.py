"""A remedy on the desk, from what is claimed to a closed case, through HTTP."""

from __future__ import annotations

from io import BytesIO
from uuid import uuid4

import pytest
from sqlalchemy import select

from grievance.accounts.models import Event
from grievance.accounts.roles import Role
from grievance.cases.act import Act
from grievance.cases.models import CaseFile, Outcome, RemedyItem
from grievance.cases.operations import closing, handling, remedying
from grievance.cases.operations.closing import SignOff
from grievance.cases.operations.sums import facts_of
from grievance.vault import values
from tests.cases.conftest import words
from tests.cast import NOW
from tests.desk.test_desk_flow import opened, send, verbs_of
from tests.pages import read_page

PROMISE = {
    "kind": "money", "told": "Wages of March", "source": "The company", "currency": "JPY",
    "claimed": "300,000", "agreed": "250,000", "stands": "agreed", "due_on": "2026-05-10",
}  # fmt: skip


def accepted(house, handler):
    filed = house.case()
    handling.take(handler.act(house.session, house.app.config["SITE"], filed.case))
    desk, site = handler.open(house.session, filed.case), house.app.config["SITE"]
    handling.accept(Act(house.session, site, desk, handler.actor, NOW, filed.case.version))
    house.session.commit()
    return filed


def remedy_page(client, case, item=None):
    path = f"/staff/cases/{case.reference}/remedy" + (f"/{item}" if item else "")
    answer = client.get(path)
    assert answer.status_code == 200
    return read_page(answer)


def write_down(client, case, item=None, **typed):
    return send(client, remedy_page(client, case, item), "record_remedy", **{**PROMISE, **typed})


def items(house, case):
    return remedying.items(house.session, case.id)


def sign(house, filed):
    said = SignOff(4, False, words("Thank you"))
    closing.sign_off(filed.act(house.session, house.app.config["SITE"]), said)
    house.session.commit()


def test_from_a_claim_to_a_closed_case(house):
    one, two = house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    filed = accepted(house, one)
    client, second, case = house.browser(one), house.browser(two), filed.case
    assert "Nothing is written down yet" in opened(client, case).main
    assert write_down(client, case).status_code == 303
    page = opened(client, case)
    assert "Wages of March" in page.main
    assert "¥250,000" in page.main
    agreed = send(client, page, "agree_remedy", how="By phone", message="Rất tốt", language="vi")
    assert agreed.status_code == 303
    page = opened(client, case)
    assert page.one("body").get("data-state") == "remedy_agreed"
    assert "See that what was promised has arrived" in page.main
    (item,) = items(house, case)
    box = f"sum-{item.id.hex}"
    for typed, said in (("", "in digits"), ("all", "in digits"), ("120,000", "¥130,000")):
        told = {"how": "By phone", box: typed}
        refused = read_page(send(client, page, "confirm_for_worker", **told))
        assert said in refused.errors[box], typed
        assert f'value="{typed}"' in refused.html
        assert house.again(case).state == "remedy_agreed"
    came = send(client, page, "confirm_for_worker", how="By phone", **{box: "250,000"})
    assert came.status_code == 303
    assert house.again(case).state == "remedy_monitored"
    (item,) = items(house, case)
    assert facts_of(one.open(house.session, case), item).received == 250_000
    newest = select(Event).where(Event.stream_id == case.id).order_by(Event.seq.desc()).limit(1)
    named = house.session.scalars(newest).one().codes["values"]
    assert named == {str(item.id): values.digest(item.facts).hex()}
    page = opened(client, case)
    assert page.one("p", **{"data-ground": "no"}) is not None
    signed = send(client, page, "record_sign_off", rating="5", reprisal="no", words="She said yes")
    assert signed.status_code == 303
    page = opened(client, case)
    assert "Staff recorded that the worker agreed." in page.main
    proposed = send(
        client, page, "propose_close", result="remedied", message="Chúc may mắn", language="vi"
    )
    assert proposed.status_code == 303
    page = opened(second, case)
    assert "Mori Emi proposes to close" in page.main
    assert send(second, page, "close").status_code == 303
    assert house.again(case).state == "closed"
    assert verbs_of(house, case) == [
        "filed",
        "take",
        "accept",
        "record_remedy",
        "agree_remedy",
        "confirm_for_worker",
        "record_sign_off",
        "propose_close",
        "close",
    ]


def test_a_remedy_is_changed_and_its_proof_is_kept(house):
    handler = house.hire()
    filed = accepted(house, handler)
    client, case = house.browser(handler), filed.case
    proof = (BytesIO(b"Paid on 10 May"), "slip.txt")
    assert write_down(client, case, file=proof).status_code == 303
    (item,) = items(house, case)
    page = remedy_page(client, case, item.id)
    shown = page.fields(page.one("form", **{"data-main": ""}))
    assert (shown["agreed"], shown["due_on"]) == ("250,000", "2026-05-10")
    changed = write_down(client, case, item.id, stands="offered", offered="200,000", agreed="")
    assert changed.status_code == 303
    house.session.expire_all()
    (item,) = items(house, case)
    assert (item.state, item.file_id is not None) == ("offered", True)
    facts = facts_of(handler.open(house.session, case), item)
    assert (facts.offered, facts.agreed) == (200000, None)
    file = house.session.get_one(CaseFile, item.file_id)
    answer = client.get(f"/staff/cases/{case.reference}/files/{file.id}")
    assert answer.data == b"Paid on 10 May"


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"agreed": "a lot"}, "agreed"),
        ({"told": " "}, "told"),
        ({"due_on": ""}, "due_on"),
        ({"due_on": "soon"}, "due_on"),
        ({"stands": "arrived"}, "arrived_on"),
        ({"stands": "arrived", "arrived_on": "2099-01-01"}, "arrived_on"),
        ({"kind": "gold"}, "kind"),
        ({"file": (BytesIO(b"MZ\x90\x00"), "virus.exe")}, "file"),
    ],
)
def test_what_does_not_hold_is_said_beside_its_field_and_nothing_is_lost(house, typed, field):
    handler = house.hire()
    filed = accepted(house, handler)
    client = house.browser(handler)
    answer = write_down(client, filed.case, **{"source": "Sunrise Foods", **typed})
    page = read_page(answer)
    assert answer.status_code == 422
    assert field in page.errors
    assert page.fields(page.one("form", **{"data-main": ""}))["source"] == "Sunrise Foods"
    assert items(house, filed.case) == []


def test_a_repeat_writes_one_remedy_and_a_colleague_in_between_is_told(house):
    handler, other = house.hire(), house.hire(name="Mori Emi")
    filed = accepted(house, handler)
    client, case = house.browser(handler), filed.case
    page = remedy_page(client, case)
    for _again in range(2):
        assert send(client, page, "record_remedy", **PROMISE).status_code == 303
    assert len(items(house, case)) == 1
    another = send(client, page, "record_remedy", **{**PROMISE, "told": "The dormitory fee"})
    assert another.status_code == 409
    assert "The dormitory fee" in another.get_data(as_text=True)
    assert len(items(house, case)) == 1
    page = remedy_page(client, case)
    colleague = house.browser(other)
    noted = send(colleague, opened(colleague, case), "note", message="Wait")
    assert noted.status_code == 303
    answer = send(client, page, "record_remedy", **{**PROMISE, "told": "Wages of April"})
    assert answer.status_code == 409
    kept = read_page(answer)
    assert kept.fields(kept.one("form", **{"data-main": ""}))["told"] == "Wages of April"
    assert len(items(house, case)) == 1


def test_a_remedy_of_another_case_is_not_there(house):
    handler = house.hire()
    mine, theirs = accepted(house, handler), accepted(house, handler)
    client = house.browser(handler)
    write_down(client, theirs.case)
    (item,) = items(house, theirs.case)
    for wrong in (item.id, uuid4()):
        path = f"/staff/cases/{mine.case.reference}/remedy/{wrong}"
        assert client.get(path).status_code == 404
        page = remedy_page(client, mine.case)
        sent = {**page.fields(page.one("form", **{"data-main": ""})), **PROMISE}
        assert client.post(path, data=sent).status_code == 404


@pytest.mark.parametrize("role", [Role.DIRECTORY_EDITOR, Role.ADMINISTRATOR])
def test_who_does_not_work_on_cases_gets_no_remedy_page(house, role):
    filed = accepted(house, house.hire())
    client = house.browser(house.hire(role))
    path = f"/staff/cases/{filed.case.reference}/remedy"
    assert client.get(path).status_code == 403
    assert client.post(path, data=PROMISE).status_code == 403
    assert house.session.scalars(select(RemedyItem)).all() == []


def test_closing_without_the_workers_yes_says_what_is_missing(house):
    handler = house.hire()
    house.hire()
    filed = accepted(house, handler)
    client = house.browser(handler)
    answer = send(
        client,
        opened(client, filed.case),
        "propose_close",
        result="none",
        message="Rất tiếc",
        language="vi",
    )
    assert answer.status_code == 409
    assert "The worker has to agree first" in read_page(answer).main
    sign(house, filed)
    answer = send(
        client,
        opened(client, filed.case),
        "propose_close",
        result="remedied",
        message="Rất tiếc",
        language="vi",
    )
    assert answer.status_code == 422
    assert "Not everything promised is written down" in read_page(answer).errors["result"]


def test_the_proposer_cannot_close_by_a_direct_post(house):
    one, _two = house.hire(), house.hire()
    filed = accepted(house, one)
    sign(house, filed)
    client = house.browser(one)
    page = opened(client, filed.case)
    assert "The worker agreed on their page." in page.main
    assert "4: content" in page.main
    send(client, page, "propose_close", result="advised", message="Chào", language="vi")
    page = opened(client, filed.case)
    sent = page.fields(next(f for f in page.all("form") if "send_back" in f.get("action", "")))
    answer = client.post(f"/staff/cases/{filed.case.reference}/close", data=sent)
    assert answer.status_code == 409
    assert house.session.scalars(select(Outcome)).all() == []


def test_two_tries_are_listed_and_count(house):
    handler = house.hire()
    filed = accepted(house, handler)
    client = house.browser(handler)
    answer = send(
        client,
        opened(client, filed.case),
        "try_to_reach",
        way="phone",
        on_day="2026-04-23",
        note="Rang twice",
    )
    assert answer.status_code == 303
    page = opened(client, filed.case)
    assert "Rang twice" in page.main
    assert "1 try counts" in page.main
    answer = send(client, page, "try_to_reach", way="phone", on_day="2099-01-10", note="Later")
    assert (answer.status_code, set(read_page(answer).errors)) == (422, {"on_day"})
