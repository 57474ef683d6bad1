"""Who has how much: each number opens the queue with exactly these cases."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import update

from grievance.accounts.roles import Role
from grievance.cases.models import Case
from grievance.cases.operations import conflicts
from grievance.clock import local_day, real_now
from grievance.deadlines.limits import JAPAN
from grievance.deadlines.models import LimitationDate
from tests.cast import Staff
from tests.desk.conftest import House
from tests.desk.looking import counted, references
from tests.desk.test_desk_owner import away_for, taken
from tests.pages import Page

Show = Callable[..., Page]
PATH = "/staff/caseload"


def change(house: House, case: Case, **values: object) -> None:
    house.session.execute(update(Case).where(Case.id == case.id).values(**values))
    house.session.commit()
    house.again(case)


def cells(page: Page, of: str) -> dict[str, tuple[str, str]]:
    """What a line says, by kind, and where each number leads."""
    row = page.one("tr", data_load=of)
    found = {}
    for cell in row.iter("td"):
        (link,) = [*cell.iter("a")] or [None]
        url = link.get("href") if link is not None else ""
        found[str(cell.get("data-cell"))] = ("".join(cell.itertext()).strip(), str(url))
    return found


@pytest.fixture
def lead(house: House) -> Staff:
    """Who looks."""
    return house.hire(Role.LEAD, "Ito Jun")


def test_each_number_opens_exactly_what_it_counts(house: House, show: Show, lead: Staff) -> None:
    who = house.hire()
    late, waiting, danger, near = (taken(house, who).case for _ in range(4))
    mine, fresh, shut = taken(house, lead).case, house.case().case, taken(house, who).case
    now = real_now()
    for one in (late, waiting, danger, near, mine, fresh, shut):
        change(house, one, next_due=now + timedelta(days=5), filed_at=now)
    change(house, late, next_due=now - timedelta(days=1))
    change(house, waiting, state="awaiting_worker", resumes_to="in_review")
    change(house, danger, danger=True, severity="high")
    change(house, near, filed_at=now - timedelta(days=40))
    day = local_day(now, JAPAN) + timedelta(days=20)
    house.session.add(LimitationDate(case_id=near.id, latest_safe=day))
    site = house.app.config["SITE"]
    conflicts.recuse(lead.act(house.session, site, shut, now), "A cousin works there.")
    house.session.commit()
    client = house.browser(lead)
    page = show(client, PATH)
    expected = {
        str(who.id): {
            "open": [late, waiting, danger, near],
            "late": [late],
            "waiting": [waiting],
            "danger": [danger],
            "law": [near],
            "oldest": [late, waiting, danger, near],
        },
        str(lead.id): {"open": [mine], "late": [], "waiting": [], "danger": [], "law": []},
        "nobody": {"open": [fresh], "late": [], "danger": []},
    }
    for of, kinds in expected.items():
        said = cells(page, of)
        for kind, cases in kinds.items():
            text, url = said[kind]
            if kind not in ("law", "oldest"):
                assert text == str(len(cases)), (of, kind)
            shown = set(references(show(client, url))) if url else set()
            assert shown == {one.reference for one in cases}, (of, kind)
    text, url = cells(page, str(who.id))["oldest"]
    assert text == "40 days"
    assert references(show(client, url))[0] == near.reference


def test_who_is_away_is_said_and_who_looks_after_it(house: House, show: Show, lead: Staff) -> None:
    who, deputy = house.hire(), house.hire(name="Mori Emi")
    away_for(house, who, deputy)
    away_for(house, lead, None)
    house.session.commit()
    page = show(house.browser(lead), PATH)
    said = {
        one: " ".join("".join(page.one("tr", data_load=str(one)).itertext()).split())
        for one in (who.id, deputy.id, lead.id)
    }
    assert "Mori Emi looks after the cases" in said[who.id]
    assert "nobody looks after the cases" in said[lead.id]
    assert "Away" not in said[deputy.id]


def test_some_cases_of_a_person_go_to_another_from_there(
    house: House, show: Show, lead: Staff
) -> None:
    who, colleague = house.hire(), house.hire(name="Mori Emi")
    goes, stays = taken(house, who).case, taken(house, who).case
    client = house.browser(lead)
    queue = show(client, cells(show(client, PATH), str(who.id))["open"][1])
    form = queue.one("form", id="bulk")
    picked = {"pick": f"{goes.reference}.{goes.version}", "person": str(colleague.id)}
    sent = {**queue.fields(form), **picked}
    assert client.post("/staff/cases/bulk/assign", data=sent).status_code == 200
    assert house.again(goes).assignee_id == colleague.id
    assert house.again(stays).assignee_id == who.id


def test_all_of_a_person_begins_with_their_name(house: House, show: Show, lead: Staff) -> None:
    who = house.hire()
    taken(house, who)
    client = house.browser(lead)
    page = show(client, PATH)
    page = show(client, f"{PATH}?of={who.id}")
    assert page.fields()["of"] == str(who.id)
    assert show(client, f"{PATH}?of=nonsense").fields()["of"] == ""


def test_who_leads_nobody_does_not_see_it(house: House, show: Show) -> None:
    client = house.browser(house.hire())
    assert client.get(PATH).status_code == 403
    assert not show(client, "/staff/").all("a", href=PATH)


def test_one_statement_counts_all_of_them(house: House, lead: Staff) -> None:
    for nth in range(4):
        taken(house, house.hire(name=f"Colleague {nth}"))
    client = house.browser(lead)
    client.get(PATH)
    with counted() as few:
        client.get(PATH)
    for nth in range(4):
        taken(house, house.hire(name=f"Another {nth}"))
    with counted() as more:
        client.get(PATH)
    assert len(more) == len(few)
