"""The worker of a closed case says on the telephone how they are: staff write it down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from grievance import clock
from grievance.accounts.models import Event
from grievance.cases.models import Case, Feedback
from tests.cast import browser
from tests.intake.remedy_kit import Way, read, visit
from tests.intake.test_after_end_page import case_of, closed
from tests.pages import Page, parsed, read_page

SAID = "I found other work. Nobody came to my room."


def writes(app: Flask, session: Session, one: Way, verb: str, **typed: str) -> tuple[int, Page]:
    """What somebody typed into the form of the verb on the page of the case."""
    client, path = browser(app, session, one.handler), f"/staff/cases/{one.case.reference}"
    page = read_page(client.get(path))
    form = page.one("form", action=f"{path}/{verb}")
    known: dict[str, Any] = {"words": SAID, "read_back": "yes"}
    sent = client.post(f"{path}/{verb}", data={**page.fields(form), **known, **typed})
    return sent.status_code, parsed(sent.status_code, sent.get_data(as_text=True))


def kept(session: Session, one: Way) -> Feedback:
    mine = (Feedback.case_id == one.case.id, Feedback.kind == "check_in")
    return session.scalars(select(Feedback).where(*mine)).one()


def test_all_is_well_and_the_worker_reads_what_was_written_down(
    app: Flask, session: Session
) -> None:
    one = closed(app, session, 31)
    for typed, field in (({"words": ""}, "words"), ({"read_back": ""}, "read_back")):
        status, page = writes(app, session, one, "record_well", **typed)
        assert (status, field in page.errors) == (422, True)
    early = (clock.now() - timedelta(days=60)).date().isoformat()
    assert writes(app, session, one, "record_well", on_day=early)[0] != 303
    assert writes(app, session, one, "record_well")[0] == 303
    given = kept(session, one)
    assert (given.safe, given.reprisal, given.stayed) == ("yes", False, "all")
    assert (given.given_by, given.recorder_id) == ("staff_recorded", one.handler.id)
    assert case_of(session, one).state == "closed"
    desk = browser(app, session, one.handler)
    page = read_page(desk.get(f"/staff/cases/{one.case.reference}"))
    assert SAID in page.main
    assert "all is well" in page.text
    own = read(visit(app, session, one.filed.code))
    assert not own.all("div", data_asks="after"), "asked again on the next of the three days"


@pytest.mark.parametrize(
    ("typed", "danger"),
    [
        ({"safe": "no", "reprisal": "unsaid", "stayed": "all"}, True),
        ({"safe": "yes", "reprisal": "yes", "stayed": "all"}, False),
        ({"safe": "yes", "reprisal": "no", "stayed": "part"}, False),
    ],
)
def test_what_is_wrong_opens_the_case_again(
    app: Flask, session: Session, typed: dict[str, str], danger: bool
) -> None:
    one = closed(app, session, 31)
    well = {"safe": "yes", "reprisal": "no", "stayed": "all"}
    assert writes(app, session, one, "record_worry", **well)[0] == 409
    assert writes(app, session, one, "record_worry", **typed)[0] == 303
    case: Case = case_of(session, one)
    assert (case.state, case.danger, case.worker_waits) == ("in_review", danger, True)
    assert kept(session, one).safe == typed["safe"]
    mine = select(Event).where(Event.stream_id == case.id).order_by(Event.seq.desc()).limit(1)
    event = session.scalars(mine).one()
    assert (event.verb, event.codes["on"]) == ("record_worry", event.codes["on"])
