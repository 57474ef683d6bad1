"""An escalation on the desk: the list, the level, and the button that says one sees to it."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from grievance import clock
from grievance.accounts.models import Event
from grievance.accounts.roles import Role
from grievance.cases.jobs import sweep
from grievance.deadlines.models import Deadline
from tests.cast import IN_DANGER, browser, file_case, found_operator, member
from tests.deadlines.test_deadlines_sweep import DANGER_OVERDUE
from tests.pages import read_page


@pytest.fixture
def desk(app, session):
    """A lead, a handler, and a case in danger that was escalated once."""
    operator = found_operator(session, app.config["KEY_RING"])
    handler = member(session, operator)
    lead = member(session, operator, Role.LEAD, "Ito Jun")
    filed = file_case(session, app.config["SITE"], **IN_DANGER)
    sweep(session, app.config["SITE"], DANGER_OVERDUE)
    session.refresh(filed.case)
    return session, {one: browser(app, session, one) for one in (handler, lead)}, filed.case


def button_form(page, verb="acknowledge_escalation"):
    return next(
        (
            form
            for form in page.all("form")
            if any(button.get("data-verb") == verb for button in form.iter("button"))
        ),
        None,
    )


@pytest.mark.parametrize("path", ["/staff/", "/staff/cases/{}"])
def test_who_was_told_sees_the_level_and_says_once_that_they_see_to_it(desk, path):
    session, browsers, case = desk
    client, where = next(iter(browsers.values())), path.format(case.reference)
    page = read_page(client.get(where))
    assert "Escalated to handlers" in page.main
    form = button_form(page)
    assert form.get("action") == f"/staff/cases/{case.reference}/acknowledge_escalation"
    assert client.post(form.get("action"), data=page.fields(form)).status_code == 303
    session.expire_all()
    assert (case.level, case.escalation_waits) == (1, False)
    after = read_page(client.get(where))
    assert button_form(after) is None
    assert client.post(form.get("action"), data=page.fields(form)).status_code in (303, 409)
    said = select(Event).where(Event.stream_id == case.id, Event.verb == "acknowledge_escalation")
    assert len(session.scalars(said).all()) == 1
    timeline = read_page(client.get(f"/staff/cases/{case.reference}")).main
    assert "The case is overdue. Escalated to handlers." in timeline
    assert "Tanaka Ken saw the escalation and sees to it." in timeline


def test_above_the_first_rung_it_is_the_leads_list_and_the_handler_only_sees_the_level(app, desk):
    session, browsers, case = desk
    clock_ = session.scalars(select(Deadline).where(Deadline.kind == "danger")).one()
    assert clock_.next_try < clock.now()
    sweep(session, app.config["SITE"], clock_.next_try)
    session.expire_all()
    assert case.level == 2
    handler, lead = browsers.values()
    mine, theirs = read_page(handler.get("/staff/")), read_page(lead.get("/staff/"))
    assert button_form(mine) is None
    assert button_form(theirs) is not None
    queue = read_page(handler.get("/staff/cases")).main
    assert "Escalated to leads" in queue
