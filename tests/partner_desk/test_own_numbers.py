"""The numbers of one's own desk: counted from one's own papers, those of others are not in them."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest
from flask import Flask

from grievance.cases.operations.referring import local_today
from grievance.clock import now
from grievance.referrals.models import Referral
from grievance.referrals.templates import book
from tests.cases.conftest import World
from tests.cast import file_case
from tests.partner_desk.conftest import Theirs, said

HERE = "company-hotline-template"
pytestmark = pytest.mark.usefixtures("loaded")


def laid(world: World, body: str, days: int, named: list[UUID], **after: int) -> Referral:
    """A paper that was handed over so many days ago, and answered so many days after."""
    world.filed = file_case(world.session, world.site)
    world.bring_to("accepted")
    row = world.on_desk(body, named)
    row.delivered_on = local_today(world.session, now()) - timedelta(days=days)
    for name, later in after.items():
        setattr(row, f"{name}_on", row.delivered_on + timedelta(days=later))
        row.state = name
    row.ends_on = date(2100, 1, 1)
    return row


def shown(theirs: Theirs, number: int = 0) -> dict[str | None, str]:
    """The numbers on the page."""
    cells = [one for one in theirs.board(number=number).all("dd") if one.get("data-figure")]
    return {one.get("data-figure"): said(one) for one in cells}


def test_a_desk_counts_its_own_papers(app: Flask, world: World) -> None:
    company = world.add_company()
    one, two = (person.id for person in company.people[:2])
    allowed = 14
    days = {template.acknowledge_days for template in book().templates.values()}
    assert days == {7, allowed, 30}  # what the page says
    for given, after in (
        (40, {"acknowledged": 3, "outcome": 20}),
        (60, {"accepted": allowed, "outcome": 50}),
        (60, {"declined": allowed + 20}),
        (50, {}),  # its time is over
        (1, {}),
    ):
        laid(world, HERE, given, [one], **after)
    laid(world, HERE, 90, [two], outcome=70)
    taken = laid(world, HERE, 90, [one])
    taken.state, taken.recalled_at = "recalled", world.act().now
    world.session.commit()
    theirs = Theirs(app, world)
    mine = shown(theirs)
    assert mine == {
        "under_way": "2",
        "late": mine["late"],
        "all": "6",
        "answered": "3",
        "in_time": "2",
        "too_late": "2",
        "median": str(allowed),
        "outcome": "35",
    }
    other = shown(theirs, number=1)
    assert (other["all"], other["outcome"]) == ("1", "70")
    assert shown(theirs, number=2) == {}
