"""Who has a case passes it on to a colleague, who finds it on Today with the note."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import func, select

from grievance.accounts.models import ReadLog
from grievance.accounts.roles import Role
from grievance.cases.models import Case, Message, Notice, Recusal
from grievance.cases.operations import handling
from grievance.cases.operations.passing import Passed, pass_on
from grievance.clock import real_now
from grievance.notifications.models import Outbox
from grievance.refusals import Refused
from tests.cases.conftest import words
from tests.cast import Staff
from tests.desk.conftest import House
from tests.desk.test_desk_owner import away_for, removed, taken
from tests.pages import Page, parsed, read_page

NOTE = "She can talk after six. Ask for the pay slip of March."


def said(element: Any) -> str:
    return " ".join("".join(element.itertext()).split())


def passes(house: House, by: Staff, case: Case, to: str, note: str = NOTE) -> tuple[int, Page]:
    """What the page of the case says to it."""
    client, path = house.browser(by), f"/staff/cases/{case.reference}"
    page = read_page(client.get(path))
    form = page.one("form", action=f"{path}/pass_on")
    typed = {**page.fields(form), "person": to, "message": note}
    answer = client.post(f"{path}/pass_on", data=typed)
    return answer.status_code, parsed(answer.status_code, answer.get_data(as_text=True))


def on_today(house: House, who: Staff) -> str:
    page = read_page(house.browser(who).get("/staff/"))
    return said(page.one("section", aria_labelledby="list-passed"))


def test_a_colleague_finds_it_on_today_with_the_note_until_they_look(house: House) -> None:
    who, colleague, third = house.hire(), house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    case = taken(house, who).case
    assert passes(house, who, case, str(colleague.id))[0] == 303
    assert house.again(case).assignee_id == colleague.id
    shown = on_today(house, colleague)
    for told in (case.reference, NOTE, "from Tanaka Ken"):
        assert told in shown
    assert case.reference not in on_today(house, who)
    assert case.reference not in on_today(house, third)
    page = read_page(house.browser(colleague).get(f"/staff/cases/{case.reference}"))
    assert NOTE in said(page.one("section", aria_labelledby="among-staff"))
    assert "Tanaka Ken passed the case on to Mori Emi." in page.text
    assert case.reference not in on_today(house, colleague)


def test_today_opens_for_who_has_looked_at_many_cases(house: House) -> None:
    who, colleague = house.hire(), house.hire(name="Mori Emi")
    one, two, three = (taken(house, who).case for _ in range(3))
    for case in (one, two):
        house.browser(colleague).get(f"/staff/cases/{case.reference}")
        passes(house, who, case, str(colleague.id))
    passes(house, who, three, str(colleague.id))
    house.browser(colleague).get(f"/staff/cases/{two.reference}")
    shown = on_today(house, colleague)
    assert one.reference in shown
    assert three.reference in shown
    assert two.reference not in shown


def test_reading_the_note_on_today_is_written_down(house: House) -> None:
    who, colleague = house.hire(), house.hire(name="Mori Emi")
    case = taken(house, who).case
    passes(house, who, case, str(colleague.id))
    on_today(house, colleague)
    mine = (ReadLog.stream_id == case.id, ReadLog.actor == f"member:{colleague.id}")
    assert house.session.scalars(select(ReadLog.what).where(*mine)).all() == ["note"]


def test_the_note_is_sealed_and_among_staff(house: House) -> None:
    who, colleague = house.hire(), house.hire(name="Mori Emi")
    case = taken(house, who).case
    passes(house, who, case, str(colleague.id))
    row = house.session.scalars(select(Message).where(Message.verb == "pass_on")).one()
    assert (row.thread, row.author, row.person_id) == ("staff", "staff", who.id)
    assert NOTE.encode() not in bytes(row.body)


@pytest.mark.parametrize("danger", [False, True])
def test_danger_goes_by_letter_at_once(house: House, danger: bool) -> None:
    who, colleague = house.hire(), house.hire(name="Mori Emi")
    case = taken(house, who).case
    case.danger, case.severity = danger, "high"
    house.session.commit()
    passes(house, who, case, str(colleague.id))
    letters = select(func.count()).select_from(Outbox).where(Outbox.kind == "danger")
    assert house.session.scalar(letters) == int(danger)
    told = house.session.scalars(select(Notice).where(Notice.kind == "assigned")).one()
    assert (told.person_id, told.told_at is not None) == (colleague.id, danger)


def test_danger_that_a_lead_gives_to_somebody_goes_by_letter_at_once(house: House) -> None:
    lead, colleague = house.hire(Role.LEAD), house.hire(name="Mori Emi")
    case = taken(house, lead).case
    case.danger, case.severity = True, "high"
    site = house.app.config["SITE"]
    handling.assign(lead.act(house.session, site, case, real_now()), colleague.id)
    letters = select(func.count()).select_from(Outbox).where(Outbox.kind == "danger")
    assert house.session.scalar(letters) == 1


def test_who_is_away_gets_nothing(house: House) -> None:
    who, colleague = house.hire(), house.hire(name="Mori Emi")
    case = taken(house, who).case
    away_for(house, colleague, who)
    page = read_page(house.browser(who).get(f"/staff/cases/{case.reference}"))
    form = page.one("form", action=f"/staff/cases/{case.reference}/pass_on")
    assert "Mori Emi" not in said(form), "nobody who is away is offered"
    status, page = passes(house, who, case, str(colleague.id))
    assert status == 422
    assert "This colleague is away." in page.text
    assert NOTE in page.text
    assert house.again(case).assignee_id == who.id


def test_who_left_or_has_a_conflict_of_interest_gets_nothing(house: House) -> None:
    who, gone, barred = house.hire(), house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    case = taken(house, who).case
    stands = {"state": "stands", "at": real_now(), "by_id": barred.id}
    house.session.add(Recusal(case_id=case.id, person_id=barred.id, **stands))
    removed(house, gone)
    for one in (gone, barred):
        status, page = passes(house, who, case, str(one.id))
        assert status == 422, one.name
        assert "Choose one of the answers on this page." in page.errors["person"]
        act = who.act(house.session, house.app.config["SITE"], house.again(case), real_now())
        with pytest.raises(Refused) as refused:
            pass_on(act, Passed(one.id, words(NOTE)))
        assert refused.value.code == "assignee"
    assert house.again(case).assignee_id == who.id


def test_who_does_not_have_it_cannot_pass_it_on(house: House) -> None:
    who, other, lead = house.hire(), house.hire(name="Mori Emi"), house.hire(Role.LEAD, "Ito Jun")
    case = taken(house, who).case
    for by in (other, lead):
        page = read_page(house.browser(by).get(f"/staff/cases/{case.reference}"))
        assert not page.all("form", action=f"/staff/cases/{case.reference}/pass_on")


def test_a_deputy_passes_on_what_they_look_after(house: House) -> None:
    who, deputy, third = house.hire(), house.hire(name="Mori Emi"), house.hire(name="Ito Jun")
    case = taken(house, who).case
    away_for(house, who, deputy)
    assert passes(house, deputy, case, str(third.id))[0] == 303
    assert house.again(case).assignee_id == third.id
