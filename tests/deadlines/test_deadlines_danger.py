"""Danger is told at once, however a case comes to need somebody: nobody's, found, written of."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

import pytest

from grievance.accounts.models import Absence
from grievance.accounts.roles import Role
from grievance.cases.operations import conflicts, deciding, handling, replying, telling
from grievance.cases.operations.conflicts import Declared
from grievance.cases.operations.handling import Triage
from tests.cast import IN_DANGER, NOW, Filed, Staff
from tests.deadlines.conftest import House
from tests.deadlines.test_deadlines_digest import MORNING, take, write

Road = Callable[[House, Staff, Staff, Filed], None]


def does(house: House, who: Staff, filed: Filed):
    """An act of somebody at the desk."""
    return who.act(house.session, house.app.config["SITE"], filed.case, NOW)


def give_back(house: House, who: Staff, _lead: Staff, filed: Filed) -> None:
    handling.unassign(does(house, who, filed))


def taken_away(house: House, _who: Staff, lead: Staff, filed: Filed) -> None:
    handling.unassign(does(house, lead, filed))


def step_aside(house: House, who: Staff, _lead: Staff, filed: Filed) -> None:
    conflicts.recuse(does(house, who, filed), "A cousin works there.")


def declared(house: House, who: Staff, lead: Staff, filed: Filed) -> None:
    said = Declared(who.id, "A cousin works there.")
    conflicts.declare_conflict(does(house, lead, filed), said)
    conflicts.agree_conflict(does(house, who, filed), who.id)


def deputy_steps_aside(house: House, who: Staff, lead: Staff, filed: Filed) -> None:
    away(house, who, lead)
    conflicts.recuse(does(house, lead, filed), "A cousin works there.")


def away(house: House, who: Staff, deputy: Staff) -> None:
    today = NOW.date()
    absence = Absence(
        id=uuid4(),
        person_id=who.id,
        deputy_id=deputy.id,
        from_day=today,
        until_day=today + timedelta(days=9),
        set_by=who.id,
        set_at=NOW,
    )
    house.session.add(absence)
    house.session.flush()


def told(house: House) -> set[str]:
    """Who gets a letter of danger."""
    house.session.commit()
    return {one.to for one in house.mail("danger")}


@pytest.mark.parametrize(
    ("road", "hears"),
    [
        (give_back, {"lead", "other"}),
        (taken_away, {"who", "other"}),
        (step_aside, {"lead", "other"}),
        (declared, {"lead", "other"}),
        (deputy_steps_aside, {"who", "other"}),
    ],
)
def test_a_case_in_danger_that_becomes_nobodys_is_told_to_all_others(
    house: House, road: Road, hears: set[str]
) -> None:
    who, lead = house.hire(), house.hire(Role.LEAD, "Ito Jun")
    people = {"who": who.address, "lead": lead.address, "other": house.operator.director.address}
    filed = house.case(**IN_DANGER)
    take(house, who, filed)
    house.mail("danger")
    road(house, who, lead, filed)
    assert told(house) == {people[one] for one in hears}
    assert len(house.noticed("freed", filed.case)) == len(hears)


def test_one_that_is_not_in_danger_waits_for_the_morning(house: House) -> None:
    who, filed = house.hire(), house.case()
    house.digest(MORNING - timedelta(days=1))
    take(house, who, filed)
    handling.unassign(does(house, who, filed))
    assert told(house) == set()
    (letter,) = house.digest(MORNING)
    assert letter.to == house.operator.director.address
    assert "- nobody has 1 case any more\n" in letter.body


def test_danger_found_in_a_colleagues_case_is_told_to_who_has_it_and_their_deputy(
    house: House,
) -> None:
    who, deputy = house.hire(), house.hire(name="Mori Emi")
    lead, filed = house.hire(Role.LEAD, "Ito Jun"), house.case()
    take(house, who, filed)
    issues = filed.case.issues
    found = Triage("high", issues, danger=True)
    handling.triage(does(house, lead, filed), found)
    assert told(house) == {who.address}
    handling.triage(does(house, lead, filed), found)
    assert told(house) == set(), "it was known"
    handling.triage(does(house, lead, filed), Triage("high", issues, danger=False))
    away(house, who, deputy)
    handling.triage(does(house, who, filed), found)
    assert told(house) == {deputy.address}, "who found it knows"


@pytest.mark.parametrize(("answers", "at_once"), [({}, False), (IN_DANGER, True)])
def test_a_body_that_writes_is_heard_at_once_in_danger(
    house: House, answers: dict[str, str], at_once: bool
) -> None:
    """A shelter's refusal on a Friday evening waited for Monday."""
    who, filed = house.hire(), house.case(**answers)
    take(house, who, filed)
    house.mail("danger")
    telling.staff_of_body(house.session, house.app.config["SITE"], filed.case, NOW)
    assert told(house) == ({who.address} if at_once else set())


def test_a_case_in_danger_that_a_lead_opens_again_is_told_to_who_has_it(house: House) -> None:
    who, lead = house.hire(), house.hire(Role.LEAD, "Ito Jun")
    filed = house.case(**IN_DANGER)
    take(house, who, filed)
    write(house, filed)
    replying.withdraw(filed.act(house.session, house.app.config["SITE"]))
    told(house)
    deciding.reopen(does(house, lead, filed))
    assert told(house) == {who.address}
