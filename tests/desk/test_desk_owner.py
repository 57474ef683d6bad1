"""No open case is without somebody who sees it, whatever becomes of who had it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from grievance.accounts.models import Absence, Event, KeyRequest, MembershipKey, Person
from grievance.accounts.roles import Role
from grievance.cases import queue
from grievance.cases.operations import conflicts, handling, replying, telling
from grievance.cases.operations.replying import Sent
from grievance.cases.queue import Filters, Seer
from grievance.clock import local_day, real_now
from tests.cases.conftest import words
from tests.cast import Filed, Staff
from tests.desk.conftest import House
from tests.desk.test_desk_flow import send
from tests.noticed import noticed
from tests.pages import Page, read_page

Gone = Callable[[House, Staff, Filed], None]


def taken(house: House, by: Staff) -> Filed:
    """A case that somebody has."""
    filed = house.case()
    handling.take(by.act(house.session, house.app.config["SITE"], filed.case, real_now()))
    house.session.commit()
    return filed


def confirm(house: House, path: str, **typed: str) -> None:
    """The director confirms a grave act."""
    client = house.browser(house.operator.director)
    answer = client.post(path, data={**read_page(client.get(path)).fields(), **typed})
    assert answer.status_code == 303, read_page(answer).main


def removed(house: House, who: Staff, filed: Filed | None = None) -> None:
    confirm(house, f"/staff/people/{who.id}/remove", cases_to="nobody")


def without_key(house: House, who: Staff, filed: Filed) -> None:
    held = select(MembershipKey).where(MembershipKey.person_id == who.id)
    for row in house.session.scalars(held):
        house.session.delete(row)


def left(house: House, who: Staff, filed: Filed) -> None:
    house.session.get_one(Person, who.id).state = "left"


def recused(house: House, who: Staff, filed: Filed) -> None:
    act = who.act(house.session, house.app.config["SITE"], filed.case, real_now())
    conflicts.recuse(act, "A cousin works there.")


def away_for(house: House, who: Staff, deputy: Staff | None, days: int = 3) -> None:
    """They are away from today on."""
    today = local_day(real_now(), "Asia/Tokyo")
    noted = Absence(person_id=who.id, deputy_id=deputy.id if deputy else None, set_by=who.id)
    noted.from_day, noted.until_day = today, today + timedelta(days=days)
    noted.set_at = real_now()
    house.session.add(noted)
    house.session.flush()


def away(house: House, who: Staff, filed: Filed) -> None:
    away_for(house, who, None)


def away_and_the_deputy_too(house: House, who: Staff, filed: Filed) -> None:
    deputy = house.hire(name="Ito Jun")
    away_for(house, who, deputy)
    away_for(house, deputy, None)
    house.session.get_one(Person, deputy.id).state = "left"


def away_and_the_deputy_may_not_see_it(house: House, who: Staff, filed: Filed) -> None:
    deputy = house.hire(name="Ito Jun")
    away_for(house, who, deputy)
    recused(house, deputy, filed)


GONE = [
    removed, without_key, left, recused, away, away_and_the_deputy_too,
    away_and_the_deputy_may_not_see_it,
]  # fmt: skip


@pytest.mark.parametrize("gone", GONE)
def test_the_case_of_whom_is_gone_stands_where_others_see_it(house: House, gone: Gone) -> None:
    who, colleague = house.hire(), house.hire(name="Mori Emi")
    filed = taken(house, who)
    gone(house, who, filed)
    house.session.commit()
    now = real_now()
    for person in (colleague.id, house.operator.director.id):
        seer = Seer(house.session, person, now)
        nobodys = queue.today(seer)["unassigned"]
        assert [one.id for one in nobodys.cases] == [filed.case.id]
        assert nobodys.count == 1
        for filters in (Filters(unassigned=True), Filters(today="unassigned")):
            assert [one.id for one in queue.queue(seer, filters).cases] == [filed.case.id]


@pytest.mark.parametrize(
    "gone", [removed, without_key, left, recused, away, away_and_the_deputy_too]
)
@pytest.mark.parametrize("accepted", [False, True])
def test_whoever_sees_it_can_take_it(
    house: House, show: Callable[..., Page], gone: Gone, accepted: bool
) -> None:
    who, colleague = house.hire(), house.hire(name="Mori Emi")
    filed, site = taken(house, who), house.app.config["SITE"]
    if accepted:
        handling.accept(who.act(house.session, site, filed.case, real_now()))
    gone(house, who, filed)
    house.session.commit()
    path, verb = f"/staff/cases/{filed.case.reference}", "take_over" if accepted else "take"
    client = house.browser(colleague)
    assert send(client, show(client, path), verb).status_code == 303
    assert house.again(filed.case).assignee_id == colleague.id
    assert "took the case" in show(client, path).text


@pytest.mark.parametrize("gone", GONE)
def test_what_the_worker_writes_then_reaches_somebody(house: House, gone: Gone) -> None:
    who, colleague = house.hire(), house.hire(name="Mori Emi")
    filed = taken(house, who)
    gone(house, who, filed)
    replying.say(filed.act(house.session, house.app.config["SITE"], real_now()), Sent(words()))
    house.session.commit()
    told = set(noticed(house.session, "worker_answered")) - {who.id}
    assert told == {colleague.id, house.operator.director.id}
    today = queue.today(Seer(house.session, colleague.id, real_now()))
    assert [one.id for one in today["answered"].cases] == [filed.case.id]


def test_a_deputy_sees_to_the_cases_of_who_is_away_until_they_are_back(house: House) -> None:
    who, deputy = house.hire(), house.hire(name="Mori Emi")
    filed = taken(house, who)
    away_for(house, who, deputy)
    replying.say(filed.act(house.session, house.app.config["SITE"], real_now()), Sent(words()))
    assert set(noticed(house.session, "worker_answered")) == {who.id, deputy.id}
    filed.case.next_due, filed.case.level = real_now(), 1
    filed.case.escalation_waits = True
    house.session.commit()
    lists = ("answered", "due", "escalated")
    for person, day, sees in (
        (deputy, 0, True),
        (deputy, 3, True),
        (deputy, 4, False),
        (who, 0, True),
        (house.operator.director, 0, False),
    ):
        seer = Seer(house.session, person.id, real_now() + timedelta(days=day))
        today = queue.today(seer)
        assert [bool(today[name].cases) for name in lists] == [sees] * 3, (person, day)
        assert not today["unassigned"].count
    page = read_page(house.browser(deputy).get(f"/staff/cases/{filed.case.reference}"))
    assert page.all("form", action=f"/staff/cases/{filed.case.reference}/acknowledge_escalation")


def test_a_rung_reaches_the_deputy(house: House) -> None:
    who, deputy = house.hire(), house.hire(name="Mori Emi")
    filed = taken(house, who)
    away_for(house, who, deputy)
    act = who.act(house.session, house.app.config["SITE"], filed.case, real_now())
    telling.staff_of_escalation(act, act.site, telling.Late("answer", 1))
    assert set(noticed(house.session, "escalated")) == {who.id, deputy.id}


def test_who_removes_somebody_reads_first_what_becomes_of_their_cases(
    house: House, show: Callable[..., Page]
) -> None:
    who, colleague = house.hire(), house.hire(name="Mori Emi")
    filed = taken(house, who)
    page = show(house.browser(house.operator.director), f"/staff/people/{who.id}/remove")
    assert "They have 1 open case." in page.text
    page = show(house.browser(house.operator.director), f"/staff/people/{colleague.id}/remove")
    assert "open case" not in page.text
    assert not page.all("select", name="cases_to")
    removed(house, who, filed)
    assert house.again(filed.case).assignee_id is None
    event = house.session.scalars(select(Event).where(Event.verb == "free")).one()
    assert event.codes["before"] == str(who.id)
    told = noticed(house.session, "freed")
    assert sorted(told) == sorted([colleague.id, house.operator.director.id])
    page = show(house.browser(colleague), f"/staff/cases/{filed.case.reference}")
    assert "Who had the case left: nobody has it now." in page.text


def test_a_key_that_is_refused_frees_the_cases_too(house: House) -> None:
    """Who lost their password still had them."""
    who = house.hire(Role.LEAD)
    filed = taken(house, who)
    director = house.operator.director
    asked = KeyRequest(person_id=who.id, organisation_id=house.operator.id, key_generation=1)
    asked.invited_by, asked.reason, asked.created_at = director.id, "reset", real_now()
    house.session.add(asked)
    house.session.commit()
    confirm(house, f"/staff/keys/{asked.id}/refuse")
    assert house.again(filed.case).assignee_id is None


def test_removing_asks_who_takes_the_cases(house: House, show: Callable[..., Page]) -> None:
    who, colleague = house.hire(), house.hire(name="Mori Emi")
    filed, shut = taken(house, who), taken(house, who)
    recused(house, colleague, shut)
    house.session.commit()
    path, client = f"/staff/people/{who.id}/remove", house.browser(house.operator.director)
    page = read_page(client.get(path))
    answer = client.post(path, data=page.fields())
    assert answer.status_code == 422
    assert "Choose who takes the open cases, or nobody." in read_page(answer).text
    names = [one.get("value") for one in page.one("select", name="cases_to").iter("option")]
    assert names[:2] == ["", "nobody"]
    assert set(names[2:]) == {str(house.operator.director.id), str(colleague.id)}
    confirm(house, path, cases_to=str(colleague.id))
    assert house.again(filed.case).assignee_id == colleague.id
    assert house.again(shut.case).assignee_id is None, "they may not see it"
    assert noticed(house.session, "assigned") == [colleague.id]
    assert set(noticed(house.session, "freed")) == {house.operator.director.id}
    page = show(house.browser(colleague), f"/staff/cases/{filed.case.reference}")
    assert "Who had the case left: Mori Emi has it now." in page.text


def test_a_role_without_cases_asks_it_too(house: House) -> None:
    who, colleague = house.hire(), house.hire(name="Mori Emi")
    filed = taken(house, who)
    path, client = f"/staff/people/{who.id}/change", house.browser(house.operator.director)
    page = read_page(client.get(path))
    data = {**page.fields(), "role": "directory_editor"}
    assert client.post(path, data=data).status_code == 422
    assert client.post(path, data=page.fields() | {"name": "Tanaka"}).status_code == 303
    data["cases_to"] = str(colleague.id)
    assert client.post(path, data=data).status_code == 303
    assert house.again(filed.case).assignee_id == colleague.id


def test_nobody_leaves_who_alone_can_open_a_case(house: House, show: Callable[..., Page]) -> None:
    who = house.hire()
    filed = taken(house, who)
    recused(house, house.operator.director, filed)
    house.session.commit()
    client, path = house.browser(house.operator.director), f"/staff/people/{who.id}/remove"
    data = {**read_page(client.get(path)).fields(), "cases_to": "nobody"}
    assert (
        "everybody else has a conflict of interest" in read_page(client.post(path, data=data)).text
    )
    assert house.again(filed.case).assignee_id == who.id
    assert not show(client, "/staff/").all("div", data_shut="")
    without_key(house, who, filed)
    house.session.commit()
    assert show(client, "/staff/").all("div", data_shut="")
