"""What is grave asks for the password once more, whatever was typed is carried on, and nothing is
done before."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from grievance.accounts import queries
from grievance.accounts.models import Invitation, OperatorProfile, StaffSession
from grievance.clock import real_now
from tests.accounts.conftest import PASSWORD, Browser, Office
from tests.pages import read_page


@pytest.fixture
def stale(client: Browser, office: Office) -> Browser:
    """The director's browser, signed in eleven minutes ago."""
    client.sign_in("director@example.org")
    past = real_now() - queries.STEP_UP - timedelta(seconds=1)
    office.session.execute(update(StaffSession).values(stepped_up_at=past))
    office.session.commit()
    return client


def names(office: Office) -> list[str]:
    return list(office.session.scalars(select(Invitation.name).where(Invitation.kind == "join")))


def test_inviting_asks_and_carries_what_was_typed(stale: Browser, office: Office) -> None:
    typed = {"name": 'Lan "Pham" <b>', "email": "lan@example.org", "role": "handler"}
    asked = read_page(stale.send("/staff/people", **typed))
    assert asked.name == "staff.step-up"
    assert names(office) == []
    kept = asked.fields()
    assert {name: kept[name] for name in typed} == typed
    wrong = read_page(stale.post("/staff/people", data={**kept, "step_up": "not the password"}))
    assert "step_up" in wrong.errors
    assert names(office) == []
    again = wrong.fields()
    assert {name: again[name] for name in typed} == typed
    assert "step_up" not in again or not again["step_up"]
    done = stale.post("/staff/people", data={**again, "step_up": PASSWORD})
    assert read_page(done).name == "staff.people"
    assert names(office) == [typed["name"]]
    stale.send("/staff/people", name="Minh", email="minh@example.org", role="lead")
    assert sorted(names(office)) == ['Lan "Pham" <b>', "Minh"]


def test_the_profile_asks_and_keeps_several_answers_to_one_question(
    stale: Browser, office: Office
) -> None:
    page = stale.page("/staff/operator")
    data = {**page.fields(), "name": "Another name", "languages": ["en", "vi"]}
    asked = read_page(stale.post("/staff/operator", data=data))
    assert asked.name == "staff.step-up"
    row = office.session.get_one(OperatorProfile, office.id)
    assert row.version == 1
    kept = {**asked.fields(), "languages": ["en", "vi"], "step_up": PASSWORD}
    assert len([i for i in asked.all("input") if i.get("name") == "languages"]) == 2
    assert stale.post("/staff/operator", data=kept).status_code == 303
    office.session.expire_all()
    assert office.session.get_one(OperatorProfile, office.id).languages == ["en", "vi"]
    again = stale.page("/staff/operator").all("input", name="languages", checked="")
    assert [one.get("value") for one in again] == ["en", "vi"]


def test_what_another_site_sends_is_never_carried_on(stale: Browser, office: Office) -> None:
    """Else a page of theirs could put its own words before somebody who just types a password."""
    typed = {"name": "Thief", "email": "thief@example.org", "role": "director"}
    answer = stale.post("/staff/people", data={**typed, "token": "x"})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/staff/confirm-password?next=/staff/people"
    assert names(office) == []


def test_an_export_asks_and_comes_back_to_what_was_filtered(stale: Browser) -> None:
    answer = stale.get("/staff/referrals.csv?state=silent")
    assert answer.status_code == 303
    after = stale.send(answer.headers["Location"], password=PASSWORD)
    assert after.headers["Location"] == "/staff/referrals.csv?state=silent"
    assert stale.get(after.headers["Location"]).mimetype == "text/csv"


# Every staff route that changes who may do what, what workers read, or takes data out.
GRAVE = {
    "console.invite", "console.reset_person", "console.remove_person", "console.approve_key",
    "console.refuse_key", "console.rotate_key", "console.new_sheet", "console.operator",
    "console.confirm_channel", "console.confirm_add", "console.confirm_proposal",
    "desk.reissue", "desk.referrals_csv", "accounts.recover", "accounts.refuse_way",
    "console.change_person", "console.revoke_link", "console.retry_letter",
    "accounts.second_step", "accounts.new_factor", "console.second_steps", "console.end_sessions",
    "console.partner_list", "console.partner", "console.close_partner", "console.reset_there",
    "console.remove_there", "console.revoke_there", "console.confirm_partner_key",
    "console.add_company", "console.hear_respondent", "console.hear_interpreter", "console.folding",
    "console.closed_days", "console.open_days", "console.holidays",
}  # fmt: skip
# Console routes without a step-up, each with its reason.
READ_ONLY = {
    "console.confirm": "a list", "console.kept": "a list", "console.keys": "a list",
    "console.letters": "a list", "console.jobs": "a list", "console.people": "a list",
}  # fmt: skip


def test_every_route_of_the_console_is_grave_or_says_why_not(app) -> None:
    known = {rule.endpoint for rule in app.url_map.iter_rules()}
    assert known >= GRAVE
    console = {name for name in known if name.startswith("console.")}
    assert console <= GRAVE | set(READ_ONLY), console - GRAVE - set(READ_ONLY)
    for rule in app.url_map.iter_rules():
        if rule.endpoint in READ_ONLY:
            assert "POST" not in (rule.methods or ())
